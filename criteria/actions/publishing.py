"""Draft the next edition from the last, publish it, retire it."""

import re
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from criteria import access
from criteria.models import (
    ChecklistItem,
    Criterion,
    CriterionLink,
    CriterionText,
    EditionStatus,
    LinkKind,
    PracticeArea,
    PracticeAreaText,
    Prerequisite,
    Standard,
    Tier,
    TierRequirement,
)
from criteria.queries import Problem, problems
from wwc.audit.record import record
from wwc.refusals import Refusal, require

CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{1,19}")
RESERVED = {"drafts", "new"}  # words that addresses of our pages use in place of a code


class CodeRefused(Refusal):
    """The code of a new edition is taken or cannot stand in an address."""

    message = _("This code is taken or has other signs than letters, digits and hyphens. Nothing was drafted. Choose another.")


class StillDraft(Refusal):
    """Only what was published can be followed by a next edition."""

    message = _("The next edition is drafted from a published one. Nothing was drafted.")


class NotReady(Refusal):
    """The draft has problems; `problems` lists them all."""

    message = _("Not published: the draft has problems, each listed with its place. The draft is kept.")

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__()
        self.problems = problems


class WrongStage(Refusal):
    """Draft, published, retired, in this order and never back."""

    message = _("The edition is not at that stage any more. Nothing was changed.")


@transaction.atomic
def draft_next(standard: Standard, *, code: str, name: str, by: Any, at: datetime) -> Standard:
    """Start the next edition as a whole copy of this one, with every criterion linked as the same."""
    require(access.may_draft(by))
    if standard.is_draft:
        raise StillDraft
    if not CODE.fullmatch(code) or code in RESERVED or Standard.objects.filter(code=code).exists():
        raise CodeRefused
    draft = Standard.objects.create(
        code=code,
        name=name,
        series=standard.series,
        rounding=standard.rounding,
        note=standard.note,
        drafted_from=standard,
    )
    areas = _copy_areas(standard, draft)
    criteria = _copy_criteria(standard, draft, areas)
    _copy_tiers(standard, draft, criteria)
    CriterionLink.objects.bulk_create(
        CriterionLink(
            from_standard=standard,
            to_standard=draft,
            origin_id=old,
            successor=new,
            kind=LinkKind.SAME,
            comparable=True,
            provenance="derived",
        )
        for old, new in criteria.items()
    )
    record("edition_drafted", draft, by=by, at=at, after=EditionStatus.DRAFT, drafted_from=standard.code)
    return draft


@transaction.atomic
def publish(standard: Standard, *, by: Any, at: datetime) -> None:
    """Publish a draft without problems; from then on nobody changes it."""
    require(access.may_publish(by, standard))
    _lock(standard, EditionStatus.DRAFT)
    found = problems(standard)
    if found:
        raise NotReady(found)
    standard.status, standard.published_at, standard.published_by = EditionStatus.PUBLISHED, at, by
    standard.save(update_fields=["status", "published_at", "published_by"])
    record("edition_published", standard, by=by, at=at, before=EditionStatus.DRAFT, after=EditionStatus.PUBLISHED)


@transaction.atomic
def retire(standard: Standard, *, by: Any, at: datetime) -> None:
    """Take a published edition out of force; everything it says stays."""
    require(access.may_retire(by, standard))
    _lock(standard, EditionStatus.PUBLISHED)
    standard.status, standard.retired_at, standard.retired_by = EditionStatus.RETIRED, at, by
    standard.save(update_fields=["status", "retired_at", "retired_by"])
    record("edition_retired", standard, by=by, at=at, before=EditionStatus.PUBLISHED, after=EditionStatus.RETIRED)


def _lock(standard: Standard, expected: EditionStatus) -> None:
    """Hold the edition's row, so that no edit and no second publishing runs beside this."""
    held = Standard.objects.select_for_update(of=("self",)).get(pk=standard.pk)
    if held.status != expected:
        raise WrongStage
    standard.status = held.status


def _copy_areas(standard: Standard, draft: Standard) -> dict[int, PracticeArea]:
    """The old area's number -> its copy."""
    old = list(standard.areas.order_by("position"))
    new = PracticeArea.objects.bulk_create(_copy(area, standard=draft) for area in old)
    areas = {before.pk: after for before, after in zip(old, new, strict=True)}
    PracticeAreaText.objects.bulk_create(
        _copy(text, area=areas[text.area_id]) for text in PracticeAreaText.objects.filter(area__standard=standard).order_by("pk")
    )
    return areas


def _copy_criteria(standard: Standard, draft: Standard, areas: dict[int, PracticeArea]) -> dict[int, Criterion]:
    """The old criterion's number -> its copy, with texts, checklists and prerequisites."""
    old = list(standard.criteria.order_by("position"))
    new = Criterion.objects.bulk_create(_copy(criterion, standard=draft, area=areas[criterion.area_id]) for criterion in old)
    criteria = {before.pk: after for before, after in zip(old, new, strict=True)}
    for rows in (CriterionText, ChecklistItem):
        found = rows.objects.filter(criterion__standard=standard).order_by("pk")
        rows.objects.bulk_create(_copy(row, criterion=criteria[row.criterion_id]) for row in found)
    Prerequisite.objects.bulk_create(
        Prerequisite(criterion=criteria[row.criterion_id], needs=criteria[row.needs_id])
        for row in Prerequisite.objects.filter(criterion__standard=standard).order_by("pk")
    )
    return criteria


def _copy_tiers(standard: Standard, draft: Standard, criteria: dict[int, Criterion]) -> None:
    old = list(standard.tiers.order_by("position"))
    new = Tier.objects.bulk_create(_copy(tier, standard=draft) for tier in old)
    tiers = {before.pk: after for before, after in zip(old, new, strict=True)}
    TierRequirement.objects.bulk_create(
        TierRequirement(tier=tiers[row.tier_id], criterion=criteria[row.criterion_id])
        for row in TierRequirement.objects.filter(tier__standard=standard).order_by("pk")
    )


def _copy(row: Any, **parents: Any) -> Any:
    """A new row with the same columns under another parent."""
    columns = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}
    for name, parent in parents.items():
        columns[f"{name}_id"] = parent.pk
    return type(row)(**columns)
