"""The pages of what went wrong: they come up whatever is broken, say what is kept, and lead on."""

import re

import pytest
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils import translation

BARE = ["400.html", "429.html", "500.html", "503.html"]
FRAMED = ["403.html", "403_csrf.html", "404.html"]


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html[html.index("<main") :]))


@pytest.mark.parametrize("name", BARE)
def test_a_bare_page_needs_no_context_and_no_database(name: str) -> None:
    html = get_template(name).render()
    assert html.count("<h1>") == 1
    assert 'href="/static/css/site.css"' in html
    assert 'href="/"' in html


@pytest.mark.parametrize("name", BARE)
def test_a_bare_page_asks_for_no_hashed_file(name: str, settings: object) -> None:
    settings.STORAGES = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}  # type: ignore[attr-defined]
    assert "Certification" in get_template(name).render()


def test_a_failure_says_what_is_kept_and_gives_its_number() -> None:
    assert "What was saved is kept. Try again." in words(get_template("500.html").render())
    assert "If it returns, tell us 4f1c." in words(get_template("500.html").render({"request_number": "4f1c"}))


def test_waiting_says_how_long() -> None:
    assert "Try again in 30 seconds." in words(get_template("429.html").render({"seconds": 30}))
    assert "Try again in 10 seconds." in words(get_template("503.html").render())


def test_a_bare_page_is_in_the_language_of_its_reader() -> None:
    with translation.override("es"):
        assert '<html lang="es">' in get_template("500.html").render()


@pytest.mark.parametrize("name", FRAMED)
def test_a_framed_page_leads_to_ones_first_page(name: str, rf: RequestFactory) -> None:
    html = get_template(name).render({"demo": True}, rf.get("/"))
    assert html.count("<h1>") == 1
    assert 'class="btn primary" href="/"' in html
    assert "Nothing was changed" in words(html) or "nothing was changed" in words(html) or name == "404.html"


def test_a_refusal_gives_its_reason_and_who_can_help(rf: RequestFactory) -> None:
    html = get_template("403.html").render({"reason": "Submitting closed on December 14.", "who": "A city lead"}, rf.get("/"))
    assert "Submitting closed on December 14. Nothing was changed. A city lead can help." in words(html)
