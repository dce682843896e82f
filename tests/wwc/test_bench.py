"""The measurement: medians, ratios, and a scratch that never touches anybody's database."""

import sqlite3

import pytest
from django.db import connection
from django.http import HttpResponse

from reviews.jobs import recomputation
from reviews.models import Score
from wwc.bench import scoring, scratch
from wwc.bench.measuring import WARM, Measure, run


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
