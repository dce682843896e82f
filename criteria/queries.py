"""Fetch the rulebook: editions for a reader, criteria in the words of a language, rows as the scoring core's values."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from time import monotonic
from typing import Any, cast

from django.conf import settings
from django.db.models import F, Max, Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

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
from criteria.scoring import Rule, Rulebook, RulebookError, Score, Verdict, floor_points, score
from criteria.scoring import Tier as Step
from criteria.scoring.rulebook import Rounding

ENGLISH = "en"


def current_standard() -> Standard:
    """The edition published last that is in force; `Standard.DoesNotExist` where none is."""
    return Standard.objects.filter(status=EditionStatus.PUBLISHED).latest("published_at", "pk")


def changed_at() -> datetime | None:
    """When an edition was last published or retired; None before the first."""
    when = Standard.objects.aggregate(published=Max("published_at"), retired=Max("retired_at"))
    return max((at for at in when.values() if at), default=None)


def standards_shown(user: Any = None) -> QuerySet[Standard]:
    """The editions this person may see, newest first: published and retired ones, drafts for staff alone."""
    shown = Standard.objects.order_by("-pk")
    if getattr(user, "of_programme", False):
        return shown
    return shown.exclude(status=EditionStatus.DRAFT)


def rulebook(standard: Standard) -> Rulebook:
    """The edition as the scoring core's values, in four queries. Rows that make no sense raise `RulebookError`."""
    needs: dict[int, list[str]] = {}
    rows = Prerequisite.objects.filter(criterion__standard=standard).order_by("needs__position", "pk")
    for criterion_id, code in rows.values_list("criterion_id", "needs__code"):
        needs.setdefault(criterion_id, []).append(code)
    rules = tuple(
        Rule(
            code=criterion.code,
            area=criterion.area.code,
            points=criterion.points,
            core=criterion.core,
            needs=tuple(needs.get(criterion.pk, ())),
            effort=criterion.effort,
            may_not_apply=criterion.may_not_apply,
        )
        for criterion in Criterion.objects.filter(standard=standard).select_related("area").order_by("position")
    )
    steps = tuple(_step(tier) for tier in _tiers(standard))
    return Rulebook(edition=standard.code, rules=rules, tiers=steps, rounding=cast("Rounding", standard.rounding))


def tiers_of(standard: Standard, possible: int) -> list[Tier]:
    """The tiers from the lowest up, each with `at`, the fewest points that reach its floor, and `required_codes`."""
    tiers = list(_tiers(standard))
    for tier in tiers:
        step = _step(tier)
        tier.at = floor_points(step, possible, cast("Rounding", standard.rounding))
        tier.required_codes = sorted(step.required)
    return tiers


@dataclass(frozen=True)
class Example:
    """A set of criteria met that shows points, a prerequisite and a gate at work; parts that the edition has not are empty."""

    met: int
    points: int
    tier: str
    blocked: str
    needs: str
    core: str
    tier_without_core: str


def worked_example(book: Rulebook) -> Example | None:
    """Criteria met until the second tier is reached, one of them without its prerequisite; the core says what it comes to.

    None where the edition has fewer than two tiers.
    """
    if len(book.tiers) < 2:
        return None
    core = [rule.code for rule in book.rules if rule.core]
    waits = next((rule for rule in book.rules if rule.needs and not {rule.code, *rule.needs} & set(core)), None)
    needs = waits.needs[0] if waits else ""
    met = {*core, *([waits.code] if waits else [])}
    found = _score(book, met)
    for rule in book.rules:
        if found.tiers[1].reached:
            break
        if rule.code != needs and needs not in rule.needs:
            met.add(rule.code)
            found = _score(book, met)
    held = next((reason for reason in found.reasons if waits and reason.code == waits.code), None)
    without = _score(book, met - {core[0]}) if core else found
    return Example(
        met=len(met),
        points=found.points,
        tier=found.tier or "",
        blocked=held.code if held and held.why == "blocked" else "",
        needs=needs,
        core=core[0] if core else "",
        tier_without_core=without.tier or "",
    )


def _score(book: Rulebook, met: set[str]) -> Score:
    return score(book, {code: Verdict.MET if code in met else Verdict.NOT_MET for code in book.by_code})


def criteria_of(standard: Standard, language: str = ENGLISH) -> list[Criterion]:
    """The criteria in their order with all that a page says of them, in six queries however many they are.

    Each gets `text` (in the language, else English with `text_is_fallback`), `lines` (its checklist in the same words),
    `needs_codes` and `needed_codes` (prerequisites both ways), and its area gets `name_shown`.
    """
    return _worded(_with_words(standard.criteria.order_by("position"), language), language)


