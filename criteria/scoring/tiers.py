"""How far each tier is, in whole numbers, and what keeps an assessment from it."""

from dataclasses import dataclass

from criteria.scoring.points import AreaScore, Reason
from criteria.scoring.rulebook import Percent, Rounding, Rulebook, Tier


@dataclass(frozen=True)
class AreaShort:
    """A practice area below the minimum that a tier asks of each."""

    area: str
    points: int
    floor_points: int
    points_short: int


@dataclass(frozen=True)
class TierReach:
    """One tier as seen from a score: reached, or everything that is missing."""

    key: str
    floor_points: int
    points_short: int
    reached: bool
    missing_required: tuple[str, ...]
    missing_core: tuple[str, ...]
    areas_below: tuple[AreaShort, ...]


def floor_points(tier: Tier, possible: int, rounding: Rounding) -> int:
    """The fewest points that reach the tier's floor; at least one, so that nothing possible reaches nothing."""
    return max(1, _fewest(tier.floor_percent, possible, rounding))


def reaches(
    rulebook: Rulebook, found: tuple[Reason, ...], points: int, possible: int, areas: tuple[AreaScore, ...]
) -> tuple[TierReach, ...]:
    """Every tier, from the lowest up, as seen from this score."""
    without = {reason.code for reason in found if reason.why in ("not_met", "blocked")}
    core = tuple(rule.code for rule in rulebook.rules if rule.core and rule.code in without)
    return tuple(_reach(tier, rulebook.rounding, points, possible, areas, without, core) for tier in rulebook.tiers)


def highest(found: tuple[TierReach, ...]) -> str | None:
    """The key of the highest tier reached."""
    return next((reach.key for reach in reversed(found) if reach.reached), None)


def _reach(
    tier: Tier,
    rounding: Rounding,
    points: int,
    possible: int,
    areas: tuple[AreaScore, ...],
    without: set[str],
    core: tuple[str, ...],
) -> TierReach:
    floor = floor_points(tier, possible, rounding)
    short = max(0, floor - points)
    missing_required = tuple(sorted(tier.required & without))
    missing_core = core if tier.requires_core else ()
    below = _areas_below(tier, areas, rounding)
    reached = not (short or missing_required or missing_core or below)
    return TierReach(tier.key, floor, short, reached, missing_required, missing_core, below)


def _areas_below(tier: Tier, areas: tuple[AreaScore, ...], rounding: Rounding) -> tuple[AreaShort, ...]:
    if not tier.area_minimum_percent:
        return ()
    return tuple(
        AreaShort(area.area, area.points, floor, floor - area.points)
        for area in areas
        if area.points < (floor := _fewest(tier.area_minimum_percent, area.possible, rounding))
    )


def _fewest(percent: Percent, possible: int, rounding: Rounding) -> int:
    if rounding == "exact":
        return _up(percent * possible, 100)
    # A share of s per cent rounds half up to at least p, a whole number, when s is at least p - 1/2.
    return _up((2 * _up(percent, 1) - 1) * possible, 200)


def _up(number: Percent, by: int) -> int:
    return -(-number // by)
