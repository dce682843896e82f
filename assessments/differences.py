"""What changed between two texts, word by word."""

import re
from difflib import SequenceMatcher

# Beyond this many words a text is compared by its lines: comparing takes the square of what is compared.
MOST_WORDS = 5000

Piece = tuple[str, str]


def difference(before: str, after: str) -> list[Piece]:
    """The later text in pieces: same, new or gone. New and same together are the later text."""
    old, new = _words(before), _words(after)
    if max(len(old), len(new)) > MOST_WORDS:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    pieces = []
    # `autojunk` stays on: in a long text the words that every sentence has are no place to begin.
    for kind, a, b, c, d in SequenceMatcher(None, [_told(each) for each in old], [_told(each) for each in new]).get_opcodes():
        if kind in {"delete", "replace"}:
            pieces.append(("gone", "".join(old[a:b])))
        if kind in {"insert", "replace"}:
            pieces.append(("new", "".join(new[c:d])))
        if kind == "equal":
            pieces.append(("same", "".join(new[c:d])))
    return pieces


def _words(text: str) -> list[str]:
    """Words with the space before them; the space at the end stands for itself."""
    return re.findall(r"\s*\S+|\s+$", text)


def _told(word: str) -> str:
    """What of a word is compared: a new line counts, the width of a space does not."""
    return ("\n" if "\n" in word[: len(word) - len(word.lstrip())] else "") + word.strip()
