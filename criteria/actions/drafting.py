"""Edit a draft edition: words, checklists, prerequisites, tiers, links. A published one has no door here."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import F
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
    Prerequisite,
    Provenance,
    Standard,
    Tier,
    TierRequirement,
)
from wwc.audit.record import record
from wwc.refusals import Refusal, require

COMPARABLE = {LinkKind.SAME, LinkKind.REWORDED}
APART = 10_000  # added to positions while rows move, because the database checks each row as it goes


class PublishedMeanwhile(Refusal):
    """Somebody published the edition while this was being edited."""

    message = _("This edition was published meanwhile. Nothing was changed. Draft the next one to change it.")


class UnknownCode(Refusal):
    """A code that the edition does not have."""

    message = _("Nothing was changed. These codes are not in the edition: %(codes)s.")

    def __init__(self, codes: Iterable[str]) -> None:
        super().__init__(self.message % {"codes": ", ".join(codes)})


class CodeTaken(Refusal):
    """A code that is in use in the edition already."""

    message = _("Nothing was added. The code is in use in this edition already. Choose another.")


class NeedsItself(Refusal):
    """A criterion that would need itself."""

    message = _("Nothing was changed. A criterion cannot need itself.")


class StillNeeded(Refusal):
    """A criterion that others, or tiers, rest on."""

    message = _("Not withdrawn: %(names)s still ask for it. Change them first.")

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(self.message % {"names": ", ".join(names)})


class WrongEnds(Refusal):
    """A kind of link that does not fit its origins."""

    message = _(
        "Nothing was changed. New has no origin, merged has two or more, every other kind has one. "
        "Only same and reworded can be comparable."
    )


class NothingBefore(Refusal):
    """A first edition, which follows no other."""

    message = _("This edition follows no other, so there is nothing to link to.")


@transaction.atomic
def edit_standard(standard: Standard, *, name: str, rounding: str, in_force: str, note: str, by: Any, at: datetime) -> None:
    """Change what the edition says of itself, and how it rounds."""
    require(access.may_edit(by, standard))
    _hold(standard)
    changed = _set(standard, name=name, rounding=rounding, in_force=in_force, note=note)
    _told("edition_edited", standard, changed, by=by, at=at)


@transaction.atomic
def edit_area(area: PracticeArea, *, name: str, description: str, partner: str, by: Any, at: datetime) -> None:
    """Change a practice area. A new name drops its translations, which name something else now."""
    require(access.may_edit(by, area.standard))
    _hold(area.standard)
    changed = _set(area, name=name, description=description, partner=partner)
    if "name" in changed:
        area.texts.all().delete()
    _told("area_edited", area.standard, changed, by=by, at=at, area=area.code)


@transaction.atomic
def edit_words(criterion: Criterion, *, words: dict[str, Any], by: Any, at: datetime) -> None:
    """Change the English words: title, statement, why, evidence, not enough, reading notes, first steps, departments.

    What the program's staff write is the program's own, so the mark "ours" goes from each field they change. Translations
    of the criterion are dropped, because they say what was said before.
    """
    require(access.may_edit(by, criterion.standard))
    _hold(criterion.standard)
    text = CriterionText.objects.get(criterion=criterion, language="en")
    changed = _set(text, **words)
    if changed:
        criterion.texts.exclude(language="en").delete()
        _owned(criterion, changed, **({"provenance": Provenance.PUBLISHED} if {"title", "statement"} & set(changed) else {}))
    _told("criterion_edited", criterion.standard, changed, by=by, at=at, criterion=criterion.code)


@transaction.atomic
def edit_rules(criterion: Criterion, *, rules: dict[str, Any], by: Any, at: datetime) -> None:
    """Change what it is worth and how it is read: points, core, may not apply, look-back, frequency, effort, partner."""
    require(access.may_edit(by, criterion.standard))
    _hold(criterion.standard)
    changed = _set(criterion, **rules)
    if changed:
        _owned(criterion, changed)
    _told("criterion_edited", criterion.standard, changed, by=by, at=at, criterion=criterion.code)


@transaction.atomic
def edit_checklist(criterion: Criterion, *, items: Sequence[str], required: int, by: Any, at: datetime) -> None:
    """Replace the checklist and how many of its lines are needed."""
    require(access.may_edit(by, criterion.standard))
    _hold(criterion.standard)
    before = [*criterion.checklist.order_by("position").values_list("text", flat=True)]
    changed = _set(criterion, checklist_required=required)
    if before != list(items):
        criterion.checklist.all().delete()
        ChecklistItem.objects.bulk_create(
            ChecklistItem(criterion=criterion, position=position, text=text) for position, text in enumerate(items, 1)
        )
        criterion.texts.exclude(language="en").update(checklist=[])
        changed["checklist"] = [before, list(items)]
    if changed:
        _owned(criterion, ("checklist", "checklist.items", "checklist.required"), checklist_provenance=Provenance.PUBLISHED)
    _told("checklist_edited", criterion.standard, changed, by=by, at=at, criterion=criterion.code)


@transaction.atomic
def set_prerequisites(criterion: Criterion, *, needs: Sequence[str], by: Any, at: datetime) -> None:
    """Say which criteria must be met before this one earns its points. Loops are told before publishing."""
    require(access.may_edit(by, criterion.standard))
    _hold(criterion.standard)
    if criterion.code in needs:
        raise NeedsItself
    needed = _found(criterion.standard, needs)
    before = sorted(criterion.prerequisites.values_list("needs__code", flat=True))
    after = sorted(each.code for each in needed)
    if before == after:
        return
    criterion.prerequisites.all().delete()
    Prerequisite.objects.bulk_create(Prerequisite(criterion=criterion, needs=each) for each in needed)
    _set(criterion, prerequisites_provenance=Provenance.PUBLISHED if needed else Provenance.NONE)
    _told("prerequisites_set", criterion.standard, {"needs": [before, after]}, by=by, at=at, criterion=criterion.code)


@transaction.atomic
def add_criterion(
    area: PracticeArea, *, code: str, title: str, statement: str, items: Sequence[str], required: int, by: Any, at: datetime
) -> Criterion:
    """Add a criterion at the end of its practice area, linked as new."""
    require(access.may_edit(by, area.standard))
    standard = area.standard
    _hold(standard)
    if standard.criteria.filter(code=code).exists():
        raise CodeTaken
    before = standard.criteria.filter(area__position__lte=area.position)
    position = (before.aggregate(last=models.Max("position"))["last"] or 0) + 1
    _make_room(standard.criteria, position)
    criterion = Criterion.objects.create(
        standard=standard,
        area=area,
        code=code,
        position=position,
        checklist_required=required,
        checklist_provenance=Provenance.PUBLISHED,
        provenance=Provenance.PUBLISHED,
    )
    CriterionText.objects.create(criterion=criterion, language="en", title=title, statement=statement)
    ChecklistItem.objects.bulk_create(ChecklistItem(criterion=criterion, position=place, text=text) for place, text in enumerate(items, 1))
    if standard.drafted_from is not None:
        CriterionLink.objects.create(
            from_standard=standard.drafted_from, to_standard=standard, successor=criterion, kind=LinkKind.NEW, provenance="derived"
        )
    record("criterion_added", standard, by=by, at=at, criterion=code, area=area.code)
    return criterion


@transaction.atomic
def withdraw_criterion(criterion: Criterion, *, by: Any, at: datetime) -> None:
    """Take a criterion out of the draft; what it came from is then listed as withdrawn."""
    require(access.may_edit(by, criterion.standard))
    standard = criterion.standard
    _hold(standard)
    resting = [
        *criterion.needed_by.order_by("criterion__position").values_list("criterion__code", flat=True),
        *TierRequirement.objects.filter(criterion=criterion).order_by("tier__position").values_list("tier__name", flat=True),
    ]
    if resting:
        raise StillNeeded(resting)
    code = criterion.code
    for rows in (criterion.links_back, criterion.prerequisites, criterion.checklist, criterion.texts):
        rows.all().delete()
    criterion.delete()
    _follow_up(standard)
    record("criterion_withdrawn", standard, by=by, at=at, criterion=code)


@transaction.atomic
def set_link(criterion: Criterion, *, kind: str, origins: Sequence[str], comparable: bool, note: str, by: Any, at: datetime) -> None:
    """Say what the criterion comes from in the last edition, and whether a trend may use the two together."""
    require(access.may_edit(by, criterion.standard))
    standard = criterion.standard
    _hold(standard)
    if standard.drafted_from is None:
        raise NothingBefore
    lawful = {LinkKind.NEW: len(origins) == 0, LinkKind.MERGED: len(origins) >= 2, LinkKind.WITHDRAWN: False}
    if not lawful.get(LinkKind(kind), len(origins) == 1) or (comparable and kind not in COMPARABLE):
        raise WrongEnds
    found: list[Criterion | None] = [*_found(standard.drafted_from, origins)] or [None]
    before = [str(link) for link in criterion.links_back.select_related("origin", "successor").order_by("pk")]
    criterion.links_back.all().delete()
    links = CriterionLink.objects.bulk_create(
        CriterionLink(
            from_standard=standard.drafted_from,
            to_standard=standard,
            origin=origin,
            successor=criterion,
            kind=kind,
            comparable=comparable,
            note=note,
            provenance="derived",
        )
        for origin in found
    )
    _follow_up(standard)
    changed = {"link": [before, [str(link) for link in links]], "comparable": comparable, "note": note}
    _told("link_set", standard, changed, by=by, at=at, criterion=criterion.code)


@transaction.atomic
def explain_withdrawn(link: CriterionLink, *, note: str, by: Any, at: datetime) -> None:
    """Tell cities what became of a criterion that has no successor."""
    require(access.may_edit(by, link.to_standard))
    _hold(link.to_standard)
    changed = _set(link, note=note)
    _told("link_set", link.to_standard, changed, by=by, at=at, origin=link.origin.code if link.origin else "")


@transaction.atomic
def edit_tier(
    tier: Tier,
    *,
    name: str,
    floor_percent: int,
    requires_core: bool,
    area_minimum_percent: int,
    required: Sequence[str],
    by: Any,
    at: datetime,
) -> None:
    """Change where a tier begins and what it asks beyond points."""
    require(access.may_edit(by, tier.standard))
    _hold(tier.standard)
    found = _found(tier.standard, required)
    changed = _set(tier, name=name, floor_percent=floor_percent, requires_core=requires_core, area_minimum_percent=area_minimum_percent)
    before = sorted(tier.requirements.values_list("criterion__code", flat=True))
    after = sorted(each.code for each in found)
    if before != after:
        tier.requirements.all().delete()
        TierRequirement.objects.bulk_create(TierRequirement(tier=tier, criterion=each) for each in found)
        changed["required"] = [before, after]
    if changed:
        _set(tier, provenance=Provenance.PUBLISHED)
    _told("tier_edited", tier.standard, changed, by=by, at=at, tier=tier.key)


@transaction.atomic
def add_tier(standard: Standard, *, key: str, name: str, floor_percent: int, by: Any, at: datetime) -> Tier:
    """Add a tier below the first one that begins higher."""
    require(access.may_edit(by, standard))
    _hold(standard)
    if standard.tiers.filter(key=key).exists():
        raise CodeTaken
    higher = standard.tiers.filter(floor_percent__gt=floor_percent).aggregate(first=models.Min("position"))["first"]
    position = higher or (standard.tiers.aggregate(last=models.Max("position"))["last"] or 0) + 1
    _make_room(standard.tiers, position)
    tier = Tier.objects.create(standard=standard, key=key, name=name, floor_percent=floor_percent, position=position)
    record("tier_added", standard, by=by, at=at, tier=key, floor_percent=floor_percent)
    return tier


@transaction.atomic
def remove_tier(tier: Tier, *, by: Any, at: datetime) -> None:
    """Take a tier out of the draft."""
    require(access.may_edit(by, tier.standard))
    _hold(tier.standard)
    standard, key = tier.standard, tier.key
    tier.requirements.all().delete()
    tier.delete()
    record("tier_removed", standard, by=by, at=at, tier=key)


def _hold(standard: Standard) -> None:
    """Lock the edition's row, so that nobody publishes it under our hands."""
    held = Standard.objects.select_for_update(of=("self",)).get(pk=standard.pk)
    if held.status != EditionStatus.DRAFT:
        raise PublishedMeanwhile


