"""Marks, squares and charts as SVG for page and paper: numbers in, a drawing out, no rules.

On the page a shape takes its colour from a class of the style sheet, so one drawing serves light and dark. With
`paper=True` it carries its colours as attributes and begins with `<title>`, because in a PDF the page's style sheet does
not reach into SVG and the alternative text comes from the title alone. Geometry is worked out here, in per cent of the
width for the page (type keeps its size at every width) and in points for paper; the templates in `templates/drawing/`
only place it. Every list takes dictionaries or objects alike.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from wwc.templatetags.display import KINDS, tier_word

register = template.Library()

# The light tokens of static/css/site.css; a test holds the two together.
INK, INK_2, INK_3, LINE, LINE_2 = "#17191e", "#454b57", "#626975", "#dedbd2", "#8b8f98"
PAPER = {
    "f-ink": {"fill": INK},
    "f-ink2": {"fill": INK_3},
    "f-accent": {"fill": "#1c4a8c"},
    "f-line": {"fill": LINE},
    "f-wash": {"fill": "#f1efe8"},
    "f-met": {"fill": "#1a6843"},
    "f-not": {"fill": "#9d2b1b"},
    "f-ask": {"fill": "#d99a1c"},
    "f-sheet": {"fill": "#fff"},
    "f-on": {"fill": "#fff"},
    "f-certified": {"fill": "#35618e"},
    "f-silver": {"fill": "#67717f"},
    "f-gold": {"fill": "#966300"},
    "f-platinum": {"fill": "#2f2a55"},
    "f-honor_roll": {"fill": INK_2},
    "f-current": {"fill": INK},
    "s-ink": {"stroke": INK},
    "s-line": {"stroke": LINE},
    "s-line2": {"stroke": LINE_2},
    "s-accent": {"stroke": "#1c4a8c"},
    "s-not": {"stroke": "#9d2b1b"},
    "s-sheet": {"stroke": "#fff"},
    "s-on-ask": {"stroke": INK},
    "s-current": {"stroke": INK},
    "none": {"fill": "none"},
    "strong": {"fill": INK, "font-weight": "600"},
    "strong2": {"font-weight": "600"},
    "strong-not": {"fill": "#9d2b1b", "font-weight": "600"},
    "soft": {"fill": INK_2},
    "": {},
}

# The octagon of a mark and the four steps inside it, in a square of 40; how much of its colour a step has that is not full.
OCTAGON = ((38.11, 27.5), (27.5, 38.11), (12.5, 38.11), (1.89, 27.5), (1.89, 12.5), (12.5, 1.89), (27.5, 1.89), (38.11, 12.5))
STEP_WIDTH, FAINT = 3.6, 0.28

STEPS = {"certified": 1, "silver": 2, "gold": 3, "platinum": 4, "honor_roll": 0, "program": 4}
SQUARES = ("met", "half", "struck", "ask", "copied", "dashed")

# The United States as tiles of equal size: each state, the District of Columbia and Puerto Rico where it lies.
GRID = """
AK -- -- -- -- -- -- -- -- -- ME
-- -- -- -- -- -- -- -- -- VT NH
WA ID MT ND MN IL WI MI NY RI MA
OR NV WY SD IA IN OH PA NJ CT --
CA UT CO NE MO KY WV VA MD DE --
-- AZ NM KS AR TN NC SC DC -- --
-- -- -- OK LA MS AL GA -- -- --
HI -- -- TX -- -- -- -- FL -- PR
"""
TILES = {
    state: (column, row) for row, line in enumerate(GRID.split("\n")[1:-1]) for column, state in enumerate(line.split()) if state != "--"
}

# From how many cities on a tile is how dark; from five on its type changes sides.
SHADES = ((8, "1"), (5, ".85"), (3, ".5"), (2, ".35"), (1, ".2"))


@register.filter
def ink(classes: str, paper: bool) -> SafeString:
    """The colours of a shape: a class attribute on the page, fill and stroke on paper."""
    if not paper:
        return format_html('class="{}"', classes)
    found: dict[str, str] = {}
    for name in classes.split():
        found.update(PAPER[name])
    return mark_safe(" ".join(f'{key}="{value}"' for key, value in found.items()))  # noqa: S308  from the table above


# Marks


class Step(NamedTuple):
    """One of the four steps in a mark: its left upper corner, its height, whether it is full."""

    x: float
    y: float
    height: float
    full: bool


def steps_of(key: str) -> list[Step]:
    """The steps in the mark of a tier."""
    return [Step(10.2 + 5.2 * i, 22.5 - 4 * i, 7 + 4 * i, i < STEPS.get(key, 0)) for i in range(4)]


@register.simple_tag
def tier_mark(key: str, size: float = 26, title: str = "", paper: bool = False) -> SafeString:
    """The octagon of a tier: as many of its four steps are full as the tier is high.

    key: certified, silver, gold, platinum, honor_roll, none or program (the wordmark). Without a title it is decoration,
    for a place where the word stands beside it; with one it is an image of that name.
    """
    key = key if key in STEPS else "none"
    steps = [{"x": _n(each.x), "y": _n(each.y), "height": _n(each.height), "full": each.full} for each in steps_of(key)]
    shape = {"octagon": " ".join(f"{x:.2f},{y:.2f}" for x, y in OCTAGON), "width": _n(STEP_WIDTH), "faint": _n(FAINT).lstrip("0")}
    body = {"program": "f-ink", "none": "none s-line2"}.get(key, f"f-{key}")
    step = {"program": "f-sheet", "none": "f-ink2"}.get(key, "f-on")
    return _draw("mark", paper=paper, title=title, steps=steps, body=body, step=step, size=_n(size), outline=key == "none", **shape)


# How wide the letters of a narrow face are in 100 px of type, in groups; what a badge needs to know before it is drawn.
NARROW, WIDE = "iljtfrI.,:'|1()[] ", "mwMW@%"
FLAT_TYPE, LARGE_TYPE = 11.0, 15.0


def width_of(text: str, size: float) -> float:
    """About how wide a text is in pixels; `textLength` then makes it so, whatever face the reader's machine has."""
    return sum(0.36 if each in NARROW else 0.9 if each in WIDE else 0.72 if each.isupper() else 0.6 for each in text) * size


