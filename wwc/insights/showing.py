"""Figures in words: the finding that is the title, what is counted, the chart, the table, the columns of the CSV."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from assessments.models import Cycle, GovernmentForm
from criteria import queries as rulebooks
from reviews.queries.alike import band_words
from wwc.geography import BANDS
from wwc.insights.figures import GROUPS
from wwc.templatetags.display import figure as number
from wwc.templatetags.display import percent, tier_word

Row = Mapping[str, Any]
NAMES: dict[str, Any] = {
    "criteria": _("By criterion"),
    "areas": _("By practice area"),
    "forms": _("By form of government"),
    "bands": _("By population"),
    "regions": _("By region"),
    "tiers": _("What cities of a tier have in common"),
    "spread": _("Distribution"),
    "change": _("Change since the assessment before"),
    "claims": _("Claimed and validated"),
    "funnel": _("From the start to the result"),
}
COUNTED: dict[str, Any] = {
    "criteria": _("Share of assessments in which the criterion was validated as met."),
    "areas": _("Criteria of the area validated as met, of all criteria of the area, all assessments together."),
    "forms": _("Share of criteria validated as met, by the form of government on record on the day of the announcement."),
    "bands": _("Share of criteria validated as met, by the population on record on the day of the announcement."),
    "regions": _(
        "Share of criteria validated as met, by region: those of the Census in the United States, Canada, Latin America, Caribbean."
    ),
    "tiers": _("Share of the cities of a tier that met the criterion, and the difference to the cities of the next group below."),
    "spread": _("Share of criteria that a city met: the dot is the median, the line the middle half of the cities."),
    "change": _("Mean share of criteria met, before (open) and now (full), for cities with an earlier assessment."),
    "claims": _("Share of assessments in which the city said that it meets the criterion (open), and in which that was validated (full)."),
    "funnel": _("Cities of the cycle by how far they came."),
}
INTERVAL = _("Intervals are at 95%: Wilson's for a share, Newcombe's for a difference.")
CITY_DRAWN = _("The interval takes cities, not criteria, as what was drawn, so it is on the safe side.")
SMALL = _("A group is shown when none of its cities is hidden or five at least are, also after subtracting what else is shown.")
OF_TWENTY = _("Of twenty such comparisons one would stand out by chance alone.")
PAIRED = _("The interval of the change is Newcombe's for pairs: the same cities twice.")
NOTES: dict[str, tuple[Any, ...]] = {
    "criteria": (INTERVAL,),
    "areas": (INTERVAL, CITY_DRAWN),
    "forms": (INTERVAL, CITY_DRAWN, _("Each group is compared with all other cities together."), OF_TWENTY),
    "bands": (INTERVAL, CITY_DRAWN, _("Each group is compared with all other cities together."), OF_TWENTY),
    "regions": (INTERVAL, CITY_DRAWN, _("Each group is compared with all other cities together."), OF_TWENTY),
    "tiers": (INTERVAL, OF_TWENTY, _("Meeting more criteria is what makes a tier, so differences upward are expected; their order tells.")),
    "spread": (_("Quartiles lie between two values in proportion."),),
    "change": (
        PAIRED,
        _("Editions are compared only by criteria that the crosswalk calls the same or reworded, and comparable."),
        _("Who comes back chose to, so the change says nothing of cities that did not."),
    ),
    "claims": (PAIRED, _("What a city said is what its answer said last.")),
    "funnel": (_("Who began and who submitted is counted once the cycle is over."),),
}
MOST, LEAST = 3, 3  # criteria on the page of all figures, from either end


@dataclass(frozen=True)
class Column:
    """One column of a figure's table: its name, how a row says it, whether it is a number."""

    name: Any
    said: Callable[[Row], str]
    is_number: bool = True


@dataclass
class Shown:
    """One figure as a page shows it."""

    key: str
    name: Any
    counted: Any
    finding: str
    base: str
    notes: tuple[Any, ...]
    kind: str
    chart: list[dict[str, Any]]
    label: str
    heads: list[tuple[Any, bool]]
    lines: list[list[tuple[str, bool]]]
    hidden: list[str] = field(default_factory=list)