def criterion_of(standard: Standard, code: str, language: str = ENGLISH) -> Criterion | None:
    """One criterion as `criteria_of` gives it; None where the edition has no such code."""
    found = _worded(_with_words(standard.criteria.filter(code=code), language), language)
    return found[0] if found else None


def areas_of(standard: Standard, language: str = ENGLISH) -> list[PracticeArea]:
    """The practice areas in their order, with `name_shown`."""
    names = Prefetch("texts", PracticeAreaText.objects.filter(language=language))
    areas = list(standard.areas.order_by("position").prefetch_related(names))
    for area in areas:
        _name(area)
    return areas


@dataclass(frozen=True)
class CheckQuestion:
    """One question of the self-check: ours, about one practice area, leading to one criterion."""

    area: PracticeArea
    criterion: Criterion
    text: str


def self_check(language: str = ENGLISH) -> tuple[Standard, list[CheckQuestion]] | None:
    """The questions of the self-check, in the order of the areas, with the edition they belong to; None where it is not there."""
    given = _self_check_data()
    standard = standards_shown().filter(code=given["edition"]).first()
    if standard is None:
        return None
    wanted = {each["criterion"]: each["text"] for each in given["questions"]}
    criteria = _worded(_with_words(standard.criteria.filter(code__in=wanted).order_by("position"), language), language)
    words = {code: text.get(language, text[ENGLISH]) for code, text in wanted.items()}
    return standard, [CheckQuestion(each.area, each, words[each.code]) for each in criteria]


@cache
def _self_check_data() -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads((settings.BASE_DIR / "fixtures" / "self-check-2022.json").read_text()))


def links(from_standard: Standard, to_standard: Standard) -> list[CriterionLink]:
    """How the criteria of one edition relate to those of another: in the later one's order, withdrawn ones last."""
    return list(
        CriterionLink.objects.filter(from_standard=from_standard, to_standard=to_standard)
        .select_related("origin", "successor")
        .order_by(F("successor__position").asc(nulls_last=True), F("origin__position").asc(nulls_last=True))
    )


def links_back(criterion: Criterion, language: str = ENGLISH) -> list[CriterionLink]:
    """What a criterion comes from, each origin with its words of then."""
    found = list(criterion.links_back.select_related("from_standard").order_by("origin__position", "pk"))
    origins = _by_pk(Criterion.objects.filter(links_onward__in=found), language)
    for link in found:
        link.origin = origins.get(link.origin_id or 0)
    return found


def links_onward(criterion: Criterion, user: Any = None) -> list[CriterionLink]:
    """What became of a criterion, in the editions that this person may see."""
    return list(
        criterion.links_onward.filter(to_standard__in=standards_shown(user))
        .select_related("to_standard", "successor")
        .order_by("to_standard_id", F("successor__position").asc(nulls_last=True))
    )


def changes(from_standard: Standard, to_standard: Standard, language: str = ENGLISH) -> list[CriterionLink]:
    """All links between two editions, both ends with their words, each with `changed`: what it says before and after."""
    found = links(from_standard, to_standard)
    before = _by_pk(from_standard.criteria.all(), language)
    after = _by_pk(to_standard.criteria.all(), language)
    for link in found:
        link.origin = before.get(link.origin_id or 0)
        link.successor = after.get(link.successor_id or 0)
        link.changed = list(differences(link.origin, link.successor)) if link.origin and link.successor else []
    return found


@dataclass(frozen=True)
class Origin:
    """What a criterion comes from: criteria of an earlier edition by key, the kind of change, what to check.

    `whole` says whether answers to the origins can speak for all of it: not where an origin was split, and not where a part is new.
    """

    origins: tuple[int, ...]
    kind: str
    notes: tuple[str, ...] = ()
    whole: bool = True


@dataclass(frozen=True)
class Crosswalk:
    """The way from an earlier edition to a later one: what each criterion comes from, and what was withdrawn, with its note."""

    origin_of: dict[int, Origin]
    withdrawn: dict[int, str]


def crosswalk(from_standard: Standard, to_standard: Standard) -> Crosswalk | None:
    """The way from one edition to another, over any editions between; None where the links do not lead there.

    Every criterion of the earlier edition is the origin of something or is withdrawn; none is lost.
    """
    between: dict[tuple[int, int], list[CriterionLink]] = {}
    for link in CriterionLink.objects.order_by("origin__position", "pk"):
        between.setdefault((link.from_standard_id, link.to_standard_id), []).append(link)
    steps = _steps_between(set(between), from_standard.pk, to_standard.pk)
    if steps is None:
        return None
    keys = list(from_standard.criteria.order_by("position").values_list("pk", flat=True))
    return followed(keys, [between[step] for step in steps])


