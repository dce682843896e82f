"""Files on storage that speaks S3: nothing in the program asks where on a disk a file lies."""

import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assessments.actions import printing
from assessments.jobs import papers
from assessments.models import EvidenceVersion, Paper
from reviews.queries import exhibits
from tests.factories import assessments as cases
from tests.support.objects import store
from tests.support.scanner import BAD
from wwc import invariants
from wwc.outbox import running
from wwc.settings import files_storage

pytestmark = pytest.mark.django_db


@pytest.fixture
def objects(settings, monkeypatch):
    """The storage that FILES_URL names, and what is in its bucket; its keys stand in the environment as for any program."""
    for name, value in (("AWS_ACCESS_KEY_ID", "a-name"), ("AWS_SECRET_ACCESS_KEY", "a-key"), ("AWS_EC2_METADATA_DISABLED", "true")):
        monkeypatch.setenv(name, value)
    for name in ("REQUEST_CHECKSUM_CALCULATION", "RESPONSE_CHECKSUM_VALIDATION"):
        monkeypatch.setenv(f"AWS_{name}", "when_required")  # what the settings set, kept to this test
    with store() as (address, kept):
        monkeypatch.setenv("FILES_URL", f"s3://bucket/certification?endpoint={address}&region=us-east-1")
        settings.STORAGES = {**settings.STORAGES, "default": files_storage()}
        yield kept
        storages["default"].connection.meta.client.close()


@pytest.fixture
def case():
    return cases.started()


def _post(client, name, args, **fields):
    return client.post(reverse(f"assessments:{name}", args=args), fields, follow=True).content.decode()


def test_no_file_has_a_place_on_this_machine(objects):
    stored = default_storage.save("evidence/aa/one", ContentFile(b"Words."))
    assert objects == {"certification/evidence/aa/one": b"Words."}
    with pytest.raises(NotImplementedError):
        default_storage.path(stored)


def test_a_document_goes_there_and_comes_back(objects, case, client_of, staff):
    client = client_of(cases.lead(case.city))
    body = b"name,value\n" + b"permits,1\n" * 200_000  # larger than what is held in memory
    page = _post(client, "add_file", [case.pk, "DM1"], **{"file-file": SimpleUploadedFile("List.csv", body)})
    assert "Added: List.csv." in page
    version = EvidenceVersion.objects.get()
    assert objects == {f"certification/{version.stored}": body}
    for person in (cases.lead(case.city), staff):
        answer = client_of(person).get(reverse("assessments:download", args=[version.pk]))
        assert b"".join(answer.streaming_content) == body
    assert exhibits.shown(version).head == ("name", "value")
    assert list(invariants.evidence_is_there()) == []
    page = _post(client, "replace", [version.evidence_id], file=cases.text_file("List 2.csv", "name,value\ntrees,2\n"))
    assert "Version 2 is in place" in page
    assert len(objects) == 2


def test_what_is_refused_or_fails_leaves_nothing_there(objects, case, client_of, monkeypatch):
    client = client_of(cases.lead(case.city))
    _post(client, "add_file", [case.pk, "DM1"], **{"file-file": SimpleUploadedFile("page.pdf", b"<html></html>")})
    assert objects == {}
    client.raise_request_exception = False
    monkeypatch.setattr("assessments.actions.documenting.answering.renew", lambda *args, **kwargs: 1 / 0)
    _post(client, "add_file", [case.pk, "DM1"], **{"file-file": cases.text_file()})
    assert objects == {}


def test_everything_is_taken_out_from_there(objects, case, client_of):
    cases.proven(case)
    lost = cases.proven(case, "DM2").evidence.current
    del objects[f"certification/{lost.stored}"]
    answer = client_of(cases.lead(case.city)).post(reverse("assessments:gather", args=[case.city.slug]))
    with zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content))) as parts:
        assert parts.read("evidence/0001 DM1.txt") == b"The policy on DM1."
        assert "The file is not there any more." in parts.read("manifest.csv").decode()
    gone = client_of(cases.lead(case.city)).get(reverse("assessments:download", args=[lost.pk]))
    assert gone.status_code == 404
    assert list(invariants.evidence_is_there()) == [f"evidence version {lost.pk} does not match its file"]


def test_the_virus_check_reads_it_there_and_removes_what_it_stops(objects, case, scanner):
    good, bad = cases.proven(case).evidence.current, cases.proven(case, "DM2", upload=SimpleUploadedFile("b.txt", BAD)).evidence.current
    assert running.drain(["check_file"]) == 2
    assert list(objects) == [f"certification/{good.stored}"]
    assert EvidenceVersion.objects.select_related("checked").get(pk=bad.pk).is_refused
    assert list(invariants.evidence_is_there()) == []


def test_a_paper_is_kept_and_fetched_there(objects, case, client_of, now, monkeypatch):
    monkeypatch.setattr(papers, "rendered", lambda sheet: f"%PDF-1.7 {sheet.content_hash}".encode())
    paper = printing.ask(case, kind="blank", language="en", by=cases.lead(case.city), at=now)
    running.drain(["draw_paper"])
    paper.refresh_from_db()
    answer = client_of(cases.lead(case.city)).get(reverse("assessments:paper", args=[paper.pk]))
    assert b"".join(answer.streaming_content) == f"%PDF-1.7 {paper.content_hash}".encode()
    assert list(objects) == [f"certification/{Paper.objects.get().stored}"]


def test_no_code_asks_for_the_path_of_a_stored_file():
    root = Path(__file__).parents[2]
    asked = re.compile(r"storage\.path\(|\.file\.path|temporary_file_path|storage\.location")
    found = {
        str(path.relative_to(root))
        for room in ("wwc", "assessments", "reviews", "criteria")
        for path in (root / room).rglob("*.py")
        if asked.search(path.read_text())
    }
    assert found == {"wwc/management/commands/prepare.py"}, "there it is static files, which are this machine's own"
