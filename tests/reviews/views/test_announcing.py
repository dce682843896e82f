"""The pages where rounds are put together and announced."""

from copy import deepcopy
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from assessments.models import Conflict, ConflictState
from reviews.lifecycle import Batch
from reviews.models import Announcement, Scorecard
from reviews.queries import announced
from tests.factories import people
from tests.factories import results as make
from tests.support.counting import same_queries
from wwc.clock import staged_at

pytestmark = pytest.mark.usefixtures("letter_texts")


@pytest.fixture(scope="module")
def awards_once(shared):
    staff, director = people.person("staff", is_staff=True), people.person("director", is_director=True)
    wanted = [("Alder Reach", 31, "areas"), ("Quillon", 9, "tier")]
    return [
        make.approved(make.scored(make.city(name), n, consent=consent), proposer=staff, director=director) for name, n, consent in wanted
    ]


@pytest.fixture
def awards(awards_once, db):
    """The two decisions, as each test finds them."""
    return deepcopy(awards_once)


@pytest.fixture
def batch(awards, staff, now):
    return make.prepared(awards, by=staff, announce_at=now)


def address(name, batch, *args):
    return reverse(f"reviews:{name}", args=[batch.slug, *args])


def test_a_round_from_its_first_word_to_the_public(awards, client_of, staff, director, now):
    clients = client_of(staff), client_of(director)
    made = clients[0].post("/reviews/announcing/new/", {"cycle": awards[0].assessment.cycle_id, "name": "Round 1, 2026", "slug": "round-1"})
    assert made.url == "/reviews/announcing/round-1/"
    page = clients[0].get(made.url).content.decode()
    assert "2 approved decisions are in no round" in page
    clients[0].post(f"{made.url}add/")
    hour = now.astimezone(ZoneInfo(staff.zone))  # people plan in their own zone
    with staged_at(now):
        clients[0].post(f"{made.url}prepare/", {"announce_at": hour.strftime("%Y-%m-%dT%H:%M")})
        page = clients[1].get(made.url).content.decode()
        assert "Not ready: one thing is open" in page
        assert "4 scorecards and certificates are not rendered yet." in page
        assert "0 of 3 scorecards rendered" in page
        assert "0 of 1 certificates rendered" in page
        refused = clients[1].get(clients[1].post(f"{made.url}release/").url).content.decode()
        assert "4 scorecards and certificates are not rendered yet. Nothing was announced." in refused
        batch = Announcement.objects.get()
        make.rendered(batch)
        page = clients[1].get(made.url).content.decode()
        assert "Everything is there" in page
        assert "Announce 2 decisions" in page
        clients[1].post(f"{made.url}release/")
        batch.refresh_from_db()
        assert batch.status == Batch.RELEASED
        assert announced.awards().count() == 1
        page = clients[1].get(made.url).content.decode()
        assert "It can be taken back for five minutes" in page
        clients[1].post(f"{made.url}take-back/", {"reason": "Wrong day."})
    batch.refresh_from_db()
    assert batch.status == Batch.TAKEN_BACK
    assert not announced.awards().exists()


def test_the_preparer_reads_why_another_must_announce(batch, client_of, staff):
    make.rendered(batch)
    page = client_of(staff).get(address("announcement", batch)).content.decode()
    assert "A director announces what someone else prepared." in page
    assert client_of(staff).post(address("release", batch)).status_code == 403


@pytest.mark.parametrize("hour", ["", "tomorrow", "2026-13-01T10:00"])
def test_a_wrong_hour_changes_nothing(batch, client_of, staff, hour):
    response = client_of(staff).post(address("prepare", batch), {"announce_at": hour}, follow=True)
    assert "The hour is missing or not a date." in response.content.decode()
    before = batch.announce_at
    batch.refresh_from_db()
    assert batch.announce_at == before


def test_a_wrong_round_is_said_beside_its_field(db, client_of, staff):
    response = client_of(staff).post("/reviews/announcing/new/", {"cycle": make.cycle().pk, "name": "", "slug": "Not An Address"})
    assert response.status_code == 422
    assert not Announcement.objects.exists()


