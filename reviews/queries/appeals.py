"""Appeals: until when, which are whose to see, who may read one, and what is told of a round on its day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from assessments import clock
from assessments import queries as case
from assessments.models import Answer, Assessment
from criteria.scoring import Verdict
from reviews.lifecycle import UNDECIDED, AppealStatus, AwardStatus, How, Settled
from reviews.models import Accord, Announcement, Appeal, Award, Finding, Hearing, PanelMember, Resolution
from reviews.queries import declarations, desk, results
from wwc.clock import under_lock


@dataclass(frozen=True)
class Window:
    """When the verdicts of a result can be appealed: once its letters are on their way, until the day that they name."""

    opens_at: datetime
    closes_at: datetime

    def is_open(self, at: datetime) -> bool:
        """Whether an appeal that is filed at this instant counts."""
        return self.opens_at <= at <= self.closes_at


def window_of(award: Award) -> Window | None:
    """The window of a released award; None before the release, and for what was told on appeal, which is final."""
    batch = award.announcement
    if batch is None or batch.released_at is None or batch.appeals_of_id is not None or award.status != AwardStatus.RELEASED:
        return None
    return Window(batch.released_at + settings.LETTER_HOLD, closes_at(award))


def closes_at(award: Award, batch: Announcement | None = None) -> datetime:
    """Until when the verdicts of an award can be appealed: so many days after the announcement, at five in the city's own zone."""
    batch = batch or award.announcement
    if batch is None:
        raise ValueError(f"award {award.pk} is in no round yet")
    day = results.announced_on(batch) + timedelta(days=award.assessment.cycle.appeal_days)
    return clock.hour_on(day, award.assessment.city.timezone)


def window_over(batch: Announcement) -> datetime:
    """When the last city of a round can file no more: the latest of its windows."""
    awards = Award.objects.filter(_told_in(batch)).select_related("assessment__city", "assessment__cycle", "announcement")
    return max((closes_at(award) for award in awards), default=batch.released_at or under_lock())


def work_due(assessment: Assessment, start: datetime) -> datetime:
    """The end of one step of an appeal that begins at this instant: the cycle's business days for it, in the city's own zone."""
    return case.business_days_on(assessment, start, assessment.cycle.appeal_work_days)


def can_be_appealed(award: Award, answer: Answer) -> bool:
    """Whether there is something to win: a verdict of not met that is ours, and not the city's own word."""
    if award.score.verdicts.get(answer.criterion.code) != Verdict.NOT_MET:
        return False
    settled = Resolution.objects.filter(answer=answer).exclude(how=How.APPEAL).order_by("pk").values_list("how", flat=True).last()
    return settled != How.AS_CITY_SAYS


# Whose they are


def of_assessment(assessment: Assessment) -> list[Appeal]:
    """The appeals of an assessment in the order of the edition, for a page that is open to its reader already."""
    return list(_whole(Appeal.objects.filter(answer__assessment=assessment)).order_by("answer__criterion__position", "pk"))


def filed_in(user: Any) -> QuerySet[Appeal]:
    """The appeals of a person's own cities; for the program all that it may see."""
    own = Q(answer__assessment__city__in=case.own_city_ids(user))
    seen = own | Q(answer__assessment__in=results.deciding_to(user)) if user.of_programme else own
    return _whole(Appeal.objects.filter(seen))


def appeals_to(user: Any) -> QuerySet[Appeal]:
    """The appeals that a person of the program may see, less those of closed cities."""
    return _whole(Appeal.objects.filter(answer__assessment__in=results.deciding_to(user)))


# The parts of the list, in the order in which an appeal goes through them.
PARTS: dict[str, list[str]] = {
    "filed": [AppealStatus.FILED],
    "reading": [AppealStatus.ADMITTED],
    "confirm": [AppealStatus.SETTLED],
    "tell": [AppealStatus.CONFIRMED],
    "over": [AppealStatus.TOLD, AppealStatus.NOT_ADMITTED, AppealStatus.WITHDRAWN],
}


def part_of_list(user: Any, asked: Mapping[str, str]) -> str:
    """Which part of the list an address asks for (`show`); else where the person's own work begins."""
    return asked["show"] if asked.get("show", "") in PARTS else "filed" if user.of_programme else "reading"


def listed(user: Any, asked: Mapping[str, str]) -> QuerySet[Appeal]:
    """The appeals of one part, narrowed to a country: the program's, or those that a reader is to read."""
    rows = appeals_to(user) if user.of_programme else heard_by(user)
    rows = rows.filter(status__in=PARTS[part_of_list(user, asked)])
    return case.narrowed(rows, asked, "answer__assessment__city").order_by("due_at", "filed_at", "pk")


def heard_by(user: Any) -> QuerySet[Appeal]:
    """The appeals that a person was given to read, or that wait in an area that they lead."""
    given = desk.appeals_heard_by(user).values("pk")
    led = Appeal.objects.filter(answer__in=desk.led_by(user).values("pk"), status=AppealStatus.ADMITTED).values("pk")
    return _whole(Appeal.objects.filter(Q(pk__in=given) | Q(pk__in=led)))