def badge(style: str, key: str, word: str, *, place: str) -> SafeString:
    """What stands for a city, as a picture that stands by itself: flat (20 px high, in a row of others) or large (with the mark)."""
    program, key = "What Works Cities", key if key in STEPS else "none"
    lines = [program, word] if style == "flat" else [program, word, place]
    sizes = [FLAT_TYPE, FLAT_TYPE] if style == "flat" else [LARGE_TYPE - 3, LARGE_TYPE + 3, LARGE_TYPE - 3]
    widths = [round(width_of(line, size)) for line, size in zip(lines, sizes, strict=True)]
    return _draw(
        f"badge_{style}", key=key, lines=lines, widths=widths, label=f"{program}: {word}, {place}",
        ground=f"f-{key}" if STEPS.get(key) else "f-ink2",
        left=widths[0] + 32, whole=widths[0] + 32 + widths[1] + 16, width=max(widths) + 108, middle=widths[0] + 32 + 8,
    )  # fmt: skip


@register.simple_tag
def tier(key: str, size: float = 22, word: str = "", paper: bool = False) -> SafeString:
    """A tier in a line of text: its mark and, always, its word."""
    return format_html('<span class="tier">{}{}</span>', tier_mark(key, size, paper=paper), word or tier_word(key))


@register.simple_tag
@lru_cache
def state_mark(kind: str, paper: bool = False) -> SafeString:
    """The small mark of a state: met, not, ask, half or open; decoration beside its word."""
    return _draw("state", paper=paper, kind=kind)


@register.simple_tag
def state(kind: str, text: str = "") -> SafeString:
    """A state with its mark and its word: met, not, ask, half, open or wait."""
    colour = f" {kind}" if kind in {"met", "not", "ask"} else ""
    mark = state_mark("half" if kind == "wait" else kind)
    return format_html('<span class="state{}">{}{}</span>', colour, mark, text or KINDS.get(kind, kind))


# Squares are criteria


@register.simple_tag
def square(state: str, label: str = "", size: float = 15, paper: bool = False) -> SafeString:
    """One criterion as a square: met (full), half (evidence missing), struck (not met), ask (a question), copied (from last
    time, not confirmed), dashed (no answer)."""
    return squares([state], label=label, size=size, paper=paper, alone=True)


@register.simple_tag
def squares(states: Iterable[Any], label: str = "", size: float = 15, paper: bool = False, alone: bool = False) -> SafeString:
    """A row of criteria as squares, at a glance. states: words, or things with `.state`; without a label it counts them."""
    words = tuple(str(_get(state, "state", state)) for state in states)
    return _squares(words, label or ("" if alone else _counted(words)), size, paper)


