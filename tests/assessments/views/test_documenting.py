"""Proof through the pages: added, listed, downloaded by those who may."""

import socket
from copy import deepcopy

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assessments.models import AnswerEvidence, Conflict, Evidence
from tests.conftest import NOW
from tests.factories import assessments as cases

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def case_once(shared):
    return cases.started()


@pytest.fixture
def case(case_once, db):
    """The assessment, as each test finds it."""
    return deepcopy(case_once)


def _add(client, case, name, body, code="DM1"):
    file = SimpleUploadedFile(name, body)
    return client.post(reverse("assessments:add_file", args=[case.pk, code]), {"file-file": file, "file-pages": "4"}, follow=True)


def test_a_file_is_added_and_shown(case, client_of):
    page = _add(client_of(cases.contributor(case.city)), case, "Policy.txt", b"Words.").content.decode()
    assert "Added: Policy.txt." in page
    assert "see page 4" in page
    assert AnswerEvidence.objects.get().answer == cases.answer(case)


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("empty.docx", b"", "empty.docx is empty. Nothing was added."),
        ("page.pdf", b"<html></html>", "page.pdf is not a kind we can show safely. Nothing was added."),
        ("cut.pdf", b"%PDF-1.7", "cut.pdf does not open. Nothing was added."),
        ("big.txt", b"x" * 300_000, "big.txt has 300 kB; the limit is 200 kB. Nothing was added."),
    ],
)
def test_what_is_refused_is_said_and_nothing_is_kept(case, client_of, settings, name, body, words):
    settings.UPLOAD_MAX_BYTES = 200_000
    page = _add(client_of(cases.lead(case.city)), case, name, body).content.decode()
    assert words in page
    assert not Evidence.objects.exists()


def test_several_files_are_several_acts_each_with_its_outcome(case, client_of, settings):
    settings.UPLOAD_MAX_BYTES, settings.UPLOAD_MAX_FILES = 200_000, 4
    bodies = [
        ("a.txt", b"Words."), ("page.pdf", b"<html></html>"), ("big.txt", b"x" * 300_000), ("b.csv", b"a,b\n1,2\n"), ("late.txt", b"Late."),
    ]  # fmt: skip
    files = [SimpleUploadedFile(*each) for each in bodies]
    client = client_of(cases.contributor(case.city))
    address = reverse("assessments:add_file", args=[case.pk, "DM1"])
    page = client.post(address, {"file-file": files, "file-confidential": "on", "file-expires_on": "2027-05-01"}, follow=True)
    for words in (
        "Added: a.txt.", "Added: b.csv.", "page.pdf is not a kind we can show safely. Nothing was added.",
        "the limit is 200 kB. Nothing was added.", "late.txt was not added: 4 files at once are the limit.",
    ):  # fmt: skip
        assert words in page.content.decode()
    kept = Evidence.objects.order_by("pk")
    assert [each.title for each in kept] == ["a.txt", "b.csv"]
    assert {(each.confidential, str(each.expires_on)) for each in kept} == {(True, "2027-05-01")}


def test_a_wrong_date_adds_none_of_the_files(case, client_of):
    files = [SimpleUploadedFile("a.txt", b"a"), SimpleUploadedFile("b.txt", b"b")]
    address = reverse("assessments:add_file", args=[case.pk, "DM1"])
    page = client_of(cases.lead(case.city)).post(address, {"file-file": files, "file-expires_on": "31/31/2027"}, follow=True)
    assert "This is not a date of the calendar. Enter one like 12/14/2026. Nothing was added." in page.content.decode()
    assert not Evidence.objects.exists()


def test_the_limits_are_said_first(case, client_of):
    page = client_of(cases.lead(case.city)).get(reverse("assessments:answering", args=[case.pk, "DM1"])).content.decode()
    assert "PDF, Word (DOCX), Excel (XLSX)" in page
    assert "Up to 50 MB each, 20 on one answer. No archives, no macros." in page
    assert 'type="file" multiple' in page


def test_the_page_to_look_at_is_changed_later(case, client_of):
    use = cases.proven(case, pages="4")
    client = client_of(cases.lead(case.city))
    address = reverse("assessments:point", args=[use.pk])
    page = client.post(address, {"pages": "12-14"}, follow=True).content.decode()
    assert "see page 12-14" in page
    assert "Nothing was changed." in client.post(address, {"pages": "x" * 99}, follow=True).content.decode()


