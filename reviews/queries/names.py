"""Whether a text for a city names somebody who reads it."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from reviews.models import PanelMember
from wwc.geography import fold

WORD = re.compile(r"[^\W\d_]+")
ADDRESS = re.compile(r"[^\s<>()\[\],;:]+@[^\s<>()\[\],;:]+")
SHORTEST = 3  # letters of a part of a name that is looked for by itself


class Person(NamedTuple):
    """A name and an address that no city reads."""

    name: str
    email: str


class Named(NamedTuple):
    """A word of the text, and whether it can only be a reader: a full name or an address; a part of a name may be another word."""

    word: str
    sure: bool


def panel_of(cycle: int) -> list[Person]:
    """Everybody who has or had a part in the panel of a cycle, by its number."""
    return sorted({Person(*row) for row in PanelMember.objects.filter(cycle=cycle).values_list("person__name", "person__email")})


def named_in(text: str, people: Iterable[Person]) -> list[Named]:
    """What of the text names one of the people, whatever its accents and capitals, the sure ones first.

    A single part of a name counts only where it is written as a name is, with a capital.
    """
    plain = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    addresses = {fold(found).rstrip(".!?"): found.rstrip(".!?") for found in ADDRESS.findall(plain)}
    words = WORD.findall(plain)
    folded = [fold(word) for word in words]
    sure, unsure = [], []
    for person in people:
        if fold(person.email) in addresses:
            sure.append(Named(addresses[fold(person.email)], True))
        parts = [fold(part) for part in WORD.findall(person.name)]
        if len(parts) > 1 and (at := _within(parts, folded)) is not None:
            sure.append(Named(" ".join(words[at : at + len(parts)]), True))
        wanted = {part for part in parts if len(part) >= SHORTEST}
        unsure += [Named(word, False) for word, same in zip(words, folded, strict=True) if same in wanted and word[:1].isupper()]
    return [*dict.fromkeys(sure), *dict.fromkeys(unsure)]


def _within(parts: Sequence[str], words: Sequence[str]) -> int | None:
    """Where the parts stand one after the other."""
    last = len(words) - len(parts)
    return next((at for at in range(last + 1) if list(words[at : at + len(parts)]) == list(parts)), None)
