"""The edition of 2022 tried on 200 assessments of 2018 as the demonstration makes them, beside the same worked out naively."""

import csv
import json
import time
from collections import Counter
from datetime import UTC, datetime
from io import StringIO
from random import Random

import pytest
from django.conf import settings
from django.urls import reverse

from assessments.models import Assessment
from criteria import queries as rulebooks
from criteria.models import Standard
from reviews.models import Resolution
from reviews.queries import dry_runs
from tests.criteria.scoring import naive
from wwc.demo import past, spread, world
from wwc.outbox import post, running

pytestmark = [pytest.mark.heavy, pytest.mark.django_db]
CITIES = 200
LADDER = [None, "certified", "silver", "gold", "platinum"]


@pytest.fixture
def people():
    """Two hundred cities, each with an assessment of 2018 that is scored."""
    chance = Random(18)
    player = world._Player("decide", CITIES, chance, datetime.now(UTC), lambda *_: None)
    people = player._staff()
    played = player._cities(people)
    standard = Standard.objects.get(code="2018")
    criteria = rulebooks.criteria_of(standard)
    wanted = spread.shares("2018", [(c.code, c.core) for c in criteria], chance)
    met = spread.who_meets([chance.gauss(0, 1) for _ in played], wanted, chance)
    _cycle, assessments = past.ready_in_bulk(2018, standard, criteria, [(city.city, city.lead) for city in played], met, people)
    for assessment in assessments:
        post.ask("score_assessment", at=datetime.now(UTC), assessment_id=assessment.pk)
    running.drain(["score_assessment"])
    return people


def naively():
    """Of each city the tier before, at least and at most, from the fixtures' own links and the naive score."""
    links = json.loads((settings.BASE_DIR / "fixtures" / "crosswalk-2018-2022.json").read_text())["links"]
    before, after = (rulebooks.rulebook(Standard.objects.get(code=code)) for code in ("2018", "2022"))
    met: dict[int, set[str]] = {}
    rows = Resolution.objects.filter(verdict="met").values_list("answer__assessment_id", "answer__criterion__code")
    for case, code in rows:
        met.setdefault(case, set()).add(code)
    found = {}
    for case in Assessment.objects.filter(cycle__slug="2018-demo").select_related("city"):
        was = {rule.code: "met" if rule.code in met.get(case.pk, set()) else "not_met" for rule in before.rules}
        parts: dict[str, list[str]] = {rule.code: [] for rule in after.rules}
        for link in links:
            if link["origin"] and link["successor"] and link["kind"] != "split":
                parts[link["successor"]].append(was[link["origin"]])
        low, high = (
            {code: ("met" if set(said) == {"met"} else "not_met") if said else unknown for code, said in parts.items()}
            for unknown in ("not_met", "met")
        )
        tiers = [naive.tier_of(before, was), naive.tier_of(after, low), naive.tier_of(after, high)]
        points = [len(naive.earning(book, said)) for book, said in ((before, was), (after, low), (after, high))]
        found[case.city.name] = (*tiers, *points)
    return found


def outcome_of(was, least, most):
    """The word for a range of tiers beside the one before."""
    was, least, most = (LADDER.index(tier) for tier in (was, least, most))
    return "gains" if least > was else "loses" if most < was else "stays" if least == most else "undecided"


def test_200_assessments_of_2018_twice(people, client_of):
    client, address = client_of(people["staff"]), reverse("reviews:dry_run_table", args=["2022"])
    client.get(address)
    began = time.monotonic()
    once = client.get(address)
    took = time.monotonic() - began
    assert client.get(address).content == once.content, "the same dry run twice is the same, byte for byte"
    rows = list(csv.DictReader(StringIO(once.content.decode("utf-8-sig"))))
    said = {
        row["city"]: (
            *(row[name] or None for name in ("tier_before", "tier_at_least", "tier_at_most")),
            *(int(row[name]) for name in ("points_before", "points_at_least", "points_at_most")),
        )
        for row in rows
    }
    expected = naively()
    assert len(rows) == len(expected) == CITIES
    assert said == expected
    assert {row["city"]: row["outcome"] for row in rows} == {city: outcome_of(*row[:3]) for city, row in expected.items()}
    assert took < 5, "two hundred come in a few seconds"

    page = client.get(reverse("reviews:dry_run", args=["2022"]))
    assert page.context["found"].counts == {"gains": 0, "loses": 0, "stays": 0, "undecided": 0} | Counter(row["outcome"] for row in rows)
    assert page.context["found"].counts["stays"] < CITIES, "something moves, or this shows nothing"
    for row in dry_runs.dry_run(Standard.objects.get(code="2022"), people["staff"]).rows:
        assert row.tried.outcome == "stays" or row.moves or row.tried.lack, "whoever moves hears by what"
