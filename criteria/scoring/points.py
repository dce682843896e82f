"""Which criteria earn their points, which are blocked and by what."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from criteria.scoring.rulebook import Rulebook, Verdict

Why = Literal["counted", "not_met", "blocked", "not_applicable"]


@dataclass(frozen=True)
class Reason:
    """What one criterion brought, and why."""

    code: str
    verdict: Verdict
    earned: int
    worth: int
    why: Why
    blocked_by: tuple[str, ...] = ()
    """Of a met criterion without its points: the prerequisites it lacks, and all not met that these depend on."""


@dataclass(frozen=True)
class AreaScore:
    """One practice area: points of how many, and criteria with the verdict *met* of how many that apply."""

    area: str
    points: int
    possible: int
    met: int
    criteria: int


def reasons(rulebook: Rulebook, verdicts: Mapping[str, Verdict]) -> tuple[Reason, ...]:
    """What each criterion brought, in the rulebook's order, from verdicts that ``Rulebook.checked`` let through."""
    roots: dict[str, set[str]] = {}
    """Of each criterion without its points: the criteria not met that keep it from them, itself among them."""
    for rule in rulebook.in_order:
        verdict = verdicts[rule.code]
        # What does not apply is never among the roots, and so blocks nothing.
        if verdict is not Verdict.NOT_APPLICABLE:
            lacking = [code for code in rule.needs if code in roots]
            if lacking or verdict is Verdict.NOT_MET:
                own = {rule.code} if verdict is Verdict.NOT_MET else set[str]()
                roots[rule.code] = own.union(*[roots[code] for code in lacking])
    found = []
    for rule in rulebook.rules:
        code, verdict, worth = rule.code, verdicts[rule.code], rule.points
        if verdict is Verdict.NOT_APPLICABLE:
            found.append(Reason(code, verdict, 0, 0, "not_applicable"))
        elif verdict is Verdict.NOT_MET:
            found.append(Reason(code, verdict, 0, worth, "not_met"))
        elif code in roots:
            behind = roots[code].union(need for need in rule.needs if need in roots)
            blocked_by = tuple(other for other in rulebook.by_code if other in behind)
            found.append(Reason(code, verdict, 0, worth, "blocked", blocked_by))
        else:
            found.append(Reason(code, verdict, worth, worth, "counted"))
    return tuple(found)


def by_area(rulebook: Rulebook, found: tuple[Reason, ...]) -> tuple[AreaScore, ...]:
    """The reasons added up by practice area, areas in the order in which the rulebook first names them."""
    sums: dict[str, list[int]] = {}
    for rule, reason in zip(rulebook.rules, found, strict=True):
        row = sums.get(rule.area)
        if row is None:
            row = sums[rule.area] = [0, 0, 0, 0]
        if reason.why != "not_applicable":
            row[0] += reason.earned
            row[1] += reason.worth
            row[2] += reason.verdict is Verdict.MET
            row[3] += 1
    return tuple(AreaScore(area, *row) for area, row in sums.items())