def _steps_between(pairs: set[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]] | None:
    """The fewest steps from one edition to another."""
    ways: dict[int, list[tuple[int, int]]] = {start: []}
    reached = [start]
    for here in reached:
        if here == end:
            return ways[here]
        for step in sorted(pair for pair in pairs if pair[0] == here and pair[1] not in ways):
            ways[step[1]] = [*ways[here], step]
            reached.append(step[1])
    return None


def followed(keys: list[int], steps: list[list[CriterionLink]]) -> Crosswalk:
    """The way of an edition's criteria through its links, step by step."""
    origin_of = {pk: Origin((pk,), LinkKind.SAME) for pk in keys}
    ended: dict[int, str] = {}
    for step in steps:
        for link in step:
            if link.successor_id is None and link.origin_id in origin_of:
                ended |= dict.fromkeys(origin_of[link.origin_id].origins, link.note)
        into: dict[int, list[CriterionLink]] = {}
        for link in step:
            if link.successor_id is not None:
                into.setdefault(link.successor_id, []).append(link)
        origin_of = {successor: _origin(found, origin_of) for successor, found in into.items()}
    alive = {pk for origin in origin_of.values() for pk in origin.origins}
    return Crosswalk(origin_of, {pk: ended.get(pk, "") for pk in keys if pk not in alive})


_NO_ORIGIN = Origin((), LinkKind.NEW, whole=False)
_STRENGTH = [LinkKind.SAME, LinkKind.REWORDED, LinkKind.SPLIT, LinkKind.MERGED]


def _origin(found: list[CriterionLink], before: dict[int, Origin]) -> Origin:
    """What a criterion comes from, given what the criteria one step before it come from."""
    parts = [before.get(link.origin_id or 0, _NO_ORIGIN) for link in found]
    notes = tuple(note for note in [*(note for part in parts for note in part.notes), *(link.note for link in found)] if note)
    origins = tuple(dict.fromkeys(pk for part in parts for pk in part.origins))
    if not origins:
        return Origin((), LinkKind.NEW, notes, whole=False)
    kinds = [LinkKind(kind) for kind in [*(link.kind for link in found), *(part.kind for part in parts if part.origins)]]
    kind = LinkKind.MERGED if len(origins) > 1 else max(kinds, key=_STRENGTH.index)
    return Origin(origins, kind, notes, whole=LinkKind.SPLIT not in kinds and all(part.whole for part in parts))


# What was published never changes, so a process reads it once. Translations may be added beside it: they show within a minute.
KEPT_SECONDS = 60
_kept: dict[tuple[Any, ...], tuple[float, Any]] = {}


def kept_criteria(standard: Standard, language: str = ENGLISH) -> list[Criterion]:
    """The same as `criteria_of`, to read and never to change: a published edition is fetched once and shared."""
    return _once("criteria", standard, language, lambda: criteria_of(standard, language))


def kept_rulebook(standard: Standard) -> Rulebook:
    """The same as `rulebook`; that of a published edition is fetched once."""
    return _once("rulebook", standard, "", lambda: rulebook(standard))


def kept_crosswalk(from_standard: Standard, to_standard: Standard) -> Crosswalk | None:
    """The same as `crosswalk`; the way to a published edition is fetched once."""
    return _once(f"from {from_standard.code}", to_standard, "", lambda: (crosswalk(from_standard, to_standard),))[0]


def kept_places(criterion: Criterion) -> frozenset[int]:
    """The places of the items of the criterion's checklist, from 1. For a published edition, whose checklists are fetched once."""
    return _kept_for(("places", criterion.standard_id), lambda: _places(criterion.standard_id))[criterion.pk]


def forget() -> None:
    """Fetch everything again."""
    _kept.clear()


def _once(what: str, standard: Standard, language: str, fetch: Callable[[], Any]) -> Any:
    if standard.is_draft:
        return fetch()
    return _kept_for((what, standard.pk, standard.code, standard.status, standard.published_at, language), fetch)


def _kept_for(key: tuple[Any, ...], fetch: Callable[[], Any]) -> Any:
    since, thing = _kept.get(key, (0.0, None))
    if thing is None or monotonic() - since > KEPT_SECONDS:
        thing = fetch()
        _kept[key] = (monotonic(), thing)
    return thing


def _places(standard: int) -> dict[int, frozenset[int]]:
    places: dict[int, set[int]] = {}
    for criterion, place in Criterion.objects.filter(standard=standard).values_list("pk", "checklist__position"):
        places.setdefault(criterion, set()).update({place} - {None})
    return {criterion: frozenset(each) for criterion, each in places.items()}


