"""Values in words: states, points, dates, sizes. Display only, never rules.

Dates, numbers and zones follow the reader's language by tables of ours rather than Django's formats: what a Spanish or
a Portuguese reader expects of a deadline differs in shape, not only in names of months.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import nh3
from django import template
from django.utils import timezone
from django.utils.dateformat import format as date_words
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext, pgettext_lazy
from markdown_it import MarkdownIt

register = template.Library()


# How each language writes a date, an hour, a number


@dataclass(frozen=True)
class Forms:
    """The shapes of one language; dates in Django's date letters."""

    day: str
    day_year: str
    weekday: str
    short: str
    hour: Callable[[datetime], str]
    zone: str
    left: tuple[str, str]
    today: str
    joint: str
    thousands: str
    decimal: str
    percent: str


def _english_hour(at: datetime) -> str:
    return f"{at.hour % 12 or 12}:{at:%M} {'a.m.' if at.hour < 12 else 'p.m.'}"


def _spanish_hour(at: datetime) -> str:
    return f"{at.hour}:{at:%M}\N{NO-BREAK SPACE}h"


def _portuguese_hour(at: datetime) -> str:
    return f"{at.hour}h{at:%M}" if at.minute else f"{at.hour}h"


LANGUAGES = {
    "en": Forms(
        day="F j",
        day_year="F j, Y",
        weekday="l, F j",
        short="M j",
        hour=_english_hour,
        zone="{name} ({code})",
        left=("{n} day left", "{n} days left"),
        today="today",
        joint=" ",
        thousands=",",
        decimal=".",
        percent="%",
    ),
    "es": Forms(
        day=r"j \d\e F",
        day_year=r"j \d\e F \d\e Y",
        weekday=r"l j \d\e F",
        short="j M",
        hour=_spanish_hour,
        zone="{name} ({code})",
        left=("falta {n} día", "faltan {n} días"),
        today="hoy",
        joint=", ",
        thousands="\N{NO-BREAK SPACE}",
        decimal=".",
        percent="\N{NO-BREAK SPACE}%",
    ),
    "pt": Forms(
        day=r"j \d\e F",
        day_year=r"j \d\e F \d\e Y",
        weekday=r"l, j \d\e F",
        short="j M",
        hour=_portuguese_hour,
        zone="{name} ({code})",
        left=("falta {n} dia", "faltam {n} dias"),
        today="hoje",
        joint=", ",
        thousands=".",
        decimal=",",
        percent="%",
    ),
}

