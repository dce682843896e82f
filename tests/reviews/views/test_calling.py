"""The page of calls and notes, their place on the reading page; and that no page of the city holds any of it."""

import pytest

from reviews.models import Call, InternalNote
from tests.factories import reviews as make
from tests.support.counting import same_queries

NOW = make.NOW
TYPED = {"held_at": "2026-03-02T09:30", "participants": "The clerk", "said": "It is signed, they say."}


@pytest.fixture
def mine(assessment, member):
    return make.assign(make.answer(assessment, "A1"), member)


def test_a_call_is_logged_shown_where_it_matters_and_corrected(client_of, assessment, mine, member):
    client, address = client_of(member.person), f"/reviews/calls/{assessment.pk}/"
    assert "No call yet." in client.get(address).content.decode()
    wrong = client.post(address, {**TYPED, "said": ""})
    assert wrong.status_code == 422
    assert "The clerk" in wrong.content.decode()
    assert client.post(address, {**TYPED, "answers": [mine.answer_id]}).status_code == 302
    call = Call.objects.get()
    assert call.held_at.isoformat() == "2026-03-02T14:30:00+00:00"  # half past nine in the program's zone
    for page in (address, f"/reviews/reading/{mine.pk}/", f"/reviews/settling/answer/{mine.answer_id}/"):
        assert "It is signed, they say." in client.get(page).content.decode()
    assert f'value="{mine.answer_id}" id="id_answers_0" checked' in client.get(f"{address}?answer={mine.answer_id}").content.decode()
    corrects = f"/reviews/calls/entry/{call.pk}/"
    assert "2026-03-02T09:30" in client.get(corrects).content.decode()
    client.post(corrects, {**TYPED, "said": "Not signed yet."})
    page = client.get(address).content.decode()
    assert "Corrected once" in page
    assert "It is signed, they say." in page
    again = client.post(corrects, {**TYPED, "said": "My words."})
    assert again.status_code == 422
    assert "was corrected meanwhile" in again.content.decode()
    assert "My words." in again.content.decode()


@pytest.mark.parametrize("held_at", ["2090-01-01T09:00", "9999-12-31T23:59"])
def test_a_call_in_the_future_keeps_the_text(client_of, assessment, mine, member, held_at):
    answer = client_of(member.person).post(f"/reviews/calls/{assessment.pk}/", {**TYPED, "held_at": held_at})
    assert answer.status_code == 422
    assert "A call is logged once it was held." in answer.content.decode()
    assert "It is signed, they say." in answer.content.decode()


def test_notes_are_kept_from_the_page_where_they_are_written(client_of, assessment, mine, member):
    client, address = client_of(member.person), f"/reviews/calls/{assessment.pk}/note/"
    back = client.post(address, {"text": "Look at the annex.", "answer": mine.answer_id, "reading": mine.pk})
    assert back["Location"] == f"/reviews/reading/{mine.pk}/"
    assert "Look at the annex." in client.get(back["Location"]).content.decode()
    assert client.post(address, {"text": "All in order.", "answer": mine.answer_id})["Location"].endswith(f"/answer/{mine.answer_id}/")
    for where in ({}, {"reading": "-1"}):
        assert client.post(address, {"text": "For all.", **where})["Location"] == f"/reviews/calls/{assessment.pk}/"
    client.post(address, {"text": " "})
    assert InternalNote.objects.count() == 4


def test_no_city_reads_any_of_it(client_of, assessment, mine, member, staff):
    client_of(member.person).post(f"/reviews/calls/{assessment.pk}/", {**TYPED, "answers": [mine.answer_id]})
    client_of(member.person).post(f"/reviews/calls/{assessment.pk}/note/", {"text": "Look at the annex.", "answer": mine.answer_id})
    city = client_of(make.lead_of(assessment.city))
    pk, slug = assessment.pk, assessment.city.slug
    for page in (f"{pk}/", f"{pk}/answers/A1/", f"{pk}/answers/A1/versions/", f"{pk}/questions/", f"cities/{slug}/letters/"):
        text = city.get(f"/assessments/{page}").content.decode()
        assert "signed, they say" not in text, page
        assert "annex" not in text, page
    assert city.get(f"/reviews/calls/{pk}/").status_code == 404


def test_constant_queries(client_of, assessment, mine, member):
    client = client_of(member.person)

    def more():
        for number in range(20):
            client.post(f"/reviews/calls/{assessment.pk}/", {**TYPED, "said": f"Call {number}", "answers": [mine.answer_id]})
            client.post(f"/reviews/calls/{assessment.pk}/note/", {"text": f"Note {number}", "answer": mine.answer_id})

    client.post(f"/reviews/calls/{assessment.pk}/", {**TYPED, "answers": [mine.answer_id]})
    same_queries(client, f"/reviews/calls/{assessment.pk}/", more, 10)