def _by_pk(criteria: QuerySet[Criterion], language: str) -> dict[int, Criterion]:
    return {criterion.pk: criterion for criterion in _worded(_with_words(criteria, language), language)}


def differences(origin: Criterion, successor: Criterion) -> Iterator[tuple[Any, str, str]]:
    """What differs: its name for a reader, before, after."""
    for name, said in _SAID.items():
        before, after = said(origin), said(successor)
        if before != after:
            yield _NAMES[name], before, after


_NAMES = {
    "code": _("Code"),
    "title": _("Title"),
    "statement": _("What is asked"),
    "checklist": _("Checklist"),
    "required": _("Lines needed"),
    "points": _("Points"),
    "core": _("Core"),
    "needs": _("Prerequisites"),
    "lookback": _("Look-back"),
    "frequency": _("Frequency"),
}
_SAID: dict[str, Callable[[Criterion], str]] = {
    "code": lambda criterion: criterion.code,
    "title": lambda criterion: criterion.text.title,
    "statement": lambda criterion: criterion.text.statement,
    "checklist": lambda criterion: "\n".join(criterion.lines),
    "required": lambda criterion: f"{criterion.checklist_required} / {len(criterion.items)}",
    "points": lambda criterion: str(criterion.points),
    "core": lambda criterion: str(_("yes") if criterion.core else _("no")),
    "needs": lambda criterion: ", ".join(criterion.needs_codes),
    "lookback": lambda criterion: str(criterion.lookback_months or ""),
    "frequency": lambda criterion: criterion.frequency,
}


def _tiers(standard: Standard) -> QuerySet[Tier]:
    return (
        Tier.objects.filter(standard=standard)
        .order_by("position")
        .prefetch_related(Prefetch("requirements", TierRequirement.objects.select_related("criterion")))
    )


def _step(tier: Tier) -> Step:
    return Step(
        key=tier.key,
        name=tier.name,
        floor_percent=tier.floor_percent,
        required=frozenset(requirement.criterion.code for requirement in tier.requirements.all()),
        area_minimum_percent=tier.area_minimum_percent,
        requires_core=tier.requires_core,
    )


def _with_words(criteria: QuerySet[Criterion], language: str) -> QuerySet[Criterion]:
    spoken = CriterionText.objects.filter(language__in={language, ENGLISH})
    return criteria.select_related("area").prefetch_related(
        Prefetch("texts", spoken),
        Prefetch("checklist", ChecklistItem.objects.order_by("position")),
        Prefetch("area__texts", PracticeAreaText.objects.filter(language=language)),
        Prefetch("prerequisites", Prerequisite.objects.select_related("needs").order_by("needs__position")),
        Prefetch("needed_by", Prerequisite.objects.select_related("criterion").order_by("criterion__position")),
    )


def _worded(criteria: QuerySet[Criterion], language: str) -> list[Criterion]:
    found = list(criteria)
    for criterion in found:
        spoken = {text.language: text for text in criterion.texts.all()}
        criterion.items = list(criterion.checklist.all())
        criterion.text = spoken.get(language) or spoken.get(ENGLISH) or CriterionText(criterion=criterion)
        criterion.text_is_fallback = language != ENGLISH and language not in spoken
        own = criterion.text.checklist
        criterion.lines = own if len(own) == len(criterion.items) else [item.text for item in criterion.items]
        criterion.needs_codes = [row.needs.code for row in criterion.prerequisites.all()]
        criterion.needed_codes = [row.criterion.code for row in criterion.needed_by.all()]
        _name(criterion.area)
    return found


def _name(area: PracticeArea) -> None:
    area.name_shown = next((text.name for text in area.texts.all()), area.name)


@dataclass(frozen=True)
class Problem:
    """One thing that keeps a draft from being published: where it is, and what it is in words."""

    subject: str
    text: Any
    criterion: str = ""
    tier: str = ""


def problems(standard: Standard) -> list[Problem]:
    """All that keeps the edition from being published, in a fixed number of queries; empty where nothing does."""
    criteria = criteria_of(standard)
    found = [problem for criterion in criteria for problem in _problems_of(criterion)]
    found += _problems_of_rules(standard, criteria)
    found += _problems_of_areas(standard, criteria)
    if standard.drafted_from is not None:
        found += _problems_of_links(standard.drafted_from, standard, criteria)
    return found


