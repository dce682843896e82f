"""Questions to a city as the review team sees them: what waits as a draft, what the next letter holds, what was asked about an answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments.lifecycle import Asked
from assessments.models import Answer, Assessment, Clarification, Reply
from assessments.queries import reopenings_now
from reviews.queries import desk

OPEN_NOW = _("A question on this answer is open. This one waits for the next letter.")
OPEN_AGAIN = _("The city has this answer open again. This one waits until it is closed.")
NO_ROUND_LEFT = _("The city was asked about this answer as often as the cycle allows.")
SECOND_ON_IT = _("One question on an answer goes at a time. This one waits for the next letter.")


def questions_visible_to(user: Any) -> QuerySet[Clarification]:
    """The questions on answers that the person may read."""
    rows = Clarification.objects.filter(answer__in=desk.answers_readable_by(user).values("pk"))
    return rows.select_related("answer__assessment__city", "answer__criterion")


@dataclass(frozen=True)
class Line:
    """One draft on the page of the letter: which round it would be, and why it cannot go now, if so."""

    question: Clarification
    round: int
    of: int
    why_not: str | Promise

    @property
    def is_last(self) -> bool:
        """Whether the city cannot be asked about this answer again."""
        return self.round >= self.of


def letter_of(user: Any, assessment: Assessment) -> list[Line]:
    """The drafts that the person may send, in the order of the letter; those that cannot go now say why and come last.

    A reader has their own; staff all; a practice lead all of their areas, less those on an answer they have yet to judge.
    """
    blind = Exists(desk.unfiled_by(user).filter(answer=OuterRef("answer")))
    readable = desk.answers_readable_by(user).filter(assessment=assessment)
    drafts = Clarification.objects.filter(status=Asked.DRAFT, answer__in=readable.values("pk")).filter(Q(asked_by=user) | ~blind)
    if not user.of_programme:
        drafts = drafts.filter(Q(asked_by=user) | Q(answer__in=desk.led_by(user).values("pk")))
    sent = Clarification.objects.filter(answer=OuterRef("answer"), sent_at__isnull=False).exclude(status=Asked.CANCELED)
    rows = drafts.annotate(
        used=Coalesce(Subquery(sent.order_by().values("answer").annotate(n=Count("pk")).values("n")), 0),
        open_now=Exists(Clarification.objects.filter(answer=OuterRef("answer"), status=Asked.SENT)),
        open_again=Exists(reopenings_now().filter(answer=OuterRef("answer"))),
    )
    found, seen, most = [], set(), assessment.cycle.policy["rounds_of_questions"]
    for row in rows.select_related("answer__criterion", "answer__assessment__cycle", "asked_by").order_by("position", "pk"):
        why = OPEN_NOW if row.open_now else OPEN_AGAIN if row.open_again else NO_ROUND_LEFT if row.used >= most else ""
        why = why or (SECOND_ON_IT if row.answer_id in seen else "")
        seen.add(row.answer_id)
        found.append(Line(row, row.used + 1, most, why))
    return sorted(found, key=lambda line: bool(line.why_not))


def to_send(user: Any, assessment: Assessment) -> list[Clarification]:
    """The questions that the person can send now, in the order of the letter, one for each answer."""
    return [line.question for line in letter_of(user, assessment) if not line.why_not]


@dataclass(frozen=True)
class Heard:
    """A question on an answer as one person may know of it. Its words are empty while they have yet to judge and somebody else asks."""

    pk: int
    status: str
    words: str
    mine: bool
    required: bool
    sent_at: datetime | None
    due_at: datetime | None
    replies: tuple[Reply, ...]

    @property
    def state(self) -> str:
        """Where it is, in words."""
        return str(Asked(self.status).label)

    @property
    def is_open(self) -> bool:
        """Whether it can be taken back."""
        return self.status in {Asked.DRAFT, Asked.SENT}


def asked_about(user: Any, answer: Answer) -> list[Heard]:
    """The questions on an answer. Whoever has yet to judge it learns that one is open, and reads what the city replied."""
    own, blind = Q(asked_by=user), Exists(desk.unfiled_by(user).filter(answer=answer))
    steers = Q() if user.of_programme else Exists(desk.led_by(user).filter(pk=answer.pk))
    rows = Clarification.objects.filter(answer=answer).exclude(status=Asked.CANCELED, sent_at=None)
    rows = rows.filter(own | ~Q(status=Asked.DRAFT) | (~blind & steers))
    # The words are left out by the query itself: no page has them to show.
    words = Case(When(own | ~blind, then=F("text")), default=Value(""), output_field=TextField())
    return [
        Heard(
            row.pk, row.status, row.words, row.asked_by_id == user.pk, row.required, row.sent_at, row.due_at, tuple(row.replies.all())
        )
        for row in rows.defer("text").annotate(words=words).prefetch_related("replies").order_by("pk")
    ]  # fmt: skip
