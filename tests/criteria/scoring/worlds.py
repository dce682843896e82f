"""Rulebooks and verdicts to try the core on: simple ones by hand, strange ones by chance."""

from fractions import Fraction

from hypothesis import settings
from hypothesis import strategies as st

from criteria.scoring import Rule, Rulebook, Tier, Verdict

MET, NOT_MET, NOT_APPLICABLE = Verdict.MET, Verdict.NOT_MET, Verdict.NOT_APPLICABLE

law = settings(max_examples=150, deadline=None, database=None)
chance = st.randoms(use_true_random=False)

FLOORS_2018 = {"certified": 34, "silver": 51, "gold": 67, "platinum": 84}
FLOORS_2022 = {"certified": 34, "silver": 51, "gold": 68, "platinum": 85}


def ladder(floors, **asks):
    """Tiers with these floors, all asking the same beyond them."""
    return tuple(Tier(key, key.title(), floor, **asks) for key, floor in floors.items())


def plain(many, floors=FLOORS_2022, rounding="exact", core=()):
    """An edition of criteria C01, C02 ... worth a point each, nothing needed."""
    codes = [f"C{number:02}" for number in range(1, many + 1)]
    return Rulebook("plain", tuple(Rule(code, "All", core=code in core) for code in codes), ladder(floors), rounding)


def book(*rules, tiers=None, rounding="exact"):
    """An edition of these criteria."""
    return Rulebook("small", rules, tiers or ladder({"silver": 50, "gold": 75}), rounding)


def verdicts_of(rulebook, met, not_applicable=()):
    """Met where named, not applicable where named, not met otherwise."""
    return {rule.code: MET if rule.code in met else NOT_APPLICABLE if rule.code in not_applicable else NOT_MET for rule in rulebook.rules}


def first_met(rulebook, many):
    """The first so many criteria met, the others not."""
    return verdicts_of(rulebook, {rule.code for rule in rulebook.rules[:many]})


def any_rulebook(rnd, most=7):
    """A rulebook by chance: points of any size, chains, gates, area minimums, odd floors, shuffled."""
    codes = [f"{rnd.choice('ABC')}{number}" for number in rnd.sample(range(1, 13), rnd.randint(1, most))]
    large = rnd.choice([1, 1, 3, 20])
    rules = []
    for place, code in enumerate(codes):
        needs = tuple(rnd.sample(codes[:place], rnd.randint(0, min(place, 2)))) if rnd.random() < 0.6 else ()
        rules.append(
            Rule(
                code,
                area=rnd.choice("XYZ"),
                points=rnd.randint(1, large),
                core=rnd.random() < 0.1,
                needs=needs,
                effort=rnd.choice(["weeks", "months", "year", ""]),
                may_not_apply=rnd.random() < 0.3,
            )
        )
    rnd.shuffle(rules)
    return Rulebook("chance", tuple(rules), _any_tiers(rnd, codes), rnd.choice(["exact", "half_up"]))


def any_verdicts(rnd, rulebook):
    """Lawful verdicts by chance, from nearly nothing met to nearly all."""
    share = rnd.random()
    verdicts = {}
    for rule in rulebook.rules:
        if rule.may_not_apply and rnd.random() < 0.4:
            verdicts[rule.code] = NOT_APPLICABLE
        else:
            verdicts[rule.code] = MET if rnd.random() < share else NOT_MET
    return verdicts


def _any_tiers(rnd, codes):
    floors = sorted({_any_percent(rnd) for _ in range(rnd.randint(1, 3))})
    return tuple(
        Tier(
            f"t{place}",
            f"Tier {place}",
            floor,
            required=frozenset(rnd.sample(codes, 1)) if rnd.random() < 0.2 else frozenset(),
            area_minimum_percent=rnd.choice([0, 0, _any_percent(rnd)]),
            requires_core=rnd.random() < 0.8,
        )
        for place, floor in enumerate(floors)
    )


def _any_percent(rnd):
    return rnd.choice([rnd.randint(1, 100), Fraction(rnd.randint(1, 1000), 10), rnd.choice([25, 50, 75, 100])])
