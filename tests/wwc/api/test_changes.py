"""Who follows the changes of what is public has in the end what the lists have, whatever happened and however often they asked."""

import json
import random
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from reviews.actions import announcing, awarding, revoking
from reviews.jobs import changes, history
from reviews.lifecycle import Batch
from reviews.models import Announcement, Award, ChangeKind, PublishedAward, PublishedChange, PublishedCity
from reviews.queries import results
from tests.conftest import NOW
from tests.factories import people, published
from tests.factories import results as make
from tests.support.counting import same_queries
from wwc import invariants
from wwc.clock import staged_at

FEED, AWARDS = "/api/v1/changes/", "/api/v1/awards/"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
TIERS = ("platinum", "gold", "silver", "certified")


def path(address):
    """An address without the place of the site."""
    split = urlsplit(address)
    return f"{split.path}?{split.query}"


class Mirror:
    """A client written from /api/docs/ alone: it keeps the awards by their numbers, and the address to ask next."""

    def __init__(self, get, size):
        self.get, self.address = get, f"{FEED}?page_size={size}"
        self.awards, self.numbers = {}, []

    def poll(self):
        more = True
        while more:
            page = self.get(path(self.address)).json()
            for change in page["results"]:
                self.numbers.append(change["number"])
                if change["award"] is None:
                    self.awards.pop(change["award_number"], None)
                else:
                    self.awards[change["award_number"]] = change["award"]
            self.address, more = page["next"], page["more"]
        return self.awards


def listed(get):
    """All awards as the list has them."""
    found, address = {}, f"{AWARDS}?page_size=200"
    while address:
        page = get(path(address)).json()
        found |= {row["number"]: row for row in page["results"]}
        address = page["next"]
    return found


def told(get):
    return [(row["kind"], row["award"] and row["award"]["tier"]) for row in get(FEED).json()["results"]]


class Life:
    """Things that happen, one after the other, each by the action or job that does it."""

    def __init__(self, seed, trio, folder):
        self.chance, self.now = random.Random(seed), NOW
        self.staff, self.director, self.second = trio
        self.folder, self.past, self.gone = folder, {}, []
        self.rounds, self.awards = 0, []
        self.cycle = make.cycle(validity_months=12)

    def happen(self):
        kinds = [self.announce, self.correct, self.take_back, self.revoke, self.load, self.wait]
        self.now += MINUTE * self.chance.randrange(10, 4000)
        with staged_at(self.now):
            self.chance.choices(kinds, [1, 2, 1, 1, 6, 3])[0]()

    def announce(self):
        case = make.scored(make.city(f"Place {len(self.awards) + len(self.gone)}"), self.chance.choice([20, 31, 40]), in_cycle=self.cycle)
        self._release(make.approved(case, proposer=self.staff, director=self.director, at=self.now))

    def correct(self):
        for award in self._some():
            said = {"kind": "new", "tier": self.chance.choice(TIERS), "reason": "Read anew.", "note": "A slip of ours."}
            made = awarding.correct(award.assessment, **said, by=self.director, at=self.now)
            awarding.approve(made, by=self.second, at=self.now)
            self.awards.remove(award)
            self._release(made)

    def take_back(self):
        batch = Announcement.objects.filter(status=Batch.RELEASED).order_by("-pk").first()
        if batch and announcing.can_be_taken_back(batch):
            announcing.take_back(batch, reason="Too early.", by=self.director, at=self.now)
            again = announcing.prepare(batch, announce_at=self.now, by=self.staff, at=self.now)
            make.rendered(again)
            announcing.release(again, by=self.director, at=self.now)
        else:
            self.correct()
            self.now += MINUTE
            if self.awards:
                with staged_at(self.now):
                    self.take_back()

    def revoke(self):
        for award in self._some():
            asked = revoking.propose_revocation(award, reason="Why.", note="Ended.", by=self.director, at=self.now)
            revoking.confirm_revocation(asked, by=self.second, at=self.now)
            self.awards.remove(award)
            self.gone.append(award)

    def load(self):
        """The file of the past gains an award, tells one otherwise, loses one or gets it back, or a city has another name."""
        name = f"Reach {self.chance.randrange(40)}"
        city = self.past.setdefault(name, {"name": name, "country": "US", "subdivision": "OH", "timezone": "America/New_York"})
        awards = city.setdefault("awards", [])
        years = {each["announced"] for each in awards}
        for year in ("2017", "2019", "2021"):
            if year not in years:
                awards.append({"kind": "new", "tier": "gold", "announced": year, "round": year, "edition": "2018"})
                break
        else:
            if self.chance.random() < 0.5:
                awards[0]["tier"] = self.chance.choice(TIERS)
            else:
                awards.pop()
        if self.chance.random() < 0.2:
            city["population"] = {"number": self.chance.randrange(30_000, 90_000), "as_of": "2020-01-01", "source": "A list"}
        file = self.folder / "past.json"
        file.write_text(json.dumps({"cities": [*self.past.values()]}))
        history.load_history(file)

    def wait(self):
        self.now += DAY * self.chance.randrange(90)
        with staged_at(self.now):
            changes.note_lapsed()

    def _some(self):
        out = [award for award in self.awards if not results.can_be_taken_back_at(award, self.now)]
        return [self.chance.choice(out)] if out else []

    def _release(self, award):
        self.rounds += 1
        make.released([award], by=self.staff, director=self.director, at=self.now, slug=f"round-{self.rounds}")
        self.awards.append(Award.objects.select_related("assessment", "announcement").get(pk=award.pk))


