"""Values in words, as `en`, `es` and `pt-br` readers write them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import translation

from wwc.templatetags import display

DUE = datetime(2026, 12, 14, 23, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
CHICAGO, SAO_PAULO = "America/Chicago", "America/Sao_Paulo"


def test_a_deadline_names_day_hour_zone_and_days_left() -> None:
    assert display.due(DUE, CHICAGO, NOW) == "Monday, December 14, 5:00 p.m. Central (CST), 22 days left"
    assert display.due(DUE, CHICAGO, NOW, year=True) == "Monday, December 14, 2026, 5:00 p.m. Central (CST), 22 days left"


def test_a_deadline_in_spanish_and_in_portuguese() -> None:
    with translation.override("es"):
        assert display.due(DUE, CHICAGO, NOW) == "lunes 14 de diciembre, 17:00\N{NO-BREAK SPACE}h, hora del Centro (CST), faltan 22 días"
    with translation.override("pt-br"):
        at = datetime(2026, 12, 14, 20, 0, tzinfo=UTC)
        assert display.due(at, SAO_PAULO, NOW) == "segunda-feira, 14 de dezembro, 17h, horário de Brasília (BRT), faltam 22 dias"
        assert display.at_time(datetime(2026, 12, 14, 20, 30, tzinfo=UTC), SAO_PAULO) == "17h30"


def test_summer_time_has_its_own_letters() -> None:
    assert display.zone_name(CHICAGO, datetime(2026, 7, 1, tzinfo=UTC)) == "Central (CDT)"
    assert display.zone_name("America/Santiago", datetime(2026, 7, 1, tzinfo=UTC)) == "Chile (CLT)"
    assert display.zone_name("America/Santiago", datetime(2026, 12, 1, tzinfo=UTC)) == "Chile (CLST)"


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("America/Bogota", "Colombia (COT)"),
        ("America/Argentina/Cordoba", "Argentina (ART)"),
        ("America/Mexico_City", "Central (CST)"),
        ("America/Phoenix", "Mountain (MST)"),
        ("Pacific/Honolulu", "Hawaii (HST)"),
        ("America/Noronha", "UTC−2"),
        ("Asia/Kathmandu", "UTC+5:45"),
        ("UTC", "Universal (UTC)"),
    ],
)
def test_a_zone_is_named_as_people_say_it(zone: str, words: str) -> None:
    assert display.zone_name(zone, datetime(2026, 12, 1, tzinfo=UTC)) == words


def test_days_are_counted_by_the_calendar_of_the_place() -> None:
    late_there = datetime(2026, 12, 13, 5, 30, tzinfo=UTC)  # still Saturday the 12th in Chicago
    assert display.days_left(DUE, CHICAGO, late_there) == "2 days left"
    assert display.days_left(DUE, CHICAGO, DUE - timedelta(hours=20)) == "1 day left"
    assert display.days_left(DUE, CHICAGO, DUE - timedelta(minutes=1)) == "today"
    assert display.days_left(DUE, CHICAGO, DUE + timedelta(minutes=1)) == ""
    assert display.days_number(DUE, CHICAGO, DUE + timedelta(days=9)) == 0


def test_dates_for_tables_receipts_and_prose() -> None:
    at = datetime(2026, 12, 14, 20, 2, tzinfo=UTC)
    assert display.when(at, CHICAGO) == "Dec 14, 2:02 p.m."
    assert display.at_time(at, CHICAGO) == "2:02 p.m."
    assert display.when_year(at, CHICAGO) == "December 14, 2026, 2:02 p.m. Central (CST)"
    assert display.day(at, CHICAGO) == "December 14"
    assert display.day_year(date(2026, 4, 14)) == "April 14, 2026"
    assert display.weekday(date(2026, 12, 14)) == "Monday, December 14"
    with translation.override("es"):
        assert display.day_year(date(2026, 4, 14)) == "14 de abril de 2026"


@pytest.mark.parametrize(
    "words", [display.when, display.when_year, display.at_time, display.day, display.day_year, display.due, display.days_left]
)
def test_no_date_says_nothing(words) -> None:
    assert words(None) == ""


@pytest.mark.parametrize(
    ("language", "small", "large", "ratio"),
    [
        ("en", "1,904", "30,000", "67.4%"),
        ("es", "1904", "30\N{NO-BREAK SPACE}000", "67.4\N{NO-BREAK SPACE}%"),
        ("pt-br", "1.904", "30.000", "67,4%"),
    ],
)
def test_numbers_in_each_language(language: str, small: str, large: str, ratio: str) -> None:
    with translation.override(language):
        assert (display.figure(1904), display.figure(30000), display.percent(0.6744, 1)) == (small, large, ratio)


def test_a_share_is_rounded_half_up_and_nothing_of_nothing_is_nothing() -> None:
    assert display.share(1, 8) == "13%"
    assert display.share(29, 43, 2) == "67.44%"
    assert display.share(0, 0) == ""


def test_points_say_of_how_many() -> None:
    assert display.points_of(31, 43) == "31 of 43 points"


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 bytes"), (999, "999 bytes"), (1234, "1.2 kB"), (1_234_567, "1.2 MB"), (52_428_800, "52 MB"), (None, "")]
)
def test_sizes(size: int | None, words: str) -> None:
    assert display.file_size(size) == words


def test_a_state_is_a_mark_and_a_word() -> None:
    html = Template('{% state "met" %}{% state "wait" "Checking for viruses" %}').render(Context())
    assert 'class="state met"' in html
    assert html.count("<svg") == 2
    assert "Met" in html
    assert "Checking for viruses" in html


def test_a_tier_of_an_edition_keeps_its_own_name() -> None:
    assert [display.tier_word(key) for key in ("gold", "honor_roll", "", "Diamond")] == ["Gold", "Honor Roll", "No tier", "Diamond"]


def test_prose_keeps_structure_and_drops_what_could_run_or_fetch() -> None:
    html = display.prose(
        "# Big\n\nOne *two*.\n\n- a\n\n<script>x()</script> ![p](http://e.org/p.png) [l](javascript:x) [ok](https://e.org)"
    )
    assert "<h3>Big</h3>" in html
    assert "<em>two</em>" in html
    assert "<li>a</li>" in html
    assert '<a href="https://e.org" rel="nofollow noopener noreferrer">ok</a>' in html
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert display.prose(None) == ""


def test_criteria_are_links_to_their_pages() -> None:
    assert display.links(["DM1", "<b>"], "/a/") == '<a href="/a/DM1/">DM1</a>, <a href="/a/&lt;b&gt;/">&lt;b&gt;</a>'
    assert display.links([], "/a/") == ""


@pytest.mark.parametrize(("hour", "said"), [(0, "12:05 a.m."), (11, "11:05 a.m."), (12, "12:05 p.m."), (23, "11:05 p.m.")])
def test_an_hour_in_english_has_twelve(hour, said) -> None:
    assert display.at_time(datetime(2026, 12, 14, hour, 5, tzinfo=UTC), "UTC") == said
