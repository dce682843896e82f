"""Marks, squares and charts: the right shapes, the right words, and on paper nothing that leans on a style sheet."""

import re
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.utils import translation

from wwc.templatetags import drawing

TIERS = [{"name": "Certified", "at": 15}, {"name": "Silver", "at": 22}, {"name": "Gold", "at": 30}, {"name": "Platinum", "at": 37}]
AREAS = [{"name": "Open Data", "met": 3, "of": 4}, {"name": "Community Impact", "met": 0, "of": 3}]
DOTS = [{"name": "Commission", "at": 0.41, "low": 0.29, "high": 0.54, "text": "41%", "note": "6 cities"}]
CHANGE = [{"name": "Repurposing", "before": 0.37, "after": 0.36, "text": "−1", "tone": "not"}]
BARS = [{"name": "Portal", "share": 0.74, "text": "74%"}]

EVERY_DRAWING = {
    "mark": lambda paper: drawing.tier_mark("gold", title="Gold", paper=paper),
    "squares": lambda paper: drawing.squares(["met", "half", "struck", "ask", "dashed"], paper=paper),
    "ladder": lambda paper: drawing.ladder(20, 43, TIERS, claimed=27, paper=paper),
    "areas": lambda paper: drawing.area_bars(AREAS, paper=paper),
    "bars": lambda paper: drawing.bars(BARS, "Share", paper=paper),
    "dots": lambda paper: drawing.dots(DOTS, "Share", paper=paper),
    "change": lambda paper: drawing.change(CHANGE, "Change", paper=paper),
    "stripe": lambda paper: drawing.stripe(AREAS, paper=paper),
    "tiles": lambda paper: drawing.tile_map({"OH": 7, "TX": 2}, "Cities by state", paper=paper),
}


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


@pytest.mark.parametrize("name", EVERY_DRAWING)
@pytest.mark.parametrize("paper", [False, True])
def test_each_drawing_is_an_image_with_its_words_first(name: str, paper: bool) -> None:
    svg = parsed(EVERY_DRAWING[name](paper))
    assert svg.attrib["role"] == "img"
    assert svg[0].tag == "title"
    assert svg[0].text == svg.attrib["aria-label"] != ""


@pytest.mark.parametrize("name", EVERY_DRAWING)
def test_on_paper_every_shape_carries_its_colour(name: str) -> None:
    svg = parsed(EVERY_DRAWING[name](True))
    shapes = [each for each in svg.iter() if each.tag in {"rect", "path", "circle", "polygon", "text", "line"}]
    assert shapes
    assert [each.attrib for each in shapes if "fill" not in each.attrib and "stroke" not in each.attrib] == []
    assert [each.attrib["class"] for each in svg.iter() if "class" in each.attrib] in ([], ["mark"])


@pytest.mark.parametrize("name", EVERY_DRAWING)
def test_on_the_page_no_colour_is_written_into_a_shape(name: str) -> None:
    assert re.findall(r'(?:fill|stroke)="#\w+"|style=', EVERY_DRAWING[name](False)) == []


@pytest.mark.parametrize("name", EVERY_DRAWING)
def test_lengths_are_written_the_same_in_every_language(name: str) -> None:
    words = re.compile(r"<title>.*?</title>|aria-label=\"[^\"]*\"|>[^<]+<|hatch-\w+")
    with translation.override("en"):
        english = words.sub("", EVERY_DRAWING[name](False))
    with translation.override("pt-br"):
        assert words.sub("", EVERY_DRAWING[name](False)) == english


@pytest.mark.parametrize(
    ("key", "full"), [("certified", 1), ("silver", 2), ("gold", 3), ("platinum", 4), ("honor_roll", 0), ("none", 0), ("odd", 0)]
)
def test_a_mark_has_as_many_full_steps_as_the_tier_is_high(key: str, full: int) -> None:
    svg = drawing.tier_mark(key)
    assert svg.count("<rect") - svg.count('opacity=".28"') == full
    assert 'aria-hidden="true"' in svg


def test_a_tier_always_says_its_word() -> None:
    assert re.sub(r"<[^>]+>", "", drawing.tier("gold")) == "Gold"
    assert re.sub(r"<[^>]+>", "", drawing.tier("none")) == "No tier"