def lived(get, monkeypatch, trio, folder, *, steps, seed):
    """So many steps of a life, followed by two clients; what both have in the end, and all awards as they are listed."""
    life = Life(seed, trio, folder)
    monkeypatch.setattr(timezone, "now", lambda: life.now)
    often, seldom = Mirror(get, 3), Mirror(get, 200)
    for _ in range(steps):
        life.happen()
        if life.chance.random() < 0.3:
            often.poll()
        if life.chance.random() < 0.02:
            seldom.poll()
    with staged_at(life.now):
        changes.note_lapsed()
    often.poll()
    seldom.poll()
    assert often.numbers == seldom.numbers == list(range(1, PublishedChange.objects.count() + 1)), "in order, each once, none missed"
    assert [*invariants.changes_lead_to_what_is_public()] == []
    return often.awards, seldom.awards, Mirror(get, 200).poll(), listed(get)


@pytest.fixture
def trio(staff, director):
    return staff, director, people.person("second-director", is_director=True)


def test_whoever_follows_the_changes_ends_equal(get, monkeypatch, trio, tmp_path):
    *mirrors, whole = lived(get, monkeypatch, trio, tmp_path, steps=30, seed=5)
    assert mirrors == [whole] * 3
    assert len(whole) > 10


@pytest.mark.heavy
def test_a_thousand_announcements_corrections_and_lapses_end_equal(get, monkeypatch, trio, tmp_path):
    *mirrors, whole = lived(get, monkeypatch, trio, tmp_path, steps=1000, seed=11)
    assert mirrors == [whole] * 3
    assert {*PublishedChange.objects.values_list("kind", flat=True)} == {*ChangeKind.values} - {"superseded"}, "which an appeal does"
    assert {row["stands"] for row in whole.values()} == {True, False, None}


# One thing at a time


@pytest.fixture
def out(trio):
    """Gold, released at NOW."""
    staff, director, _second = trio
    given = make.approved(make.scored(make.city("Alder Reach"), 31), proposer=staff, director=director)
    make.released([given], by=staff, director=director)
    given.refresh_from_db()
    return given


def test_an_announcement_is_told_with_its_row(get, out):
    change = get(FEED).json()["results"][0]
    row = PublishedAward.objects.get()
    assert (change["number"], change["kind"], change["award_number"], change["note"]) == (1, "announced", row.number, "")
    assert change["award"] == get(f"{AWARDS}{row.number}/").json()
    assert change["at"].startswith(f"{NOW:%Y-%m-%dT%H:%M}")


def test_taken_back_within_minutes_it_is_told_that_nothing_is_there(get, out, director):
    with staged_at(NOW + MINUTE):
        announcing.take_back(out.announcement, reason="Too early.", by=director, at=NOW + MINUTE)
    assert told(get) == [("announced", None), ("taken_back", None)]
    assert {row["note"] for row in get(FEED).json()["results"]} == {""}


def test_a_correction_ends_one_row_and_begins_another_that_names_it(get, out, trio):
    staff, director, second = trio
    later = NOW + DAY
    with staged_at(later):
        said = {"kind": "new", "tier": "platinum", "reason": "Read anew.", "note": "A slip of ours."}
        made = awarding.approve(awarding.correct(out.assessment, **said, by=director, at=later), by=second, at=later)
    make.released([made], by=staff, director=director, at=later, slug="round-2")
    assert told(get) == [("announced", None), ("corrected", None), ("announced", "platinum")]
    last = get(FEED).json()["results"][-1]
    before = PublishedAward.objects.order_by("pk")[0]
    assert (last["award"]["replaces"], last["award"]["replaced_because"]) == (before.number, "corrected")
    assert last["note"] == last["award"]["note"] == "A slip of ours."
    batch = Announcement.objects.get(slug="round-2")
    with staged_at(later + MINUTE):
        announcing.take_back(batch, reason="No.", by=director, at=later + MINUTE)
    assert told(get)[3:] == [("taken_back", None), ("restored", "gold")]


