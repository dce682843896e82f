"""The words of letters: rows per key and language, filled with named values."""

import json
import string
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import reverse

from wwc.outbox import links
from wwc.outbox.models import Letter, LetterText

SUBJECT_MOST = 250


class UnknownText(LookupError):
    """No text of this key exists in the language, nor in English."""


def written(key: str, language: str, values: dict[str, Any]) -> tuple[str, str]:
    """Subject and body of a letter in the language, in English where there is no text of it.

    Raises UnknownText, and KeyError naming a placeholder that got no value: half a letter is never sent.
    """
    found = {text.language: text for text in LetterText.objects.filter(key=key, language__in=[language, "en"])}
    text = found.get(language) or found.get("en")
    if text is None:
        raise UnknownText(key)
    subject = " ".join(_filled(text.subject, values).split())  # a header holds one line
    return subject[:SUBJECT_MOST], _filled(text.body, values)


def footer_of(letter: Letter, *, hidden: bool = False) -> str:
    """How a letter ends: why it came, where letters and language are chosen, how to stop its kind, whom to write to.

    It is in the letter's own language. `hidden` puts [link] for an address that only the reader may hold.
    """
    values = {"settings": settings.SITE_URL + reverse("people:account"), "contact": settings.CONTACT_EMAIL}
    ending = written(_footer_key(letter), letter.language, values)[1]
    stop = links.stop_address_of(letter)
    if stop:
        ending += "\n" + written("footer_stop", letter.language, {"stop": links.HIDDEN if hidden else stop})[1]
    return ending


def as_sent(letter: Letter) -> str:
    """The whole mail as its reader has it, with [link] for each address that only they may hold."""
    address = links.HIDDEN if links.has_secret(letter) else links.address_of(letter)
    return "\n\n".join(filter(None, [letter.body, address, footer_of(letter, hidden=True)]))


def _footer_key(letter: Letter) -> str:
    """Which ending: letters of the case go to people of a city, all others name no city."""
    if letter.to is None:
        return "footer_invited" if letter.kind == "invited" else "footer_asked"
    if "reset" in letter.link:
        return "footer_person"
    if letter.city_id is not None:
        return "footer_team"
    return "footer_program" if letter.to.of_programme else "footer_panel"


def placeholders(text: str) -> set[str]:
    """The names of the values that a text wants."""
    return {name for _literal, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}


class Unsound(ValueError):
    """A text that cannot be filled: a brace that opens or closes nothing."""


@cache
def shipped() -> dict[tuple[str, str], tuple[str, str]]:
    """Subject and body of every text as the program came with it, by key and language."""
    rows = json.loads((settings.BASE_DIR / "fixtures" / "letters.json").read_text(encoding="utf-8"))
    return {(row["key"], row["language"]): (row["subject"], row["body"]) for row in rows}


def allowed(key: str) -> set[str]:
    """The names of the values that a letter gets: those that its text came with, in whatever language."""
    return {name for (of, _), words in shipped().items() if of == key for part in words for name in placeholders(part)}


def unknown(key: str, *parts: str) -> set[str]:
    """The names in these parts that get no value in a letter of this key; raises Unsound where a brace stands alone."""
    try:
        return {name for part in parts for name in placeholders(part)} - allowed(key)
    except ValueError as error:
        raise Unsound(str(error)) from error


def example(text: str) -> str:
    """The text with the name of each value in square brackets where it will stand."""
    return _filled(text, {name: f"[{name}]" for name in placeholders(text)})


def _filled(text: str, values: dict[str, Any]) -> str:
    parts = []
    for literal, name, _spec, _conversion in string.Formatter().parse(text):
        parts.append(literal)
        if name is not None:
            parts.append(str(values[name]))
    return "".join(parts)