@lru_cache(maxsize=2000)
def _squares(words: tuple[str, ...], label: str, size: float, paper: bool) -> SafeString:
    """The same squares are the same drawing, and every page shows many of them."""
    step = size + 4
    cells = [_cell(word, index * step, size) for index, word in enumerate(words)]
    return _draw("squares", paper=paper, cells=cells, label=label, width=_n(max(len(words) * step - 4, 0)), height=_n(size))


@register.simple_tag
def squares_key(copied: bool = False) -> SafeString:
    """What the squares mean, in words; with that of a copied answer where a page shows one."""
    return _squares_key(bool(copied), get_language())


@lru_cache
def _squares_key(copied: bool, language: str | None) -> SafeString:
    """Nobody's own, so it is drawn once in each language."""
    return mark_safe(render_to_string("parts/_key.html", {"copied": copied}))  # noqa: S308  a template of ours


def _cell(word: str, x: float, size: float) -> dict[str, str]:
    side, middle = size - 1.5, size / 2
    return {
        "kind": word if word in SQUARES else "dashed",
        "x": _n(x + 0.75),
        "side": _n(side),
        "inner": _n(x + size * 0.32),
        "inset": _n(size * 0.32),
        "core": _n(size * 0.36),
        "half": f"M{_n(x + 0.75)} {_n(side + 0.75)}V.75H{_n(x + 0.75 + side)}z",
        "stroke": f"M{_n(x + size * 0.28)} {_n(middle)}h{_n(size * 0.44)}",
        "bang": f"M{_n(x + middle)} {_n(size * 0.23)}v{_n(size * 0.31)}m0 {_n(size * 0.1)}v{_n(size * 0.12)}",
    }


def _counted(words: Sequence[str]) -> str:
    """The squares in words: 6 met, 2 not answered."""
    names = {
        "met": lambda n: ngettext("%(n)s met", "%(n)s met", n),
        "half": lambda n: ngettext("%(n)s met, evidence missing", "%(n)s met, evidence missing", n),
        "struck": lambda n: ngettext("%(n)s not met", "%(n)s not met", n),
        "ask": lambda n: ngettext("%(n)s question for you", "%(n)s questions for you", n),
        "copied": lambda n: ngettext("%(n)s copied, not confirmed", "%(n)s copied, not confirmed", n),
        "dashed": lambda n: ngettext("%(n)s not answered", "%(n)s not answered", n),
    }
    counts = [(word, sum(1 for each in words if each == word)) for word in SQUARES]
    parts = [names[word](n) % {"n": n} for word, n in counts if n]
    return "; ".join(parts) or gettext("no criteria")


# The ladder is the one picture of a score


@register.simple_tag
def ladder(
    points: int | None,
    possible: int,
    tiers: Iterable[Any],
    claimed: int | None = None,
    short: bool = False,
    label: str = "",
    paper: bool = False,
    width: float = 515,
) -> SafeString:
    """From nought to all points: floors with name and number, validated solid, claimed hatched.

    tiers: things with `name` and `at`, the number of points where the tier begins. short: initials for a narrow place.
    """
    steps = tuple((str(_get(each, "name")), int(_get(each, "at"))) for each in tiers)
    return _ladder(points, possible, steps, claimed, short, label, paper, width, get_language())


@lru_cache(maxsize=1000)
def _ladder(
    points: int | None,
    possible: int,
    steps: tuple[tuple[str, int], ...],
    claimed: int | None,
    short: bool,
    label: str,
    paper: bool,
    width: float,
    language: str | None,
) -> SafeString:
    """The same numbers are the same drawing in each language, whoever's they are."""
    place = _scale(possible, paper, width)
    floors = [{"x": place(at), "at": at, "word": name[:1] if short else name} for name, at in steps]
    marks = _ladder_marks(points, claimed, place, short)
    text = label or _ladder_text(points, possible, steps, claimed)
    given = {"solid": place(points or 0), "hatched": place(claimed or 0), "claimed": claimed, "possible": possible}
    given |= {"hatch": _name_of("hatch", text), "strokes": _strokes(claimed, possible, width), "full": place(possible), "width": _n(width)}
    return _draw("ladder", paper=paper, label=text, floors=floors, marks=marks, **given)


def _strokes(claimed: int | None, possible: int, width: float) -> str:
    """The hatching as strokes of ten points, for paper, where a pattern prints dark."""
    end = int((claimed or 0) / possible * width) if possible else 0
    return "".join(f"M{x} 36l10-10" for x in range(0, max(end - 9, 0), 4))


