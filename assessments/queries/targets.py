"""What a city aims at: the criteria that it chose from a result, and what became of them in the edition of its next assessment."""

from dataclasses import dataclass

from django.db.models import Q, Subquery

from assessments.lifecycle import Status
from assessments.models import Assessment, Target
from criteria import queries as rulebooks
from criteria.models import Criterion, LinkKind


@dataclass(frozen=True)
class Aim:
    """One target of last time: the criterion as it was, those that ask for it now, the kind of change, and a note where there is none."""

    source: Assessment
    then: Criterion
    now: tuple[Criterion, ...]
    kind: str
    note: str = ""

    @property
    def kind_shown(self) -> str:
        """The kind of change in words; empty where the criterion is the same."""
        return "" if self.kind == LinkKind.SAME else str(LinkKind(self.kind).label)

    @property
    def renamed(self) -> bool:
        """Whether no criterion of now has the number of then."""
        return bool(self.now) and self.then.code not in {criterion.code for criterion in self.now}


def targets_of(assessment: Assessment) -> list[Target]:
    """What the city chose from the result of an assessment, in the order of the edition."""
    live = Target.objects.filter(answer__assessment=assessment, ended_at=None)
    return list(live.select_related("answer__criterion").order_by("answer__criterion__position"))


def aims_of(assessment: Assessment, language: str = "en") -> list[Aim]:
    """What the city chose from its last result before an assessment, each as the edition of now asks for it; none is lost on the way.

    One query where nothing was chosen.
    """
    before = Q(started_at__lt=assessment.started_at) | Q(started_at=assessment.started_at, pk__lt=assessment.pk)
    told = Assessment.objects.filter(before, city=assessment.city_id, status=Status.ANNOUNCED).order_by("-started_at", "-pk")
    chosen = Target.objects.filter(answer__assessment=Subquery(told.values("pk")[:1]), ended_at=None)
    rows = list(chosen.select_related("answer__assessment__cycle__standard").order_by("answer__criterion__position"))
    if not rows:
        return []
    source = rows[0].answer.assessment
    way = rulebooks.kept_crosswalk(source.cycle.standard, assessment.cycle.standard) or rulebooks.Crosswalk({}, {})
    asked_then = {criterion.pk: criterion for criterion in rulebooks.kept_criteria(source.cycle.standard, language)}
    asked_now = rulebooks.kept_criteria(assessment.cycle.standard, language)
    return [_aim(source, asked_then[row.answer.criterion_id], asked_now, way) for row in rows]


def _aim(source: Assessment, then: Criterion, asked_now: list[Criterion], way: rulebooks.Crosswalk) -> Aim:
    """A criterion of then followed through the crosswalk."""
    found = tuple(each for each in asked_now if each.pk in way.origin_of and then.pk in way.origin_of[each.pk].origins)
    if not found:
        return Aim(source, then, (), LinkKind.WITHDRAWN, way.withdrawn.get(then.pk, ""))
    kind = LinkKind.SPLIT if len(found) > 1 else way.origin_of[found[0].pk].kind
    return Aim(source, then, found, kind)