def _set(row: models.Model, **values: Any) -> dict[str, list[Any]]:
    """Save the columns that differ; each with its value before and after."""
    changed = {name: [getattr(row, name), value] for name, value in values.items() if getattr(row, name) != value}
    if changed:
        for name, (_before, after) in changed.items():
            setattr(row, name, after)
        row.save(update_fields=list(changed))
    return changed


def _owned(criterion: Criterion, fields: Iterable[str], **values: Any) -> None:
    """Drop the mark "ours" from these fields."""
    _set(criterion, derived_fields=[name for name in criterion.derived_fields if name not in set(fields)], **values)


def _told(verb: str, standard: Standard, changed: dict[str, Any], *, by: Any, at: datetime, **where: Any) -> None:
    if changed:
        record(verb, standard, by=by, at=at, changed=changed, **where)


def _found(standard: Standard, codes: Sequence[str]) -> list[Criterion]:
    """The criteria with these codes, each once, in the edition's order; an unknown one is refused by name."""
    found = list(standard.criteria.filter(code__in=codes).order_by("position"))
    unknown = [code for code in dict.fromkeys(codes) if code not in {criterion.code for criterion in found}]
    if unknown:
        raise UnknownCode(unknown)
    return found


def _make_room(rows: Any, position: int) -> None:
    """Move everything from this position on one place back."""
    rows.filter(position__gte=position).update(position=F("position") + APART)
    rows.filter(position__gte=APART).update(position=F("position") - APART + 1)


def _follow_up(standard: Standard) -> None:
    """A criterion of the last edition is withdrawn exactly while nothing in the draft comes from it."""
    last = standard.drafted_from
    if last is None:
        return
    between = CriterionLink.objects.filter(from_standard=last, to_standard=standard)
    followed = set(between.filter(successor__isnull=False, origin__isnull=False).values_list("origin_id", flat=True))
    between.filter(kind=LinkKind.WITHDRAWN, origin_id__in=followed).delete()
    listed = set(between.filter(kind=LinkKind.WITHDRAWN).values_list("origin_id", flat=True))
    CriterionLink.objects.bulk_create(
        CriterionLink(from_standard=last, to_standard=standard, origin=origin, kind=LinkKind.WITHDRAWN, provenance="derived")
        for origin in last.criteria.exclude(pk__in=followed | listed).order_by("position")
    )
