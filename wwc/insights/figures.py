"""The figures of one cycle, worked out from cases that are plain values. Pure.

Each figure is asked for before it is computed: `admits(detail, members)` says whether a group may be shown. What is not shown is
there by name and without numbers, so that a group that is hidden and one that is empty look the same.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from wwc.insights.statistics import Difference, Part, correlation, newcombe, quartiles, rounded
from wwc.insights.suppression import Member


class Detail(IntEnum):
    """What a figure tells of its cities, from little to much."""

    PART = 1
    AREAS = 2
    CRITERIA = 3
    CLAIMS = 4


TIERS = ("platinum", "gold", "silver", "certified", "honor_roll", "no_tier")
FORMS = (
    "council-manager", "mayor-council", "commission", "town-meeting", "representative-town-meeting", "hybrid", "unknown",
)  # fmt: skip
BANDS = ("1000000", "500000", "250000", "100000", "30000", "below", "unknown")
REGIONS = ("Northeast", "Midwest", "South", "West", "Canada", "Latin America", "Caribbean", "unknown")
GROUPS = {"forms": FORMS, "bands": BANDS, "regions": REGIONS}

Admits = Callable[[int, Sequence[Member]], bool]
Row = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One assessment of a cycle. `of` are the criteria that could be met, `met` those validated as met, `claimed` those the city said."""

    member: Member
    city: int
    cycle: str
    edition: str
    submitted: bool = True
    told: bool = True
    tier: str = "no_tier"
    forms: str = "unknown"
    bands: str = "unknown"
    regions: str = "unknown"
    of: frozenset[str] = frozenset()
    met: frozenset[str] = frozenset()
    claimed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Book:
    """The edition of a cycle: its criteria in their order with their area, and from which criterion of an earlier one each comes.

    `links` holds by earlier edition only what the crosswalk calls the same or reworded, and comparable.
    """

    cycle: str
    edition: str
    areas: Mapping[str, str]
    links: Mapping[str, Mapping[str, str]]
    over: bool = False

    def comparable(self, edition: str) -> dict[str, str]:
        """The criteria that can be compared with that edition, each with its code there."""
        return {code: code for code in self.areas} if edition == self.edition else dict(self.links.get(edition, {}))


def figures(book: Book, cases: Collection[Case], pairs: Sequence[tuple[Case, Case]], admits: Admits) -> dict[str, Any]:
    """All figures of a cycle. `pairs` are the told cases with the last told one of the same city in an earlier cycle, that one first.

    What comes first is shown first where not all can be: the whole before its parts, large groups before small ones.
    """
    told = sorted((case for case in cases if case.told), key=lambda case: case.member.assessment)
    may = _Asker(admits)
    whole = {detail: may(detail, told) for detail in reversed(Detail)}
    found = {
        "criteria": _figure(told, whole[Detail.CRITERIA], lambda: [_met_by(code, area, told, may) for code, area in book.areas.items()]),
        "areas": _figure(told, whole[Detail.AREAS], lambda: [_area(book, area, told) for area in _areas(book)]),
        "claims": _figure(told, whole[Detail.CLAIMS], lambda: [_claim(code, area, told, may) for code, area in book.areas.items()]),
        "tiers": _in_common(book, told, may),
        "funnel": _funnel(book, cases, told, may),
    }
    for by, names in GROUPS.items():
        found[by] = _by_group(told, by, names, whole[Detail.AREAS], may)
    found["spread"] = _spread(book, told, whole[Detail.AREAS], may)
    found["change"] = _change(book, pairs, may)
    return {"cycle": book.cycle, "edition": book.edition, "figures": found}


class _Asker:
    """Asks for a group of cases, each only once."""

    def __init__(self, admits: Admits) -> None:
        self._admits, self._said = admits, dict[tuple[int, frozenset[int]], bool]()

    def __call__(self, detail: int, cases: Iterable[Case]) -> bool:
        members = [case.member for case in cases]
        key = detail, frozenset(member.assessment for member in members)
        if key not in self._said:
            self._said[key] = self._admits(detail, members)
        return self._said[key]

    def counted(self, detail: int, cases: Sequence[Case], codes: Collection[str]) -> list[Case]:
        """Those of a group that is shown for which any of the criteria counts; none where these may not be shown by themselves."""
        found = [case for case in cases if not case.of.isdisjoint(codes)]
        return found if len(found) == len(cases) or self(detail, found) else []

    def groups(self, detail: int, cases: Sequence[Case], by: str, names: Sequence[str]) -> dict[str, list[Case]]:
        """The groups that may be shown, by name in their order; the larger ones were asked for first."""
        split = {name: [case for case in cases if getattr(case, by) == name] for name in names}
        shown = {name for name in sorted(names, key=lambda name: -len(split[name])) if self(detail, split[name])}
        return {name: split[name] for name in names if name in shown}