def test_staff_look_as_the_city_and_as_the_public(batch, awards, client_of, staff):
    client = client_of(staff)
    city = client.get(address("look_as_city", batch, awards[0].pk)).content.decode()
    assert city.count("Reasons for ") == 43
    public = client.get(address("look_as_public", batch, awards[0].pk)).content.decode()
    assert "31 of 43 points" in public
    assert "Reasons for " not in public
    assert "Selecting and Using Performance Metrics" not in public
    nothing = client.get(address("look_as_public", batch, awards[1].pk)).content.decode()
    assert "The public never learns that this city took part." in nothing
    assert "9 of 43" not in nothing


def test_staff_look_at_the_certificate_and_the_press_kit_before_the_release(batch, awards, client_of, staff):
    client, kit = client_of(staff), address("look_at_kit", batch, awards[0].pk)
    page = client.get(address("look_as_city", batch, awards[0].pk)).content.decode()
    assert "certificate not rendered yet" in page
    assert kit not in page
    assert client.get(kit).status_code == 404
    make.rendered(batch)
    certificate = reverse("reviews:paper", args=[Scorecard.objects.get(kind="certificate").pk])
    for reader in ("city", "public"):
        page = client.get(address(f"look_as_{reader}", batch, awards[0].pk)).content.decode()
        assert f'href="{certificate}">Certificate (PDF)' in page
        assert f'href="{kit}"' in page
    assert b"".join(client.get(kit).streaming_content).startswith(b"PK")
    without = client.get(address("look_as_city", batch, awards[1].pk)).content.decode()
    assert "ertificate" not in without.split("<main", 1)[1].split("</main>", 1)[0]
    assert client.get(address("look_at_kit", batch, awards[1].pk)).status_code == 404, "no tier, no kit"


def test_a_conflict_closes_one_city_of_the_round_and_its_papers(batch, awards, client_of, staff, now):
    make.rendered(batch)
    case = awards[0].assessment
    Conflict.objects.create(
        person=staff, city=case.city, cycle=case.cycle, state=ConflictState.FOUND, reason="Family.", said_at=now, said_by=staff
    )
    client = client_of(staff)
    page = client.get(address("announcement", batch)).content.decode()
    assert "Alder Reach" not in page
    assert "Quillon" in page
    assert client.get(address("look_as_city", batch, awards[0].pk)).status_code == 404
    assert client.get(address("look_at_kit", batch, awards[0].pk)).status_code == 404
    for card in Scorecard.objects.all():
        answer = client.get(reverse("reviews:paper", args=[card.pk]))
        assert answer.status_code == (404 if card.award_id == awards[0].pk else 200)
        assert not answer.streaming or b"".join(answer.streaming_content).startswith(b"%PDF")


@pytest.mark.parametrize("who", ["alder-reach-lead", "stranger"])
def test_nobody_else_finds_a_round_or_its_papers(batch, awards, client_of, who):
    make.rendered(batch)
    client = client_of(make.people.person(who))
    card = Scorecard.objects.first()
    looks = [address(name, batch, awards[0].pk) for name in ("look_as_city", "look_at_kit")]
    for path in (address("announcement", batch), *looks, reverse("reviews:paper", args=[card.pk])):
        assert client.get(path).status_code == 404
    for name in ("add_decisions", "prepare", "release", "take_back_round"):
        assert client.post(address(name, batch)).status_code == 404
        assert client.get(address(name, batch)).status_code == 405


def test_the_rounds_take_the_same_queries_for_one_and_thirty(batch, client_of, staff, now):
    def more():
        Announcement.objects.bulk_create([Announcement(cycle=batch.cycle, slug=f"more-{n}", name=f"More {n}") for n in range(29)])

    same_queries(client_of(staff), "/reviews/announcing/", more, expected=6)


def test_a_round_takes_the_same_queries_for_two_and_thirty_decisions(batch, client_of, staff, director, now):
    def more():
        later = [make.approved(make.scored(make.city(f"Fort Hallam {n}"), 31), proposer=staff, director=director) for n in range(28)]
        make.announcing.add(batch, awards=later, by=staff, at=now)
        make.announcing.prepare(batch, announce_at=now + timedelta(hours=1), by=staff, at=now)

    same_queries(client_of(staff), address("announcement", batch), more, expected=14)