def _problems_of(criterion: Criterion) -> Iterator[Problem]:
    code, text = criterion.code, criterion.text
    if not text.title.strip():
        yield Problem(code, _("It has no title."), code)
    if not text.statement.strip():
        yield Problem(code, _("It does not say what is asked."), code)
    if not criterion.items:
        yield Problem(code, _("Its checklist is empty."), code)
    elif not 1 <= criterion.checklist_required <= len(criterion.items):
        counts = {"required": criterion.checklist_required, "items": len(criterion.items)}
        yield Problem(code, _("Its checklist asks for %(required)s of %(items)s.") % counts, code)
    if any(not item.text.strip() for item in criterion.items):
        yield Problem(code, _("A line of its checklist is empty."), code)
    if criterion.area.standard_id != criterion.standard_id:
        yield Problem(code, _("Its practice area belongs to another edition."), code)


def _problems_of_rules(standard: Standard, criteria: list[Criterion]) -> Iterator[Problem]:
    """What the scoring core would refuse, in words and with its place."""
    try:
        rulebook(standard)
    except RulebookError as error:
        codes = {criterion.code for criterion in criteria}
        names = dict(standard.tiers.values_list("key", "name"))
        for fault in error.faults:
            others = ", ".join(names.get(other, other) for other in fault.others)
            text = _FAULTS[fault.kind] % {"others": others}
            if fault.kind in _OF_TIERS:
                yield Problem(names.get(fault.subject, fault.subject), text, tier=fault.subject)
            else:
                yield Problem(fault.subject, text, fault.subject if fault.subject in codes else "")


def _problems_of_areas(standard: Standard, criteria: list[Criterion]) -> Iterator[Problem]:
    used = {criterion.area_id for criterion in criteria}
    for area in standard.areas.order_by("position"):
        if area.pk not in used:
            yield Problem(area.name, _("It has no criteria."))


def _problems_of_links(last: Standard, standard: Standard, criteria: list[Criterion]) -> Iterator[Problem]:
    """Every criterion of both editions must be linked, so that a city can start from its last answers."""
    between = links(last, standard)
    origins_of: dict[int, list[CriterionLink]] = {}
    successors_of: dict[int, list[CriterionLink]] = {}
    for link in between:
        if link.successor_id:
            origins_of.setdefault(link.successor_id, []).append(link)
        if link.origin_id:
            successors_of.setdefault(link.origin_id, []).append(link)
    for criterion in criteria:
        if criterion.pk not in origins_of:
            yield Problem(criterion.code, _("It is not linked to edition %(code)s.") % {"code": last.code}, criterion.code)
    for origin in last.criteria.order_by("position"):
        if origin.pk not in successors_of:
            yield Problem(origin.code, _("A criterion of edition %(code)s: nothing says what became of it.") % {"code": last.code})
    for link in between:
        if link.successor and link.origin:
            alone = len(origins_of[link.successor.pk]) == 1
            if link.kind == LinkKind.MERGED and alone:
                yield Problem(link.successor.code, _("It is called merged and has one origin."), link.successor.code)
            if link.kind in {LinkKind.SAME, LinkKind.REWORDED} and not alone:
                yield Problem(link.successor.code, _("It has several origins and is not called merged."), link.successor.code)
            if link.kind == LinkKind.SPLIT and len(successors_of[link.origin.pk]) == 1:
                yield Problem(link.successor.code, _("It is called split and is the only part of its origin."), link.successor.code)
        elif link.origin and len(successors_of[link.origin.pk]) > 1:
            yield Problem(link.origin.code, _("It is called withdrawn and has a successor."))
        elif link.successor and len(origins_of[link.successor.pk]) > 1:
            yield Problem(link.successor.code, _("It is called new and has an origin."), link.successor.code)


_FAULTS = {
    "no_rules": _("The edition has no criteria."),
    "no_tiers": _("The edition has no tiers."),
    "rounding": _("Its rounding is unknown: %(others)s."),
    "unnamed": _("It has no %(others)s."),
    "duplicate_code": _("Its code is used more than once."),
    "points": _("It is worth %(others)s, not a whole number of at least 1."),
    "effort": _("Its effort is unknown: %(others)s."),
    "unknown_need": _("It needs %(others)s, unknown in this edition."),
    "repeated_need": _("It needs %(others)s more than once."),
    "loop": _("It needs itself, through %(others)s."),
    "duplicate_tier": _("The tier is there more than once."),
    "floor": _("It begins at %(others)s percent, not above 0 and up to 100."),
    "floor_order": _("It does not begin above %(others)s, the tier before it."),
    "unknown_required": _("It requires %(others)s, unknown in this edition."),
    "area_minimum": _("It asks %(others)s percent of each area, not 0 to 100."),
}
_OF_TIERS = {"duplicate_tier", "floor", "floor_order", "unknown_required", "area_minimum"}
