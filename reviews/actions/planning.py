"""A plan of who reads what: changed by hand or from a file, begun anew, published once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments.models import Answer, Assessment, Cycle
from criteria.queries import areas_of
from reviews import access
from reviews.actions.assigning import NotAssignable, Picked, publish_plan
from reviews.models import Assignment, PlanDraft
from reviews.queries import plan as plans
from wwc.refusals import Refusal, require


class PlanMoved(Refusal):
    """The plan is not the one that the person saw."""

    message = _(
        "The plan is not the one you saw: it was published or changed, or a city or a reader moved. Look again, then publish. "
        "Nothing was assigned."
    )


class Unlawful(NotAssignable):
    """A change that a rule stands against."""


@transaction.atomic
def change(cycle: Cycle, *, slot: str, changes: Mapping[plans.Key, int | None], by: Any, at: datetime) -> int:
    """Give lines of a plan to others (members by number), or to nobody yet: all of them or none. How many are different now.

    The whole plan is kept as a draft, so that nothing else moves. Nothing is assigned, and no letter is written.
    """
    require(access.may_manage_panel(by))
    draft = _held(cycle, slot)
    before = _plan(cycle, slot, by)
    if changes.keys() - before.by_key.keys():
        raise Unlawful(_("A line of these wants no reader any more. Work that was given does not move by itself. Nothing was changed."))
    after, refused = before.changed(changes)
    for key, why in sorted(refused.items()):
        line = before.by_key[key]
        said = {"city": line.assessment.city.name, "area": line.area.code, "reason": plans.AGAINST[why]}
        raise Unlawful(_("%(city)s, %(area)s: %(reason)s Nothing was changed.") % said)
    different = [key for key, line in after.by_key.items() if line.member != before.by_key[key].member]
    if different:
        kept = {**(draft.lines if draft else {}), **after.as_json()}
        PlanDraft.objects.update_or_create(cycle=cycle, slot=slot, defaults={"lines": kept, "changed_at": at, "changed_by": by})
    return len(different)


@transaction.atomic
def start_over(cycle: Cycle, *, slot: str, by: Any, at: datetime) -> None:
    """Forget what was changed by hand in the cities open to the person; all of them are proposed anew."""
    require(access.may_manage_panel(by))
    draft = _held(cycle, slot)
    if draft:
        _forget(draft, {plans.name(key) for key in _plan(cycle, slot, by).by_key}, by=by, at=at)


@transaction.atomic
def publish(cycle: Cycle, *, slot: str, seen: str, only: Assessment | None = None, by: Any, at: datetime) -> list[Assignment]:
    """Make the plan that the person saw true, once: of the whole cycle or of one assessment. Each reader gets one letter."""
    require(access.may_manage_panel(by))
    draft = _held(cycle, slot)
    plan = _plan(cycle, slot, by).of(only)
    if plan.digest != seen:
        raise PlanMoved()
    picks = [
        Picked(line.assessment, line.member, [Answer(pk=pk) for pk in line.answers], slot) for line in plan.lines if line.member is not None
    ]
    made = publish_plan(cycle, picks=picks, by=by, at=at)
    if draft:
        _forget(draft, {plans.name(line.key) for line in plan.lines}, by=by, at=at)
    return made


def _held(cycle: Cycle, slot: str) -> PlanDraft | None:
    """The draft, under a lock of the cycle, so that two people change it one after the other also where there is none yet."""
    Cycle.objects.select_for_update(of=("self",)).get(pk=cycle.pk)
    return PlanDraft.objects.filter(cycle=cycle, slot=slot).first()


def _plan(cycle: Cycle, slot: str, by: Any) -> plans.Plan:
    return plans.plan(cycle, by, areas_of(cycle.standard), slot=slot)


def _forget(draft: PlanDraft, names: set[str], *, by: Any, at: datetime) -> None:
    """Take lines out of the draft; it goes with its last."""
    left = {name: line for name, line in draft.lines.items() if name not in names}
    rows = PlanDraft.objects.filter(pk=draft.pk)
    if left:
        rows.update(lines=left, changed_at=at, changed_by=by)
    else:
        rows.delete()
