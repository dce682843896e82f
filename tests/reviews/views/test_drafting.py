"""What the reading desk does beside a verdict: typing kept, looks noted, undo, put off, phrases, order and keys remembered."""

import json

import pytest
from django.urls import reverse

from assessments.models import AnswerVersion
from reviews.models import Assignment, Finding, FindingDraft, Habit, Look, Phrase
from tests.factories import people
from tests.factories import reviews as make
from tests.support.counting import queries_of

NOW = make.NOW
FETCHED = {"headers": {"x-fetched": "1"}}


@pytest.fixture
def answer(assessment):
    return make.answer(assessment, "A1")


@pytest.fixture
def mine(answer, member):
    return make.assign(answer, member)


@pytest.fixture
def client(client_of, member):
    return client_of(member.person)


def at(mine, name="validating"):
    return reverse(f"reviews:{name}", args=[mine.pk])


def page_of(client, mine, query=""):
    return client.get(at(mine) + query).content.decode()


def filled(answer, **fields):
    return {"verdict": "met", "ticks": ["1", "2"], "rationale": "Seen.", "version": answer.current_id, **fields}


def test_typing_comes_back_and_is_gone_once_filed(client, mine, answer):
    kept = client.post(at(mine, "draft_finding"), filled(answer, verdict="not_met", rationale="No date, so far."))
    assert json.loads(kept.content)["said"].startswith("Saved ")
    page = page_of(client, mine)
    assert "No date, so far." in page
    assert 'value="not_met" checked' in page
    client.post(at(mine), filled(answer))
    assert not FindingDraft.objects.exists()
    assert "No date, so far." not in page_of(client, mine)


@pytest.mark.parametrize(
    "rubbish", [{}, {"version": "x" * 50, "ticks": ["a", "1" * 40], "verdict": "??"}, {"version": "9" * 18, "ticks": "1"}]
)
def test_no_typing_is_refused(client, mine, rubbish):
    assert client.post(at(mine, "draft_finding"), rubbish).status_code == 200


def test_typing_on_a_version_of_another_answer_stands_on_none(client, mine, assessment):
    other = make.answer(assessment, "B1").current_id
    client.post(at(mine, "draft_finding"), {"version": other, "verdict": "met", "rationale": "Seen."})
    assert FindingDraft.objects.get().version is None
    assert 'value="met" checked' not in page_of(client, mine)


def test_a_look_is_noted_when_shown_and_never_when_fetched_ahead(client, mine, answer):
    assert client.get(at(mine), **FETCHED).status_code == 200
    client.head(at(mine))
    assert not Look.objects.exists()
    assert client.post(at(mine, "look")).status_code == 204
    page_of(client, mine)
    assert Look.objects.get().version == answer.current
    make.version(answer, narrative="We do this since March.")
    page = page_of(client, mine)
    assert "Changed since you looked on" in page
    assert "<ins>" in page
    assert "Changed since you looked on" in page_of(client, mine)  # until a verdict is filed
    assert "Still holds" not in page


def test_a_script_hears_where_it_is_now_and_a_refusal_is_a_page(client, mine, answer, member, assessment):
    after = make.assign(make.answer(assessment, "A2"), member)
    refused = client.post(at(mine), filled(answer, verdict="not_met", rationale=""), **FETCHED)
    assert (refused.status_code, b"Give the reasons" in refused.content) == (409, True)
    said = json.loads(client.post(at(mine), filled(answer), **FETCHED).content)
    assert said == {"said": "Filed: A1 of Alder Reach, Ohio.", "undo": f"{at(mine)}?again"}
    assert "1 of 2 read" in page_of(client, after)


def test_next_is_what_the_page_said_as_long_as_it_is_the_persons(client, mine, answer, member, assessment, second):
    after = make.assign(make.answer(assessment, "A2"), member)
    chosen = make.assign(make.answer(assessment, "B1"), member)
    foreign = make.assign(make.answer(assessment, "A2"), second, "second")
    assert f'name="after" value="{after.pk}"' in page_of(client, mine)
    assert client.post(at(mine), filled(answer, after=chosen.pk))["Location"] == f"{at(chosen)}?filed={mine.pk}"
    for wrong in (foreign.pk, "x", "9" * 40, ""):
        assert client.post(at(mine), filled(answer, after=wrong))["Location"] == f"{at(after)}?filed={mine.pk}"


def test_undo_brings_back_what_was_filed_and_hides_the_other_reading(client, mine, answer, second, member, assessment):
    make.assign(make.answer(assessment, "A2"), member)
    filed = client.post(at(mine), filled(answer, verdict="met"))
    assert f"{at(mine)}?again" in client.get(filed["Location"]).content.decode()
    other = make.assign(answer, second, "second")
    make.find(other, "not_met", rationale="The annex is missing.")
    page = page_of(client, mine, "?again")
    assert "The annex is missing." not in page
    assert 'value="met" checked' in page
    client.post(at(mine), filled(answer, verdict="cannot_judge", rationale="On second thoughts."))
    assert Finding.objects.filter(assignment=mine).count() == 2
    assert "The annex is missing." in page_of(client, mine)  # shown, so it stands
    assert "The annex is missing." in page_of(client, mine, "?again")
    assert client.post(at(mine), filled(answer)).status_code == 409
    assert Finding.objects.filter(assignment=mine).count() == 2


