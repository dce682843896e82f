"""The measurement: medians, ratios, and a scratch that never touches anybody's database."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.http import HttpResponse

from assessments.models import Consent
from reviews.jobs import recomputation
from reviews.models import ChangeKind, PublishedAward, PublishedChange, Score
from reviews.queries import announced
from tests.architecture.test_pages import OPEN, ROUTES
from tests.factories import results as make
from wwc import invariants
from wwc.api.doors import Public
from wwc.api.urls import urlpatterns as api
from wwc.bench import public, scoring, scratch
from wwc.bench.measuring import WARM, Measure, run
from wwc.clock import staged_at
from wwc.insights.models import Release
from wwc.opendata.jobs import write_open_data


def test_each_round_asks_for_everything_in_turn_and_the_first_ones_do_not_count():
    asked = []
    found = [Measure(name, lambda name=name: asked.append(name) or HttpResponse()) for name in ("one", "two")]
    run(found, rounds=10)
    assert asked == ["one", "two"] * (10 + WARM)
    assert [len(each.took) for each in found] == [10, 10]
    found[0].took = [0.001 * n for n in range(1, 12)]
    assert found[0].middle == pytest.approx(6)
    assert found[0].spread == pytest.approx((1.2, 10.8))


def test_a_page_that_fails_is_no_figure():
    with pytest.raises(RuntimeError, match="save answered 500, not 302"):
        Measure("save", lambda: HttpResponse(status=500), wanted=302).once()


@pytest.mark.django_db
def test_a_database_with_people_in_it_is_refused_and_kept(tmp_path):
    if connection.vendor != "sqlite":
        pytest.skip("the scratch of PostgreSQL is refused in the same words")
    path = tmp_path / "db_bench.sqlite3"
    with sqlite3.connect(path) as rows:
        rows.execute("CREATE TABLE accounts_user (id INTEGER, is_invented BOOLEAN)")
        rows.execute("INSERT INTO accounts_user VALUES (1, 0)")
    with pytest.raises(scratch.NotOurs):
        scratch.refuse_what_is_not_ours(str(path))
    with sqlite3.connect(path) as rows:
        assert rows.execute("SELECT count(*) FROM accounts_user").fetchone() == (1,)
        rows.execute("UPDATE accounts_user SET is_invented = 1")
    scratch.refuse_what_is_not_ours(str(path))
    scratch.refuse_what_is_not_ours(str(tmp_path / "none.sqlite3"))


@pytest.mark.django_db
def test_a_cycle_is_scored_by_the_real_job_and_its_time_is_told_by_part():
    found = scoring.run(scoring.cycle_of(12))
    assert (found.assessments, found.criteria) == (12, 43)
    assert Score.objects.values("points").distinct().count() > 1, "not all alike"
    assert all(took > 0 for took in found.parts.values())
    assert found.rest > 0
    assert sum(found.parts.values()) - found.parts[scoring.BARE] + found.rest == pytest.approx(found.whole)
    assert recomputation.score.store.__name__ == "store", "the watches are off again"


@pytest.fixture
def announced_world(staff, director, now):
    """Three cities that agreed to show different things, brought to their announcement by the real actions."""
    awards = []
    for name, shows in (("Alder Reach", Consent.CRITERIA), ("Lake Merriden", Consent.AREAS), ("Ossery", Consent.TIER)):
        case = make.scored(make.city(name), 31, consent=shows)
        awards.append(make.approved(case, proposer=staff, director=director))
    make.released(awards, by=staff, director=director)
    with staged_at(datetime.now(UTC) + timedelta(hours=1)):
        write_open_data()
    return public.begin()


def test_the_large_world_is_of_rows_that_life_writes(announced_world):
    public.fill(announced_world, 12)
    assert list(invariants.changes_lead_to_what_is_public()) == []
    assert PublishedAward.objects.filter(round_slug__startswith="bench-").count() == 45, "three of four cities in each of five cycles"
    assert PublishedChange.objects.filter(kind=ChangeKind.LAPSED).exists(), "noted by the job that notes them in life"
    told = ("kind", "tier", "consent", "points", "possible", "areas", "criteria", "edition", "document", "certificate")
    pattern = {json.dumps(row) for row in announced.awards().exclude(round_slug__startswith="bench-").values_list(*told)}
    copies = {json.dumps(row) for row in announced.awards().filter(round_slug__startswith="bench-").values_list(*told)}
    assert copies == pattern
    assert [row.content["figures"]["criteria"]["base"] != {} for row in Release.objects.all()] == [True] * public.CYCLES


@pytest.mark.urls("wwc.bench.urls")
def test_every_public_address_is_measured_with_as_many_queries_for_more_cities(announced_world):
    public.fill(announced_world, 12)
    few = public.measures(announced_world)
    public.fill(announced_world, 60)
    many = public.measures(announced_world)
    assert {each.page.name: each.queries for each in few} == {each.page.name: each.queries for each in many}
    for measure in (each for asked in many for each in (asked.page, asked.bare)):
        measure.once()
    assert all(each.ratio > 0 for each in many)
    unchanged = {each.page.name: (each.size, each.queries) for each in many if each.page.wanted == 304}
    assert unchanged["api:scores ?page_size=100, unchanged"] == (0, 1)
    assert [each.page.name for each in many if each.goal == public.OWN_RATIO] == ["api:scores ?page_size=100"]


def test_no_public_page_escapes_the_measurement():
    measured = set(public.public_routes())
    open_to_all = OPEN | {f"api:{each.name}" for each in api if issubclass(getattr(each.callback, "cls", object), Public)}
    assert open_to_all - measured - public.NO_PAGE == set()
    assert measured & public.NO_PAGE == set()
    assert {name for name in public.NO_PAGE if name not in {route for route, _path in ROUTES}} == set(), "excused, but gone"