class Words:
    """The names of an edition's criteria and areas, and of groups, in the language of the reader."""

    def __init__(self, cycle: Cycle, language: str) -> None:
        self.criteria = {each.code: each.text.title for each in rulebooks.kept_criteria(cycle.standard, language)}
        self.areas = {each.area.code: each.area.name_shown for each in rulebooks.kept_criteria(cycle.standard, language)}

    def criterion(self, row: Row) -> str:
        """Code and title: OD3 Open Data Portal."""
        return f"{row['code']} {self.criteria.get(row['code'], '')}".strip()

    def area(self, row: Row) -> str:
        """The practice area by its name."""
        return str(self.areas.get(row["area"], row["area"]))

    def group(self, by: str, key: str) -> str:
        """A form of government, a band of population, a region, an area, or all cities."""
        if by == "all":
            return gettext("All cities")
        if by == "areas":
            return str(self.areas.get(key, key))
        if key == "unknown":
            return gettext("Not on record")
        if by == "forms":
            return str(GovernmentForm(key).label).capitalize()
        if by == "bands":
            return band_words(BANDS[key]) if key in BANDS else gettext("under %(n)s") % {"n": number(30_000)}
        return _region(key)


def _region(key: str) -> str:
    named = {
        "Northeast": gettext("Northeast"), "Midwest": gettext("Midwest"), "South": pgettext("region", "South"),
        "West": pgettext("region", "West"), "Canada": gettext("Canada"), "Latin America": gettext("Latin America"),
        "Caribbean": gettext("Caribbean"),
    }  # fmt: skip
    return named.get(key, key)


def _step(key: str) -> str:
    named = {
        "started": gettext("Began"), "submitted": gettext("Submitted"), "told": gettext("Got a result"),
        "tier": gettext("Reached a tier"),
    }  # fmt: skip
    return named.get(key) or _tier(key)


def _tier(key: str) -> str:
    return str(tier_word("none" if key == "no_tier" else key))


def shown(key: str, content: Mapping[str, Any], cycle: Cycle, language: str, *, short: bool = False) -> Shown:
    """A figure of a dataset in words. `short` leaves the middle of a long chart to its own page."""
    figure, words = content["figures"][key], Words(cycle, language)
    rows = rows_of(key, figure)
    columns = _columns(key, words)
    chart = _chart(key, figure, words, short=short) if figure["base"] else []
    by = key if key in GROUPS else "tiers"
    hidden = [words.group(by, name) if key in GROUPS else _tier(name) for name in figure.get("hidden", [])]
    finding = _finding(key, figure, words) if figure["base"] else gettext("Too few cities to show")
    return Shown(
        key=key, name=NAMES[key], counted=COUNTED[key], finding=finding, base=_base(figure, cycle), notes=(*NOTES[key], SMALL),
        kind=_KINDS[key], chart=chart, label="; ".join(f"{each['name']}: {each['text']}" for each in chart),
        heads=[(column.name, column.is_number) for column in columns],
        lines=[[(column.said(row), column.is_number) for column in columns] for row in rows], hidden=hidden,
    )  # fmt: skip