# What people call the time of a place, and its letters in winter and in summer where the zone data has none.
ZONE_NAMES = {
    "Eastern": ("Eastern", "hora del Este", "horário do Leste"),
    "Central": ("Central", "hora del Centro", "horário Central"),
    "Mountain": ("Mountain", "hora de la Montaña", "horário da Montanha"),
    "Pacific": ("Pacific", "hora del Pacífico", "horário do Pacífico"),
    "Alaska": ("Alaska", "hora de Alaska", "horário do Alasca"),
    "Hawaii": ("Hawaii", "hora de Hawái", "horário do Havaí"),
    "Atlantic": ("Atlantic", "hora del Atlántico", "horário do Atlântico"),
    "Newfoundland": ("Newfoundland", "hora de Terranova", "horário de Terra Nova"),
    "Brasilia": ("Brasília", "hora de Brasilia", "horário de Brasília"),
    "Amazonas": ("Amazon", "hora del Amazonas", "horário do Amazonas"),
    "Acre": ("Acre", "hora de Acre", "horário do Acre"),
    "Argentina": ("Argentina", "hora de Argentina", "horário da Argentina"),
    "Bolivia": ("Bolivia", "hora de Bolivia", "horário da Bolívia"),
    "Chile": ("Chile", "hora de Chile", "horário do Chile"),
    "Colombia": ("Colombia", "hora de Colombia", "horário da Colômbia"),
    "Ecuador": ("Ecuador", "hora de Ecuador", "horário do Equador"),
    "Guyana": ("Guyana", "hora de Guyana", "horário da Guiana"),
    "Paraguay": ("Paraguay", "hora de Paraguay", "horário do Paraguai"),
    "Peru": ("Peru", "hora de Perú", "horário do Peru"),
    "Suriname": ("Suriname", "hora de Surinam", "horário do Suriname"),
    "Uruguay": ("Uruguay", "hora de Uruguay", "horário do Uruguai"),
    "Venezuela": ("Venezuela", "hora de Venezuela", "horário da Venezuela"),
    "UTC": ("Universal", "hora universal", "horário universal"),
}
BY_LETTERS = {
    "EST": "Eastern", "EDT": "Eastern", "CST": "Central", "CDT": "Central", "MST": "Mountain", "MDT": "Mountain",
    "PST": "Pacific", "PDT": "Pacific", "AKST": "Alaska", "AKDT": "Alaska", "HST": "Hawaii", "HDT": "Hawaii",
    "AST": "Atlantic", "ADT": "Atlantic", "NST": "Newfoundland", "NDT": "Newfoundland", "UTC": "UTC", "GMT": "UTC",
}  # fmt: skip
BY_PLACE = {
    "America/Sao_Paulo": ("Brasilia", "BRT"), "America/Bahia": ("Brasilia", "BRT"), "America/Fortaleza": ("Brasilia", "BRT"),
    "America/Recife": ("Brasilia", "BRT"), "America/Maceio": ("Brasilia", "BRT"), "America/Belem": ("Brasilia", "BRT"),
    "America/Araguaina": ("Brasilia", "BRT"), "America/Santarem": ("Brasilia", "BRT"),
    "America/Manaus": ("Amazonas", "AMT"), "America/Cuiaba": ("Amazonas", "AMT"), "America/Campo_Grande": ("Amazonas", "AMT"),
    "America/Porto_Velho": ("Amazonas", "AMT"), "America/Boa_Vista": ("Amazonas", "AMT"),
    "America/Rio_Branco": ("Acre", "ACT"), "America/Eirunepe": ("Acre", "ACT"),
    "America/La_Paz": ("Bolivia", "BOT"), "America/Santiago": ("Chile", "CLT"), "America/Punta_Arenas": ("Chile", "CLT"),
    "America/Bogota": ("Colombia", "COT"), "America/Guayaquil": ("Ecuador", "ECT"), "America/Guyana": ("Guyana", "GYT"),
    "America/Asuncion": ("Paraguay", "PYT"), "America/Lima": ("Peru", "PET"), "America/Paramaribo": ("Suriname", "SRT"),
    "America/Montevideo": ("Uruguay", "UYT"), "America/Caracas": ("Venezuela", "VET"),
}  # fmt: skip
ORDER = ("en", "es", "pt")


def _language() -> str:
    return (get_language() or "en").split("-")[0]


def _forms() -> Forms:
    return LANGUAGES.get(_language(), LANGUAGES["en"])


def _words(at: date, letters: str) -> str:
    """A date by Django's date letters; only English writes days and months with a capital."""
    words = date_words(at, letters)
    return words if _language() == "en" else words.lower()


def _zone(zone: str | tzinfo | None) -> tzinfo:
    if isinstance(zone, str) and zone:
        return ZoneInfo(zone)
    return zone if isinstance(zone, tzinfo) else timezone.get_current_timezone()


def _there(at: datetime, zone: str | tzinfo | None) -> datetime:
    """The instant on the clocks of that place."""
    return at.astimezone(_zone(zone))


def _named(at: datetime) -> str:
    """The time of a place in the reader's words, with its letters: Central (CST)."""
    place = str(at.tzinfo)
    if place.startswith("America/Argentina/") or place == "America/Buenos_Aires":
        name, code = "Argentina", "ART"
    else:
        code = at.tzname() or "UTC"
        name, code = BY_PLACE.get(place, (BY_LETTERS.get(code, ""), code))
    if code == "CLT" and at.dst():
        code = "CLST"
    if not name:
        return _offset(at)
    language = _language()
    return _forms().zone.format(name=ZONE_NAMES[name][ORDER.index(language) if language in ORDER else 0], code=code)


