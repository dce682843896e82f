"""The pages on which an edition is tried on past assessments."""

import csv
from copy import deepcopy
from io import StringIO

import pytest
from django.db import connection
from django.urls import reverse

from assessments.models import Conflict
from criteria.actions import drafting, publishing
from criteria.models import Criterion, Standard
from tests.factories import results as make
from tests.support.counting import same_queries
from wwc.audit.models import Event

LIST = "/reviews/dry-run/"


@pytest.fixture
def draft(staff, now):
    """A draft in which one criterion of 31 needs one that nobody here meets."""
    draft = publishing.draft_next(Standard.objects.get(code="2022"), code="2030", name="Next", by=staff, at=now)
    missing = next(code for code in draft.criteria.values_list("code", flat=True) if code not in make.met(31))
    drafting.set_prerequisites(draft.criteria.get(code=make.met(30)[-1]), needs=[missing], by=staff, at=now)
    return draft


@pytest.fixture(scope="module")
def cases_once(shared):
    """One at the line of Gold, one far from any, one of another cycle."""
    return [
        make.scored(make.city("Alder Reach"), 30),
        make.scored(make.city("Fort Hallam"), 18),
        make.scored(make.city("Sable"), 30, in_cycle=make.cycle("2024")),
    ]


@pytest.fixture
def cases(cases_once, db):
    """The three, as each test finds them."""
    return deepcopy(cases_once)


def address(code="2030", name="reviews:dry_run", **asked):
    return reverse(name, args=[code], query=asked)


def rows_of(answer):
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


def test_totals_cities_and_what_moved_them(cases, draft, client_of, staff):
    client = client_of(staff)
    assert "Next" in client.get(LIST).content.decode()
    page = client.get(address()).content.decode()
    assert "Alder Reach, Ohio" in page
    assert f"counts no longer: {make.met(30)[-1]}" in page
    assert "1 point short of Gold, which begins at 30" in page
    found = client.get(address()).context["found"]
    assert found.counts == {"gains": 0, "loses": 2, "stays": 1, "undecided": 0}
    assert found.by_criterion == [(make.met(30)[-1], False, {"gains": 0, "loses": 2, "stays": 0, "undecided": 0})]


def test_filters_by_outcome_and_cycle(cases, draft, client_of, staff):
    client = client_of(staff)

    def names(**asked):
        return [row.assessment.city.name for row in client.get(address(**asked)).context["page"]]

    assert names() == ["Alder Reach", "Fort Hallam", "Sable"]
    assert names(outcome="loses") == ["Alder Reach", "Sable"]
    assert names(outcome="gains") == []
    assert names(cycle="2024") == ["Sable"]
    assert names(cycle="2026", outcome="stays") == ["Fort Hallam"]
    assert names(outcome="<b>", cycle="nowhere", page="x") == names()


def test_the_table_is_complete_and_the_same_twice(cases, draft, client_of, staff):
    client = client_of(staff)
    once, again = (client.get(address(name="reviews:dry_run_table")) for _ in range(2))
    assert once.content == again.content
    rows = rows_of(once)
    assert [(row["city"], row["outcome"], row["tier_before"], row["tier_at_least"], row["tier_at_most"]) for row in rows] == [
        ("Alder Reach", "loses", "gold", "silver", "silver"),
        ("Fort Hallam", "stays", "certified", "certified", "certified"),
        ("Sable", "loses", "gold", "silver", "silver"),
    ]
    assert rows[0]["counts_no_longer"] == make.met(30)[-1]
    assert {row["invented"] for row in rows} == {"yes"}
    assert len(rows_of(client.get(address(name="reviews:dry_run_table", cycle="2024")))) == 1


def test_no_cell_is_run_as_a_formula(draft, client_of, staff):
    make.scored(make.city("=cmd()"), 30)
    assert rows_of(client_of(staff).get(address(name="reviews:dry_run_table")))[0]["city"] == "'=cmd()"


def test_a_look_writes_nothing(cases, draft, client_of, staff):
    client = client_of(staff)
    client.get(address())
    written = []

    def watches(execute, sql, params, many, context):
        if not sql.lstrip().upper().startswith(("SELECT", "SAVEPOINT", "RELEASE")):
            written.append(sql)
        return execute(sql, params, many, context)

    events = Event.objects.count()
    with connection.execute_wrapper(watches):
        client.get(address())
        client.get(address(name="reviews:dry_run_table"))
        client.get(LIST)
    assert written == []
    assert Event.objects.count() == events


def test_a_conflict_closes_the_city_in_rows_counts_and_table(cases, draft, client_of, staff, now):
    Conflict.objects.create(
        person=staff, city=cases[0].city, cycle=cases[0].cycle, state="found", reason="Family.", said_at=now, said_by=staff
    )
    client = client_of(staff)
    answer = client.get(address())
    assert "Alder Reach" not in answer.content.decode()
    assert answer.context["found"].counts["loses"] == 1
    assert [row["city"] for row in rows_of(client.get(address(name="reviews:dry_run_table")))] == ["Fort Hallam", "Sable"]


def test_nobody_else_finds_the_pages(cases, draft, client_of):
    for who in ("alder-reach-lead", "stranger", "reader"):
        client = client_of(make.people.person(who))
        for page in (LIST, address(), address(name="reviews:dry_run_table"), address("2022")):
            assert client.get(page).status_code == 404


def test_a_draft_that_contradicts_itself_says_where_to_mend_it(cases, draft, client_of, staff):
    first, second = draft.criteria.order_by("position")[:2]
    for one, other in ((first, second), (second, first)):
        drafting.set_prerequisites(Criterion.objects.get(pk=one.pk), needs=[other.code], by=staff, at=make.NOW)
    page = client_of(staff).get(address())
    assert page.status_code == 200
    assert "cannot be scored by yet" in page.content.decode()
    assert rows_of(client_of(staff).get(address(name="reviews:dry_run_table"))) == []


def test_it_is_linked_from_the_editions_and_from_deciding(cases, draft, client_of, staff):
    client = client_of(staff)
    for page in (reverse("criteria:drafts"), reverse("criteria:draft", args=["2030"])):
        assert address() in client.get(page).content.decode()
    assert LIST in client.get("/reviews/deciding/").content.decode()


def test_the_page_takes_the_same_queries_for_many(cases, draft, client_of, staff):
    def more():
        for n in range(30):
            make.scored(make.city(f"Tamsin {n}"), 30)

    same_queries(client_of(staff), address(), more, 16)