def test_a_revoked_award_is_in_no_list_and_its_note_is_told(get, out, trio):
    _staff, director, second = trio
    later = NOW + DAY
    with staged_at(later):
        asked = revoking.propose_revocation(out, reason="Why.", note="Ended at the city's wish.", by=director, at=later)
        assert told(get) == [("announced", "gold")]
        revoking.confirm_revocation(asked, by=second, at=later)
    change = get(FEED).json()["results"][-1]
    assert (change["kind"], change["award"], change["note"]) == ("revoked", None, "Ended at the city's wish.")


def test_a_lapse_is_told_once_the_day_is_over_in_the_city(get, monkeypatch):
    city = published.city("Honolulu", "HI", timezone="Pacific/Honolulu")
    published.award(city, valid_until=date(2027, 4, 14))
    published.award(published.city(), valid_until=None)
    for hour, told_now in [(9, 0), (10, 1), (11, 0)]:  # Honolulu is ten hours behind
        moment = NOW.replace(year=2027, month=4, day=15, hour=hour, minute=0)
        with staged_at(moment):
            assert changes.note_lapsed() == told_now
        monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
        assert {row["stands"] for row in get(AWARDS).json()["results"]} == {hour < 10, None}
    last = get(FEED).json()["results"][-1]
    assert (last["kind"], last["award"]["stands"]) == ("lapsed", False)


def test_a_city_that_is_told_otherwise_rewrites_its_awards(get, out, trio):
    staff, director, _second = trio
    PublishedCity.objects.update(population=5)
    with staged_at(NOW + DAY):
        case = make.scored(out.assessment.city, 40, in_cycle=make.cycle("2027"))
    given = make.approved(case, proposer=staff, director=director, at=NOW + DAY)
    make.released([given], by=staff, director=director, at=NOW + DAY, slug="round-2")
    assert told(get) == [("announced", "gold"), ("rewritten", "gold"), ("announced", "platinum")]


def test_nothing_of_a_round_that_waits_is_numbered(get, trio):
    staff, director, _second = trio
    given = make.approved(make.scored(make.city("Alder Reach"), 31), proposer=staff, director=director)
    batch = make.prepared([given], by=staff, announce_at=NOW + DAY)
    make.rendered(batch)
    with staged_at(NOW):
        announcing.release(batch, by=director, at=NOW)
    published.award(published.city("Bell Hollow"))
    assert [row["number"] for row in get(FEED).json()["results"]] == [1]


def test_a_decision_of_no_tier_is_no_change(get, trio):
    staff, director, _second = trio
    given = make.approved(make.scored(make.city("Alder Reach"), 9), proposer=staff, director=director)
    make.released([given], by=staff, director=director)
    assert get(FEED).json()["results"] == []


# Asking


def test_where_to_go_on_is_there_on_the_last_page_too(get):
    assert get(FEED).json() == {"next": f"http://127.0.0.1:8000{FEED}?after=0", "more": False, "results": []}
    published.named(3)
    page = get(f"{FEED}?page_size=2").json()
    assert (page["more"], page["next"]) == (True, f"http://127.0.0.1:8000{FEED}?after=2&page_size=2")
    page = get(path(page["next"])).json()
    assert (page["more"], page["next"]) == (False, f"http://127.0.0.1:8000{FEED}?after=3&page_size=2")
    page = get(path(page["next"])).json()
    assert (page["results"], page["next"]) == ([], f"http://127.0.0.1:8000{FEED}?after=3&page_size=2")
    published.award(published.city("Later"), number="later")
    assert [row["award_number"] for row in get(path(page["next"])).json()["results"]] == ["later"]


@pytest.mark.parametrize("after", ["-1", "x", "", "1.5", "9", "٣", "9" * 19, "9" * 30])
def test_a_number_that_was_not_given_out_is_refused(get, problem, after):
    published.named(2)
    assert problem(get(f"{FEED}?after={after}"), 400)["field"] == "after"


@pytest.mark.parametrize("wrong", ["page_size=0", "page_size=201", "cursor=x", "ordering=number"])
def test_what_the_feed_does_not_take_is_named(get, problem, wrong):
    assert problem(get(f"{FEED}?{wrong}"), 400)["field"] == wrong.partition("=")[0]


def test_a_page_takes_as_many_queries_for_thirty_changes_as_for_one(client, db):
    published.named(1)
    same_queries(client, FEED, lambda: published.named(29, 1), 2)


def test_changes_cannot_be_changed(db):
    published.named(1)
    with pytest.raises(DatabaseError, match="part of the record"), transaction.atomic():
        PublishedChange.objects.update(number=7)
    with pytest.raises(DatabaseError, match="part of the record"), transaction.atomic():
        PublishedChange.objects.all().delete()


def test_the_check_finds_a_row_whose_change_was_forgotten(db):
    row = published.named(1)[0]
    assert [*invariants.changes_lead_to_what_is_public()] == []
    PublishedAward.objects.update(closed_at=NOW, closed_because="revoked")
    assert [*invariants.changes_lead_to_what_is_public()] == [f"published award {row.number} is revoked and its last change is announced"]
