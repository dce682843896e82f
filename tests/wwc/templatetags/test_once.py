"""What is drawn once: the same for everybody, in each language, and nobody's own."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from assessments.forms import LinkForm
from criteria import queries as rulebooks
from tests.factories import assessments as cases
from wwc.templatetags.once import blank, drawn

TEMPLATES = Path("templates")
OF_SOMEBODY = re.compile(r"\b(request|user|csrf_token|assessment|city|answer|now|messages|perms|form|writable)\b")
HELPS = "assessments/_helps.html"


def _criterion(language="en"):
    return rulebooks.kept_criteria(cases.cycle().standard, language)[0]


@pytest.mark.django_db
def test_a_part_is_drawn_once_in_each_language_and_again_when_its_words_are_fetched_again(django_assert_num_queries):
    criterion = _criterion()
    first = drawn(HELPS, criterion=criterion)
    assert "What convinces" in first
    assert drawn(HELPS, criterion=criterion) is first
    with translation.override("es"):
        assert "What convinces" not in drawn(HELPS, criterion=criterion)
    assert drawn(HELPS, criterion=criterion) is first
    rulebooks.forget()
    assert drawn(HELPS, criterion=_criterion()) is not first


@pytest.mark.django_db
def test_what_differs_by_key_is_drawn_for_each(settings):
    criterion = _criterion()
    assert drawn(HELPS, 1, criterion=criterion) is not drawn(HELPS, 2, criterion=criterion)


def test_the_fields_of_an_empty_form_are_drawn_once_in_each_language():
    first = blank(LinkForm, "link", "assessments/_link_fields.html")
    assert 'name="link-url"' in first
    assert blank(LinkForm, "link", "assessments/_link_fields.html") is first
    with translation.override("pt-br"):
        assert blank(LinkForm, "link", "assessments/_link_fields.html") != first


def test_nothing_of_a_case_or_of_who_looks_is_in_a_part_that_is_drawn_once():
    names = {name for path in TEMPLATES.rglob("*.html") for name in re.findall(r'{% drawn "([^"]+)"', path.read_text())}
    assert HELPS in names
    for name in names:
        text = (TEMPLATES / name).read_text()
        code = " ".join(re.findall(r"{{.*?}}|{%.*?%}", text))
        assert not OF_SOMEBODY.findall(re.sub(r"""\'[^\']*\'|"[^"]*\"""", "", code)), name