def waiting_for(person: Any, at: datetime) -> int:
    """How many appeals wait for a person: for staff those that were filed, for a director those that they can confirm, for who reads
    them those whose time for evidence is over; never of a closed city, never one in whose verdict the person had a hand.
    """
    filed = appeals_to(person).filter(status=AppealStatus.FILED).count() if person.is_staff else 0
    found = appeals_to(person).filter(status=AppealStatus.SETTLED) if person.is_director else ()
    ended = Q(opened__open_until__lt=at) | Q(opened__closed_at__isnull=False)
    to_hear = heard_by(person).filter(ended, status=AppealStatus.ADMITTED)
    confirms = sum(not is_settled_by(person, appeal) for appeal in found)
    return filed + confirms + sum(not is_involved(person, appeal.answer) for appeal in to_hear)


def _whole(rows: QuerySet[Appeal]) -> QuerySet[Appeal]:
    return rows.select_related(
        "answer__assessment__city", "answer__assessment__cycle__standard", "answer__criterion__area", "answer__current",
        "award__announcement", "award__score", "reader__person", "opened", "resolution",
    )  # fmt: skip


# Who may read one


def is_involved(person: Any, answer: Answer) -> bool:
    """Whether the person had a hand in the verdict: read the answer, settled it, or decided on the award."""
    return any(rows.exists() for rows in _hand_in(answer, person))


def _hand_in(answer: Answer, person: Any) -> tuple[QuerySet[Any], ...]:
    """What a person, or whoever the query around it is about, did towards the verdict: read, agreed, settled, decided."""
    return (
        Finding.objects.filter(answer=answer, filed_by=person),
        Accord.objects.filter(answer=answer, proposed_by=person),
        Resolution.objects.filter(answer=answer, resolved_by=person).exclude(how=How.APPEAL),
        Award.objects.filter(Q(proposed_by=person) | Q(approved_by=person), assessment=answer.assessment_id),
    )


def is_settled_by(person: Any, appeal: Appeal) -> bool:
    """Whether the person read the appeal, or settled the verdict before."""
    found = heard(appeal)
    if found is not None and found.heard_by_id == person.pk:
        return True
    return Resolution.objects.filter(answer=appeal.answer_id, resolved_by=person).exclude(how=How.APPEAL).exists()


def readers_for(answer: Answer) -> QuerySet[PanelMember]:
    """Who of the panel can read an appeal on this answer: declared open to the city, and not involved before."""
    live = PanelMember.objects.filter(cycle=answer.assessment.cycle_id, left_at=None, person__is_active=True)
    uninvolved = [~Exists(rows) for rows in _hand_in(answer, OuterRef("person"))]
    free = live.filter(*uninvolved).select_related("person").order_by("person__name", "pk")
    cities = declarations.open_cities(free.values_list("person_id", flat=True), answer.assessment.cycle)
    return free.filter(person__in=[person for person, open_to in cities.items() if answer.assessment.city_id in open_to])


def hearings_of(appeal: Appeal) -> list[Hearing]:
    """What was found on it, the first first."""
    return list(Hearing.objects.filter(appeal=appeal).select_related("heard_by").order_by("pk"))


def verdict_before(appeal: Appeal) -> Resolution | None:
    """The verdict that is appealed, with its reasons."""
    return Resolution.objects.filter(answer=appeal.answer_id).exclude(how=How.APPEAL).order_by("pk").last()


def heard(appeal: Appeal) -> Hearing | None:
    """What its reader found last."""
    return Hearing.objects.filter(appeal=appeal).select_related("heard_by").order_by("pk").last()


# Telling


def _told_in(batch: Announcement) -> Q:
    return Q(announcement=batch, status__in=results.TOLD)


def of_round(batch: Announcement) -> QuerySet[Appeal]:
    """The appeals of the verdicts that a round told."""
    return Appeal.objects.filter(award__announcement=batch)


def undecided_in(batch: Announcement) -> int:
    """How many appeals of a round still wait for somebody of the program."""
    return of_round(batch).filter(status__in=UNDECIDED).count()


def told_by(batch: Announcement) -> QuerySet[Appeal]:
    """The appeals that a batch of settled appeals tells, or has told."""
    if batch.appeals_of_id is None:
        return Appeal.objects.none()
    rows = Appeal.objects.filter(award__announcement=batch.appeals_of_id, status__in=[AppealStatus.CONFIRMED, AppealStatus.TOLD])
    return _whole(rows).order_by("answer__assessment__city__folded", "answer__criterion__position", "pk")


def without_award(batch: Announcement) -> list[Assessment]:
    """The assessments in which an appeal was upheld and whose decision on the new score is not in this batch."""
    upheld = told_by(batch).filter(status=AppealStatus.CONFIRMED, resolution__verdict=Settled.MET)
    cases = {appeal.answer.assessment_id: appeal.answer.assessment for appeal in upheld}
    held = {award.assessment_id: award for award in results.awards_of(batch)}
    settled = {pk: score.verdicts for pk, score in results.current_scores(cases.values()).items() if score}
    return [each for pk, each in cases.items() if pk not in held or held[pk].score.verdicts != settled.get(pk)]
