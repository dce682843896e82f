"""What counts in one edition: frozen values that refuse to exist when they make no sense."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any, Literal

Rounding = Literal["exact", "half_up"]
Percent = int | Fraction

ROUNDINGS: tuple[Rounding, ...] = ("exact", "half_up")
EFFORTS = ("weeks", "months", "year", "")
"""From the least effort to the most; an unknown one is taken for the worst."""


class Verdict(StrEnum):
    """What was found about one criterion."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True)
class Rule:
    """One criterion: what it is worth, what it needs, how hard it is."""

    code: str
    area: str
    points: int = 1
    core: bool = False
    needs: tuple[str, ...] = ()
    effort: str = ""
    may_not_apply: bool = False


@dataclass(frozen=True)
class Tier:
    """One step of the ladder: where it begins and what it asks beyond points."""

    key: str
    name: str
    floor_percent: Percent
    required: frozenset[str] = frozenset()
    area_minimum_percent: Percent = 0
    requires_core: bool = True


FAULTS = {
    "no_rules": "edition {subject} has no criteria",
    "no_tiers": "edition {subject} has no tiers",
    "rounding": "edition {subject} has an unknown rounding: {others}",
    "unnamed": "{subject} has no {others}",
    "duplicate_code": "criterion {subject} is there more than once",
    "points": "criterion {subject} is worth {others}, not a whole number of at least 1",
    "effort": "criterion {subject} has an unknown effort: {others}",
    "unknown_need": "criterion {subject} needs {others}, unknown in this edition",
    "repeated_need": "criterion {subject} needs {others} more than once",
    "loop": "criterion {subject} needs itself, through {others}",
    "duplicate_tier": "tier {subject} is there more than once",
    "floor": "tier {subject} begins at {others} per cent, not a whole number or fraction above 0 and up to 100",
    "floor_order": "tier {subject} does not begin above {others}, the tier before it",
    "unknown_required": "tier {subject} requires {others}, unknown in this edition",
    "area_minimum": "tier {subject} asks {others} per cent of each area, not a whole number or fraction from 0 to 100",
}


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a rulebook: its kind for a program, its words for a person."""

    kind: str
    subject: str
    others: tuple[str, ...] = ()

    def __str__(self) -> str:
        return FAULTS[self.kind].format(subject=self.subject, others=", ".join(self.others))


class RulebookError(ValueError):
    """A rulebook that nobody may score by; ``faults`` lists all that is wrong with it."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        return "; ".join(str(fault) for fault in self.faults)


class VerdictsError(ValueError):
    """Verdicts that do not fit the rulebook; each offending criterion is named."""

    def __init__(
        self,
        missing: tuple[str, ...] = (),
        unknown: tuple[str, ...] = (),
        not_a_verdict: tuple[str, ...] = (),
        must_apply: tuple[str, ...] = (),
    ) -> None:
        super().__init__(missing, unknown, not_a_verdict, must_apply)
        self.missing = missing
        self.unknown = unknown
        self.not_a_verdict = not_a_verdict
        self.must_apply = must_apply

    def __str__(self) -> str:
        parts = (
            ("no verdict for", self.missing),
            ("not in this edition:", self.unknown),
            ("not a verdict at", self.not_a_verdict),
            ("cannot be not applicable:", self.must_apply),
        )
        return "; ".join(f"{words} {', '.join(codes)}" for words, codes in parts if codes)


