"""Every public address on a large invented world, each beside a bare view of the same site that answers as many bytes."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count, cycle
from pathlib import Path
from random import Random
from secrets import token_hex
from statistics import median
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from assessments.lifecycle import CycleStatus
from assessments.models import City, Cycle, GovernmentForm
from criteria import queries as rulebooks
from criteria.models import Standard
from reviews.jobs import changes
from reviews.models import ChangeKind, PublishedAward, PublishedCity
from reviews.queries import announced
from wwc import bulk, geography, unchanged
from wwc.accounts.models import User
from wwc.api.doors import OfToken
from wwc.bench.measuring import Measure
from wwc.demo import world_at
from wwc.demo.places import InventedCity, invented_cities
from wwc.insights import queries as insights
from wwc.insights.figures import Case, figures
from wwc.insights.models import Release
from wwc.insights.suppression import Member
from wwc.opendata.models import DESCRIPTOR, Package

CYCLES = 5
NAMES = 655  # of invented cities there are; others bear the same names with a number
SHOWN_FROM = 5  # cities of a group in a figure
OWN_RATIO, UNCHANGED_RATIO, GROWTH = 3.0, 1.2, 1.2
ROWS = 100

# What answers no page to somebody who only comes by: a form that is sent, a link that works once, what follows on something,
# and pages of people that carry what was typed past the sign-in.
NO_PAGE = {
    "set_language", "account_logout", "account_reset_password_from_key", "mfa_authenticate", "assessments:accept", "people:stop_letters",
    "assessments:follow_claim", "api:elsewhere", "assessments:answering", "assessments:note", "assessments:question", "reviews:validating",
}  # fmt: skip


@dataclass
class World:
    """What was filled: the rounds and cycles, how many cities, and what life wrote, which all others are copies of."""

    patterns: list[PublishedAward]
    years: list[int]
    cities: int = 0
    invented: list[InventedCity] = field(default_factory=lambda: invented_cities(NAMES, Random(1)))  # noqa: S311  a world, not a secret


@dataclass
class Worked(Measure):
    """A measure that also notes the work: what this process and the database's spent on a processor, without waiting for one."""

    worked: list[float] = field(default_factory=list)

    def once(self) -> None:
        """Make the request and note both."""
        before = _work()
        super().once()
        self.worked.append(_work() - before)

    @property
    def work(self) -> float:
        """The median of the work in milliseconds."""
        return 1000 * median(self.worked[-len(self.took) :])


def _work() -> float:
    """Seconds on a processor so far, here and in the database's own process, where that is one of this machine's."""
    process = connection.connection.info.backend_pid if connection.vendor == "postgresql" and connection.connection else 0
    times = Path(f"/proc/{process}/schedstat")
    return time.process_time() + (int(times.read_text().split()[0]) / 1e9 if process and times.exists() else 0)


@dataclass
class Asked:
    """One address: what it is measured as, the bare view of its size, and how many bytes and queries it took."""

    page: Worked
    bare: Worked
    size: int
    queries: int
    goal: float | None

    @property
    def ratio(self) -> float:
        """How many times as long as the bare view."""
        return self.page.middle / self.bare.middle

    @property
    def work_ratio(self) -> float:
        """How many times the work of the bare view."""
        return self.page.work / self.bare.work


# The world


def announced_by_life() -> World:
    """A few cities brought to their announcement by the real actions and the real worker: their public rows are the patterns."""
    world_at("announced", cities=6, seed=1, now=datetime.now(UTC))
    return begin()


def begin() -> World:
    """A world of the awards that are public now, with a cycle and its figures in each of five years up to this one."""
    last = datetime.now(UTC).year - 1
    world = World(list(announced.awards()), list(range(last - CYCLES + 1, last + 1)))
    person = User.objects.earliest("pk")
    chance, before = Random(2), list[Case]()  # noqa: S311  a world, not a secret
    for year in world.years:
        at = datetime(year, 4, 24, 15, tzinfo=UTC)
        row = Cycle.objects.create(
            slug=f"bench-{year}", name=f"{year} cycle", standard=rulebooks.current_standard(), status=CycleStatus.CLOSED, opens_at=at,
            due_at=at, withdraw_until=at, opened_at=at, opened_by=person,
        )  # fmt: skip
        cases = _cases(row, chance)
        _release(row, cases, before, at)
        before = cases
    return world


