"""Places and dates of the past in words: display only."""

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.utils.dateformat import format as date_words
from django.utils.translation import get_language, gettext_lazy

from wwc import geography
from wwc.templatetags.display import day_year

register = template.Library()

MONTH_YEAR = {"en": "F Y", "es": r"F \d\e Y", "pt": r"F \d\e Y"}


@register.filter
def country(code: str) -> str:
    """The country in the reader's language."""
    return geography.country_name(code)


@register.filter
def place(city: Any) -> str:
    """A city with its state, outside the United States with its country: Boston, Massachusetts; Nueva Lira, Jalisco, Mexico."""
    return ", ".join(filter(None, [city.name, state_or_country(city)]))


@register.filter
def state_or_country(city: Any) -> str:
    """The state in full; outside the United States province and country. A province called after its city is not said twice."""
    if city.country == "US":
        return city.subdivision_name or geography.subdivisions("US").get(city.subdivision, "")
    province = "" if geography.fold(city.name) in geography.fold(city.subdivision_name) else city.subdivision_name
    return ", ".join(filter(None, [province, geography.country_name(city.country)]))


@register.filter
def known_day(on: date | None, precision: str = "day") -> str:
    """A date as exactly as it is known: 2020; June 2020; June 29, 2020."""
    if on is None:
        return ""
    if precision == "year":
        return str(on.year)
    if precision == "month":
        return date_words(on, MONTH_YEAR.get((get_language() or "en").split("-")[0], "F Y"))
    return day_year(on)


@register.filter
def known_month(on: date | None, precision: str = "day") -> str:
    """A date for a narrow place, at most to the month: June 2020."""
    return known_day(on, "month" if precision == "day" else precision)


@register.filter
def site(address: str) -> str:
    """The site of an address, as one would say it: bloomberg.org."""
    return (urlsplit(address).hostname or address).removeprefix("www.")


FORMS = {
    "council-manager": gettext_lazy("Council-manager"),
    "mayor-council": gettext_lazy("Mayor-council"),
    "commission": gettext_lazy("Commission"),
    "town-meeting": gettext_lazy("Town meeting"),
    "representative-town-meeting": gettext_lazy("Representative town meeting"),
    "hybrid": gettext_lazy("Hybrid"),
    "unknown": gettext_lazy("Unknown"),
}


@register.filter
def form_of_government(key: str) -> str:
    """The form of government in words."""
    return str(FORMS.get(key, key))


@register.simple_tag
def countries() -> list[tuple[str, str]]:
    """Every country that can take part, by its name in the reader's language."""
    return sorted(((code, geography.country_name(code)) for code in geography.COUNTRIES), key=lambda each: geography.fold(each[1]))


@register.simple_tag
def bands() -> list[tuple[str, tuple[int, int | None]]]:
    """The bands of population, from small to large."""
    return list(geography.BANDS.items())
