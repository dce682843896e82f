"""The figures once more, by somebody who read docs/insights.md and has the export of the cycles: plain loops, nothing of the program."""

import csv
import json
import math
from collections.abc import Iterable
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

CROSSWALK = Path(__file__).parents[3] / "fixtures" / "crosswalk-2018-2022.json"
REGIONS = {"OH": "Midwest", "TX": "South"}
BANDS = [(1_000_000, "1000000"), (500_000, "500000"), (250_000, "250000"), (100_000, "100000"), (30_000, "30000"), (0, "below")]
TIERS = ["platinum", "gold", "silver", "certified", "honor_roll", "no_tier"]
Z = 1.959963984540054


def tables_of(archive: bytes) -> dict[str, list[dict[str, str]]]:
    """The tables of an export by name."""
    with ZipFile(BytesIO(archive)) as file:
        names = [name for name in file.namelist() if name.endswith(".csv")]
        return {Path(name).stem: list(csv.DictReader(StringIO(file.read(name).decode("utf-8-sig")))) for name in names}


def cities_of(tables: dict[str, list[dict[str, str]]]) -> list[dict[str, Any]]:
    """Each city that was told its result: what it met, what it claimed, its tier and its facts on the day."""
    found = []
    for assessment in tables["assessments"]:
        decisions = [d for d in tables["decisions"] if d["assessment_id"] == assessment["id"] and d["status"] == "released"]
        if not decisions:
            continue
        decision = decisions[0]
        score = next(s for s in tables["scores"] if s["id"] == decision["score_id"])
        city = next(c for c in tables["cities"] if c["id"] == assessment["city_id"])
        facts = [f for f in tables["city_facts"] if f["city_id"] == city["id"]]
        people = [int(f["number"]) for f in facts if f["fact"] == "population"]
        form = [f["text"] for f in facts if f["fact"] == "form_of_government"]
        claimed = []
        for answer in tables["answers"]:
            if answer["assessment_id"] == assessment["id"]:
                claimed += [
                    answer["criterion"] for v in tables["answer_versions"] if v["id"] == answer["current_id"] and v["claim"] == "met"
                ]
        verdicts = json.loads(score["verdicts"])
        found.append(
            {
                "city": city["id"],
                "met": [code for code in verdicts if verdicts[code] == "met"],
                "of": [code for code in verdicts if verdicts[code] != "not_applicable"],
                "claimed": claimed,
                "tier": decision["tier"] or decision["kind"],
                "forms": form[0] if form else "unknown",
                "bands": next(name for least, name in BANDS if people[0] >= least),
                "regions": "Latin America" if city["country"] == "BR" else REGIONS[city["subdivision"]],
            }
        )
    return found


def wilson(share: float, n: int) -> tuple[float, float]:
    """Wilson's interval."""
    below = 1 + Z * Z / n
    middle = (share + Z * Z / (2 * n)) / below
    half = Z / below * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def difference(one: float, n: int, other: float, m: int, together: float = 0.0) -> list[Any]:
    """Newcombe's: one less other, low, high, whether chance."""
    (l1, h1), (l2, h2) = wilson(one, n), wilson(other, m)
    down = (one - l1) ** 2 + (h2 - other) ** 2 - 2 * together * (one - l1) * (h2 - other)
    up = (h1 - one) ** 2 + (other - l2) ** 2 - 2 * together * (h1 - one) * (other - l2)
    low, high = max(-1, one - other - math.sqrt(max(down, 0))), min(1, one - other + math.sqrt(max(up, 0)))
    return [r(one - other), r(low), r(high), low <= 0 <= high]


def together(xs: list[float], ys: list[float]) -> float:
    """Pearson's correlation."""
    mx, my = sum(xs) / len(xs), sum(ys) / len(ys)
    top = below_x = below_y = 0.0
    for x, y in zip(xs, ys, strict=True):
        top += (x - mx) * (y - my)
        below_x += (x - mx) ** 2
        below_y += (y - my) ** 2
    return top / math.sqrt(below_x * below_y) if math.sqrt(below_x * below_y) > 1e-12 else 0.0


def r(value: float) -> float:
    """Six places."""
    return round(value, 6)


def quarter(values: Iterable[float], which: int) -> float:
    """The value a quarter, half or three quarters of the way up."""
    values = sorted(values)
    place = (len(values) - 1) * which / 4
    low = math.floor(place)
    return r(values[low] + (values[min(low + 1, len(values) - 1)] - values[low]) * (place - low))


def parts(cities: list[dict[str, Any]], codes: list[str]) -> tuple[int, int]:
    """How many criteria were met by all of these cities together, of how many."""
    met = of = 0
    for city in cities:
        for code in codes:
            of += code in city["of"]
            met += code in city["met"]
    return met, of


def line(met: int, of: int, n: int) -> list[Any]:
    """met, of, share, low, high."""
    low, high = wilson(met / of, n)
    return [met, of, r(met / of), r(low), r(high)]


