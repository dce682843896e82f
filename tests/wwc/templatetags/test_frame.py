"""The frame: the way round for each kind of person, who one is, and the languages."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template import Context
from django.test import RequestFactory
from django.urls import path

from wwc.templatetags import frame


def _page(request: HttpRequest) -> None:
    raise AssertionError("no page is asked for here")


urlpatterns = [path("certified/", _page, name="home"), path("certified/a/", _page, name="account_login")]
pytestmark = pytest.mark.urls(__name__)


def asked(path: str = "/certified/", method: str = "GET", **more: object) -> Context:
    request = RequestFactory().generic(method, path)
    request.user = more.pop("user", AnonymousUser())  # type: ignore[attr-defined]
    for name, value in more.items():
        setattr(request, name, value)
    return Context({"request": request, "LANGUAGE_CODE": "es"})


def test_only_what_is_mounted_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame, "PUBLIC", [("Cities", "home"), ("Not there", "nowhere:at_all")])
    assert frame.main_nav(asked()) == {"items": [{"label": "Cities", "url": "/certified/", "current": True}]}


def test_the_program_has_its_own_way_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame, "STAFF", [("Board", "home")])
    monkeypatch.setattr(frame, "PUBLIC", [])
    assert [each["label"] for each in frame.main_nav(asked(user=SimpleNamespace(of_programme=True)))["items"]] == ["Board"]
    assert frame.main_nav(asked(user=SimpleNamespace(of_programme=False))) == {"items": []}


def test_what_the_request_says_comes_first_and_the_longest_address_is_here() -> None:
    nav = [("Assessment", "/a/1/"), ("Evidence", "/a/1/evidence/"), ("Help", "/help")]
    items = frame.main_nav(asked("/a/1/evidence/7/", nav=nav))["items"]
    assert [each["current"] for each in items] == [False, True, False]
    items = frame.main_nav(asked("/helpful/", nav=nav))["items"]
    assert [each["current"] for each in items] == [False, False, False]


def test_a_view_may_say_which_item_is_here() -> None:
    assert frame.main_nav(asked("/x/", nav=[("Desk", "/desk/", True)]))["items"][0]["current"] is True


def test_a_page_without_a_request_has_no_way_round() -> None:
    assert frame.main_nav(Context()) == {"items": []}


def test_the_me_line_says_as_what_one_is_here() -> None:
    person = SimpleNamespace(name="", email="lead@city.gov", of_programme=False)
    assert frame.me_line(asked(user=person)) == "lead@city.gov"
    assert frame.me_line(asked(user=person, me="Port Lindell · City lead")) == "Port Lindell · City lead"
    assert frame.me_line(asked()) == ""


def test_languages_go_by_their_own_names() -> None:
    assert [(each["name"], each["current"]) for each in frame.languages(asked())] == [
        ("English", False),
        ("Español", True),
        ("Português", False),
    ]


def test_a_change_of_language_comes_back_to_this_page_but_never_to_what_was_sent() -> None:
    assert frame.this_page(asked("/certified/?tier=gold")) == "/certified/?tier=gold"
    assert frame.this_page(asked("/certified/", method="POST")) == "/"
    assert frame.this_page(Context()) == "/"
