"""Cells of a workbook that hold text: never a formula, nothing lost of what the format can hold."""

import re
from typing import Any

# What Excel takes in one cell, in the units in which it counts.
CELL_LENGTH = 32_767

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def fits(text: str) -> bool:
    """Whether a cell takes the text whole."""
    return _length(encoded(text)) <= CELL_LENGTH


def encoded(text: str) -> str:
    """The text as the format writes it: what XML cannot hold, and what looks like such an escape, escaped."""
    return _NOT_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", _ESCAPE.sub("_x005F_", text))


def put(cell: Any, text: str) -> Any:
    """Put text into a cell, whatever it begins with."""
    cell.value = encoded(text) or None
    cell.number_format = "@"
    if text:
        cell.data_type = "s"
    if text.startswith(FORMULA_STARTS):
        cell.quotePrefix = True
    return cell


def cut(text: str, note: str) -> str:
    """The beginning of a text that is too long for a cell, with the note at its end."""
    kept = text[: CELL_LENGTH - len(note)]
    while not fits(kept + note):
        kept = kept[: len(kept) * 9 // 10]
    return kept + note


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