@pytest.mark.parametrize("shows", ["/reviews/splits/", "/reviews/desk/c26/", "/reviews/settling/answer/{answer}/"])
def test_a_page_that_shows_a_split_ends_undo(client, mine, answer, second, shows):
    make.find(mine)
    make.find(make.assign(answer, second, "second"), "not_met")
    assert 'name="verdict"' in page_of(client, mine, "?again")
    assert client.get(shows.format(answer=answer.pk)).status_code == 200
    assert 'name="verdict"' not in page_of(client, mine, "?again")
    assert (
        not Look.objects.filter(assignment__member=second.member if hasattr(second, "member") else second.pk)
        .exclude(other_at=None)
        .exists()
    )


def test_still_holds_goes_on_to_the_next(client, mine, answer, member, assessment):
    after = make.assign(make.answer(assessment, "A2"), member)
    make.find(mine, "not_met", rationale="No date.")
    make.version(answer)
    assert "Still holds: Not met" in page_of(client, mine)
    assert client.post(at(mine, "keep"))["Location"] == f"{at(after)}?filed={mine.pk}"
    assert Finding.objects.last().version == answer.current


def test_put_off_and_back(client, client_of, mine, answer, member, assessment, staff):
    after = make.assign(make.answer(assessment, "A2"), member)
    assert client.post(at(mine, "put_off"), {"reason": " "})["Location"] == at(mine)
    assert client.post(at(mine, "put_off"), {"reason": "The annex is in Portuguese."})["Location"] == at(after)
    assert "The annex is in Portuguese." in client.get("/reviews/desk/c26/").content.decode()
    assert "The annex is in Portuguese." in page_of(client, mine)
    assert "The annex is in Portuguese." in client_of(staff).get(f"/reviews/settling/answer/{answer.pk}/").content.decode()
    assert client.post(at(mine, "take_up"))["Location"] == at(mine)
    assert Assignment.objects.get(pk=mine.pk).put_off_at is None
    client.post(at(after), filled(make.answer(assessment, "A2")))
    assert client.post(at(mine, "put_off"), {"reason": "Later."})["Location"] == "/reviews/desk/c26/"


def test_order_and_keys_are_remembered(client, mine, member, assessment, cycle):
    assert client.post(reverse("reviews:order", args=[cycle.slug]), {"order": "city"})["Location"] == "/reviews/desk/c26/"
    assert client.post(at(mine, "keys"), **FETCHED).status_code == 204
    assert client.post(at(mine, "keys"))["Location"] == at(mine)
    assert list(Habit.objects.values_list("person", "order", "single_keys")) == [(member.person_id, "city", False)]
    assert "data-no-single-keys" in page_of(client, mine)
    assert '<button class="link" name="order" value="city" aria-current="true">' in client.get("/reviews/desk/c26/").content.decode()


def test_a_phrase_is_put_in_without_a_script_and_files_nothing(client, mine, answer, member, second):
    phrase = Phrase.objects.create(text="The policy has no date.", person=member.person, added_at=NOW, added_by=member.person)
    foreign = Phrase.objects.create(text="Not yours.", person=second.person, added_at=NOW, added_by=second.person)
    page = client.post(at(mine), filled(answer, phrase=phrase.pk, verdict=""))
    assert page.status_code == 200
    assert "Seen.\nThe policy has no date.</textarea>" in page.content.decode()
    assert "problems" not in page.content.decode().split("<script")[0].split('id="finding"')[1][:400]
    for number in (foreign.pk, "x", "9" * 40):
        assert "Not yours." not in client.post(at(mine), filled(answer, phrase=number)).content.decode()
    assert not Finding.objects.exists()


def test_phrases_are_kept_and_taken_away(client, client_of, mine, staff, second, stranger):
    address = reverse("reviews:phrases")
    assert "No phrases yet" in client.get(address).content.decode()
    assert client.post(address, {"text": ""}).status_code == 422
    client.post(address, {"text": "The policy has no date."})
    client.post(address, {"text": "For all.", "for_all": "on"})
    client_of(staff).post(address, {"text": "A draft does not count.", "for_all": "on"})
    page = page_of(client, mine)
    assert "The policy has no date." in page
    assert "A draft does not count." in page
    assert Phrase.objects.count() == 2
    own = Phrase.objects.get(person__isnull=False)
    assert client_of(second.person).post(reverse("reviews:end_phrase", args=[own.pk])).status_code == 404
    assert client.post(reverse("reviews:end_phrase", args=[own.pk]))["Location"] == address
    assert "The policy has no date." not in client.get(address).content.decode()
    assert client_of(stranger).get(address).status_code == 404


def test_an_ended_session_keeps_what_was_typed(client_of, mine, answer, member):
    client = client_of()
    answer_page = client.post(at(mine), filled(answer, verdict="not_met", rationale="Typed for an hour."))
    assert answer_page["Location"].startswith("/accounts/login/")
    client.force_login(people.person("reader"), backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    page = page_of(client, mine)
    assert session["text_kept"]["path"] == at(mine)
    assert "Typed for an hour." in page
    assert 'value="not_met" checked' in page
    assert not Finding.objects.exists()
    client.post(at(mine), filled(answer))
    assert "text_kept" not in client.session


def test_phrases_take_the_same_queries_for_one_and_thirty(client, mine, member):
    few = len(queries_of(client, reverse("reviews:phrases")))
    Phrase.objects.bulk_create(Phrase(text=f"{n}.", person=member.person, added_at=NOW, added_by=member.person) for n in range(30))
    assert len(queries_of(client, reverse("reviews:phrases"))) == few == 5
    assert AnswerVersion.objects.exists()