def test_adding_a_link_opens_no_connection(case, client_of, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("the server went looking for what a person typed")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    client = client_of(cases.lead(case.city))
    client.post(
        reverse("assessments:add_link", args=[case.pk, "DM1"]), {"link-url": "https://data.example.gov/", "link-note": "The portal"}
    )
    assert Evidence.objects.get().current.url == "https://data.example.gov/"


def test_no_file_is_said_too(case, client_of):
    page = client_of(cases.lead(case.city)).post(reverse("assessments:add_file", args=[case.pk, "DM1"]), follow=True).content.decode()
    assert "Choose a file first." in page


def test_a_link_is_added_or_corrected(case, client_of):
    client = client_of(cases.lead(case.city))
    address = reverse("assessments:add_link", args=[case.pk, "DM1"])
    for wrong in ("", "javascript:alert(1)"):
        assert "Nothing was added." in client.post(address, {"link-url": wrong}, follow=True).content.decode()
    page = client.post(address, {"link-url": "https://data.example.gov/", "link-note": "The portal"}, follow=True).content.decode()
    assert 'href="https://data.example.gov/" rel="noopener noreferrer nofollow"' in page


def test_a_known_document_is_used_again(case, client_of):
    evidence = cases.proven(case).evidence
    client = client_of(cases.lead(case.city))
    address = reverse("assessments:add_known", args=[case.pk, "DM2"])
    assert f'href="{address}"' in client.get(reverse("assessments:answering", args=[case.pk, "DM2"])).content.decode()
    assert "1 document of your city is not on this answer yet." in client.get(address).content.decode()
    response = client.post(address, {"reuse-evidence": evidence.pk, "reuse-pages": "7"})
    assert response["Location"] == reverse("assessments:answering", args=[case.pk, "DM2"]) + "#evidence"
    assert AnswerEvidence.objects.get(answer__criterion__code="DM2").pages == "7"
    assert "Every document of your city is on this answer already" in client.get(address).content.decode()


def test_only_documents_of_the_city_are_used_again_by_those_who_write(case, client_of, staff):
    address = reverse("assessments:add_known", args=[case.pk, "DM2"])
    other = cases.proven(cases.started("Alder Reach")).evidence
    cases.proven(case)
    refused = client_of(cases.lead(case.city)).post(address, {"reuse-evidence": other.pk})
    assert refused.status_code == 422
    assert "Choose one of the documents in the list." in refused.content.decode()
    assert [client_of(person).get(address).status_code for person in (staff, cases.lead(other.city))] == [403, 404]


def test_the_way_back_from_a_known_document_is_the_question_it_was_looked_for_on(case, client_of):
    cases.proven(case)
    address = reverse("assessments:add_known", args=[case.pk, "DM2"])
    page = client_of(cases.lead(case.city)).get(address, {"question": "7"}).content.decode()
    assert reverse("assessments:question", args=[7]) + "#evidence" in page
    assert '<input type="hidden" name="question" value="7">' in page


def test_a_document_is_taken_off(case, client_of):
    use = cases.proven(case)
    client_of(cases.lead(case.city)).post(reverse("assessments:take_off", args=[use.pk]))
    use.refresh_from_db()
    assert use.ended_at is not None


def test_a_document_has_one_form_whose_first_button_saves_the_page_and_whose_second_takes_it_off(case, client_of):
    use = cases.proven(case)
    page = client_of(cases.lead(case.city)).get(reverse("assessments:answering", args=[case.pk, "DM1"])).content.decode()
    form = page.partition(f'<form method="post" action="{reverse("assessments:point", args=[use.pk])}"')[2].partition("</form>")[0]
    first, second = form.split("<button ")[1:]
    assert "formaction" not in first
    assert f'formaction="{reverse("assessments:take_off", args=[use.pk])}"' in second


def test_a_newer_version_is_put_in_place(case, client_of):
    evidence = cases.proven(case).evidence
    client_of(cases.lead(case.city)).post(reverse("assessments:replace", args=[evidence.pk]), {"file": cases.text_file("n.txt", "Newer.")})
    evidence.refresh_from_db()
    assert evidence.version == 2


def test_a_file_is_a_download_and_never_a_page_of_this_site(case, client_of):
    version = cases.proven(case, upload=cases.text_file("Política.txt", "Words.")).evidence.current
    response = client_of(cases.contributor(case.city)).get(reverse("assessments:download", args=[version.pk]))
    assert b"".join(response.streaming_content) == b"Words."
    assert response["Content-Type"].startswith("text/plain")
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert "no-store" in response["Cache-Control"]


def test_text_is_never_shown_inline(case, client_of):
    version = cases.proven(case).evidence.current
    response = client_of(cases.lead(case.city)).get(reverse("assessments:download", args=[version.pk]) + "?view")
    assert b"".join(response.streaming_content) == b"The policy on DM1."
    assert response["Content-Disposition"].startswith("attachment")


def test_a_file_is_there_for_its_city_and_the_program_alone(case, client_of, staff, stranger):
    version = cases.proven(case).evidence.current
    other = cases.started("Alder Reach")
    address = reverse("assessments:download", args=[version.pk])
    assert client_of(None).get(address).status_code == 302
    for person in (stranger, cases.lead(other.city)):
        assert client_of(person).get(address).status_code == 404
    assert b"".join(client_of(staff).get(address).streaming_content) == b"The policy on DM1."
    Conflict.objects.create(person=staff, city=case.city, cycle=case.cycle, state="declared", said_at=NOW, said_by=staff)
    assert client_of(staff).get(address).status_code == 404


def test_nobody_changes_the_proof_of_another_city(case, client_of, stranger):
    use = cases.proven(case)
    other = cases.started("Alder Reach")
    posts = [
        ("add_file", [case.pk, "DM1"]), ("add_link", [case.pk, "DM1"]), ("add_known", [case.pk, "DM1"]),
        ("take_off", [use.pk]), ("replace", [use.evidence_id]),
    ]  # fmt: skip
    for person in (stranger, cases.lead(other.city)):
        for name, args in posts:
            assert client_of(person).post(reverse(f"assessments:{name}", args=args)).status_code == 404
