"""The rule once more, written as plainly as it reads and sharing no line with the core: shares are
fractions, prerequisites a fixpoint, and the cheapest way up is found by trying every set."""

from fractions import Fraction
from itertools import chain, combinations
from math import floor

MET, NOT_MET, NOT_APPLICABLE = "met", "not_met", "not_applicable"


def earning(rulebook, verdicts):
    """Codes that keep their points: throw out whoever needs somebody thrown out, until nothing moves."""
    keep = {rule.code for rule in rulebook.rules if verdicts[rule.code] == MET}
    aside = {rule.code for rule in rulebook.rules if verdicts[rule.code] == NOT_APPLICABLE}
    while True:
        fallen = {rule.code for rule in rulebook.rules if rule.code in keep and set(rule.needs) - keep - aside}
        if not fallen:
            return keep
        keep -= fallen


def holding_back(rulebook, verdicts, code):
    """The lacking prerequisites of a criterion, and all that are not met anywhere up its chains."""
    needs = {rule.code: set(rule.needs) for rule in rulebook.rules}
    fine = earning(rulebook, verdicts) | {other for other in needs if verdicts[other] == NOT_APPLICABLE}
    direct = needs[code] - fine
    seen = set(direct)
    while True:
        wider = seen | set(chain.from_iterable(needs[other] - fine for other in seen))
        if wider == seen:
            return direct | {other for other in seen if verdicts[other] == NOT_MET}
        seen = wider


def counts_as(share, rounding):
    """The per cent that a share stands for."""
    percent = share * 100
    return Fraction(floor(percent + Fraction(1, 2))) if rounding == "half_up" else percent


def arrives(points, possible, percent, rounding):
    """Whether so many points of so many possible reach so many per cent."""
    return possible > 0 and counts_as(Fraction(points, possible), rounding) >= percent


def fewest(possible, percent, rounding):
    """The fewest points that arrive, found by counting up; one where none do."""
    return next((points for points in range(possible + 1) if arrives(points, possible, percent, rounding)), 1)


def areas(rulebook, verdicts):
    """Points, possible points, met criteria and applicable criteria of each area."""
    keep = earning(rulebook, verdicts)
    return {
        area: (
            sum(rule.points for rule in rulebook.rules if rule.area == area and rule.code in keep),
            sum(rule.points for rule in rulebook.rules if rule.area == area and verdicts[rule.code] != NOT_APPLICABLE),
            sum(rule.area == area and verdicts[rule.code] == MET for rule in rulebook.rules),
            sum(rule.area == area and verdicts[rule.code] != NOT_APPLICABLE for rule in rulebook.rules),
        )
        for area in {rule.area for rule in rulebook.rules}
    }


def obstacles(rulebook, verdicts, tier):
    """What keeps the verdicts from a tier: required criteria, core criteria, areas; and whether the floor is reached."""
    keep = earning(rulebook, verdicts)
    lost = {rule.code for rule in rulebook.rules if rule.code not in keep and verdicts[rule.code] != NOT_APPLICABLE}
    by_area = areas(rulebook, verdicts)
    points = sum(row[0] for row in by_area.values())
    possible = sum(row[1] for row in by_area.values())
    return (
        {code for code in tier.required if code in lost},
        {rule.code for rule in rulebook.rules if rule.core and rule.code in lost and tier.requires_core},
        {
            area
            for area, (got, of, *_) in by_area.items()
            if tier.area_minimum_percent > 0 and of > 0 and not arrives(got, of, tier.area_minimum_percent, rulebook.rounding)
        },
        arrives(points, possible, tier.floor_percent, rulebook.rounding),
    )


def reached(rulebook, verdicts, tier):
    """Whether the verdicts reach a tier."""
    required, core, below, high_enough = obstacles(rulebook, verdicts, tier)
    return high_enough and not required and not core and not below


def tier_of(rulebook, verdicts):
    """The key of the highest tier reached."""
    keys = [tier.key for tier in rulebook.tiers if reached(rulebook, verdicts, tier)]
    return keys[-1] if keys else None


def cheapest(rulebook, verdicts, tier):
    """The best of all sets of criteria not met that reach the tier: the smallest, then by effort, then by code."""
    candidates = sorted(code for code, verdict in verdicts.items() if verdict == NOT_MET)
    effort = {rule.code: rule.effort for rule in rulebook.rules}
    for size in range(len(candidates) + 1):
        reaching = [
            chosen for chosen in combinations(candidates, size) if reached(rulebook, {**verdicts, **dict.fromkeys(chosen, MET)}, tier)
        ]
        if reaching:
            return min(
                reaching,
                key=lambda chosen: (*(sum(effort[code] == one for code in chosen) for one in ("", "year", "months")), chosen),
            )
    return None
