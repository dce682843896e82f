"""The pages on which a cycle is scored again."""

import pytest
from django.urls import reverse

from assessments.models import Conflict
from reviews.jobs import recomputation as job
from reviews.models import Recomputation
from tests.factories import results as make
from tests.reviews.jobs.test_recomputation import last_of, turn
from tests.support.counting import same_queries
from wwc.outbox.models import Work

LIST = "/reviews/scoring/"


@pytest.fixture
def cases(db):
    """Two cities with a Gold score each, of which one verdict is settled otherwise since."""
    found = [make.scored(make.city(name), 30) for name in ("Alder Reach", "Fort Hallam")]
    for case in found:
        turn(case, last_of(30), "not_met")
    return found


def asked(client):
    answer = client.post(reverse("reviews:recompute", args=["2026"]))
    assert answer.status_code == 302
    return Recomputation.objects.latest("pk")


def test_ask_watch_and_read_the_report(cases, client_of, staff):
    client = client_of(staff)
    assert "Score again" in client.get(LIST).content.decode()
    row = asked(client)
    address = reverse("reviews:recomputation", args=[row.pk])
    waits = client.get(address)
    assert waits["Refresh"] == "5"
    assert '<progress value="0" max="2"' in waits.content.decode()
    assert "Refresh" not in client.get(f"{address}?stay=1")
    assert "Score again<span" not in client.get(LIST).content.decode(), "one at a time"
    job.recompute_cycle(row.pk)
    done = client.get(address)
    assert "Refresh" not in done
    page = done.content.decode()
    assert "2 assessments scored again" in page
    assert "Alder Reach" in page
    assert "Another tier" in page
    assert "Alder Reach" not in client.get(f"{address}?show=missing").content.decode()


def test_a_conflict_closes_the_city_in_rows_and_counts(cases, client_of, staff, now):
    row = asked(client_of(staff))
    Recomputation.objects.filter(pk=row.pk).update(done=1, reached=cases[0].pk)
    Conflict.objects.create(
        person=staff, city=cases[0].city, cycle=cases[0].cycle, state="found", reason="Family.", said_at=now, said_by=staff
    )
    address = reverse("reviews:recomputation", args=[row.pk])
    assert '<progress value="0" max="1"' in client_of(staff).get(address).content.decode()
    Recomputation.objects.filter(pk=row.pk).update(done=0, reached=0)
    job.recompute_cycle(row.pk)
    page = client_of(staff).get(address).content.decode()
    assert "Alder Reach" not in page
    assert "Fort Hallam" in page
    assert "1 assessment scored again" in page
    assert 'Another tier <span class="muted">1<' in page


def test_what_was_set_aside_says_so(cases, client_of, staff, now):
    row = asked(client_of(staff))
    Work.objects.filter(kind="recompute_cycle").update(parked_at=now, error="It broke.")
    answer = client_of(staff).get(reverse("reviews:recomputation", args=[row.pk]))
    assert "Set aside" in answer.content.decode()
    assert "Refresh" not in answer


def test_nobody_else_finds_the_pages(cases, client_of, staff):
    row = asked(client_of(staff))
    for who in ("alder-reach-lead", "stranger", "reader"):
        client = client_of(make.people.person(who))
        assert client.get(LIST).status_code == 404
        assert client.get(reverse("reviews:recomputation", args=[row.pk])).status_code == 404
        assert client.post(reverse("reviews:recompute", args=["2026"])).status_code == 404


def test_the_report_takes_the_same_queries_for_many(cases, client_of, staff):
    rows = [asked(client_of(staff))]
    job.recompute_cycle(rows[0].pk)
    address = reverse("reviews:recomputation", args=[rows[0].pk])

    def more():
        for n in range(30):
            turn(make.scored(make.city(f"Sable {n}"), 30), last_of(30), "not_met")
        Recomputation.objects.filter(pk=rows[0].pk).update(finished_at=None, reached=cases[-1].pk)
        job.recompute_cycle(rows[0].pk)

    same_queries(client_of(staff), address, more, 9)


def test_the_list_takes_the_same_queries_for_many(cases, client_of, staff):
    client = client_of(staff)

    def more():
        for n in range(20):
            made = make.cycle(f"20{n + 50}")
            make.scored(make.city(f"Sable {n}"), 30, in_cycle=made)
            Recomputation.objects.create(cycle=made, asked_at=make.NOW, asked_by=staff, total=1)

    asked(client)
    same_queries(client, LIST, more, 5)