def _figure(cases: Sequence[Case], shown: bool, rows: Callable[[], list[Row]]) -> dict[str, Any]:
    return {"base": _base(cases), "rows": rows()} if shown else {"base": None, "rows": []}


def _base(cases: Collection[Case]) -> Row:
    cycles = sorted({case.cycle for case in cases})
    return {"cities": len({case.city for case in cases}), "assessments": len(cases), "cycles": cycles}


def _areas(book: Book) -> list[str]:
    return list(dict.fromkeys(book.areas.values()))


def _part(met: int, of: int, n: int) -> Part:
    return Part(met / of if of else 0.0, n)


def _said(part: Part, met: int, of: int) -> Row:
    low, high = part.interval
    return {"met": met, "of": of, "cities": part.n, "share": rounded(part.share), "low": rounded(low), "high": rounded(high)}


def _apart(difference: Difference | None) -> Row:
    if difference is None:
        return {"difference": None, "difference_low": None, "difference_high": None, "by_chance": None}
    return {
        "difference": rounded(difference.value),
        "difference_low": rounded(difference.low),
        "difference_high": rounded(difference.high),
        "by_chance": difference.by_chance,
    }


def _of_all(cases: Iterable[Case], codes: Collection[str] | None = None) -> tuple[int, int]:
    """How many criteria were met in all of these cases together, of how many."""
    met = of = 0
    for case in cases:
        met += len(case.met if codes is None else case.met & set(codes))
        of += len(case.of if codes is None else case.of & set(codes))
    return met, of


def _met_by(code: str, area: str, cases: Sequence[Case], may: _Asker) -> Row:
    found = may.counted(Detail.CRITERIA, cases, {code})
    if not found:
        return {"code": code, "area": area, "met": None, "of": None, "cities": None, "share": None, "low": None, "high": None}
    met = sum(code in case.met for case in found)
    return {"code": code, "area": area, **_said(Part(met / len(found), len(found)), met, len(found))}


def _area(book: Book, area: str, cases: Sequence[Case]) -> Row:
    codes = [code for code, of in book.areas.items() if of == area]
    met, of = _of_all(cases, codes)
    return {"area": area, "criteria": len(codes), **_said(_part(met, of, len(cases)), met, of)}


def _claim(code: str, area: str, cases: Sequence[Case], may: _Asker) -> Row:
    """What cities said of a criterion beside what was validated, and how far the second stays behind the first."""
    found = may.counted(Detail.CLAIMS, cases, {code})
    if not found:
        empty = dict.fromkeys(("of", "claimed", "met", "claimed_share", "share"))
        return {"code": code, "area": area, **empty, **_apart(None)}
    n = len(found)
    said = [float(code in case.claimed) for case in found]
    held = [float(code in case.met) for case in found]
    one, other = Part(sum(held) / n, n), Part(sum(said) / n, n)
    row = {"code": code, "area": area, "of": n, "claimed": int(sum(said)), "met": int(sum(held))}
    shares = {"claimed_share": rounded(other.share), "share": rounded(one.share)}
    return row | shares | _apart(newcombe(one, other, correlation(held, said)))


def _in_common(book: Book, told: Sequence[Case], may: _Asker) -> dict[str, Any]:
    """For each tier how often its cities met each criterion, and how much more often than those of the next group below."""
    groups = may.groups(Detail.CRITERIA, told, "tier", TIERS)
    names, rows = list(groups), []
    for place, name in enumerate(names):
        below = names[place + 1] if place + 1 < len(names) else ""
        for code, area in book.areas.items():
            row = _met_by(code, area, groups[name], may)
            other = _met_by(code, area, groups[below], may) if below else row | {"of": None}
            apart = newcombe(_whole_part(row), _whole_part(other)) if row["of"] and other["of"] else None
            rows.append({"tier": name, "against": below, **row, **_apart(apart)})
    every = [case for cases in groups.values() for case in cases]
    return {"base": _base(every) if every else None, "rows": rows, "hidden": [name for name in TIERS if name not in groups]}


def _whole_part(row: Row) -> Part:
    return Part(row["met"] / row["of"], row["of"])