def _ladder_marks(points: int | None, claimed: int | None, place: Any, short: bool) -> list[dict[str, str]]:
    said = ngettext("%(n)s claimed", "%(n)s claimed", claimed or 0) % {"n": claimed}
    given = ngettext("%(n)s point", "%(n)s points", points or 0) % {"n": points}
    both = claimed is not None and bool(points) and claimed != points
    marks = []
    if points is not None and (claimed is None or points):
        marks.append({"x": place(points), "text": str(points) if short else given, "anchor": "end" if both else "middle"})
    if claimed is not None and (both or not points):
        marks.append({"x": place(claimed), "text": str(claimed) if short else said, "anchor": "start" if both else "middle"})
    return marks


def _ladder_text(points: int | None, possible: int, steps: Sequence[tuple[str, int]], claimed: int | None) -> str:
    heads = []
    if points is not None and (claimed is None or points):
        heads.append(
            ngettext("%(points)s of %(possible)s point", "%(points)s of %(possible)s points", possible)
            % {"points": points, "possible": possible}
        )
    if claimed is not None:
        heads.append(
            ngettext("%(points)s of %(possible)s point claimed", "%(points)s of %(possible)s points claimed", possible)
            % {"points": claimed, "possible": possible}
        )
    floors = ", ".join(gettext("%(tier)s from %(points)s") % {"tier": name, "points": at} for name, at in steps)
    return ". ".join([", ".join(heads), floors]) + "." if floors else ", ".join(heads)


# Charts: the finding is the title of the figure around them, the numbers stand in a table beside them


@register.simple_tag
def bars(rows: Iterable[Any], label: str, paper: bool = False, width: float = 515) -> SafeString:
    """Shares as bars, one under the other. rows: name, share (0 to 1), text ("74%"), tone ("" or "not")."""
    place = _scale(1, paper, width)
    drawn = [
        {
            "name": _get(row, "name"),
            "text": _get(row, "text", ""),
            "width": place(float(_get(row, "share"))),
            "fill": "f-not" if _get(row, "tone", "") == "not" else "f-accent",
            "y": 44 * index,
        }
        for index, row in enumerate(rows)
    ]
    return _draw("bars", paper=paper, label=label, rows=_lines(drawn, 13, 21), height=44 * len(drawn), full=place(1), width=_n(width))


@register.simple_tag
def area_bars(areas: Iterable[Any], label: str = "", paper: bool = False, width: float = 515) -> SafeString:
    """The practice areas as bars, each with how many of how many. areas: name, met, of."""
    rows = []
    for each in areas:
        met, of = int(_get(each, "met")), int(_get(each, "of"))
        words = gettext("%(met)s of %(of)s") % {"met": met, "of": of}
        rows.append({"name": _get(each, "name"), "share": met / of if of else 0, "text": words})
    text = label or "; ".join(f"{row['name']} {row['text']}" for row in rows)
    return bars(rows, text, paper=paper, width=width)


@register.simple_tag
def dots(rows: Iterable[Any], label: str, paper: bool = False, width: float = 515) -> SafeString:
    """Shares as dots with their interval. rows: name, at, low, high (0 to 1), text ("58%"), note ("71 cities"), tone."""
    place = _scale(1, paper, width)
    drawn = []
    for index, row in enumerate(rows):
        tone = "not" if _get(row, "tone", "") == "not" else "accent"
        low, at, high = (float(_get(row, key)) for key in ("low", "at", "high"))
        beside, anchor = (high + 0.015, "start") if high < 0.86 else (low - 0.015, "end")
        text, note = _get(row, "text", ""), _get(row, "note", "")
        if high >= 0.86 and low < 0.12:  # no room on either side of the line
            text, note = "", ", ".join(filter(None, [text, note]))
        drawn.append(
            {
                "name": _get(row, "name"),
                "note": note,
                "text": text,
                "low": place(low),
                "at": place(at),
                "high": place(high),
                "beside": place(beside),
                "anchor": anchor,
                "stroke": f"s-{tone}",
                "fill": f"f-{tone}",
                "y": 42 * index,
            }
        )
    height = 42 * len(drawn)
    grid = [{"x": place(share / 100), "text": f"{share}%"} for share in (25, 50, 75)]
    sizes = {"height": height, "below": height + 14, "total": height + 20, "full": place(1), "width": _n(width)}
    return _draw("dots", paper=paper, label=label, rows=_lines(drawn, 14, 28, 32), grid=grid, **sizes)