@dataclass(frozen=True)
class Rulebook:
    """One edition as the core reads it: criteria, tiers from the lowest up, and how shares are rounded."""

    edition: str
    rules: tuple[Rule, ...]
    tiers: tuple[Tier, ...]
    rounding: Rounding = "exact"
    by_code: Mapping[str, Rule] = field(init=False, repr=False, compare=False)
    in_order: tuple[Rule, ...] = field(init=False, repr=False, compare=False)
    """The rules with every prerequisite before what needs it."""

    def __post_init__(self) -> None:
        faults = tuple(self._faults())
        if faults:
            raise RulebookError(faults)
        by_code = {rule.code: rule for rule in self.rules}
        order = TopologicalSorter({rule.code: rule.needs for rule in self.rules}).static_order()
        object.__setattr__(self, "by_code", by_code)
        object.__setattr__(self, "in_order", tuple(by_code[code] for code in order))

    @cached_property
    def written(self) -> str:
        """All of it as sorted JSON, in which the order of criteria and prerequisites does not matter; written once for a rulebook."""
        data = rulebook_as_data(self)
        data["rules"] = sorted(({**rule, "needs": sorted(rule["needs"])} for rule in data["rules"]), key=lambda rule: str(rule["code"]))
        return json.dumps(data, sort_keys=True, separators=(",", ":"))

    @cached_property
    def written_verdicts(self) -> tuple[tuple[str, dict[Verdict, str]], ...]:
        """What each verdict on each criterion is in sorted JSON, criteria in its order; written once for a rulebook."""
        return tuple((code, {each: f"{json.dumps(code)}:{json.dumps(each)}" for each in Verdict}) for code in sorted(self.by_code))

    def tier(self, key: str) -> Tier:
        """The tier with this key."""
        for tier in self.tiers:
            if tier.key == key:
                return tier
        raise LookupError(f"edition {self.edition} has no tier {key}")

    def checked(self, verdicts: Mapping[str, Verdict]) -> dict[str, Verdict]:
        """One lawful verdict for each criterion, in the rulebook's order; anything else is an error, never a zero."""
        checked: dict[str, Verdict] = {}
        missing, not_a_verdict, must_apply = [], [], []
        for rule in self.rules:
            code = rule.code
            if code not in verdicts:
                missing.append(code)
                continue
            # Text from a database row counts as the verdict it spells: an identity test
            # further on would otherwise read it as "not met" without a word.
            verdict = _VERDICTS.get(verdicts[code])
            if verdict is None:
                not_a_verdict.append(code)
                continue
            if verdict is Verdict.NOT_APPLICABLE and not rule.may_not_apply:
                must_apply.append(code)
            checked[code] = verdict
        if len(verdicts) > len(checked) or missing or must_apply:
            unknown = sorted(str(code) for code in verdicts if code not in self.by_code)
            raise VerdictsError(tuple(missing), tuple(unknown), tuple(not_a_verdict), tuple(must_apply))
        return checked

    def _faults(self) -> Iterator[Fault]:
        if not self.rules:
            yield Fault("no_rules", self.edition)
        if not self.tiers:
            yield Fault("no_tiers", self.edition)
        if self.rounding not in ROUNDINGS:
            yield Fault("rounding", self.edition, (str(self.rounding),))
        known = {rule.code for rule in self.rules}
        yield from (Fault("duplicate_code", code) for code in _twice([rule.code for rule in self.rules]))
        for rule in self.rules:
            yield from _faults_of_rule(rule, known)
        yield from self._loop()
        yield from (Fault("duplicate_tier", key) for key in _twice([tier.key for tier in self.tiers]))
        for tier in self.tiers:
            yield from _faults_of_tier(tier, known)
        for lower, upper in pairwise(tier for tier in self.tiers if _is_percent(tier.floor_percent)):
            if upper.floor_percent <= lower.floor_percent:
                yield Fault("floor_order", upper.key, (lower.key,))

    def _loop(self) -> Iterator[Fault]:
        try:
            TopologicalSorter({rule.code: rule.needs for rule in self.rules}).prepare()
        except CycleError as error:
            # The standard library lists a loop from what is needed to what needs it, its first code again at the end.
            subject, *others = reversed(error.args[1][1:])
            yield Fault("loop", subject, tuple(others) or (subject,))


_VERDICTS: dict[str, Verdict] = {verdict.value: verdict for verdict in Verdict}


def rulebook_as_data(rulebook: Rulebook) -> dict[str, Any]:
    """The rulebook as plain values for JSON; a per cent is a pair, numerator and denominator."""
    return {
        "edition": rulebook.edition,
        "rounding": rulebook.rounding,
        "rules": [
            {
                "code": rule.code,
                "area": rule.area,
                "points": rule.points,
                "core": rule.core,
                "needs": list(rule.needs),
                "effort": rule.effort,
                "may_not_apply": rule.may_not_apply,
            }
            for rule in rulebook.rules
        ],
        "tiers": [
            {
                "key": tier.key,
                "name": tier.name,
                "floor_percent": list(tier.floor_percent.as_integer_ratio()),
                "required": sorted(tier.required),
                "area_minimum_percent": list(tier.area_minimum_percent.as_integer_ratio()),
                "requires_core": tier.requires_core,
            }
            for tier in rulebook.tiers
        ],
    }


def _faults_of_rule(rule: Rule, known: set[str]) -> Iterator[Fault]:
    if not rule.code:
        yield Fault("unnamed", "a criterion", ("code",))
    if not rule.area:
        yield Fault("unnamed", f"criterion {rule.code}", ("area",))
    # A truth value is a number to Python, and not one to a person.
    if type(rule.points) is not int or rule.points < 1:
        yield Fault("points", rule.code, (str(rule.points),))
    if rule.effort not in EFFORTS:
        yield Fault("effort", rule.code, (rule.effort,))
    unknown = tuple(code for code in rule.needs if code not in known)
    if unknown:
        yield Fault("unknown_need", rule.code, unknown)
    repeated = tuple(_twice(list(rule.needs)))
    if repeated:
        yield Fault("repeated_need", rule.code, repeated)


def _faults_of_tier(tier: Tier, known: set[str]) -> Iterator[Fault]:
    if not tier.key:
        yield Fault("unnamed", "a tier", ("key",))
    if not _is_percent(tier.floor_percent) or tier.floor_percent == 0:
        yield Fault("floor", tier.key, (str(tier.floor_percent),))
    if not _is_percent(tier.area_minimum_percent):
        yield Fault("area_minimum", tier.key, (str(tier.area_minimum_percent),))
    unknown = tuple(sorted(code for code in tier.required if code not in known))
    if unknown:
        yield Fault("unknown_required", tier.key, unknown)


def _is_percent(value: Percent) -> bool:
    return type(value) in (int, Fraction) and 0 <= value <= 100


def _twice(names: list[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if names.count(name) > 1]
