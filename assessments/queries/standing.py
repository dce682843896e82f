"""Where the city stands if every claim is validated, and what keeps it from more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from assessments.models import Answer, Assessment, Claim
from assessments.queries.answers import claimed_state
from criteria import queries as rulebooks
from criteria.scoring import NextSteps, Rulebook, Score, Verdict, next_steps, score
from wwc.templatetags.display import TIERS


def verdicts_as_claimed(assessment: Assessment, answers: Iterable[Answer] | None = None) -> dict[str, Verdict]:
    """What the verdicts would be if every claim were validated."""
    if answers is not None:
        claims = {answer.criterion.code: answer.current.claim if answer.current else "" for answer in answers}
    else:
        claims = dict(Answer.objects.filter(assessment=assessment).values_list("criterion__code", "current__claim"))
    return {code: Verdict.MET if claim == Claim.MET else Verdict.NOT_MET for code, claim in claims.items()}


def provisional(assessment: Assessment) -> Score:
    """The score if every claim were validated."""
    return score(rulebooks.kept_rulebook(assessment.cycle.standard), verdicts_as_claimed(assessment))


@dataclass(frozen=True)
class Standing:
    """Where the city stands if every claim is validated, and what keeps it from more."""

    rulebook: Rulebook
    score: Score
    way: NextSteps | None
    steps: tuple[Answer, ...]
    core_missing: tuple[Answer, ...]
    blocked: tuple[tuple[Answer, tuple[str, ...]], ...]
    tier_name: str
    next_name: str
    next_short: int
    ladder: tuple[dict[str, Any], ...] = field(default=())


def standing(assessment: Assessment, answers: Sequence[Answer]) -> Standing:
    """The provisional score with its reasons, for the page of the city."""
    rulebook = rulebooks.kept_rulebook(assessment.cycle.standard)
    verdicts = verdicts_as_claimed(assessment, answers)
    now = score(rulebook, verdicts)
    way = next_steps(rulebook, verdicts)
    names = {tier.key: str(TIERS.get(tier.key, tier.name)) for tier in rulebook.tiers}  # a tier that an edition added has no translation
    by_code = {answer.criterion.code: answer for answer in answers}
    above = next((reach for reach in now.tiers if not reach.reached), None)
    return Standing(
        rulebook=rulebook,
        score=now,
        way=way,
        steps=tuple(by_code[code] for code in way.codes) if way and way.reachable else (),
        core_missing=tuple(answer for answer in answers if answer.criterion.core and claimed_state(answer) != "met"),
        blocked=tuple((by_code[reason.code], reason.blocked_by) for reason in now.reasons if reason.why == "blocked"),
        tier_name=names.get(now.tier or "", ""),
        next_name=names[above.key] if above else "",
        next_short=above.points_short if above else 0,
        ladder=tuple({"key": reach.key, "name": names[reach.key], "at": reach.floor_points} for reach in now.tiers),
    )