@register.simple_tag
def change(rows: Iterable[Any], label: str, paper: bool = False, width: float = 515) -> SafeString:
    """Before (open) and after (full) on one line each. rows: name, before, after (0 to 1), text ("+15"), tone ("" or "not")."""
    place = _scale(1, paper, width)
    drawn = []
    for index, row in enumerate(rows):
        tone = "not" if _get(row, "tone", "") == "not" else "accent"
        before, after = float(_get(row, "before")), float(_get(row, "after"))
        drawn.append(
            {
                "name": _get(row, "name"),
                "text": _get(row, "text", ""),
                "before": place(before),
                "after": place(after),
                "stroke": f"s-{tone}",
                "fill": f"f-{tone}",
                "open": f"f-sheet s-{tone}",
                "word": "strong-not" if tone == "not" else "soft",
                "number": "strong-not" if tone == "not" else "strong",
                "y": 40 * index,
            }
        )
    return _draw("change", paper=paper, label=label, rows=_lines(drawn, 13, 25), height=40 * len(drawn), full=place(1), width=_n(width))


@register.simple_tag
def stripe(areas: Iterable[Any], label: str = "", paper: bool = False, height: float = 22) -> SafeString:
    """The eight areas as upright bars, small enough for a table. areas: things with met and of, or shares from 0 to 1."""
    shares, words = [], []
    for each in areas:
        if isinstance(each, int | float):
            shares.append(float(each))
            continue
        met, of = int(_get(each, "met")), int(_get(each, "of"))
        shares.append(met / of if of else 0)
        words.append(" ".join(filter(None, [str(_get(each, "name", "")), gettext("%(met)s of %(of)s") % {"met": met, "of": of}])))
    drawn = [{"x": 8 * index, "y": _n(height * (1 - share)), "height": _n(height * share)} for index, share in enumerate(shares)]
    text = label or ", ".join(words) or ", ".join(f"{round(share * 100)}%" for share in shares)
    return _draw("stripe", paper=paper, label=text, bars=drawn, width=max(8 * len(drawn) - 3, 0), height=_n(height))


@register.simple_tag
def share_bar(part: int, whole: int, width: float = 44, height: float = 14, tone: str = "", paper: bool = False) -> SafeString:
    """So much of a whole as one small bar; tone "ask" waits for somebody, "accent" is a number. Decoration: the words stand beside it."""
    filled = _n(width * min(part, whole) / whole) if whole else "0"
    return _draw("share", filled=filled, width=_n(width), height=_n(height), tone=tone, paper=paper)


@register.simple_tag
def tile_map(counts: Mapping[str, int], label: str, paper: bool = False) -> SafeString:
    """The United States as tiles. counts: a dictionary from two-letter state to a number; a table holds the same numbers."""
    tiles = []
    for state, (column, row) in TILES.items():
        number = counts.get(state, 0)
        tiles.append(
            {
                "state": state,
                "number": number or "",
                "x": 37 * column,
                "y": 37 * row,
                "middle": 37 * column + 17,
                "first": 37 * row + 15,
                "second": 37 * row + 28,
                "shade": next((shade for least, shade in SHADES if number >= least), "1"),
                "fill": "f-accent" if number else "f-line",
                "strong": "f-on strong2" if number >= 5 else "strong",
                "soft": "f-on" if number >= 5 else "soft",
            }
        )
    return _draw("tiles", paper=paper, label=label, tiles=tiles)


# What they share


def _get(thing: Any, key: str, default: Any = None) -> Any:
    """The value of a dictionary or an object alike."""
    if isinstance(thing, Mapping):
        return thing.get(key, default)
    return getattr(thing, key, default)


def _n(value: float) -> str:
    """A length in SVG's own writing, whatever the language of the page."""
    return f"{round(value, 2):g}"


def _scale(whole: float, paper: bool, width: float) -> Any:
    """From a value to its place: per cent of the width on the page, points on paper."""

    def place(value: float) -> str:
        share = value / whole if whole else 0
        return _n(share * width) if paper else f"{_n(share * 100)}%"

    return place


def _lines(rows: list[dict], *offsets: float) -> list[dict]:
    """Give each row the heights at which its parts stand: y1, y2 and so on."""
    for row in rows:
        row |= {f"y{number}": row["y"] + offset for number, offset in enumerate(offsets, start=1)}
    return rows


def _name_of(prefix: str, text: str) -> str:
    """An id that is the same for the same drawing, so that a paper has the same bytes each time."""
    return f"{prefix}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _draw(name: str, **given: Any) -> SafeString:
    """Render one SVG template, on one line."""
    text = render_to_string(f"drawing/{name}.svg", given)
    return mark_safe("".join(line.strip() for line in text.splitlines()))  # noqa: S308  a template of ours, escaped