def test_squares_count_themselves_in_words() -> None:
    rows = [SimpleNamespace(state="met"), SimpleNamespace(state="met"), {"state": "dashed"}]
    assert parsed(drawing.squares(rows)).attrib["aria-label"] == "2 met; 1 not answered"
    assert parsed(drawing.squares(rows, label="6 of 9 answered")).attrib["aria-label"] == "6 of 9 answered"
    assert parsed(drawing.squares([])).attrib["width"] == "0"


def test_a_square_without_a_word_is_decoration() -> None:
    assert 'aria-hidden="true"' in drawing.square("met")
    assert parsed(drawing.square("met", "Met")).attrib["aria-label"] == "Met"


def test_the_key_of_the_squares_speaks_the_language_of_each_reader() -> None:
    assert "copied, not confirmed" in drawing.squares_key(True)
    assert "copied, not confirmed" not in drawing.squares_key()
    with translation.override("es"):
        assert "not answered" not in drawing.squares_key()
    assert "not answered" in drawing.squares_key()


def test_the_ladder_is_drawn_again_in_another_language() -> None:
    assert "27 claimed" in drawing.ladder(None, 43, TIERS, claimed=27)
    with translation.override("es"):
        assert "27 claimed" not in drawing.ladder(None, 43, TIERS, claimed=27)
    assert "27 claimed" in drawing.ladder(None, 43, TIERS, claimed=27)


def test_the_ladder_stands_where_the_numbers_say() -> None:
    svg = parsed(drawing.ladder(31, 43, TIERS))
    assert [each.attrib["x1"] for each in svg.iter("line")] == ["34.88%", "51.16%", "69.77%", "86.05%"]
    assert [each.attrib.get("width") for each in svg.iter("rect")] == ["100%", "72.09%"]
    assert svg.attrib["aria-label"] == "31 of 43 points. Certified from 15, Silver from 22, Gold from 30, Platinum from 37."


def test_the_ladder_hatches_what_is_only_claimed() -> None:
    svg = parsed(drawing.ladder(None, 43, TIERS, claimed=27))
    assert svg.attrib["aria-label"].startswith("27 of 43 points claimed.")
    assert [each.text for each in svg.iter("text") if each.text and "claimed" in each.text] == ["27 claimed"]
    assert [each.attrib["fill"] for each in svg.iter("rect") if "url" in each.attrib.get("fill", "")] == [
        f"url(#{svg.find('defs/pattern').attrib['id']})"
    ]


def test_names_are_escaped() -> None:
    svg = drawing.bars([{"name": "<b>A & B", "share": 0.5, "text": "50%"}], 'Share of "all"')
    assert "&lt;b&gt;A &amp; B" in svg
    assert parsed(svg).attrib["aria-label"] == 'Share of "all"'


def test_an_interval_near_the_edge_has_its_number_on_the_left() -> None:
    svg = parsed(drawing.dots([{"name": "A", "at": 0.92, "low": 0.88, "high": 0.97, "text": "92%"}], "Share"))
    assert [each.attrib["text-anchor"] for each in svg.iter("text") if each.text == "92%"] == ["end"]


def test_a_state_darkens_with_its_cities_and_empty_ones_stay_pale() -> None:
    svg = drawing.tile_map({"OH": 8, "TX": 1}, "Cities")
    assert svg.count('class="f-accent"') == 2
    assert svg.count('class="f-line"') == 50


def test_the_same_drawing_has_the_same_bytes() -> None:
    assert EVERY_DRAWING["ladder"](True) == EVERY_DRAWING["ladder"](True)


def test_paper_and_screen_are_one_family() -> None:
    sheet = (Path(settings.BASE_DIR) / "static/css/site.css").read_text()
    light = dict(re.findall(r"--([\w-]+): (#\w+)", sheet.split("prefers-color-scheme")[0]))
    token = {
        "f-ink2": "ink-3", "f-ask": "ask-line", "f-on": "on-tier", "f-current": "ink", "s-current": "ink", "s-line2": "line-2",
        "strong": "ink", "strong-not": "not", "soft": "ink-2",
    }  # fmt: skip
    wrong = {}
    for name, colours in drawing.PAPER.items():
        expected = light.get(token.get(name, name.removeprefix("f-").removeprefix("s-")))
        found = colours.get("fill") or colours.get("stroke")
        if found not in {None, "none", expected}:
            wrong[name] = (found, expected)
    assert wrong == {}
