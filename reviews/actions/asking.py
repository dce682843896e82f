"""Asking the city: drafts about single answers, looked over and sent as one letter that names no reader."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from assessments.actions import clarifying
from assessments.models import Answer, Assessment, Clarification
from reviews import access
from reviews.models import Assignment
from reviews.queries import names, questions
from wwc.refusals import Refusal, require


class NamesReader(Refusal):
    """A text for the city names somebody who reads. `word` is the name; where it may be another word, `unsure` is true."""


class NothingToSend(Refusal):
    """No draft can go now."""

    message = _("No question can be sent now. Nothing was changed.")


class OtherLetter(Refusal):
    """The drafts are no longer those that were looked over."""

    message = _("The drafts have changed since you opened the page. Nothing was sent. Look at them again.")


@dataclass(frozen=True)
class Edited:
    """A draft as it was edited in the letter."""

    question: Clarification
    text: str
    required: bool


@transaction.atomic
def ask_city(assignment: Assignment, *, text: str, required: bool = True, by: Any, at: datetime) -> Clarification:
    """Write a question to the city about the answer one reads. It waits as a draft until it is sent with the others."""
    require(access.may_find(by, assignment))
    return clarifying.ask(assignment.answer, text=text, required=required, by=by, at=at)


@transaction.atomic
def ask_about(answer: Answer, *, text: str, required: bool = True, by: Any, at: datetime) -> Clarification:
    """The same, for a practice lead or staff."""
    require(access.may_ask_about(by, answer))
    return clarifying.ask(answer, text=text, required=required, by=by, at=at)


@transaction.atomic
def arrange_letter(assessment: Assessment, *, edited: Sequence[Edited], by: Any, at: datetime) -> None:
    """Keep the drafts of a letter as they were edited, in the order given."""
    require(access.may_send_questions(by, assessment))
    mine = {line.question.pk for line in questions.letter_of(by, assessment)}
    if any(each.question.pk not in mine for each in edited):
        raise OtherLetter()
    for position, each in enumerate(edited, 1):
        clarifying.rewrite(each.question, text=each.text, required=each.required, position=position, by=by, at=at)


@transaction.atomic
def send_letter(
    assessment: Assessment, *, edited: Sequence[Edited] = (), no_names: Collection[str] = (), by: Any, at: datetime
) -> list[Clarification]:
    """Send what waits to be asked in one letter; a reader sends their own, staff and practice leads all they may see.

    One question is open per answer: others on it stay drafts for the next round. `no_names` are words that the sender has
    said are no names of readers here.
    """
    require(access.may_send_questions(by, assessment))
    if edited:
        arrange_letter(assessment, edited=edited, by=by, at=at)
    drafts = questions.to_send(by, assessment)
    if not drafts:
        raise NothingToSend()
    people = names.panel_of(assessment.cycle_id)
    for draft in drafts:
        _require_no_reader(draft, people, no_names)
    return clarifying.send(drafts, by=by, at=at)


@transaction.atomic
def drop_question(question: Clarification, *, by: Any, at: datetime) -> None:
    """Take back a question: one's own, or as staff any."""
    require(access.may_drop_question(by, question))
    clarifying.cancel(question, by=by, at=at)


def require_no_reader_named(text: str, cycle: int) -> None:
    """Refuse reasons, which the city reads with its result, that hold the full name or the address of somebody on the panel."""
    found = next((each for each in names.named_in(text, names.panel_of(cycle)) if each.sure), None)
    if found:
        words = _t("The reasons name “%(word)s”. A city reads them and never learns who read it. Nothing was filed; your text is kept.")
        raise NamesReader(words % {"word": found.word}, word=found.word, unsure=False)


def _require_no_reader(draft: Clarification, people: Sequence[names.Person], no_names: Collection[str]) -> None:
    """A city never learns who reads it."""
    for found in names.named_in(draft.text, people):
        code = draft.answer.criterion.code
        if found.sure:
            words = _t("The question on %(code)s names “%(word)s”. A city never learns who reads it. Nothing was sent; your text is kept.")
            raise NamesReader(words % {"code": code, "word": found.word}, word=found.word, unsure=False)
        if found.word not in no_names:
            words = _t(
                "The question on %(code)s holds “%(word)s”, a name on the panel. Nothing was sent; your text is kept. "
                "Reword it, or say below that nobody is meant."
            )
            raise NamesReader(words % {"code": code, "word": found.word}, word=found.word, unsure=True)