def rows_of(key: str, figure: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a figure's table; those of a change with the earlier edition and how many criteria can be compared."""
    if key != "change":
        return list(figure["rows"])
    return [
        {"edition_before": part["edition"], "criteria_compared": part["criteria"], **row}
        for part in figure["parts"]
        for row in part["rows"]
    ]


def as_table(key: str, content: Mapping[str, Any], cycle: Cycle, language: str, at: datetime) -> tuple[list[str], list[dict[str, Any]]]:
    """The columns and rows of a figure's CSV: what is counted and of what stands in each row, so that a row says it by itself."""
    figure, words = content["figures"][key], Words(cycle, language)
    base = figure["base"] or {"cities": None, "assessments": None, "cycles": []}
    about = {"figure": key, "cycle": cycle.slug, "edition": content["edition"], "date": at.date().isoformat()}
    about |= {"base_cities": base["cities"], "base_assessments": base["assessments"], "base_cycles": " ".join(base["cycles"])}
    rows = [about | row | _named(row, words) for row in rows_of(key, figure)]
    columns = list(dict.fromkeys(column for row in rows for column in row)) or list(about)
    return columns, rows


def _named(row: Row, words: Words) -> dict[str, str]:
    """The words beside the codes of a row."""
    named = {}
    if "code" in row:
        named["title"] = words.criteria.get(row["code"], "")
    if "area" in row:
        named["area_name"] = words.area(row)
    return named


# Words of a base


def _base(figure: Mapping[str, Any], cycle: Cycle) -> str:
    base = figure["base"]
    if not base:
        return gettext("There are no such cities, or too few of them for a group in which none can be made out.")
    cities = ngettext("%(n)s city", "%(n)s cities", base["cities"]) % {"n": number(base["cities"])}
    if base["assessments"] == base["cities"]:
        return gettext("%(cities)s, one assessment each, %(edition)s; validated, %(cycle)s.") % {
            "cities": cities, "edition": cycle.standard, "cycle": cycle,
        }  # fmt: skip
    return gettext("%(cities)s with %(n)s assessments in %(cycles)s cycles; validated, until %(cycle)s.") % {
        "cities": cities, "n": number(base["assessments"]), "cycles": number(len(base["cycles"])), "cycle": cycle,
    }  # fmt: skip


# Findings: one sentence from the numbers


def _finding(key: str, figure: Mapping[str, Any], words: Words) -> str:
    return _FINDINGS[key](figure, words)


def _most_and_least(figure: Mapping[str, Any], said: Callable[[Row], str]) -> str:
    rows = sorted((row for row in figure["rows"] if row["share"] is not None), key=lambda row: -row["share"])
    names = {"most": said(rows[0]), "least": said(rows[-1]), "high": share(rows[0]["share"]), "low": share(rows[-1]["share"])}
    return gettext("%(most)s is met most often (%(high)s), %(least)s least (%(low)s)") % names


def _groups(by: str, nothing: Any) -> Callable[[Mapping[str, Any], Words], str]:
    def found(figure: Mapping[str, Any], words: Words) -> str:
        above = [words.group(by, row["group"]) for row in figure["rows"] if row["by_chance"] is False and row["difference"] > 0]
        below = [words.group(by, row["group"]) for row in figure["rows"] if row["by_chance"] is False and row["difference"] < 0]
        said = [gettext("More criteria met than elsewhere: %(groups)s") % {"groups": ", ".join(above)}] if above else []
        said += [gettext("Fewer criteria met than elsewhere: %(groups)s") % {"groups": ", ".join(below)}] if below else []
        return ". ".join(said) or str(nothing)

    return found


def _apart(figure: Mapping[str, Any], words: Words) -> str:
    rows = [row for row in figure["rows"] if row["difference"] is not None and row["by_chance"] is False]
    if not rows:
        return gettext("No tier stands out beyond chance")
    top = max((row for row in rows if row["tier"] == rows[0]["tier"]), key=lambda row: row["difference"])
    names = {"tier": _tier(top["tier"]), "below": _tier(top["against"]), "criterion": words.criterion(top)}
    return gettext("What sets %(tier)s most apart from %(below)s: %(criterion)s") % names


def _changed(figure: Mapping[str, Any], words: Words) -> str:
    part = next(part for part in reversed(figure["parts"]) if part["rows"])
    rest = [row for row in part["rows"] if row["difference"] <= 0]
    if not rest:
        return gettext("Cities that come back meet more criteria in every practice area")
    if 2 * len(rest) < len(part["rows"]):
        return gettext("Cities that come back meet more criteria, except in %(areas)s") % {"areas": ", ".join(map(words.area, rest))}
    more = len(part["rows"]) - len(rest)
    return gettext("Cities that come back meet more criteria in %(n)s of %(of)s practice areas") % {"n": more, "of": len(part["rows"])}


def _validated(figure: Mapping[str, Any], words: Words) -> str:
    claimed = sum(row["claimed"] or 0 for row in figure["rows"])
    met = sum(row["met"] or 0 for row in figure["rows"])
    said = {"claimed": number(claimed), "met": number(met)}
    return gettext("Cities claimed %(claimed)s criteria, %(met)s were validated as met") % said


def _came_far(figure: Mapping[str, Any], words: Words) -> str:
    steps = {row["step"]: row["cities"] for row in figure["rows"]}
    if steps["tier"] is None:
        return ngettext("%(n)s city got a result", "%(n)s cities got a result", steps["told"]) % {"n": number(steps["told"])}
    return gettext("%(n)s of %(of)s cities that got a result reached a tier") % {"n": number(steps["tier"]), "of": number(steps["told"])}


def _half(figure: Mapping[str, Any], words: Words) -> str:
    row = figure["rows"][0]
    return gettext("Half of the cities meet between %(low)s and %(high)s of the criteria") % {
        "low": share(row["lower"]), "high": share(row["upper"]),
    }  # fmt: skip


_FINDINGS: dict[str, Callable[[Mapping[str, Any], Words], str]] = {
    "criteria": lambda figure, words: _most_and_least(figure, words.criterion),
    "areas": lambda figure, words: _most_and_least(figure, words.area),
    "forms": _groups("forms", _("No form of government differs from the others beyond chance")),
    "bands": _groups("bands", _("No size of city differs from the others beyond chance")),
    "regions": _groups("regions", _("No region differs from the others beyond chance")),
    "tiers": _apart,
    "spread": _half,
    "change": _changed,
    "claims": _validated,
    "funnel": _came_far,
}


# Charts


_KINDS = {
    "criteria": "bars", "areas": "dots", "forms": "dots", "bands": "dots", "regions": "dots", "tiers": "change", "spread": "dots",
    "change": "change", "claims": "change", "funnel": "bars",
}  # fmt: skip


def share(value: float | None) -> str:
    """A share for people: 74%; what is there and less than one in a hundred is "under 1%"."""
    if value is None:
        return "–"
    if 0 < value < 0.01:
        return gettext("under %(share)s") % {"share": percent(0.01)}
    return percent(value)


def points(value: float | None) -> str:
    """A difference in percentage points with its sign: +15, -1 with a true minus."""
    if value is None:
        return "–"
    whole = round(value * 100)
    return f"{'+' if whole > 0 else '−' if whole < 0 else ''}{number(abs(whole))}"


def _chart(key: str, figure: Mapping[str, Any], words: Words, *, short: bool) -> list[dict[str, Any]]:
    if key == "funnel":
        return _steps(figure)
    if key == "spread":
        return [_box(row, words) for row in figure["rows"] if not short or row["by"] in ("all", "areas")]
    if key == "tiers":
        return _most_apart(figure, words, short=short)
    rows = [row for row in rows_of(key, figure) if row.get("share", row.get("after")) is not None]
    if key in GROUPS:
        return [_dot(words.group(key, row["group"]), row) for row in rows]
    if key == "areas":
        return [_dot(words.area(row), row) for row in rows]
    if key == "change":
        return _changes(figure, words)
    if key == "claims":
        rows.sort(key=lambda row: row["difference"])
        rows = _ends(rows, most=MOST + LEAST, least=0) if short else rows
        return [
            {"name": words.criterion(row), "before": row["claimed_share"], "after": row["share"], "text": points(row["difference"])}
            for row in rows
        ]
    rows.sort(key=lambda row: -row["share"])
    rows = _ends(rows, most=MOST, least=LEAST) if short else rows
    return [{"name": words.criterion(row), "share": row["share"], "text": share(row["share"])} for row in rows]


def _ends(rows: Sequence[Any], *, most: int, least: int) -> list[Any]:
    return list(rows) if len(rows) <= most + least else [*rows[:most], *rows[len(rows) - least :]]


def _dot(name: str, row: Row) -> dict[str, Any]:
    cities = ngettext("%(n)s city", "%(n)s cities", row["cities"]) % {"n": number(row["cities"])}
    return {"name": name, "at": row["share"], "low": row["low"], "high": row["high"], "text": share(row["share"]), "note": cities}


def _box(row: Row, words: Words) -> dict[str, Any]:
    cities = ngettext("%(n)s city", "%(n)s cities", row["cities"]) % {"n": number(row["cities"])}
    name = words.group(row["by"], row["group"])
    return {"name": name, "at": row["median"], "low": row["lower"], "high": row["upper"], "text": share(row["median"]), "note": cities}


def _changes(figure: Mapping[str, Any], words: Words) -> list[dict[str, Any]]:
    """The change by area; red is the exception, where most areas went up."""
    drawn = []
    several = sum(bool(part["rows"]) for part in figure["parts"]) > 1
    for part in figure["parts"]:
        rest = [row for row in part["rows"] if row["difference"] <= 0]
        for row in part["rows"]:
            name = words.area(row)
            if several:
                name = gettext("%(area)s, since the edition of %(edition)s") % {"area": name, "edition": part["edition"]}
            tone = "not" if row in rest and 2 * len(rest) < len(part["rows"]) else ""
            text = points(row["difference"])
            drawn.append({"name": name, "before": row["before"], "after": row["after"], "text": text, "tone": tone})
    return drawn


def _most_apart(figure: Mapping[str, Any], words: Words, *, short: bool) -> list[dict[str, Any]]:
    """For each tier the criteria by which it stands out most from the group below."""
    drawn = []
    for tier in dict.fromkeys(row["tier"] for row in figure["rows"]):
        rows = [row for row in figure["rows"] if row["tier"] == tier and row["difference"] is not None and row["difference"] > 0]
        for row in sorted(rows, key=lambda row: -row["difference"])[: 2 if short else 5]:
            name = f"{_tier(tier)}: {words.criterion(row)}"
            before = max(0.0, row["share"] - row["difference"])
            drawn.append({"name": name, "before": before, "after": row["share"], "text": points(row["difference"])})
    return drawn


def _steps(figure: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = [row for row in figure["rows"] if row["cities"] is not None]
    whole = max(row["cities"] for row in rows)
    return [{"name": _step(row["step"]), "share": row["cities"] / whole, "text": number(row["cities"])} for row in rows]


# Tables


def _chance(row: Row) -> str:
    if row["by_chance"] is None:
        return "–"
    return gettext("may be chance") if row["by_chance"] else gettext("beyond chance")


def _between(low: str, high: str, said: Callable[[float | None], str]) -> Callable[[Row], str]:
    return lambda row: gettext("%(low)s to %(high)s") % {"low": said(row[low]), "high": said(row[high])} if row[low] is not None else "–"


def _count(key: str) -> Callable[[Row], str]:
    return lambda row: number(row[key]) if row[key] is not None else "–"


def _share_of(key: str) -> Callable[[Row], str]:
    return lambda row: share(row[key])


def _columns(key: str, words: Words) -> list[Column]:
    """The columns of a figure's table, as a reader wants them."""
    code = Column(_("Criterion"), words.criterion, is_number=False)
    area = Column(_("Practice area"), words.area, is_number=False)
    cities, met, of = Column(_("Cities"), _count("cities")), Column(_("Met"), _count("met")), Column(_("Of"), _count("of"))
    held = Column(_("Share"), lambda row: share(row["share"]))
    between = Column(_("Interval (95%)"), _between("low", "high", share))
    apart = [
        Column(_("Difference, points"), lambda row: points(row["difference"])),
        Column(_("Interval of the difference (95%)"), _between("difference_low", "difference_high", points)),
        Column(_("Difference"), _chance, is_number=False),
    ]
    if key in GROUPS:
        return [Column(NAMES[key], lambda row: words.group(key, row["group"]), is_number=False), cities, met, of, held, between, *apart]
    found: dict[str, list[Column]] = {
        "criteria": [code, area, met, of, held, between],
        "areas": [area, Column(_("Criteria"), _count("criteria")), met, of, held, between],
        "tiers": [Column(_("Tier"), lambda row: _tier(row["tier"]), is_number=False), code, met, of, held, *apart],
        "spread": [
            Column(_("Group"), lambda row: words.group(row["by"], row["group"]), is_number=False), cities,
            *(Column(name, _share_of(key)) for name, key in _QUARTERS),
        ],
        "change": [
            area, Column(_("Edition before"), lambda row: str(row["edition_before"]), is_number=False),
            Column(_("Criteria compared"), _count("criteria")), cities, Column(_("Before"), lambda row: share(row["before"])),
            Column(_("After"), lambda row: share(row["after"])), *apart,
        ],
        "claims": [
            code, of, Column(_("Claimed"), _count("claimed")), met, Column(_("Share claimed"), lambda row: share(row["claimed_share"])),
            held, *apart,
        ],
        "funnel": [Column(_("Step"), lambda row: _step(row["step"]), is_number=False), cities],
    }  # fmt: skip
    return found[key]


_QUARTERS = ((_("Lower quartile"), "lower"), (_("Median"), "median"), (_("Upper quartile"), "upper"))