def fill(world: World, cities: int) -> None:
    """Cities until there are so many, three of four of them with an award in each cycle, told and lapsed by the jobs that do it in life."""
    with transaction.atomic():
        added = range(world.cities, cities)
        rows = [_place(world, n) for n in added]
        facts = ("slug", "name", "folded", "country", "subdivision", "subdivision_name", "region", "timezone", "is_invented")
        bulk.insert([City(**{name: getattr(row, name) for name in facts}) for row in rows])
        bulk.insert(rows)
        for number, year in enumerate(world.years):
            taking_part = [row for n, row in zip(added, rows, strict=True) if (n + number) % 4]
            patterns = cycle(world.patterns)
            awards = [_award(row, next(patterns), year) for row in taking_part]
            bulk.insert(awards)
            changes.note((award, ChangeKind.ANNOUNCED) for award in awards)
        changes.note_lapsed()
        world.cities = cities
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # rows that came all at once are not counted yet, as those of a living database are


def _place(world: World, n: int) -> PublishedCity:
    known, again = world.invented[n % NAMES], n // NAMES
    name = f"{known.name} {again}" if again else known.name
    return PublishedCity(
        slug=f"bench-{geography.slug_of(name, 'US', known.state)}", name=name, folded=geography.fold(name), country="US",
        subdivision=known.state, subdivision_name=geography.STATES[known.state].name, region=geography.region_of("US", known.state),
        timezone=known.timezone, population=known.population, population_as_of=date(2023, 7, 1),
        population_source="invented for a measurement", form_of_government=known.form, form_checked=True, is_invented=True,
    )  # fmt: skip


def _award(city: PublishedCity, pattern: PublishedAward, year: int) -> PublishedAward:
    """The pattern again, for this city in that year, under a number and a code of its own."""
    same = {each.attname: getattr(pattern, each.attname) for each in PublishedAward._meta.concrete_fields if not each.primary_key}
    day = date(year, 4, 24)
    own = {
        "city_id": city.pk, "number": token_hex(8), "code": token_hex(8).upper(), "replaces_id": None, "round_slug": f"bench-{year}",
        "round_name": f"Round of {year}", "announced_on": day, "valid_until": day.replace(year=year + 3),
        "published_at": datetime(year, 4, 24, 15, tzinfo=UTC),
    }  # fmt: skip
    return PublishedAward(**same | own)


def _cases(row: Cycle, chance: Random, many: int = 1000) -> list[Case]:
    """What a cycle of so many told assessments is to the figures, each criterion met by chance."""
    codes = [criterion.code for criterion in rulebooks.kept_criteria(row.standard)]
    wanted = {code: chance.uniform(0.2, 0.8) for code in codes}
    made = []
    for n in range(many):
        met = frozenset(code for code in codes if chance.random() < wanted[code])
        made.append(
            Case(
                Member(n, n, 3), n, row.slug, row.standard.code, tier=chance.choice(announced.TIERS),
                forms=chance.choice(GovernmentForm.values), bands=chance.choice(list(geography.BANDS)),
                regions=chance.choice(("Northeast", "Midwest", "South", "West")), of=frozenset(codes), met=met, claimed=met | {codes[0]},
            )
        )  # fmt: skip
    return made


def _release(row: Cycle, cases: Sequence[Case], before: Sequence[Case], at: datetime) -> None:
    pairs = list(zip(before, cases, strict=True)) if before else []
    content = figures(insights.book_of(row), cases, pairs, lambda _detail, members: len(members) >= SHOWN_FROM)
    Release.objects.create(cycle=row, content=content, sha256=insights.hash_of(content), groups={}, released_at=at + timedelta(minutes=10))


# The addresses


def public_routes() -> dict[str, list[str]]:
    """The routes that anybody may open, by full name, with the names of the parts of their addresses; from the street plan itself."""
    return {name: list(entry.pattern.converters) for name, entry in _routes() if _is_open(entry) and name not in NO_PAGE}


def _is_open(entry: URLPattern) -> bool:
    of_token = issubclass(getattr(entry.callback, "cls", object), OfToken)
    return not getattr(entry.callback, "login_required", True) and not of_token


