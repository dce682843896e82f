"""A city chooses from its result what it aims at in its next assessment."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments import queries as case
from assessments.lifecycle import Status
from assessments.models import Answer, Assessment, Target
from criteria.scoring import Verdict
from reviews import access
from reviews.queries import results
from wwc.audit.record import record
from wwc.refusals import Refusal, require


class NotOut(Refusal):
    """There is no result to choose from."""

    message = _("Targets are chosen once the result is out. Nothing was changed.")


class MetAlready(Refusal):
    """A target is a criterion that the result does not count as met."""

    message = _("Only criteria that are not met can be targets. Nothing was changed.")


@transaction.atomic
def choose(assessment: Assessment, *, codes: Collection[str], by: Any, at: datetime) -> list[Target]:
    """Make the criteria with these codes the targets, and no others. The same choice again changes nothing.

    Raises NotOut before the announcement, MetAlready for a criterion that the result counts as met.
    """
    require(access.may_target(by, assessment))
    held = Assessment.objects.select_for_update(of=("self",)).get(pk=assessment.pk)
    award = results.told_award(held) if held.status == Status.ANNOUNCED else None
    if award is None:
        raise NotOut()
    if not set(codes) <= {code for code, verdict in award.score.verdicts.items() if verdict != Verdict.MET}:
        raise MetAlready()
    live = {target.answer.criterion.code: target for target in case.targets_of(held)}
    added, dropped = sorted(set(codes) - set(live)), sorted(set(live) - set(codes))
    Target.objects.filter(pk__in=[live[code].pk for code in dropped]).update(ended_at=at, ended_by=by)
    answers = Answer.objects.filter(assessment=held, criterion__code__in=added)
    Target.objects.bulk_create(Target(answer=answer, chosen_at=at, chosen_by=by) for answer in answers)
    if added or dropped:
        record("chose_targets", held, by=by, at=at, city_id=held.city_id, added=added, dropped=dropped)
    return case.targets_of(held)
