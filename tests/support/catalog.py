"""Reading a catalog of translations, and the texts of the code, without tools that a machine may lack."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation.template import templatize

Text = tuple[str, str]  # the context, mostly empty, and the English words

LINE = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) (".*")')


@dataclass
class Entry:
    """One text: where it stands, its marks, its context, the English words and their translations."""

    files: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    parts: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> Text:
        """What the code asks for it by."""
        return self.parts.get("msgctxt", ""), self.parts["msgid"]

    @property
    def english(self) -> list[str]:
        """The English words: one, or one thing and several."""
        return [self.parts[name] for name in ("msgid", "msgid_plural") if name in self.parts]

    @property
    def said(self) -> list[str]:
        """The translations, in the order of the forms."""
        return [words for name, words in self.parts.items() if name.startswith("msgstr")]

    @property
    def done(self) -> bool:
        """Whether every form has words."""
        return all(self.said)


def entries(path: Path) -> list[Entry]:
    """The entries of a catalog, without its head."""
    found = [_entry(block) for block in path.read_text(encoding="utf-8").split("\n\n")]
    return [entry for entry in found if entry.parts.get("msgid")]


def _entry(block: str) -> Entry:
    entry, name = Entry(), ""
    for line in block.splitlines():
        if line.startswith("#:"):
            entry.files += line[2:].split()
        elif line.startswith("#,"):
            entry.marks += [mark.strip() for mark in line[2:].split(",")]
        elif found := LINE.fullmatch(line):
            name = found[1]
            entry.parts[name] = ast.literal_eval(found[2])
        elif line.startswith('"'):
            entry.parts[name] += ast.literal_eval(line)
    return entry


# What the code marks. A page is turned by Django into calls, which are read as they stand; in Python the calls are those of names
# that come from Django's module, whatever they are called here, also inside an f-string.

GETTEXT = re.compile(r"(?:n?p?gettext(?:_lazy|_noop)?)")
PAGE_CALL = re.compile(r"\b(n?p?gettext|_)\(((?:u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")(?:, ?)?)+)")


def texts(path: Path) -> Iterator[Text]:
    """The texts that a file of the code, Python or page, marks for translation."""
    calls = _calls(ast.parse(path.read_text())) if path.suffix == ".py" else _page_calls(templatize(path.read_text()))
    for name, words in calls:
        yield (words[0], words[1]) if "pgettext" in name else ("", words[0])


def _calls(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    named = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if GETTEXT.fullmatch(alias.name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and (name := named.get(node.func.id)):
            words = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if words:
                yield name, words


def _page_calls(page: str) -> Iterator[tuple[str, list[str]]]:
    for found in PAGE_CALL.finditer(page):
        yield found[1], list(ast.literal_eval(f"[{found[2]}]"))
