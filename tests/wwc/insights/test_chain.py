"""From an announcement to the figures of its cycle: job, datasets, pages, CSV; recomputed by hand from the export."""

import csv
import json
from hashlib import sha256
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.test import Client

from assessments.models import Conflict, ConflictState, Cycle
from criteria.queries import criteria_of
from reviews.actions import exporting
from reviews.jobs.exports import write_export
from reviews.models import Export
from reviews.queries import exports
from tests.conftest import NOW
from tests.factories import results as make
from tests.wwc.insights import by_hand
from tests.wwc.insights.world import LATER, World, compute, place, tell, world
from wwc.clock import staged_at
from wwc.insights import queries, showing
from wwc.insights.jobs import write_insights
from wwc.insights.models import Dataset, Release
from wwc.outbox.models import Work

pytestmark = pytest.mark.django_db


def test_a_cycle_from_its_announcement_to_its_figures(client_of):
    made = world()
    nothing_before_it_cannot_be_taken_back(made, client_of())
    compute(made.first, made.second)
    whole, public = _dataset(made.second), Release.objects.get(cycle=made.second)
    it_says_what_plain_loops_say(made, whole, public)
    running_twice_writes_nothing(made)
    the_public_reads_it(public, client_of())
    the_program_reads_more(made, client_of(made.staff))
    a_conflict_takes_the_city_out(made, client_of(made.director))
    two_more_hidden_cities_wait(made, public)
    it_is_never_changed(whole)


def nothing_before_it_cannot_be_taken_back(made: World, client: Client) -> None:
    """The work is asked with the round, due when it is past taking back, and computes nothing sooner."""
    asked = Work.objects.filter(kind="write_insights").order_by("pk")
    assert [work.args["cycle_id"] for work in asked] == [made.first.pk, made.second.pk]
    assert all(work.due_at > NOW for work in asked)
    with staged_at(NOW):
        write_insights(made.second.pk)
    assert not Dataset.objects.exists()
    assert b"No figures yet" in client.get("/insights/").content
    assert client.get("/insights/2026/").status_code == 404


def it_says_what_plain_loops_say(made: World, whole: Dataset, public: Release) -> None:
    """Every number of every figure, to the last digit; what the public has is a part of it, with the same numbers."""
    before, now = (by_hand.cities_of(_exported(cycle, made.staff)) for cycle in (made.first, made.second))
    areas = {criterion.code: criterion.area.code for criterion in criteria_of(made.second.standard)}
    wanted = by_hand.recomputed(now, before, areas, same_edition=False)
    said = by_hand.numbers_of(whole.content)
    assert said == wanted
    assert len(wanted) > 250
    for key, numbers in by_hand.numbers_of(public.content).items():
        if key[0] not in {"tiers", "funnel"}:  # there a group stands beside the next one that is shown
            assert [n for n, w in zip(numbers, wanted[key], strict=True) if n is not None and n != w] == [], key
    assert public.content["figures"]["criteria"]["base"] == {"cities": 10, "assessments": 10, "cycles": ["2026"]}
    assert public.content["figures"]["change"]["base"] is None, "too few are hidden"
    assert whole.content["figures"]["change"]["base"]["assessments"] == 10


def running_twice_writes_nothing(made: World) -> None:
    """The same cases are the same dataset, whatever was decided and is not announced."""
    counts = Dataset.objects.count(), Release.objects.count()
    make.approved(make.scored(place(49), 33), proposer=made.staff, director=made.director)
    compute(made.first, made.second)
    assert (Dataset.objects.count(), Release.objects.count()) == counts


def the_public_reads_it(public: Release, client: Client) -> None:
    """Every page, table and the dataset, whose hash is the one it has."""
    page = client.get("/insights/").content.decode()
    assert "What cities do well" in page
    assert public.sha256 in page
    raw = client.get("/insights/2026/dataset.json").content
    assert sha256(raw).hexdigest() == public.sha256
    assert json.loads(raw) == public.content
    for key in showing.NAMES:
        assert client.get(f"/insights/2026/{key}/").status_code == 200
        answer = client.get(f"/insights/2026/{key}.csv")
        rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
        assert len(rows) == len(showing.rows_of(key, public.content["figures"][key]))
        assert all(row["edition"] == "2022" and row["date"] == f"{LATER:%Y-%m-%d}" for row in rows)
    for address in ("/insights/2026/nothing/", "/insights/2026/nothing.csv", "/insights/2023/", "/insights/nothing/criteria/"):
        assert client.get(address).status_code == 404, address
    assert client.get("/insights/program/").status_code == 302


def the_program_reads_more(made: World, client: Client) -> None:
    """Small groups too, and a cycle of which the public has nothing."""
    assert not Release.objects.filter(cycle=made.first).exists()
    for key in showing.NAMES:
        for end in ("/", ".csv"):
            assert client.get(f"/insights/program/2023/{key}{end}").status_code == 200
    assert "The public has no figures of this cycle" in client.get("/insights/program/2023/").content.decode()
    assert "may be chance" in client.get("/insights/program/2026/forms/").content.decode()


def a_conflict_takes_the_city_out(made: World, client: Client) -> None:
    """Whoever may not read a city has figures without it, and none before these are computed."""
    city = made.cities[-1]
    said = {"reason": "Family", "said_at": NOW, "said_by": made.director}
    Conflict.objects.create(person=made.director, city=city, cycle=made.second, state=ConflictState.DECLARED, **said)
    assert "Not computed for you yet" in client.get("/insights/program/2026/").content.decode()
    assert client.get("/insights/program/2026/forms/").status_code == 404
    assert client.post("/insights/program/2026/compute/").status_code == 302
    asked = Work.objects.filter(kind="write_insights").order_by("-pk").first()
    assert asked is not None
    assert asked.args["left_out"] == [city.pk]
    with staged_at(LATER):
        write_insights(**asked.args)
    own = queries.dataset_to(made.director, made.second)
    assert own is not None
    assert own.content["figures"]["criteria"]["base"]["cities"] == 9
    assert client.get("/insights/program/2026/forms/").status_code == 200


def two_more_hidden_cities_wait(made: World, public: Release) -> None:
    """A second round with two cities that are not named: the program reads of 12, the public goes on reading of 10."""
    tell([make.scored(place(n), 5) for n in (50, 51)], made.staff, made.director, "later")
    with staged_at(LATER):
        write_insights(made.second.pk)
    assert _dataset(made.second).content["figures"]["criteria"]["base"]["cities"] == 12
    assert queries.releases().get(cycle=made.second) == public


def it_is_never_changed(whole: Dataset) -> None:
    """The database refuses."""
    with pytest.raises(IntegrityError), transaction.atomic():
        Dataset.objects.filter(pk=whole.pk).update(sha256="")


def _dataset(cycle: Cycle) -> Dataset:
    return Dataset.objects.filter(cycle=cycle, left_out=[]).order_by("-pk")[0]


def _exported(cycle: Cycle, staff: Any) -> dict[str, list[dict[str, str]]]:
    asked = exporting.ask(cycle, form="csv", tables=exports.NAMES, by=staff, at=NOW)
    write_export(asked.pk)
    with default_storage.open(Export.objects.get(pk=asked.pk).stored) as file:
        return by_hand.tables_of(BytesIO(file.read()).getvalue())