def of_group(cities: list[dict[str, Any]], by: str, name: str) -> list[dict[str, Any]]:
    """The cities of a group."""
    return [city for city in cities if city[by] == name]


def recomputed(now: list[dict[str, Any]], before: list[dict[str, Any]], areas: dict[str, str], same_edition: bool) -> dict[str, Any]:
    """Every number of every figure, keyed by figure and row."""
    codes, found = list(areas), {}
    for code in codes:
        met = sum(code in city["met"] for city in now)
        said = [float(code in city["claimed"]) for city in now]
        held = [float(code in city["met"]) for city in now]
        n = len(now)
        found["criteria", code] = line(met, n, n)
        found["claims", code] = [int(sum(said)), met, *difference(met / n, n, sum(said) / n, n, together(held, said))]
    for area in dict.fromkeys(areas.values()):
        own = [code for code in codes if areas[code] == area]
        found["areas", area] = line(*parts(now, own), len(now))
        shares = [parts([city], own)[0] / len(own) for city in now]
        found["spread", "areas", area] = [len(now), *(quarter(shares, which) for which in (1, 2, 3))]
        changed = change(now, before, own, same_edition)
        if changed:
            found["change", area] = changed
    shares = [parts([city], codes)[0] / len(codes) for city in now]
    found["spread", "all", ""] = [len(now), *(quarter(shares, which) for which in (1, 2, 3))]
    for by in ("forms", "bands", "regions"):
        for name in dict.fromkeys(city[by] for city in now):
            group, rest = of_group(now, by, name), [city for city in now if city[by] != name]
            met, of = parts(group, codes)
            others = parts(rest, codes)
            apart = difference(met / of, len(group), others[0] / others[1], len(rest)) if rest else [None] * 4
            found[by, name] = [len(group), *line(met, of, len(group)), *apart]
            shares = [parts([city], codes)[0] / len(codes) for city in group]
            found["spread", by, name] = [len(group), *(quarter(shares, which) for which in (1, 2, 3))]
    present = [tier for tier in TIERS if of_group(now, "tier", tier)]
    for tier, below in zip(present, [*present[1:], ""], strict=True):
        for code in codes:
            group, others = of_group(now, "tier", tier), of_group(now, "tier", below)
            met, down = sum(code in city["met"] for city in group), sum(code in city["met"] for city in others)
            apart = difference(met / len(group), len(group), down / len(others), len(others)) if below else [None] * 4
            found["tiers", tier, code] = [below, *line(met, len(group), len(group)), *apart]
    found["funnel", "told"] = [len(now)]
    found["funnel", "tier"] = [sum(city["tier"] not in ("honor_roll", "no_tier") for city in now)]
    for tier in TIERS:
        found["funnel", tier] = [len(of_group(now, "tier", tier)) or None]
    return found


def change(now: list[dict[str, Any]], before: list[dict[str, Any]], own: list[str], same_edition: bool) -> list[Any] | None:
    """An area from the assessment before to this one, by the criteria that may be compared."""
    links = {code: code for code in own}
    if not same_edition:
        links = {}
        for link in json.loads(CROSSWALK.read_text())["links"]:
            if link["kind"] in ("same", "reworded") and link["comparable"] and link["successor"] in own:
                links[link["successor"]] = link["origin"]
    was, then = [], []
    for city in now:
        for earlier in before:
            if earlier["city"] == city["city"] and links:
                was.append(sum(origin in earlier["met"] for origin in links.values()) / len(links))
                then.append(sum(code in city["met"] for code in links) / len(links))
    if not was:
        return None
    n = len(was)
    one, other = sum(then) / n, sum(was) / n
    return [len(links), n, r(other), r(one), *difference(one, n, other, n, together(then, was))]


def numbers_of(content: dict[str, Any]) -> dict[Any, list[Any]]:
    """The same numbers as a dataset has them, by the same keys."""
    found, figures = {}, content["figures"]
    share, apart = ("met", "of", "share", "low", "high"), ("difference", "difference_low", "difference_high", "by_chance")
    keys = {
        "criteria": (("code",), share),
        "areas": (("area",), share),
        "claims": (("code",), ("claimed", "met", *apart)),
        "spread": (("by", "group"), ("cities", "lower", "median", "upper")),
        "forms": (("group",), ("cities", *share, *apart)),
        "bands": (("group",), ("cities", *share, *apart)),
        "regions": (("group",), ("cities", *share, *apart)),
        "tiers": (("tier", "code"), ("against", *share, *apart)),
        "funnel": (("step",), ("cities",)),
    }
    for key, (names, values) in keys.items():
        for row in figures[key]["rows"]:
            found[key, *(row[name] for name in names)] = [row[value] for value in values]
    for part in figures["change"]["parts"]:
        for row in part["rows"]:
            found["change", row["area"]] = [row[value] for value in ("criteria", "cities", "before", "after", *apart)]
    return found
