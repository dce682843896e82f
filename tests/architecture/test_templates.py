"""Templates: nothing inline, every page has a title and one first heading, every word is marked for translation."""

import re

import pytest

from tests.architecture.source import ROOT

ALL = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [p for p in ALL if "extends" in p.read_text()[:400] and not p.name.startswith("_")]
PAPER = re.compile(r"_pdf\.html$|/drawing/")


def _name(path):
    return str(path.relative_to(ROOT / "templates"))


@pytest.mark.parametrize("path", ALL, ids=_name)
def test_nothing_inline(path):
    if PAPER.search(str(path)):
        return
    text = path.read_text()
    assert not re.search(r"\sstyle=", text), "style="
    assert not re.search(r"<style", text), "<style>"
    assert not re.search(r"\son\w+=\"", text), "on…="
    for script in re.findall(r"<script[^>]*>", text):
        assert "src=" in script, script
    assert "|safe" not in text
    assert "autoescape off" not in text


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_a_page_has_a_title_and_one_first_heading(path):
    text = path.read_text()
    if 'extends "base.html"' not in text:
        return
    assert "{% block title %}" in text
    either = text.count("<h1") == 2 and "{% else %}" in text.split("<h1")[1] + text.split("<h1")[2]
    included = "".join((ROOT / "templates" / i).read_text() for i in re.findall(r'include "([^"]+)"', text))
    assert text.count("<h1") == 1 or either or "<h1" in included


@pytest.mark.parametrize("path", ALL, ids=_name)
def test_every_shown_word_is_marked_for_translation(path):
    text = path.read_text()
    text = re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", text, flags=re.S)
    text = re.sub(r"{% blocktrans(late)?\b.*?endblocktrans(late)? %}", "", text, flags=re.S)
    text = re.sub(
        r"<(script|style|title)[^>]*>.*?</\1>" if PAPER.search(str(path)) else r"<(script|style)[^>]*>.*?</\1>", "", text, flags=re.S
    )
    text = re.sub(r"<(code|pre)\b.*?</\1>|{% block main_class %}.*?{% endblock %}", "", text, flags=re.S)
    text = re.sub(r"{%.*?%}|{{.*?}}", "", text, flags=re.S)
    text = re.sub(r"<!doctype[^>]*>|<!--.*?-->", "", text, flags=re.S | re.I)
    text = re.sub(r"<[^>]*>", "\n", text, flags=re.S)
    text = re.sub(r"&\w+;", "", text)
    bare = [word for word in re.findall(r"[A-Za-z]{3,}", text) if word not in ALLOWED]
    assert bare == []


# Names that no language translates.
ALLOWED = {
    "What",
    "Works",
    "Cities",
    "Certification",
    "English",
    "Español",
    "Espa",
    "Portugu",
    "Português",
    "API",
    "PDF",
    "OpenAPI",
    "Atom",
    "Ctrl",
    "Enter",
    "Python",
    "curl",
    "GeoNames",
}


@pytest.mark.parametrize("path", ALL, ids=_name)
def test_a_form_says_once_what_is_wrong(path):
    """A form that is drawn whole begins with what is to be corrected."""
    text = path.read_text()
    whole, said = set(re.findall(r"{{ (\w+)\|crispy }}", text)), set(re.findall(r"{{ (\w+)\|as_crispy_errors }}", text))
    assert not whole & said
