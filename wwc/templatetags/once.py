"""Parts of a page that are the same for everybody: a process draws them once, and not each page again."""

from functools import cache
from typing import Any

from django import forms, template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def drawn(name: str, *key: Any, **shown: Any) -> SafeString:
    """A part that shows published words alone: nothing of a case, nothing of who looks, nothing of the time.

    It is kept on the first thing that it shows, so it lives as long as that is kept, and once for each key and language.
    """
    parts = next(iter(shown.values())).__dict__.setdefault("parts_drawn", {})
    place = (name, get_language(), *key)
    if place not in parts:
        parts[place] = render_to_string(name, shown)
    return parts[place]


def blank(form: type[forms.Form], prefix: str, name: str) -> SafeString:
    """The fields of an empty form, which are the same for everybody in each language."""
    return _blank(form, prefix, name, get_language() or "")


@cache
def _blank(form: type[forms.Form], prefix: str, name: str, language: str) -> SafeString:
    return render_to_string(name, {"form": form(prefix=prefix)})
