"""Calibration rounds as each person may see them: the items, one's own practice, and everybody's once one's own is in."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from assessments.lifecycle import Status
from assessments.models import Answer, Cycle
from reviews.agreement import Agreement, Share, agreement
from reviews.models import Calibration, CalibrationItem, PanelMember, Part, PracticeFinding, Resolution
from reviews.queries import declarations, desk


def cycles(user: Any) -> list[Cycle]:
    """The cycles in which the person plans or practises, the latest first; for staff drafts too, since this comes before opening."""
    return list(Cycle.objects.select_related("standard").order_by("-opens_at", "-pk")) if user.of_programme else desk.cycles_of(user)


def _readers(*parts: str) -> QuerySet[PanelMember]:
    """The panel members who read the area of the round around them."""
    of_area = Q(areas=None) | Q(areas=OuterRef("area"))
    return PanelMember.objects.filter(of_area, cycle=OuterRef("cycle"), left_at=None, part__in=parts or Part.values)


def rounds_visible_to(user: Any) -> QuerySet[Calibration]:
    """All rounds for the program; for readers and leads the opened ones of their areas."""
    rounds = Calibration.objects.select_related("cycle__standard", "area").order_by("area__position", "pk")
    return rounds if user.of_programme else rounds.filter(Exists(_readers().filter(person=user)), opened_at__isnull=False)


def practised_by(user: Any) -> QuerySet[Calibration]:
    """The opened rounds in which the person files."""
    return rounds_visible_to(user).filter(Exists(_readers().filter(person=user)), opened_at__isnull=False)


def led_by(user: Any) -> QuerySet[Calibration]:
    """The rounds of which the person leads the talk."""
    return rounds_visible_to(user).filter(Exists(_readers(Part.LEAD).filter(person=user)))


def items_visible_to(user: Any, of: Calibration) -> QuerySet[CalibrationItem]:
    """The items of a round, less those that come from a city closed to the person: a conflict closes it here too."""
    closed = declarations.closed_city_ids(user)
    items = CalibrationItem.objects.filter(calibration=of).select_related("criterion", "calibration").order_by("criterion__position", "pk")
    return items.exclude(source__answer__assessment__city__in=closed) if closed else items


def has_practised(user: Any, of: Calibration) -> bool:
    """Whether nothing is left for the person to file."""
    mine = PracticeFinding.objects.filter(item=OuterRef("pk"), filed_by=user)
    return not items_visible_to(user, of).filter(~Exists(mine)).exists()


def compares(user: Any, of: Calibration) -> bool:
    """Whether the person may see the expected verdicts and everybody's: once their own are all in, or the round is over."""
    practises = practised_by(user).filter(pk=of.pk).exists()
    return bool(of.ended_at) or (has_practised(user, of) if practises else user.of_programme)


def findings_visible_to(user: Any, of: Calibration) -> QuerySet[PracticeFinding]:
    """The practice of a round: one's own, everybody's once one compares."""
    rows = PracticeFinding.objects.filter(item__in=items_visible_to(user, of).values("pk")).select_related("filed_by").order_by("pk")
    return rows if compares(user, of) else rows.filter(filed_by=user)


@dataclass(frozen=True)
class Compared:
    """One item with one's own verdict and, where one compares, the others'."""

    item: CalibrationItem
    mine: PracticeFinding | None
    others: tuple[PracticeFinding, ...]
    said: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Round:
    """A round as one person sees it: its items, whether they compare, and how far they and all agree with what was expected."""

    compares: bool
    items: tuple[Compared, ...]
    own: Share
    all: Share
    between: Agreement

    @property
    def left(self) -> int:
        """How many items the person has yet to file."""
        return sum(each.mine is None for each in self.items)


def round_of(user: Any, of: Calibration) -> Round:
    """Everything on the page of a round."""
    items, found, shown = list(items_visible_to(user, of)), list(findings_visible_to(user, of)), compares(user, of)
    for item in items if not shown else []:
        item.expected = item.why = ""  # so that no page has them to show
    compared = []
    for item in items:
        here = [each for each in found if each.item_id == item.pk]
        mine = next((each for each in here if each.filed_by_id == user.pk), None)
        said = Counter(str(each.get_verdict_display()) for each in here)
        compared.append(Compared(item, mine, tuple(each for each in here if each is not mine), tuple(said.most_common())))
    expected = {item.pk: item.expected for item in items}
    right = [each.verdict == expected[each.item_id] for each in found]
    own = [each.mine.verdict == each.item.expected for each in compared if each.mine and shown]
    pairs = [pair for each in compared for pair in combinations(_verdicts(each), 2)] if shown else []
    return Round(
        shown, tuple(compared), Share(sum(own), len(own)), Share(sum(right), len(right)) if shown else Share(0, 0), agreement(pairs)
    )


def _verdicts(of: Compared) -> Sequence[str]:
    return [each.verdict for each in (*([of.mine] if of.mine else []), *of.others)]


def progress_of(rounds: Sequence[Calibration]) -> dict[int, tuple[int, int]]:
    """For each round (by number) how many items it has and how many readers have begun. Two queries."""
    numbers = [each.pk for each in rounds]
    items = dict(CalibrationItem.objects.filter(calibration__in=numbers).values_list("calibration_id").annotate(n=Count("pk")))
    begun = PracticeFinding.objects.filter(item__calibration__in=numbers).values_list("item__calibration_id")
    people = dict(begun.annotate(n=Count("filed_by", distinct=True)))
    return {pk: (items.get(pk, 0), people.get(pk, 0)) for pk in numbers}


def candidates(user: Any, of: Calibration) -> QuerySet[Answer]:
    """Settled answers of the area in announced assessments of earlier cycles, in cities open to the person, each with its verdict."""
    readable = desk.answers_readable_by(user).filter(assessment__status=Status.ANNOUNCED, criterion__area=of.area)
    settled = Resolution.objects.filter(answer=OuterRef("pk"), version=OuterRef("current")).order_by("-pk")
    rows = readable.exclude(assessment__cycle=of.cycle).filter(Exists(settled), current__isnull=False)
    return rows.select_related("criterion", "current", "assessment__city", "assessment__cycle").order_by("criterion__position", "-pk")


def verdict_on(answer: Answer) -> Resolution | None:
    """How an answer was settled, with which reasons."""
    return Resolution.objects.filter(answer=answer, version=answer.current_id).order_by("-pk").first()