def _routes(resolver: URLResolver | None = None, within: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from _routes(entry, f"{within}{entry.namespace}:" if entry.namespace else within)
        elif not str(entry.pattern).startswith("bench/"):
            yield f"{within}{entry.name}", entry


def addresses(world: World) -> dict[str, str]:
    """Every public address once, lists also as they are asked for in earnest; by the name that the table shows.

    Raises KeyError for a route whose parts nobody told how to fill.
    """
    award = (
        PublishedAward.objects.filter(round_slug=f"bench-{world.years[-1]}", criteria__isnull=False).select_related("city").earliest("pk")
    )
    slug, key = award.city.slug, {"document": announced.document_key(award), "certificate": announced.certificate_key(award)}
    edition, earlier = (standard.code for standard in Standard.objects.order_by("-code")[:2])
    parts: dict[str, dict[str, Any]] = {
        "criteria": {"code": edition, "criterion": rulebooks.kept_criteria(rulebooks.current_standard())[0].code},
        "directory": {"slug": slug, "code": award.code},
        "insights": {"cycle": f"bench-{world.years[-1]}", "figure": "criteria"},
        "assessments": {"slug": slug},
        "opendata": {"version": Package.objects.latest("made_on").version, "name": DESCRIPTOR},
        "api": {"slug": slug, "number": award.number, "code": edition},
    }
    own: dict[str, dict[str, str]] = {
        "criteria:changes": {"code": earlier, "later": edition},
        "directory:scorecard": {"slug": slug, "key": key["document"]},
        "directory:certificate": {"slug": slug, "key": key["certificate"]},
        "directory:round": {"slug": award.round_slug},
        "api:cycle": {"slug": f"bench-{world.years[-1]}"},
        "api:cycle-insights": {"cycle": f"bench-{world.years[-1]}"},
    }
    found = {}
    for name, needed in public_routes().items():
        known = parts.get(name.partition(":")[0], {}) | own.get(name, {})
        found[name] = reverse(name, kwargs={part: known[part] for part in needed})
    first = award.city.name.split()[0].lower()
    asked = {
        "directory:cities": [
            f"?q={first}",
            "?tier=gold&sort=-population&page=2",
            f"?state={award.city.subdivision}&sort=-date",
        ],
        "directory:round": ["?page=5"],
        "assessments:join": [f"?q={first}"],
        "assessments:claim": [f"?q={first}"],
        "api:cities": [f"?page_size={ROWS}", "?ordering=-population&state=CA"],
        "api:awards": [f"?page_size={ROWS}", f"?city={slug}", "?tier=gold&ordering=number"],
        "api:changes": [f"?page_size={ROWS}", "?after=60"],
        "api:scores": [f"?page_size={ROWS}", f"?year={world.years[0]}", "?fields=number,points"],
    }
    more = {f"{name} {query}": found[name] + query for name, queries in asked.items() for query in queries}
    return dict(sorted((found | more).items()))


# The measurement


def measures(world: World) -> list[Asked]:
    """Each address with the bare view of its size beside it; what has a fingerprint also as it is asked for again, unchanged.

    What a process keeps while nothing public changes is measured as it is answered then, and as the first one gets it.
    """
    client, found = Client(SERVER_NAME="localhost"), []
    for name, address in addresses(world).items():
        answer = _ask(client, address)
        if answer.status_code != 200:
            raise RuntimeError(f"{name} answered {answer.status_code} at {address}")
        bare = reverse("sized", args=[answer.bytes])
        goal = OWN_RATIO if name == f"api:scores ?page_size={ROWS}" else None
        if len(unchanged.kept):
            found.append(_asked(client, f"{name}, worked out", address, bare, None, first=True))  # and kept for the next
        found.append(_asked(client, name, address, bare, goal))
        if "ETag" in answer:
            known = {"If-None-Match": answer["ETag"]}
            found.append(_asked(client, f"{name}, unchanged", address, reverse("unchanged"), UNCHANGED_RATIO, known, 304))
        unchanged.kept.forget()
    return found


def _asked(
    client: Client, name: str, address: str, bare: str, goal: float | None, headers: Any = None, wanted: int = 200, *, first: bool = False
) -> Asked:
    def ask() -> Any:
        if first:
            unchanged.kept.forget()
        answer = _ask(client, address, headers)
        if headers and answer.status_code == 200:  # a quarter of an hour has begun
            headers["If-None-Match"] = answer["ETag"]
            answer = _ask(client, address, headers)
        return answer

    ask()  # what a process keeps from one request to the next is there
    with CaptureQueriesContext(connection) as captured:
        size = ask().bytes
    queries = sum(not each["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SET TRANSACTION")) for each in captured)
    return Asked(Worked(name, ask, wanted), Worked(f"bare {name}", lambda: _ask(client, bare), wanted), size, queries, goal)


_clients = count()


def _ask(client: Client, address: str, headers: Any = None) -> Any:
    """The whole answer; after a thousand of them to another client, so that nobody reaches the limit of requests."""
    n = next(_clients) // 1000
    answer: Any = client.get(address, headers=headers, REMOTE_ADDR=f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}")
    answer.bytes = len(answer.getvalue())  # the last piece of a file closes it
    return answer
