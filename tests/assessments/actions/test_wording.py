"""Staff write the words of letters: nothing that has no value, and no subject that tells an outcome."""

import pytest

from assessments.actions import wording
from tests.conftest import NOW
from wwc.audit.models import Event
from wwc.outbox import texts
from wwc.outbox.models import LetterText
from wwc.refusals import Refusal

pytestmark = pytest.mark.django_db


def text(key="received", language="en"):
    return LetterText.objects.get(key=key, language=language)


def reword(row, by, **given):
    said = {"subject": row.subject, "body": row.body, "seen": wording.said(row), **given}
    return wording.reword(row, **said, by=by, at=NOW)


def test_other_words_are_in_letters_from_then_on_and_the_old_ones_on_record(staff):
    before = text()
    reword(before, staff, subject="It is here:  {receipt}", body="Thank you, {city}.\r\n\r\nWe write again.")
    assert texts.written("received", "en", {"receipt": "R-1", "city": "Alder Reach"}) == (
        "It is here: R-1", "Thank you, Alder Reach.\n\nWe write again."
    )  # fmt: skip
    event = Event.objects.get(verb="reworded")
    assert (event.by, event.data["was"]) == (staff, {"subject": before.subject, "body": before.body})


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"body": "Hello {stranger}"}, wording.UnknownName),
        ({"subject": "{points} of {possible}"}, wording.UnknownName),
        ({"body": "{city.slug}"}, wording.UnknownName),
        ({"body": "{0}"}, wording.UnknownName),
        ({"body": "{}"}, wording.UnknownName),
        ({"body": "Hello {city"}, wording.LoneBrace),
        ({"body": "Hello } there"}, wording.LoneBrace),
        ({"body": "  "}, wording.Empty),
        ({"subject": ""}, wording.Empty),
        ({"seen": "what was there an hour ago"}, wording.RewordedMeanwhile),
    ],
)
def test_what_cannot_be_sent_is_not_saved(staff, given, refusal):
    before = wording.said(text())
    with pytest.raises(refusal):
        reword(text(), staff, **given)
    assert wording.said(text()) == before
    assert not Event.objects.filter(verb="reworded").exists()


def test_a_name_that_has_no_value_is_named(staff):
    with pytest.raises(wording.UnknownName, match=r"\{stranger\}"):
        reword(text(), staff, body="Hello {stranger}")


def test_the_same_words_change_nothing(staff):
    reword(text(), staff)
    assert not Event.objects.filter(verb="reworded").exists()


def test_a_subject_tells_no_outcome(staff):
    reword(text("result_no_tier", "es"), staff, subject="Su resultado: {city}")
    subjects = LetterText.objects.filter(key__startswith="result_").values_list("language", "subject").distinct()
    assert dict(subjects)["es"] == "Su resultado: {city}"
    assert len(set(subjects)) == len({language for language, _ in subjects}) == 3
    with pytest.raises(Refusal):
        reword(text("result_certified"), staff, subject="Certified {nobody}")


def test_a_name_that_only_some_results_get_is_in_no_subject(staff):
    with pytest.raises(wording.UnknownName):
        reword(text("result_moved"), staff, subject="{city} moves from {old_tier}")


@pytest.mark.parametrize("row", sorted(texts.shipped()))
def test_the_words_that_it_came_with_can_be_saved_again(staff, row):
    key, language = row
    subject, body = texts.shipped()[row]
    made = LetterText.objects.get(key=key, language=language)
    reword(made, staff, body=f"{body} ")
    assert not texts.unknown(key, subject, body)
