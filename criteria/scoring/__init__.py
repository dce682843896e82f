"""The scoring core: pure, exact, the standard library alone."""

from criteria.scoring import checklist
from criteria.scoring.checklist import ChecklistError
from criteria.scoring.fingerprint import ENGINE_VERSION, fingerprint
from criteria.scoring.next_steps import NextSteps, next_steps
from criteria.scoring.points import AreaScore, Reason
from criteria.scoring.rulebook import (
    Fault,
    Rounding,
    Rule,
    Rulebook,
    RulebookError,
    Tier,
    Verdict,
    VerdictsError,
    rulebook_as_data,
)
from criteria.scoring.score import Score, as_data, from_data, score
from criteria.scoring.tiers import AreaShort, TierReach, floor_points

__all__ = [
    "ENGINE_VERSION",
    "AreaScore",
    "AreaShort",
    "ChecklistError",
    "Fault",
    "NextSteps",
    "Reason",
    "Rounding",
    "Rule",
    "Rulebook",
    "RulebookError",
    "Score",
    "Tier",
    "TierReach",
    "Verdict",
    "VerdictsError",
    "as_data",
    "checklist",
    "fingerprint",
    "floor_points",
    "from_data",
    "next_steps",
    "rulebook_as_data",
    "score",
]
