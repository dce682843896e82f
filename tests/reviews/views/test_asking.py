"""The page of the letter: drafts edited, put in order, taken back, sent; what was typed outlasts a refusal. What the city reads."""

import pytest

from assessments.lifecycle import Asked
from assessments.models import Clarification
from reviews.actions import asking
from tests.factories import reviews as make
from tests.support.counting import same_queries

NOW = make.NOW


@pytest.fixture
def drafts(assessment, member):
    return [asking.ask_city(make.assign(make.answer(assessment, code), member), text=f"Why {code}?", by=member.person, at=NOW)
            for code in ("A1", "A2")]  # fmt: skip


def fields(drafts, texts, places=(1, 2), **more):
    typed = {f"text-{each.pk}": text for each, text in zip(drafts, texts, strict=True)}
    return {**typed, **{f"place-{each.pk}": place for each, place in zip(drafts, places, strict=True)}, **more}


def test_all_drafts_on_one_page_are_edited_and_sent(client_of, assessment, member, drafts):
    client, address = client_of(member.person), f"/reviews/questions/{assessment.pk}/"
    page = client.get(address).content.decode()
    assert page.count("round 1 of 2") == 2
    assert "Send 2 questions" in page
    client.post(address, fields(drafts, ("One?", "Two?"), (2, 1), keep="1"))
    assert not Clarification.objects.exclude(status=Asked.DRAFT).exists()
    page = client.get(address).content.decode()
    assert page.index("Two?") < page.index("One?")
    client.post(f"/reviews/questions/{drafts[0].pk}/drop/", {"letter": "1"})
    client.post(address, fields(drafts[1:], ("Two, and when?",), (1,), send="1"))
    assert list(Clarification.objects.order_by("pk").values_list("status", "text")) == [("canceled", "One?"), ("sent", "Two, and when?")]
    assert "No question waits" in client.get(address).content.decode()


def test_a_refusal_keeps_what_was_typed(client_of, assessment, member, second, drafts):
    second.person.name = "May Stone"
    second.person.save()
    client, address = client_of(member.person), f"/reviews/questions/{assessment.pk}/"
    answer = client.post(address, fields(drafts, ("Ask May Stone, in my words.", "Two?"), send="1"))
    assert answer.status_code == 409
    assert "names “May Stone”" in answer.content.decode()
    assert "Ask May Stone, in my words." in answer.content.decode()
    answer = client.post(address, fields(drafts, ("Since May?", "Two?"), send="1"))
    assert "“May” is no name of a reader here" in answer.content.decode()
    assert client.post(address, fields(drafts, ("Since May?", "Two?"), send="1", no_name="May")).status_code == 302
    empty = client_of(member.person).post(address, fields([], (), ()))
    assert empty.status_code == 409
    assert "No question can be sent now." in empty.content.decode()


def test_the_city_reads_a_letter_for_who_asks_and_never_a_name(client_of, assessment, member, second, drafts):
    for each, name in ((member, "Perpetua Quill"), (second, "Ambrose Tarn")):
        each.person.name = name
        each.person.save()
    make.assign(make.answer(assessment, "B1"), second)
    theirs = asking.ask_about(make.answer(assessment, "B1"), text="And B1?", by=second.person, at=NOW)
    asking.send_letter(assessment, by=member.person, at=NOW)
    asking.send_letter(assessment, by=second.person, at=NOW)
    city = client_of(make.lead_of(assessment.city))
    whole = city.get(f"/assessments/{assessment.pk}/questions/").content.decode()
    assert whole.count("From reader A.") == 2
    assert whole.count("From reader B.") == 1
    page = city.get(f"/assessments/questions/{theirs.pk}/").content.decode()
    assert "Reader B of the review team asks" in page
    assert "round 1 of 2 on this answer" in page
    for hidden in ("Perpetua", "Quill", "Ambrose", "Tarn", member.person.email, second.person.email):
        assert hidden not in whole + page


def test_constant_queries(client_of, assessment, member):
    def asks(code):
        asking.ask_city(make.assign(make.answer(assessment, code), member), text="Why?", by=member.person, at=NOW)

    asks("A1")
    same_queries(client_of(member.person), f"/reviews/questions/{assessment.pk}/", lambda: [asks(code) for code in ("A2", "B1")], 6)
