"""The reading desk: what it shows and hides, filing, asking, stepping aside, evidence."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from assessments.models import Clarification
from reviews.models import Assignment, Finding, Resolution
from tests.factories import reviews as make
from tests.support.counting import queries_of, same_queries
from wwc.audit.models import Event

NOW = make.NOW


@pytest.fixture
def answer(assessment):
    return make.answer(assessment, "A1")


@pytest.fixture
def mine(answer, member):
    return make.assign(answer, member)


def filled(answer, **fields):
    return {"verdict": "met", "ticks": ["1", "2"], "rationale": "Seen.", "version": answer.current_id, **fields}


def test_asked_said_proof_and_verdict_on_one_screen(client_of, mine, answer, member):
    default_storage.save("aa/one", ContentFile(b"Requests are answered in five days."))
    make.document(answer)
    page = client_of(member.person).get(f"/reviews/reading/{mine.pk}/").content.decode()
    for words in ("Statement of A1.", "Item 1 of A1", "Look at the date", "We do this.", "policy.txt", "answered in five days", "p. 4"):
        assert words in page


def test_filing_goes_on_to_the_next(client_of, mine, answer, member, assessment):
    after = make.assign(make.answer(assessment, "A2"), member)
    client = client_of(member.person)
    response = client.post(f"/reviews/reading/{mine.pk}/", filled(answer))
    assert response["Location"] == f"/reviews/reading/{after.pk}/?filed={mine.pk}"
    found = Finding.objects.get()
    assert (found.verdict, found.ticks, found.rationale, found.version) == ("met", [1, 2], "Seen.", answer.current)
    response = client.post(f"/reviews/reading/{after.pk}/", filled(make.answer(assessment, "A2")))
    assert response["Location"] == f"/reviews/desk/c26/?filed={after.pk}"
    page = client.get(response["Location"]).content.decode()
    assert "Filed: A2 of Alder Reach, Ohio." in page
    assert f"/reviews/reading/{after.pk}/?again" in page


def test_a_refusal_keeps_what_was_typed(client_of, mine, answer, member):
    client = client_of(member.person)
    response = client.post(f"/reviews/reading/{mine.pk}/", filled(answer, verdict="not_met", rationale="", internal_note="A note to keep."))
    assert response.status_code == 409
    page = response.content.decode()
    assert "Give the reasons" in page
    assert "A note to keep." in page
    assert client.post(f"/reviews/reading/{mine.pk}/", filled(answer, verdict="")).status_code == 422
    make.version(answer)
    stale = client.post(f"/reviews/reading/{mine.pk}/", filled(answer, version=answer.current_id - 1, rationale="My words."))
    assert stale.status_code == 409
    assert "newer version" in stale.content.decode()
    assert "My words." in stale.content.decode()
    assert not Finding.objects.exists()


def test_the_version_of_another_answer_files_nothing(client_of, mine, member, assessment):
    other = make.answer(assessment, "B1")
    assert client_of(member.person).post(f"/reviews/reading/{mine.pk}/", filled(other)).status_code == 409
    assert not Finding.objects.exists()


def test_another_reading_is_not_on_the_page_before_ones_own(client_of, mine, answer, member, second):
    other = make.assign(answer, second, "second")
    make.find(other, "not_met", rationale="The policy is a draft, I think.", internal_note="hush")
    client = client_of(member.person)
    page = client.get(f"/reviews/reading/{mine.pk}/").content.decode()
    assert "draft, I think" not in page
    assert "hush" not in page
    client.post(f"/reviews/reading/{mine.pk}/", filled(answer))
    page = client.get(f"/reviews/reading/{mine.pk}/").content.decode()
    assert "draft, I think" in page
    assert "side by side" in page
    assert 'name="verdict"' not in page


def test_what_changed_is_marked_and_the_verdict_can_be_kept(client_of, mine, answer, member):
    make.find(mine, "not_met", rationale="No date.")
    make.version(answer, narrative="We do this since March.")
    client = client_of(member.person)
    page = client.get(f"/reviews/reading/{mine.pk}/").content.decode()
    assert "<ins>" in page
    assert "Changed since your verdict" in page
    assert "No date." in page  # words of the earlier verdict, to go on from
    assert 'value="not_met" checked' not in page  # never the verdict itself
    client.post(f"/reviews/reading/{mine.pk}/keep/")
    assert Finding.objects.last().version == answer.current


def test_asking_drafting_sending_and_taking_back(client_of, mine, answer, member, assessment):
    client = client_of(member.person)
    client.post(f"/reviews/reading/{mine.pk}/ask/", {"text": "  ", "required": "on"})
    assert not Clarification.objects.exists()
    client.post(f"/reviews/reading/{mine.pk}/ask/", {"text": "Who may sign?", "required": "on"})
    question = Clarification.objects.get()
    assert question.required
    assert "Look over 1 question to this city" in client.get(f"/reviews/reading/{mine.pk}/").content.decode()
    letter = {f"text-{question.pk}": "Who may sign, and since when?", f"place-{question.pk}": 1, "send": "1"}
    assert client.post(f"/reviews/questions/{assessment.pk}/", letter)["Location"] == "/reviews/desk/c26/"
    question.refresh_from_db()
    assert question.status == "sent"
    page = client.get(f"/reviews/reading/{mine.pk}/").content.decode()
    assert "This answer is open with the city" in page
    client.post(f"/reviews/questions/{question.pk}/drop/", {"reading": mine.pk})
    question.refresh_from_db()
    assert question.status == "canceled"


def test_stepping_aside(client_of, mine, member):
    client = client_of(member.person)
    client.post(f"/reviews/reading/{mine.pk}/aside/", {"reason": ""})
    assert Assignment.objects.get(pk=mine.pk).ended_at is None
    assert client.post(f"/reviews/reading/{mine.pk}/aside/", {"reason": "I know the author."})["Location"] == "/reviews/desk/c26/"
    assert client.get(f"/reviews/reading/{mine.pk}/").status_code == 404


def test_as_the_city_says(client_of, assessment, member):
    answer = make.answer(assessment, "B2")
    make.assign(answer, member)
    client = client_of(member.person)
    assert "Title of B2" in client.get(f"/reviews/as-the-city-says/{assessment.pk}/").content.decode()
    client.post(f"/reviews/as-the-city-says/{assessment.pk}/", {"answer": [answer.pk]})
    assert Resolution.objects.get().how == "as_city_says"
    assert client.get(f"/reviews/as-the-city-says/{assessment.pk}/").status_code == 200


def test_foreign_is_404(client_of, mine, answer, assessment, second, staff, stranger):
    proof = make.document(answer)
    lead = make.lead_of(assessment.city)
    for who in (second.person, stranger, lead):
        client = client_of(who)
        assert client.get(f"/reviews/evidence/{proof.pk}/").status_code == 404
        assert client.get(f"/reviews/as-the-city-says/{assessment.pk}/").status_code == 404
        assert client.post(f"/reviews/questions/{assessment.pk}/").status_code == 404
        assert client.get(f"/reviews/settling/answer/{answer.pk}/").status_code == 404
        assert client.get(f"/reviews/settling/{assessment.pk}/").status_code == 404
    for who in (second.person, stranger, lead, staff):
        client = client_of(who)
        assert client.get(f"/reviews/reading/{mine.pk}/").status_code == 404
        assert client.post(f"/reviews/reading/{mine.pk}/", filled(answer)).status_code == 404
    assert not Finding.objects.exists()


def test_evidence_is_fetched_on_the_record(client_of, mine, answer, member):
    default_storage.save("aa/one", ContentFile(b"text"))
    proof = make.document(answer)
    response = client_of(member.person).get(f"/reviews/evidence/{proof.pk}/")
    assert b"".join(response.streaming_content) == b"text"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment")
    event = Event.objects.get(verb="fetched")
    assert (event.by, event.city_id, event.subject_id) == (member.person, answer.assessment.city_id, proof.pk)


def test_a_sheet_is_a_table_and_what_it_holds_is_escaped(client_of, mine, answer, member):
    default_storage.save("aa/two", ContentFile(b"Dataset;Owner\n<script>x</script>;Parks\n"))
    make.document(answer, "list.csv", "csv", "aa/two")
    page = client_of(member.person).get(f"/reviews/reading/{mine.pk}/").content.decode()
    assert '<th scope="col">Dataset</th>' in page
    assert "<script>x" not in page


def test_constant_queries(client_of, mine, answer, member, cycle, assessment):
    make.document(answer, "a.pdf", "pdf", "aa/pdf0")

    def more():
        for number in range(29):
            make.document(answer, f"{number}.pdf", "pdf", f"aa/pdf{number + 1}")
            other = make.submitted(f"City {number}", cycle)
            make.declaring.declare(cycle, city=other.city, state="none", by=member.person, at=NOW)
            make.assign(make.answer(other, "A2"), member)

    same_queries(client_of(member.person), f"/reviews/reading/{mine.pk}/", more, 28)
    assert len(queries_of(client_of(member.person), "/reviews/splits/")) < 30
