"""Each page of a draft: shows its form, does its one act, and keeps what was typed when something is wrong."""

import pytest

from criteria import queries
from criteria.models import Standard
from wwc.audit.record import history_of

pytestmark = pytest.mark.django_db

WORDS = {"title": "Sharing", "statement": "It shares.", "evidence": "one\n\n  two  \n"}
# Every page: address, what is posted, where it leads, what then holds.
PAGES = {
    "settings/": (
        {"name": "Next", "rounding": "half_up", "in_force": "Soon", "note": "N"},
        "settings/",
        lambda d: (d.name, d.rounding, d.in_force) == ("Next", "half_up", "Soon"),
    ),
    "areas/DM/": ({"name": "Data", "description": "", "partner": "P"}, "areas/DM/", lambda d: d.areas.get(code="DM").name == "Data"),
    "areas/DM/new/": (
        {"code": "DM10", "title": "T", "statement": "S.", "items": "one\ntwo", "required": "1"},
        "",
        lambda d: d.criteria.get(code="DM10").checklist.count() == 2,
    ),
    "tiers/": ({"key": "bronze", "name": "Bronze", "floor_percent": "40"}, "", lambda d: d.tiers.get(key="bronze").position == 2),
    "tiers/gold/": (
        {"name": "Gold", "floor_percent": "70", "area_minimum_percent": "10", "requires_core": "on", "required": "dm3, DM4"},
        "",
        lambda d: queries.rulebook(d).tier("gold").required == {"DM3", "DM4"},
    ),
    "tiers/certified/remove/": ({}, "", lambda d: not d.tiers.filter(key="certified").exists()),
    "criteria/DM3/": (WORDS, "criteria/DM3/", lambda d: queries.criterion_of(d, "DM3").text.evidence == ["one", "two"]),
    "criteria/DM3/rules/": (
        {"points": "2", "core": "on", "lookback_months": "", "frequency": "", "effort": "year", "partner": ""},
        "criteria/DM3/rules/",
        lambda d: queries.rulebook(d).by_code["DM3"].core and d.criteria.get(code="DM3").lookback_months is None,
    ),
    "criteria/DM3/checklist/": (
        {"items": "one\ntwo\nthree", "required": "2"},
        "criteria/DM3/checklist/",
        lambda d: queries.criterion_of(d, "DM3").lines == ["one", "two", "three"],
    ),
    "criteria/DM3/prerequisites/": (
        {"needs": "pa1 dm2"},
        "criteria/DM3/prerequisites/",
        lambda d: queries.criterion_of(d, "DM3").needs_codes == ["DM2", "PA1"],
    ),
    "criteria/DM3/link/": (
        {"kind": "reworded", "origins": "DM3", "note": "Check it."},
        "criteria/DM3/link/",
        lambda d: d.links_back.get(successor__code="DM3").note == "Check it.",
    ),
    "criteria/DM9/withdraw/": ({}, "", lambda d: not d.criteria.filter(code="DM9").exists()),
}
BASE = "/standard/drafts/2025/"


@pytest.mark.parametrize("path", PAGES)
def test_the_page_shows_its_form_and_a_get_changes_nothing(draft, client_of, staff, path):
    before = history_of(draft).count()
    answer = client_of(staff).get(BASE + path)
    assert answer.status_code == 200
    assert answer.content.count(b"<h1>") == 1
    assert b"<form" in answer.content
    assert history_of(draft).count() == before


@pytest.mark.parametrize("path", PAGES)
def test_the_page_does_its_one_act(draft, client_of, staff, path):
    posted, then, holds = PAGES[path]
    before = history_of(draft).count()
    answer = client_of(staff).post(BASE + path, posted)
    assert (answer.status_code, answer["Location"]) == (302, BASE + then)
    assert holds(Standard.objects.get(pk=draft.pk))
    assert history_of(draft).count() == before + 1


@pytest.mark.parametrize("path", PAGES)
def test_others_get_nothing(draft, client_of, stranger, path):
    posted, _then, _holds = PAGES[path]
    assert client_of(None).post(BASE + path, posted).status_code == 302
    assert client_of(stranger).get(BASE + path).status_code == 404
    assert client_of(stranger).post(BASE + path, posted).status_code == 404
    assert history_of(draft).count() == 1


@pytest.mark.parametrize("path", PAGES)
def test_a_published_edition_refuses_with_the_reason(current, client_of, director, path):
    posted, _then, _holds = PAGES[path]
    answer = client_of(director).post(f"/standard/drafts/2022/{path}", posted)
    assert answer.status_code == 403
    assert b"A published edition never changes" in answer.content


@pytest.mark.parametrize("path", ["areas/XX/", "areas/XX/new/", "tiers/tin/", "tiers/tin/remove/", "criteria/XX1/", "withdrawn/DM3/"])
def test_what_is_not_there_is_404(draft, client_of, staff, path):
    assert client_of(staff).get(BASE + path).status_code == 404


def test_a_withdrawn_criterion_is_explained(draft, client_of, staff):
    client = client_of(staff)
    client.post(f"{BASE}criteria/DM9/withdraw/")
    assert client.get(f"{BASE}withdrawn/DM9/").status_code == 200
    client.post(f"{BASE}withdrawn/DM9/", {"note": "Now law."})
    assert draft.links_back.get(origin__code="DM9", successor=None).note == "Now law."


@pytest.mark.parametrize(
    ("path", "posted", "said"),
    [
        ("criteria/DM3/checklist/", {"items": "one", "required": "2"}, "There are 1 lines."),
        ("criteria/DM3/prerequisites/", {"needs": "XX1"}, "not in the edition: XX1"),
        ("criteria/DM3/link/", {"kind": "new", "origins": "DM3"}, "New has no origin"),
        ("criteria/DM2/withdraw/", {}, "DM4, DM8, CI2 still ask for it"),
        (
            "areas/DM/new/",
            {"code": "DM9", "title": "T", "statement": "S.", "items": "one", "required": "1"},
            "in use in this edition already",
        ),
        (
            "areas/DM/new/",
            {"code": "dm ten", "title": "T", "statement": "S.", "items": "one", "required": "1"},
            "capital letters and a number",
        ),
        ("tiers/gold/", {"name": "Gold", "floor_percent": "101", "area_minimum_percent": "0"}, "less than or equal to 100"),
        ("criteria/DM3/rules/", {"points": "0"}, "greater than or equal to 1"),
        ("criteria/DM3/", {"title": "", "statement": "Kept."}, "This field is required"),
    ],
)
def test_what_is_wrong_is_said_and_kept(draft, client_of, staff, path, posted, said):
    answer = client_of(staff).post(BASE + path, posted)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    for value in posted.values():
        assert value in answer.content.decode()
    assert history_of(draft).count() == 1


def test_a_criterion_without_a_link_is_offered_as_new(draft, client_of, staff):
    draft.links_back.filter(successor__code="DM3").delete()
    html = client_of(staff).get(f"{BASE}criteria/DM3/link/").content.decode()
    assert '<option value="new" selected>' in html
