"""A file from upload to clean or stopped; nothing passes without an answer."""

from copy import deepcopy

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from assessments import queries
from assessments.actions import documenting
from assessments.jobs import files
from assessments.models import EvidenceVersion, FileCheck
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.support.scanner import BAD
from wwc import invariants
from wwc.audit.models import Event
from wwc.outbox import running
from wwc.outbox.models import Work

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def case_once(shared):
    return cases.started()


@pytest.fixture
def case(case_once, db):
    """The assessment, as each test finds it."""
    return deepcopy(case_once)


def _broken() -> list[str]:
    return list(invariants.evidence_is_there())


def _state(version: EvidenceVersion) -> str:
    return EvidenceVersion.objects.select_related("checked").get(pk=version.pk).state


def _added(case, name="policy.txt", body="The policy.", code="DM1"):
    return cases.proven(case, code, upload=cases.text_file(name, body)).evidence.current


def _open_page(client_of, case) -> str:
    return client_of(cases.lead(case.city)).get(reverse("assessments:answering", args=[case.pk, "DM1"])).content.decode()


def test_without_a_scanner_a_file_is_added_at_once(case):
    version = _added(case)
    assert (version.state, Work.objects.filter(kind="check_file").count()) == ("added", 0)


def test_a_file_waits_is_found_clean_and_opens(case, scanner, client_of, staff):
    version = _added(case)
    address = reverse("assessments:download", args=[version.pk])
    assert _state(version) == "checking"
    page = _open_page(client_of, case)
    assert "policy.txt is kept and waits for the virus check. Go on; its state changes here by itself." in page
    assert address not in page
    for person in (cases.lead(case.city), staff):
        answer = client_of(person).get(address)
        assert (answer.status_code, b"waits for the virus check" in answer.content) == (403, True)
    assert _broken() == []
    assert running.drain(["check_file"]) == 1
    assert (_state(version), scanner.asked) == ("added", 1)
    assert b"".join(client_of(staff).get(address).streaming_content) == b"The policy."
    assert address in _open_page(client_of, case)


def test_what_waits_counts_as_proof_and_what_was_stopped_does_not(case, scanner):
    cases.said(case)
    _added(case, body=BAD.decode())

    def stands() -> tuple[str, bool]:
        answer = next(each for each in queries.answers_of(case) if each.criterion.code == "DM1")
        gaps = {gap.criterion.code: gap.kind for gap in queries.gaps_in_answers(case)}
        return queries.state_of_claim(answer), gaps.get("DM1") == "no_evidence"

    assert stands() == ("met", False)
    before = queries.content_hash(case)
    running.drain(["check_file"])
    assert stands() == ("half", True)
    assert queries.content_hash(case) != before


def test_a_stopped_file_is_deleted_and_said(case, scanner, client_of):
    version = _added(case, "letter.txt", BAD.decode())
    running.drain(["check_file"])
    assert _state(version) == "refused"
    assert not default_storage.exists(version.stored)
    assert FileCheck.objects.get().found == "Test-Signature"
    event = Event.objects.get(verb="stopped")
    assert (event.by, event.city_id, event.data["found"]) == (None, case.city.pk, "Test-Signature")
    words = "The virus check stopped letter.txt, and it was deleted. Your answer is unchanged. "
    words += "Have the original checked, then add a clean copy."
    client = client_of(cases.lead(case.city))
    library = client.get(reverse("assessments:documenting", args=[case.city.slug])).content.decode()
    for page in (_open_page(client_of, case), library):
        assert words in page
        assert "Refused" in page
    answer = client.get(reverse("assessments:download", args=[version.pk]))
    assert (answer.status_code, b"was deleted" in answer.content) == (403, True)
    assert _broken() == []


def test_a_newer_version_that_is_stopped_leaves_the_earlier_in_place(case, scanner, client_of):
    version = _added(case)
    running.drain(["check_file"])
    newer = documenting.replace(version.evidence, upload=cases.text_file("new.txt", BAD.decode()), by=cases.lead(case.city), at=NOW)
    version.evidence.refresh_from_db()
    assert version.evidence.current == newer
    running.drain(["check_file"])
    version.evidence.refresh_from_db()
    assert (version.evidence.current, version.evidence.version) == (version, 2)
    assert "The virus check stopped new.txt" in _open_page(client_of, case)
    third = documenting.replace(version.evidence, upload=cases.text_file("clean.txt", "Clean."), by=cases.lead(case.city), at=NOW)
    assert third.number == 3
    assert "The virus check stopped" not in _open_page(client_of, case)


def test_a_stopped_file_may_be_tried_again_and_makes_room_for_nothing_else(case, scanner):
    _added(case, body=BAD.decode())
    running.drain(["check_file"])
    assert _added(case, body=BAD.decode()).state == "checking"


def test_while_the_scanner_is_away_a_file_waits_and_no_try_is_lost(case, scanner, settings):
    version = _added(case)
    settings.CLAMD_ADDRESS, there = "127.0.0.1:1", settings.CLAMD_ADDRESS
    work = Work.objects.get(kind="check_file")
    for _ in range(7):
        running.run(work.pk)
        Work.objects.filter(pk=work.pk).update(lease_until=None)
    work.refresh_from_db()
    assert (work.attempts, work.done_at, work.parked_at) == (0, None, None)
    assert "127.0.0.1:1" in work.error
    assert (_state(version), _broken()) == ("checking", [])
    settings.CLAMD_ADDRESS = ""
    running.run(work.pk)
    assert _state(version) == "checking"
    Work.objects.filter(pk=work.pk).update(lease_until=None)
    settings.CLAMD_ADDRESS = there
    running.run(work.pk)
    assert _state(version) == "added"


def test_a_file_the_scanner_does_not_judge_goes_to_staff_and_never_opens(case, scanner):
    version = _added(case)
    scanner.says(b"INSTREAM size limit exceeded. ERROR")
    work = Work.objects.get(kind="check_file")
    for _ in range(5):
        running.run(work.pk)
        Work.objects.filter(pk=work.pk).update(lease_until=None)
    work.refresh_from_db()
    assert work.parked_at is not None
    assert "size limit exceeded" in work.error
    assert _state(version) == "checking"


def _gone(name: str) -> None:
    raise OSError("gone")


def test_a_crash_between_the_finding_and_the_deletion_is_made_good(case, scanner, monkeypatch):
    version = _added(case, body=BAD.decode())
    with monkeypatch.context() as broken:
        broken.setattr(default_storage, "delete", _gone)
        with pytest.raises(OSError, match="gone"):
            files.check_file(version.pk)
    assert _broken() == [f"evidence version {version.pk} was stopped by the virus check and its file is still there"]
    files.check_file(version.pk)
    files.check_file(version.pk)
    assert (_broken(), scanner.asked, FileCheck.objects.count()) == ([], 1, 1)


def test_a_file_that_waits_for_nobody_is_a_broken_truth(case, scanner):
    version = _added(case)
    Work.objects.all().delete()
    assert _broken() == [f"evidence version {version.pk} waits for the virus check and nobody was asked to do it"]


def test_a_link_waits_for_nothing(case, scanner):
    use = documenting.attach_link(cases.answer(case), url="https://example.org/a", by=cases.lead(case.city), at=NOW)
    assert use.evidence.current.is_open
