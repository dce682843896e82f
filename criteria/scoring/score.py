"""The score of an assessment: points, tier, and a reason for every point given or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from criteria.scoring import points as points_of
from criteria.scoring import tiers as tiers_of
from criteria.scoring.points import AreaScore, Reason
from criteria.scoring.rulebook import Rulebook, Verdict
from criteria.scoring.tiers import AreaShort, TierReach


@dataclass(frozen=True)
class Score:
    """What the verdicts come to under one edition; criteria and areas stand in the rulebook's order, tiers go up."""

    edition: str
    points: int
    possible: int
    tier: str | None
    by_area: tuple[AreaScore, ...]
    reasons: tuple[Reason, ...]
    tiers: tuple[TierReach, ...]


def score(rulebook: Rulebook, verdicts: Mapping[str, Verdict]) -> Score:
    """The score of one verdict for each criterion; a missing or unlawful verdict is a ``VerdictsError``."""
    found = points_of.reasons(rulebook, rulebook.checked(verdicts))
    areas = points_of.by_area(rulebook, found)
    points = sum(area.points for area in areas)
    possible = sum(area.possible for area in areas)
    reach = tiers_of.reaches(rulebook, found, points, possible, areas)
    return Score(rulebook.edition, points, possible, tiers_of.highest(reach), areas, found, reach)


def as_data(score: Score) -> dict[str, Any]:
    """The score as plain values for JSON, always in the same order."""
    return {
        "edition": score.edition,
        "points": score.points,
        "possible": score.possible,
        "tier": score.tier,
        "by_area": [
            {
                "area": area.area,
                "points": area.points,
                "possible": area.possible,
                "met": area.met,
                "criteria": area.criteria,
            }
            for area in score.by_area
        ],
        "reasons": [
            {
                "code": reason.code,
                "verdict": str(reason.verdict),
                "earned": reason.earned,
                "worth": reason.worth,
                "why": reason.why,
                "blocked_by": list(reason.blocked_by),
            }
            for reason in score.reasons
        ],
        "tiers": [
            {
                "key": reach.key,
                "floor_points": reach.floor_points,
                "points_short": reach.points_short,
                "reached": reach.reached,
                "missing_required": list(reach.missing_required),
                "missing_core": list(reach.missing_core),
                "areas_below": [
                    {
                        "area": area.area,
                        "points": area.points,
                        "floor_points": area.floor_points,
                        "points_short": area.points_short,
                    }
                    for area in reach.areas_below
                ],
            }
            for reach in score.tiers
        ],
    }


def from_data(data: Mapping[str, Any]) -> Score:
    """The score that ``as_data`` wrote down."""
    return Score(
        edition=data["edition"],
        points=data["points"],
        possible=data["possible"],
        tier=data["tier"],
        by_area=tuple(AreaScore(**area) for area in data["by_area"]),
        reasons=tuple(
            Reason(**{**reason, "verdict": Verdict(reason["verdict"]), "blocked_by": tuple(reason["blocked_by"])})
            for reason in data["reasons"]
        ),
        tiers=tuple(
            TierReach(
                **{
                    **reach,
                    "missing_required": tuple(reach["missing_required"]),
                    "missing_core": tuple(reach["missing_core"]),
                    "areas_below": tuple(AreaShort(**area) for area in reach["areas_below"]),
                }
            )
            for reach in data["tiers"]
        ),
    )