def _offset(at: datetime) -> str:
    """A zone that nobody has a word for, as its distance from universal time."""
    minutes = int((at.utcoffset() or UTC.utcoffset(None)).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


# Dates and hours


@register.filter
def at_time(at: datetime | None, zone: str | tzinfo | None = None) -> str:
    """The hour: 2:02 p.m."""
    return _forms().hour(_there(at, zone)) if at else ""


@register.filter
def hour_there(at: datetime | None, zone: str | tzinfo | None = None) -> str:
    """The hour with the time of the place: 5:00 p.m. Central (CST)."""
    if not at:
        return ""
    there, forms = _there(at, zone), _forms()
    return f"{forms.hour(there)}{forms.joint}{_named(there)}"


@register.filter
def when(at: datetime | None, zone: str | tzinfo | None = None) -> str:
    """Day and hour for a table: Dec 14, 2:02 p.m."""
    if not at:
        return ""
    there = _there(at, zone)
    return f"{_words(there, _forms().short)}, {_forms().hour(there)}"


@register.filter
def when_year(at: datetime | None, zone: str | tzinfo | None = None) -> str:
    """Day, year, hour and zone for a receipt or a paper: December 14, 2026, 4:58 p.m. Central (CST)."""
    if not at:
        return ""
    return f"{_words(_there(at, zone), _forms().day_year)}, {hour_there(at, zone)}"


@register.filter
def day(at: date | datetime | None, zone: str | tzinfo | None = None) -> str:
    """The day: December 14."""
    return _day(at, zone, _forms().day)


@register.filter
def day_year(at: date | datetime | None, zone: str | tzinfo | None = None) -> str:
    """The day with its year: April 14, 2026."""
    return _day(at, zone, _forms().day_year)


@register.filter
def weekday(at: date | datetime | None, zone: str | tzinfo | None = None) -> str:
    """The day with its name: Monday, December 14."""
    return _day(at, zone, _forms().weekday)


def _day(at: date | datetime | None, zone: str | tzinfo | None, letters: str) -> str:
    if not at:
        return ""
    return _words(_there(at, zone) if isinstance(at, datetime) else at, letters)


@register.filter
def zone_name(zone: str | tzinfo | None, at: datetime | None = None) -> str:
    """What people call the time of that zone: Central (CST). Summer or winter goes by the instant, now without one."""
    return _named(_there(at or timezone.now(), zone))


@register.simple_tag
def due(at: datetime | None, zone: str | tzinfo | None = None, now: datetime | None = None, year: bool = False) -> str:
    """A deadline in full: Monday, December 14, 5:00 p.m. Central (CST), 22 days left. Nothing is left of one that has passed."""
    if not at:
        return ""
    there, forms = _there(at, zone), _forms()
    parts = f"{_words(there, forms.weekday)}{_year(there) if year else ''}, {hour_there(at, zone)}"
    left = days_left(at, zone, now)
    return f"{parts}, {left}" if left else parts


def _year(there: datetime) -> str:
    return f", {there.year}" if _language() == "en" else f" de {there.year}"


@register.simple_tag
def days_number(at: datetime, zone: str | tzinfo | None = None, now: datetime | None = None) -> int:
    """Whole days from today to the day of the deadline, by the calendar of that place; never below nought."""
    today = _there(now or timezone.now(), zone).date()
    return max((_there(at, zone).date() - today).days, 0)


@register.simple_tag
def days_left(at: datetime | None, zone: str | tzinfo | None = None, now: datetime | None = None) -> str:
    """22 days left; 1 day left; today; nothing once the instant has passed."""
    now = now or timezone.now()
    if not at or at < now:
        return ""
    days = days_number(at, zone, now)
    return _forms().left[days != 1].format(n=days) if days else _forms().today


@register.filter
def days_since(at: datetime | None, zone: str | tzinfo | None = None) -> str:
    """How long something has waited, in calendar days: today; 1 day; 11 days."""
    if not at:
        return ""
    days = max((_there(timezone.now(), zone).date() - _there(at, zone).date()).days, 0)
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": figure(days)} if days else _forms().today


# Numbers


@register.filter
def figure(number: float | Decimal | None, places: int = 0) -> str:
    """A number as its reader writes it: 30,000; 30 000; 30.000. Spanish leaves four figures together."""
    if number is None:
        return ""
    forms, rounded = _forms(), _rounded(number, places)
    whole, _, rest = f"{abs(rounded):f}".partition(".")
    if len(whole) > (4 if _language() == "es" else 3):
        whole = f"{int(whole):,}".replace(",", forms.thousands)
    return ("−" if rounded < 0 else "") + whole + (forms.decimal + rest if rest else "")


def _rounded(number: float | Decimal, places: int) -> Decimal:
    return Decimal(str(number)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


@register.filter
def percent(ratio: float | Decimal | None, places: int = 0) -> str:
    """A ratio from 0 to 1 in per cent: 67.4%."""
    return "" if ratio is None else figure(Decimal(str(ratio)) * 100, places) + _forms().percent


@register.simple_tag
def share(part: int, whole: int, places: int = 0) -> str:
    """So many of so many in per cent: 72%; nothing of nothing is nothing."""
    return percent(Decimal(part) / whole, places) if whole else ""


@register.simple_tag
def points_of(points: int, possible: int) -> str:
    """31 of 43 points."""
    return gettext("%(points)s of %(possible)s points") % {"points": figure(points), "possible": figure(possible)}


@register.filter
def file_size(size: int | None) -> str:
    """1.2 MB, as files are sold."""
    if size is None:
        return ""
    if size < 1000:
        return gettext("%(n)s bytes") % {"n": size}
    value, unit = next(((size / step, unit) for step, unit in ((10**9, "GB"), (10**6, "MB")) if size >= step), (size / 1000, "kB"))
    return f"{figure(value, 1 if value < 10 else 0)} {unit}"


# States and tiers


KINDS = {
    "met": gettext_lazy("Met"),
    "not": gettext_lazy("Not met"),
    "ask": gettext_lazy("Question for you"),
    "half": gettext_lazy("Evidence missing"),
    "open": gettext_lazy("Not answered"),
    "wait": gettext_lazy("Checking"),
}
TIERS = {
    "certified": gettext_lazy("Certified"),
    "silver": gettext_lazy("Silver"),
    "gold": gettext_lazy("Gold"),
    "platinum": gettext_lazy("Platinum"),
    "honor_roll": gettext_lazy("Honor Roll"),
    "none": pgettext_lazy("of an assessment", "No tier"),
    "": pgettext_lazy("of an assessment", "No tier"),
}


@register.filter
def tier_word(key: str) -> str:
    """The tier's word: Gold. A name that an edition added stands as it is."""
    return str(TIERS.get(key, key))


# Prose


_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).disable("image")
_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "a", "code", "pre", "h3", "h4", "hr"}
_SCHEMES = {"http", "https", "mailto"}
_BIG = re.compile(r"<(/?)h[12]>")  # the page has its own first and second headings


@register.filter
def prose(text: str | None) -> SafeString:
    """What somebody wrote, with paragraphs, lists and links, and nothing that could run or fetch."""
    html = _BIG.sub(r"<\1h3>", _markdown.render(text or ""))
    clean = nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, url_schemes=_SCHEMES, link_rel="nofollow noopener noreferrer")
    return mark_safe(clean)  # noqa: S308  cleaned in the line above


@register.simple_tag
def tag(text: str, kind: str = "") -> SafeString:
    """A small label beside a name: core, recon, ask, not, or plain."""
    return format_html('<span class="tag{}">{}</span>', f" {kind}" if kind else "", text)


@register.filter
def links(codes: Iterable[str], at: str) -> SafeString:
    """Criteria by their codes, each as a link to its page below an address: EVAL2, EVAL3."""
    return format_html_join(", ", '<a href="{}{}/">{}</a>', ((at, code, code) for code in codes))
