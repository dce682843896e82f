"""Invented cities, sampled from the real spread of population and form of government. No real city bears these names."""

from dataclasses import dataclass
from itertools import product
from random import Random

# Twentieths of the population of the 1,310 US incorporated places of 30,000 people or more (Census Bureau, ACS 2019-2023).
POPULATIONS = (
    30051, 31848, 33774, 35736, 37953, 40436, 43559, 46917, 50864, 55147, 59389,
    64640, 70779, 78703, 87307, 99232, 114080, 138019, 192696, 303620, 8516202,
)  # fmt: skip

# How many of those places lie in each state; the time zone is that of most of its people.
STATES = (
    ("CA", "America/Los_Angeles", 245), ("TX", "America/Chicago", 107), ("FL", "America/New_York", 91),
    ("IL", "America/Chicago", 65), ("OH", "America/New_York", 49), ("MA", "America/New_York", 43),
    ("GA", "America/New_York", 41), ("WA", "America/Los_Angeles", 40), ("UT", "America/Denver", 36),
    ("NC", "America/New_York", 35), ("MI", "America/Detroit", 35), ("MN", "America/Chicago", 31),
    ("AZ", "America/Phoenix", 30), ("NJ", "America/New_York", 28), ("CO", "America/Denver", 27),
    ("TN", "America/Chicago", 27), ("WI", "America/Chicago", 27), ("NY", "America/New_York", 26),
    ("OR", "America/Los_Angeles", 18), ("PA", "America/New_York", 16),
)  # fmt: skip

# Of the certified cities whose form of government a source states: 38 council-manager, 31 mayor-council, 3 others.
FORMS = (("council-manager", 38), ("mayor-council", 31), ("commission", 1), ("hybrid", 2))

FIRST = [
    "Alder",
    "Aspen",
    "Birch",
    "Briar",
    "Cedar",
    "Clover",
    "Copper",
    "Crane",
    "Dune",
    "Elder",
    "Ember",
    "Fallow",
    "Fern",
    "Flint",
    "Garnet",
    "Hazel",
    "Heron",
    "Iron",
    "Juniper",
    "Kestrel",
    "Lark",
    "Linden",
    "Marlow",
    "Merrow",
    "Moss",
    "Nettle",
    "Otter",
    "Pewter",
    "Quill",
    "Rook",
    "Rowan",
    "Sable",
    "Sedge",
    "Sorrel",
    "Tamar",
    "Teal",
    "Thistle",
    "Umber",
    "Vesper",
    "Willow",
    "Wren",
    "Yarrow",
]
SECOND = [
    "Reach",
    "Hollow",
    "Ford",
    "Landing",
    "Haven",
    "Crossing",
    "Harbor",
    "Mill",
    "Ridge",
    "Bend",
    "Falls",
    "Point",
    "Vale",
    "Moor",
    "Cove",
    "Gate",
]
# These pairs are names of real places, so they are left out.
REAL = {"Cedar Falls", "Cedar Point", "Cedar Vale", "Iron Ridge", "Iron Gate", "Moss Point", "Yarrow Point"}


@dataclass(frozen=True)
class InventedCity:
    """What the demonstration knows of a city before it takes part."""

    name: str
    state: str
    timezone: str
    population: int
    form: str


def invented_cities(count: int, chance: Random) -> list[InventedCity]:
    """So many cities, each name once; the same chance gives the same cities.

    Raises ValueError above the number of names there are.
    """
    names = [f"{a} {b}" for a, b in product(FIRST, SECOND) if f"{a} {b}" not in REAL]
    if count > len(names):
        raise ValueError(f"There are names for {len(names)} invented cities; {count} were asked for.")
    chance.shuffle(names)
    states = chance.choices(STATES, weights=[s[2] for s in STATES], k=count)
    forms = chance.choices([f for f, _n in FORMS], weights=[n for _f, n in FORMS], k=count)
    return [
        InventedCity(names[i], *states[i][:2], population=_population((i + chance.random()) / count), form=forms[i]) for i in range(count)
    ]


def _population(quantile: float) -> int:
    """The population at a quantile of the real spread; the few largest places are kept below a million."""
    step = min(int(quantile * 20), 19)
    low, high = POPULATIONS[step], min(POPULATIONS[step + 1], 900_000)
    return low + int((high - low) * (quantile * 20 - step))