def _funnel(book: Book, cases: Collection[Case], told: Sequence[Case], may: _Asker) -> dict[str, Any]:
    """How many cities came how far. Who began is counted once the cycle is over, when it tells nothing of what is not announced."""
    steps: list[tuple[str, list[Case]]] = [("told", list(told))]
    steps.append(("tier", [case for case in told if case.tier not in {"honor_roll", "no_tier"}]))
    steps += [(name, [case for case in told if case.tier == name]) for name in TIERS]
    if book.over:
        steps = [("started", list(cases)), ("submitted", [case for case in cases if case.submitted]), *steps]
    order = sorted(range(len(steps)), key=lambda place: (steps[place][0] != "told", -len(steps[place][1])))
    shown = {place for place in order if may(Detail.PART, steps[place][1])}
    rows = [{"step": name, "cities": len(found) if place in shown else None} for place, (name, found) in enumerate(steps)]
    return {"base": _base(told) if any(row["step"] == "told" and row["cities"] for row in rows) else None, "rows": rows}


def _by_group(told: Sequence[Case], by: str, names: Sequence[str], whole: bool, may: _Asker) -> dict[str, Any]:
    """The share of criteria met in each group, beside that of all other cities together where the whole is shown."""
    groups = may.groups(Detail.AREAS, told, by, names)
    rows = []
    for name, cases in groups.items():
        met, of = _of_all(cases)
        one, rest = _part(met, of, len(cases)), [case for case in told if getattr(case, by) != name]
        other = _part(*_of_all(rest), len(rest)) if whole and rest else None
        rows.append({"group": name, **_said(one, met, of), **_apart(newcombe(one, other) if other else None)})
    every = [case for cases in groups.values() for case in cases]
    return {"base": _base(every) if every else None, "rows": rows, "hidden": [name for name in names if name not in groups]}


def _spread(book: Book, told: Sequence[Case], whole: bool, may: _Asker) -> dict[str, Any]:
    """Quartiles of the share of criteria that a city met: of all, by area, and of the groups that are shown."""
    if not whole:
        return {"base": None, "rows": []}
    every = list(book.areas)
    rows = [_quarters("all", "", told, every, may)]
    rows += [_quarters("areas", area, told, [code for code, of in book.areas.items() if of == area], may) for area in _areas(book)]
    for by, names in GROUPS.items():
        rows += [_quarters(by, name, cases, every, may) for name, cases in may.groups(Detail.AREAS, told, by, names).items()]
    return {"base": _base(told), "rows": [row for row in rows if row["cities"]]}


def _quarters(by: str, name: str, cases: Sequence[Case], codes: Collection[str], may: _Asker) -> Row:
    found = may.counted(Detail.AREAS, cases, codes)
    if not found:
        return {"by": by, "group": name, "cities": 0}
    counts = [_of_all([case], codes) for case in found]
    low, middle, high = quartiles([met / of for met, of in counts])
    return {"by": by, "group": name, "cities": len(found), "lower": rounded(low), "median": rounded(middle), "upper": rounded(high)}


def _change(book: Book, pairs: Sequence[tuple[Case, Case]], may: _Asker) -> dict[str, Any]:
    """By area, from the assessment before to this one, for each earlier edition by itself and its comparable criteria alone."""
    parts = []
    for edition in sorted({before.edition for before, _after in pairs}):
        links = book.comparable(edition)
        found = [(before, after) for before, after in pairs if before.edition == edition]
        # A part of an area's criteria is more than its points tell.
        detail = Detail.AREAS if edition == book.edition else Detail.CRITERIA
        befores, afters = [before for before, _ in found], [after for _, after in found]
        part: Row = {"edition": edition, "criteria": len(links), "base": None, "rows": []}
        if links and may(detail, befores) and may(detail, afters):
            part["base"] = _base([*befores, *afters])
            part["rows"] = [row for area in _areas(book) if (row := _changed(book, area, links, found, detail, may))]
        parts.append(part)
    return {"base": next((part["base"] for part in parts if part["base"]), None), "parts": parts}


def _changed(book: Book, area: str, links: Mapping[str, str], pairs: Sequence[tuple[Case, Case]], detail: int, may: _Asker) -> Row | None:
    codes = {code: origin for code, origin in links.items() if book.areas[code] == area}
    found = [(a, b, in_both) for a, b in pairs if (in_both := [c for c, origin in codes.items() if c in b.of and origin in a.of])]
    if not found or (len(found) < len(pairs) and not all(may(detail, side) for side in zip(*[(a, b) for a, b, _ in found], strict=True))):
        return None
    was = [sum(codes[code] in before.met for code in counted) / len(counted) for before, _after, counted in found]
    now = [sum(code in after.met for code in counted) / len(counted) for _before, after, counted in found]
    n = len(found)
    one, other = Part(sum(now) / n, n), Part(sum(was) / n, n)
    shares = {"before": rounded(other.share), "after": rounded(one.share)}
    return {"area": area, "criteria": len(codes), "cities": n, **shares, **_apart(newcombe(one, other, correlation(now, was)))}
