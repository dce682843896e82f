"""A round goes public under readers who ask all the time: each answer shows all of it or nothing; so does each kill on the way."""

import json
import os
import re
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
import redis
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from assessments.models import Assessment
from reviews.actions import announcing
from reviews.lifecycle import Batch
from reviews.models import Announcement, Award, PublishedAward, PublishedCity
from reviews.queries import announced
from tests.factories import people, published
from tests.factories import results as make
from tests.support.site import Site, collected
from tests.support.worker import Worker, until
from wwc import invariants
from wwc.outbox.models import Letter

pytestmark = [
    pytest.mark.alone,
    pytest.mark.races,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("standing", "postgres"),
]
CITIES, A_PAGE, A_FRONT = 26, 25, 12
READERS, A_SECOND = 4, 20
REDIS = os.environ.get("TEST_REDIS_URL") or os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379/9"
SIGN_IN = "allauth.account.auth_backends.AuthenticationBackend"
NAMED = re.compile(r"flip-\d+-ohio")


@dataclass
class Round:
    """A prepared round of twenty-six cities, and the two directors who can release it."""

    batch: Announcement
    director: object
    awards: list[Award]

    def slugs(self) -> list[str]:
        """The cities in the order in which they are published."""
        return [award.assessment.city.slug for award in self.awards]


@pytest.fixture
def folder(tmp_path: Path, settings) -> Iterator[Path]:
    """Files that test, server and worker share, and a queue that is empty before and after."""
    made = tmp_path / "data"
    made.mkdir()
    stored = {"BACKEND": settings.STORAGES["default"]["BACKEND"], "OPTIONS": {"location": made / "files"}}
    settings.STORAGES = {**settings.STORAGES, "default": stored}
    queue = redis.Redis.from_url(REDIS)
    queue.flushdb()
    yield made
    queue.flushdb()


@pytest.fixture(scope="session")
def static(tmp_path_factory) -> Path:
    """Once for all servers."""
    return collected(tmp_path_factory.mktemp("static"))


@pytest.fixture
def site(folder: Path, static: Path) -> Iterator[Site]:
    """The server, answering."""
    started = Site(folder, REDIS, static)
    started.start()
    until(started.answers, seconds=30, what="the server answers")
    yield started
    started.kill()


@pytest.fixture
def worker(folder: Path) -> Iterator[Worker]:
    """A worker with its schedule that is never left behind."""
    started = Worker(folder, REDIS)
    yield started
    started.kill()


@pytest.fixture
def prepared(folder: Path) -> Round:
    """Twenty-six decisions in a round whose hour is now, every paper rendered; three cities were named before."""
    at = datetime.now(UTC)
    staff, director = people.person("staff", is_staff=True), people.person("director", is_director=True)
    for n in range(3):
        published.award(published.city(f"Before {n}"), announced_on=at.date() - timedelta(days=400))
    cases = [make.scored(make.city(f"Flip {n}"), 24 + n % 12) for n in range(CITIES)]
    awards = [make.approved(case, proposer=staff, director=director, at=at) for case in cases]
    batch = make.prepared(awards, by=staff, at=at, announce_at=at, slug="the-flip")
    make.rendered(batch)
    return Round(
        batch,
        director,
        list(Award.objects.filter(announcement=batch).select_related("assessment__city").order_by("assessment__city__folded", "pk")),
    )


# What readers see


def _listed(page: str) -> int:
    return len(set(NAMED.findall(page)))


def _of_list(page: str) -> set[int]:
    """The list: rows of the round on its page, and whether the headline counts them too."""
    counted = re.search(r"<h1>(\d+) cities", page)
    return {_listed(page), A_PAGE if counted and int(counted[1]) == CITIES + 3 else 0}


def _of_front(page: str) -> set[int]:
    """The first page: cities of the round, and whether the sum below the map holds them."""
    counted = re.search(r">(\d+) cities were named", page)
    return {_listed(page), A_FRONT if counted and int(counted[1]) == CITIES + 3 else 0}


def _of_api(page: str) -> set[int]:
    return {len(json.loads(page)["results"])}


WATCHED: dict[str, tuple[Callable[[str], set[int]], int]] = {
    "/cities/?q=flip": (_of_list, A_PAGE),
    "/": (_of_front, A_FRONT),
    "/rounds/the-flip/": (lambda page: {_listed(page)}, CITIES),
    "/rounds/": (lambda page: {CITIES if f">{CITIES}<" in page or f"{CITIES} " in page else 0} if "the-flip" in page else {0}, CITIES),
    "/api/v1/awards/?round=the-flip&page_size=200": (_of_api, CITIES),
    "/api/v1/scores/?round=the-flip&page_size=200": (_of_api, CITIES),
    f"/cities/flip-{CITIES - 1}-ohio/": (lambda page: {CITIES if "flip-" in page else 0}, CITIES),
}


@dataclass
class Readers:
    """Some who ask, twenty times a second together, and what each answer showed: when it was asked and had, where, how many cities."""

    site: Site
    seen: list[tuple[float, float, str, frozenset[int]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def read(self, first: int) -> None:
        """Go round the addresses until told to stop."""
        places, n, begun = list(WATCHED), first, time.monotonic()
        while not self.done.is_set():
            self._ask(places[n % len(places)])
            n += 1
            pause = begun + (n - first) * READERS / A_SECOND - time.monotonic()
            time.sleep(max(pause, 0))

    def _ask(self, place: str) -> None:
        asked = time.monotonic()
        count, _all = WATCHED[place]
        try:
            with urllib.request.urlopen(self.site.address + place, timeout=20) as answer:
                shown = count(answer.read().decode())
        except urllib.error.HTTPError as error:
            shown = {0}
            if error.code != 404:
                self.faults.append(f"{place}: {error.code}")
        except OSError as error:  # the server was killed
            self.faults.append(f"{place}: {error}")
            return
        self.seen.append((asked, time.monotonic(), place, frozenset(shown)))

    def halves(self) -> list[str]:
        """The answers that show some of the round and not all that their page holds of it."""
        return [f"{place} shows {sorted(shown)}" for _asked, _had, place, shown in self.seen if shown not in ({0}, {WATCHED[place][1]})]

    def public_after(self, moment: float) -> dict[str, float]:
        """For each address how long after the moment it was asked for the last time without showing the round."""
        without = dict.fromkeys(WATCHED, 0.0)
        for asked, _had, place, shown in self.seen:
            if shown == {0} and asked > moment:
                without[place] = max(without[place], asked - moment)
        return without

    def first_shown(self) -> float:
        """When the first answer with the round was there."""
        return min(had for _asked, had, _place, shown in self.seen if shown != {0})

    def showing(self) -> set[str]:
        """The addresses whose latest answer shows the round."""
        latest = {place: shown for _asked, _had, place, shown in sorted(self.seen)}
        return {place for place, shown in latest.items() if shown == {WATCHED[place][1]}}


@contextmanager
def reading(site: Site) -> Iterator[Readers]:
    """Readers around what is done inside."""
    readers = Readers(site)
    threads = [threading.Thread(target=readers.read, args=(n,), daemon=True) for n in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        yield readers
    finally:
        readers.done.set()
        for thread in threads:
            thread.join()


class Director:
    """The director's browser at the server: presses the button of the round."""

    def __init__(self, site: Site, person) -> None:
        client = Client()
        client.force_login(person, backend=SIGN_IN)
        self.site, self.session = site, client.cookies["sessionid"].value
        self.token = "a" * 32

    def releases(self) -> int:
        """Announce the round; the status of the answer, 0 where none came."""
        body = urlencode({"csrfmiddlewaretoken": self.token}).encode()
        cookies = f"sessionid={self.session}; csrftoken={self.token}"
        request = urllib.request.Request(
            self.site.address + reverse("reviews:release", args=["the-flip"]), body, {"Cookie": cookies, "Referer": self.site.address}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


def state() -> str:
    """all, nothing, or what is wrong: of rows, awards, assessments and letters together."""
    rows = PublishedAward.objects.filter(round_slug="the-flip", closed_at=None).count()
    batch = Announcement.objects.get(slug="the-flip")
    released = Award.objects.filter(announcement=batch, status="released").count()
    told = Assessment.objects.filter(status="announced").count()
    letters = Letter.objects.filter(key__startswith="result:the-flip:", canceled_at=None).count()
    if (rows, released, told, letters, batch.status) == (CITIES, CITIES, CITIES, 2 * CITIES, Batch.RELEASED):
        return "all"
    if (rows, released, told, letters) == (0, 0, 0, 0) and batch.status in (Batch.PREPARED, Batch.APPROVED):
        return "nothing"
    return f"{rows} rows, {released} awards, {told} assessments, {letters} letters, {batch.status}"


def broken() -> list[str]:
    """What does not hold of the round; how its cities came to be ready was made up, and so were those that were named before."""
    return [row for truth, row in invariants.broken() if truth.number != 12 and "BEFORE" not in row]


def test_readers_see_all_of_a_round_or_nothing(site, prepared):
    director = Director(site, prepared.director)
    with reading(site) as readers:
        time.sleep(3)
        began = time.monotonic()
        status = director.releases()
        ended = time.monotonic()
        until(lambda: readers.showing() == set(WATCHED), seconds=10, what="every page shows the round")
        time.sleep(3)
    assert status == 200
    assert state() == "all"
    assert readers.faults == []
    assert readers.halves() == []
    late = readers.public_after(readers.first_shown())
    asked = len([each for each in readers.seen if began - 3 <= each[0] <= ended + 3])
    sys.stdout.write(
        f"\n{CITIES} cities released in {ended - began:.2f} s under {asked / (ended - began + 6):.0f} readings a second; "
        f"the last page without them was asked for {max(late.values()):.2f} s after the first with them\n"
    )
    assert max(late.values()) < 5
    before = {place for asked_at, _had, place, shown in readers.seen if shown == {0} and asked_at < began}
    assert before == set(WATCHED), "every page was seen without the round first"
    assert broken() == []


# A page that asks several times


@pytest.mark.parametrize(("page", "between"), [("/", "rounds"), ("/cities/?q=flip", "facets")])
def test_a_round_that_goes_out_within_a_page_is_in_none_of_it(prepared, monkeypatch, page, between):
    """The counts are read, the round goes out, the rows are read: the page shows what was there when it began."""
    first = getattr(announced.Directory, between)
    announced.forget()
    released = []

    def released_meanwhile(shown):
        found = first.func(shown)
        if not released:
            released.append(threading.Thread(target=_released, args=(prepared,)))
            released[0].start()
            released[0].join()
        return found

    monkeypatch.setattr(announced.Directory, between, property(released_meanwhile))
    shown = WATCHED[page][0](Client().get(page).content.decode())
    assert state() == "all"
    assert shown == {0}
    monkeypatch.setattr(announced.Directory, between, first)
    assert WATCHED[page][0](Client().get(page).content.decode()) == {WATCHED[page][1]}


def _released(prepared: Round) -> None:
    announcing.release(prepared.batch, by=prepared.director, at=datetime.now(UTC))
    connection.close()


# Killed on the way


@contextmanager
def stuck_at(slug: str) -> Iterator[None]:
    """Whoever publishes this city waits, as long as it is inside: another transaction has written the row, and ends without it."""
    there, over = threading.Event(), threading.Event()

    def write() -> None:
        with transaction.atomic():
            PublishedCity.objects.create(slug=slug, name="Nobody", folded="nobody", country="US")
            there.set()
            over.wait(60)
            transaction.set_rollback(True)
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    assert there.wait(20)
    try:
        yield
    finally:
        over.set()
        thread.join()


def _others(what: str) -> int:
    """How many other processes of this database are in that state."""
    with connection.cursor() as cursor:
        asked = f"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND {what}"
        cursor.execute(asked)
        return cursor.fetchone()[0]


def somebody_waits() -> bool:
    """Whether a process waits for what another one has written."""
    return _others("wait_event_type = 'Lock'") > 0


def somebody_writes() -> bool:
    """Whether a process, killed or not, is still within a transaction."""
    return _others("xact_start IS NOT NULL") > 0


PLACES = {"the first": 0, "one in the middle": CITIES // 2, "the last": CITIES - 1}


def test_a_server_that_is_killed_on_the_way_has_told_nothing(site, prepared):
    """While it writes the first city, one in the middle, the last one; then, started again, it tells all."""
    director = Director(site, prepared.director)
    for name, place in PLACES.items():
        with stuck_at(prepared.slugs()[place]):
            pressed = threading.Thread(target=director.releases)
            pressed.start()
            until(somebody_waits, seconds=20, what=f"the release waits at {name}")
            site.kill()
            pressed.join()
            assert state() == "nothing", name
        until(lambda: not somebody_waits(), seconds=20, what="the database has noticed")
        assert state() == "nothing", name
        site.start()
        until(site.answers, seconds=30, what="the server answers again")
    assert director.releases() == 200
    assert state() == "all"
    assert broken() == []


def test_a_server_that_is_killed_at_any_instant_has_told_all_or_nothing(site, prepared):
    """Without anything in the way, after shorter and longer times."""
    director, seen = Director(site, prepared.director), []
    for pause in (0.02, 0.1, 0.2, 0.3, 0.4, 0.6, 0.9, 1.4):
        pressed = threading.Thread(target=director.releases)
        pressed.start()
        time.sleep(pause)
        site.kill()
        pressed.join()
        until(lambda: not somebody_writes(), seconds=20, what="the database has noticed")
        seen.append(state())
        assert seen[-1] in ("all", "nothing"), seen
        if seen[-1] == "all":
            break
        site.start()
        until(site.answers, seconds=30, what="the server answers again")
    sys.stdout.write(f"\nkilled while it released: {seen}\n")
    assert "nothing" in seen


def test_a_worker_that_is_killed_at_the_hour_has_told_nothing_and_the_next_tells_all(worker, prepared):
    """The round is approved and its hour comes; worker, pool and schedule are killed while they write."""
    _approve_for(prepared, datetime.now(UTC) + timedelta(seconds=1))
    for name, place in PLACES.items():
        with stuck_at(prepared.slugs()[place]):
            worker.start()
            until(somebody_waits, seconds=40, what=f"the schedule publishes and waits at {name}\n{worker.log()[-1500:]}")
            worker.kill()
            assert state() == "nothing", name
        until(lambda: not somebody_waits(), seconds=20, what="the database has noticed")
        assert state() == "nothing", name
    worker.start()
    until(lambda: state() == "all", seconds=40, what=f"the next worker tells all\n{worker.log()[-1500:]}")
    assert broken() == []


def test_at_the_hour_all_of_it_is_public_within_five_seconds(site, worker, prepared):
    hour = datetime.now(UTC) + timedelta(seconds=14)
    worker.start()
    _approve_for(prepared, hour)
    with reading(site) as readers:
        until(lambda: readers.showing() == set(WATCHED), seconds=40, what=f"every page shows the round\n{worker.log()[-1500:]}")
        time.sleep(1)
    at_the_hour = time.monotonic() - (datetime.now(UTC) - hour).total_seconds()
    late = readers.public_after(at_the_hour)
    sys.stdout.write(f"\nat the hour: the last page without the round was asked for {max(late.values()):.2f} s after it\n")
    early = [place for _asked, had, place, shown in readers.seen if shown != {0} and had < at_the_hour]
    assert early == []
    assert readers.halves() == readers.faults == []
    assert max(late.values()) < 5


def _approve_for(prepared: Round, hour: datetime) -> None:
    """The second person's word before the hour: the schedule does the rest."""
    at, staff = datetime.now(UTC), people.person("staff")
    announcing.prepare(prepared.batch, announce_at=hour, by=staff, at=at)
    make.rendered(prepared.batch)
    announcing.release(prepared.batch, by=prepared.director, at=at)
    assert Announcement.objects.get().status == Batch.APPROVED
