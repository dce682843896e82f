"""Worlds that differ only in what is not announced answer byte for byte the same to everybody who may not know, and differ for who may.

One world is made and walked; then what is secret in it is changed underneath and it is walked again, at the same instant, by the same
people with the same cookies and tokens, through every address that the resolver makes of its rows and of guesses.
"""

import difflib
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from assessments.models import Answer, Assessment, Claim
from criteria.queries import rulebook
from criteria.scoring import Verdict, as_data, score
from reviews.actions import awarding, validating
from reviews.lifecycle import AwardStatus, Batch, Found, Kind, Slot
from reviews.models import Announcement, Assignment, Award, Finding, PublishedAward, Resolution, Score, Scorecard
from reviews.queries import announced, board, results
from tests.conftest import NOW
from tests.factories import people, published
from tests.factories import results as make
from tests.journeys.test_every_page import client_of_part
from tests.journeys.test_secrets import SAME_FOR_ALL, Planted
from tests.support.stopped import stopped_at
from tests.support.walking import Line, Person, Told, Values, addresses, cold, walk
from wwc.accounts import tokens
from wwc.audit import triggers
from wwc.opendata.jobs import write_open_data
from wwc.opendata.models import Package
from wwc.outbox import running
from wwc.outbox.models import Letter, Work

pytestmark = pytest.mark.django_db

GUESSED = {"int": 987654321, "slug": "nothing-here", "code": "ABCD-2345"}
Change = Callable[["World"], None]


@dataclass
class World:
    """What is walked: where, who walks, who of them may not know, and the rows that are secret."""

    at: datetime
    secret: Award  # decided, in a prepared round, not announced
    people: dict[str, Any]
    persons: list[Person] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    queries: list[str] = field(default_factory=list)
    parameters: dict[str, list[str]] = field(default_factory=dict)
    blind: Answer | None = None  # read once, and by a second reader who has filed nothing

    def walked_by(self, persons: list[Person], values: Values, most: int) -> None:
        """Say who walks, and where."""
        self.persons, self.places = persons, addresses(values, most)
        self.queries, self.parameters = asked_for(self.secret, self.at)

    def keep(self, wanted: Callable[[str], bool]) -> None:
        """Walk these routes only."""
        self.places = {address: route for address, route in self.places.items() if wanted(route)}

    @property
    def case(self) -> Assessment:
        """The assessment that is decided."""
        return self.secret.assessment


def asked_for(secret: Award, at: datetime) -> tuple[list[str], dict[str, list[str]]]:
    """What a page is asked behind the question mark, and what the API is asked to narrow its lists to."""
    name, code = secret.assessment.city.name, Scorecard.objects.exclude(code="").values_list("code", flat=True)[0]
    queries = [
        f"q={name}&tier=gold&tier=silver&sort=-tier&year={at.year}&show=decided&state=sent",
        f"q={code}&sort=-date&event=new&country=US&show=all&page=2",
    ]
    return queries, {
        "city": [secret.assessment.city.slug], "tier": ["gold", "silver", "certified"], "kind": ["new", "level_up"],
        "page_size": ["1", "200"],
        "round": [*Announcement.objects.values_list("slug", flat=True)], "year": [str(at.year)], "country": ["US"],
        "state": [secret.assessment.city.subdivision], "edition": ["2022"], "invented": ["true", "false"], "cursor": ["bm90aGluZw=="],
        "form_of_government": ["council-manager"], "population_from": ["0"], "population_to": ["100000000"],
    }  # fmt: skip


def guests(world: World, names: Sequence[str], thorough: Sequence[str] = (), with_token: Sequence[str] = ()) -> list[Person]:
    """The people by name, each in a browser; some of them once more as a program with a token."""
    found = [Person(name, client_of_part(world, name).cookies.output(header="", sep=";"), {}, name in thorough) for name in names]  # type: ignore[arg-type]
    for name in with_token:
        scopes = [value for value, _label in tokens.scopes_for(world.people[name])]
        _token, secret = tokens.make("Twin", scopes=scopes, days=9, by=world.people[name], at=world.at)
        found.append(Person(f"{name} with a token", "", {"Authorization": f"Bearer {secret}"}, name in thorough))
    return found


def filled(secret: Award, cases: Sequence[Assessment]) -> dict[str, list[Any]]:
    """What the parts of addresses are filled with: rows that are public, rows that are secret, and guesses."""
    cards = list(Scorecard.objects.filter(award=secret).order_by("pk"))
    public = PublishedAward.objects.order_by("-pk").first()
    case, readings = secret.assessment, Assignment.objects.filter(answer__assessment__in=cases[:1], findings__isnull=False).order_by("-pk")
    pks = [case.pk, secret.pk, *(number for each in readings[:1] for number in (each.answer_id, each.pk)), *(each.pk for each in cases[:1])]
    pks += [GUESSED["int"], *(card.pk for card in cards), secret.score_id]
    slugs = [case.city.slug, *Announcement.objects.order_by("-pk").values_list("slug", flat=True)[:1], case.cycle.slug, GUESSED["slug"]]
    slugs += [public.city.slug, public.round_slug] if public else []
    keys = [kept_as(card) for card in cards]
    return {
        "int": [*dict.fromkeys(pks)], "slug": [*dict.fromkeys(slugs)], "str": ["DM1", GUESSED["slug"]],
        "str:code": ["DM1", "2022", *dict.fromkeys(card.code for card in cards if card.code), GUESSED["code"]],
        "slug:code": ["2022", GUESSED["slug"]], "str:criterion": ["DM1"], "str:area": ["DM"], "slug:area": ["DM"], "str:tier": ["gold"],
        "str:later": ["2022"], "int:number": [1], "slug:city": [case.city.slug, GUESSED["slug"]],
        "slug:cycle": [case.cycle.slug], "slug:what": [*board.ROWS], "str:token": ["nothing:here"], "uidb36": ["1"],
        "slug:number": [*([public.number] if public else []), secret.pk, GUESSED["slug"]],
        "key": ["set-password", *keys], "slug:key": [*keys, GUESSED["slug"]],
        "str:version": ["latest", "1.0.0", "1.1.0"], "str:name": ["awards.csv", "datapackage.json", "open-data.zip"],
        "rest": ["v1/nothing-here/", f"v1/awards/{secret.pk}"],
    }  # fmt: skip


def kept_as(card: Scorecard) -> str:
    """The name under which a paper is stored once it is rendered: random in life, known to this test in both worlds."""
    return sha256(f"paper {card.pk}".encode()).hexdigest()[:24]


# The twins


def other_tier(world: World) -> None:
    """The score of the decided assessment comes to another tier, and so does the award."""
    secret = world.secret
    book = rulebook(world.case.cycle.standard)
    for n in (40, 31, 24, 20):
        better = set(make.met(n))
        computed = score(book, {code: Verdict.MET if code in better else Verdict.NOT_MET for code in secret.score.verdicts})
        if computed.tier and computed.tier != secret.tier:
            break
    with triggers.lifted():
        fields = {"tier": computed.tier, "points": computed.points, "result": as_data(computed), "fingerprint": "f" * 64}
        Score.objects.filter(pk=secret.score_id).update(**fields)
    Award.objects.filter(pk=secret.pk).update(tier=computed.tier)


def papers_there(world: World) -> None:
    """The scorecards of the round are rendered."""
    body = b"%PDF-1.7 a paper"
    for card in results.papers_of(world.secret.announcement).filter(rendered_at=None):  # type: ignore[arg-type]
        stored = default_storage.save(f"papers/{world.case.city.slug}/{kept_as(card)}.pdf", ContentFile(body))
        fields = {"stored": stored, "sha256": sha256(body).hexdigest(), "size": len(body), "rendered_at": world.at}
        Scorecard.objects.filter(pk=card.pk).update(**fields)
    Work.objects.filter(kind="render_scorecard", done_at=None).update(done_at=world.at)


def told_in_two_days(world: World) -> None:
    """The round is approved, and its cities are told before the public, in two days."""
    _told(world, world.at + timedelta(days=2))


def _told(world: World, hour: datetime) -> None:
    fields = {"status": Batch.APPROVED, "approved_by": world.people["director"], "approved_at": world.at, "cities_told_at": hour}
    Announcement.objects.filter(pk=world.secret.announcement_id).update(**fields)


def no_tier(world: World) -> None:
    """Two people take the decision back, two others decide that it is no tier; it is in no round."""
    staff, director, other = (world.people[name] for name in ("staff", "director", "other director"))
    awarding.retract(world.secret, reason="It was read anew.", by=other, at=world.at)
    case = Assessment.objects.get(pk=world.case.pk)
    given = {"kind": Kind.NO_TIER, "tier": "", "reason": "The council repealed the policy."}
    made = awarding.propose(case, score=world.secret.score, **given, by=staff, at=world.at)
    awarding.approve(made, by=director, at=world.at)


def no_round(world: World) -> None:
    """There is no round, and no paper was ever asked for."""
    batch = world.secret.announcement_id
    Work.objects.filter(kind="render_scorecard", done_at=None).delete()
    Scorecard.objects.filter(award__announcement=batch).delete()
    Award.objects.filter(announcement=batch).update(announcement=None)
    Award.objects.filter(pk=world.secret.pk, status=AwardStatus.IN_BATCH).update(status=AwardStatus.APPROVED)
    Announcement.objects.filter(pk=batch).delete()


def undecided(world: World) -> None:
    """Nobody has decided anything yet."""
    no_round(world)
    awarding.retract(Award.objects.get(pk=world.secret.pk), reason="It was read anew.", by=world.people["other director"], at=world.at)


def settled_otherwise(world: World) -> None:
    """What was settled on the decided assessment is the opposite, with other reasons."""
    _turn(Resolution.objects.filter(answer__assessment=world.case))


def found_otherwise(world: World) -> None:
    """In the city that is read the findings of other people say the opposite, and more of them are filed; the same where it is decided."""
    blind = world.people["second reader"]
    own = Assignment.objects.filter(member__person=blind).values("answer")
    cases = [world.case.pk, world.blind.assessment_id]
    mine = Finding.objects.filter(filed_by=blind)
    _turn(Finding.objects.filter(answer__assessment__in=cases).exclude(answer__in=own) | Finding.objects.filter(answer=world.blind))
    _turn(Resolution.objects.filter(answer__assessment__in=cases).exclude(answer__in=own))
    waiting = Assignment.objects.filter(answer__assessment=world.blind.assessment_id, ended_at=None, findings=None).exclude(answer__in=own)
    waiting = waiting.filter(answer__resolutions=None, answer__current__claim=Claim.MET, put_off_at=None, slot=Slot.FIRST)
    for each in waiting.exclude(answer__clarifications__isnull=False).select_related("member__person", "answer__current")[:3]:
        said = {"version": each.answer.current, "verdict": Found.NOT_MET, "rationale": "The document names no office."}
        validating.record_finding(each, **said, by=each.member.person, at=world.at)
    assert mine.count() == Finding.objects.filter(filed_by=blind).count()


def _turn(rows: Any) -> None:
    with triggers.lifted():
        for row in rows:
            verdict = "not_met" if row.verdict == "met" else "met"
            type(row).objects.filter(pk=row.pk).update(verdict=verdict, rationale="Quite the opposite.")


# Walking them


def places_of(person: Person, world: World) -> dict[str, str]:
    """Where somebody goes: a program to the API, a person who is signed in not to what says the same to all of them."""
    if person.headers:
        return {address: route for address, route in world.places.items() if route.startswith("api:")}
    if person.name == "visitor":
        return world.places
    return {address: route for address, route in world.places.items() if not route.startswith((*SAME_FOR_ALL, "api:"))}


@contextmanager
def aside() -> Iterator[None]:
    """Whatever is done inside is undone after it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Walked:
    """What everybody is told in a world, and the letters they got by the next day."""

    def __init__(self, world: World, change: Sequence[Change] = (), only: Sequence[str] = ()) -> None:
        self.told: dict[tuple[str, str, str], Told] = {}
        self.letters: dict[str, list[Any]] = {}
        with aside(), stopped_at(world.at):
            for each in change:
                each(world)
            cold()
            for person in (each for each in world.persons if not only or each.name in only):
                for how, address, told in self._asks(person, world):
                    assert told.status not in (429, 500), f"{address} answered {told.status}"
                    self.told[person.name, how, address] = told
            with stopped_at(world.at + timedelta(hours=26)):
                self._post()
            for name, person in world.people.items():
                letters = Letter.objects.filter(to=person).order_by("key")
                self.letters[name] = list(letters.values_list("key", "subject", "body", "link", "city_id", "due_at"))
            self.letters["everybody, as files"] = list(Package.objects.values_list("version", "sha256").order_by("made_on"))

    def _asks(self, person: Person, world: World) -> Iterator[Line]:
        return walk(person, places_of(person, world), world.queries, world.parameters)

    def _post(self) -> None:
        """What the schedule does within a day, but for what prints and what sends."""
        for each in settings.CELERY_BEAT_SCHEDULE.values():
            if not each["task"].startswith(("outbox.", "wwc.")):
                current_app.tasks[each["task"]]()
        kinds = set(Work.objects.filter(done_at=None).values_list("kind", flat=True)) - {"render_scorecard", "send_letter"}
        running.drain(kinds)


PROGRAM = ("staff", "director", "other director")


WHOLE_PROGRAM = (*PROGRAM, "torn director", "guarded", "looking staff")
READING = ("reader", "first reader", "first of the split", "second of the split")  # some of whom have filed more in the other world
DECIDING = (*WHOLE_PROGRAM, "practice lead", "other area", *READING)  # who are told what waits for them


def differences(one: Walked, other: Walked, but: Sequence[str] = PROGRAM) -> list[str]:
    """Where the two worlds differ, and in what, to those who walked both; and in the letters, less those of these people."""
    found = []
    both = {key[0] for key in one.told} & {key[0] for key in other.told}
    for (who, how, address), told in one.told.items():
        if who not in both:
            continue
        twin = other.told.get((who, how, address))
        if twin is None:
            found.append(f"{who}: {how} {address} is asked in one world only")
        elif told.words != twin.words:
            found.append(f"{who}: {how} {address}\n{_diff(told, twin)}")
    found += [
        f"{who}: {how} {address} is asked in the other world only"
        for who, how, address in other.told.keys() - one.told.keys()
        if who in both
    ]
    return found + [f"letters to {who}" for who, rows in one.letters.items() if who not in but and rows != other.letters[who]]


def _diff(told: Told, twin: Told) -> str:
    lines = (each.words.decode(errors="replace").splitlines() for each in (told, twin))
    return "\n".join(line[:200] for line in list(difflib.unified_diff(*lines, lineterm="", n=0))[2:8])


@pytest.fixture(autouse=True)
def _as_often_as_it_takes(settings) -> Iterator[None]:
    """Nobody is told to wait, and a thousand pages that are not there are no news."""
    settings.ACCOUNT_RATE_LIMITS = False
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def secret_of(batch: Announcement) -> Award:
    """The first decision of the round, with what is asked of it."""
    rows = Award.objects.select_related("assessment__city", "assessment__cycle__standard", "score", "announcement")
    return rows.filter(announcement=batch).order_by("pk")[0]


# The small world, every day


@pytest.fixture
def small() -> World:
    """Three cities of a cycle: one decided and in a round that waits, one ready, one told long ago."""
    with stopped_at(NOW):
        who = {"staff": people.person("staff", is_staff=True), "director": people.person("director", is_director=True)}
        who["other director"] = people.person("other-director", is_director=True)
        case = make.scored(make.city("Larkmoor"), 31)
        ready = make.scored(make.city("Ossery"), 31)
        batch = make.prepared(
            [make.approved(case, proposer=who["staff"], director=who["director"])], by=who["staff"], announce_at=NOW + timedelta(days=3)
        )
        published.award(published.city())
        write_open_data()
        who |= {role: people.person(f"larkmoor-{role}") for role in ("lead", "signatory", "contributor")}
        who["other lead"] = people.person("ossery-lead")
        world = World(NOW, secret_of(batch), who)
        world.walked_by(guests(world, ["visitor", "lead"], ["visitor"], ["lead"]), filled(world.secret, [case, ready]), most=5)
        return world


# Who walks the world in which everything happens, and which of its people may not know which difference.
CITIES = ("round lead", "round signatory", "round contributor", "lead", "asked lead", "told lead", "ready lead")
READERS = ("first reader", "second reader", "reviewer in conflict", "recused reader", "practice lead", "other area")
TORN = ("staff in conflict",)  # with every city: they know of rounds and their papers, and of no tier


@pytest.fixture
def whole() -> World:
    """The world of the marks: seven cities at every stage, and everybody who can have a part in them."""
    at = datetime.now(UTC).replace(microsecond=0)
    with stopped_at(at):
        planted = Planted()
        secret, who = secret_of(planted.s.round), dict(planted.s.people)
        for role in ("lead", "signatory", "contributor"):
            who[f"round {role}"] = secret.assessment.city.memberships.filter(role=role, ended_at=None).order_by("pk")[0].person
        who["other director"] = people.person("other-director", is_director=True)
        world = World(at, secret, who, blind=planted.blind[0].answer)
        names = ["visitor", *CITIES, *READERS, *TORN]
        thorough = ["visitor", "round lead"]
        world.walked_by(guests(world, names, thorough, ["round lead"]), filled(secret, [planted.s.review]), most=5)
        return world


SMALL = [other_tier, papers_there, told_in_two_days]


@pytest.mark.parametrize("thorough", [False, pytest.param(True, marks=pytest.mark.heavy)])
def test_what_is_not_announced_shows_nowhere(small, thorough):
    """A tier, the papers and the hour at which the cities are told; few ask, at few addresses, less what only speaks of the Standard."""
    small.persons = guests(small, ["visitor", "lead"], ["visitor"] if thorough else [], ["lead"])
    small.walked_by(small.persons, filled(small.secret, [small.case]), most=2)
    small.keep(lambda route: not route.startswith((*SAME_FOR_ALL, "api:docs", "api:schema", "api:standard")))
    one = Walked(small)
    assert differences(one, Walked(small, SMALL)) == []
    assert len(one.told) > 500
    assert one.letters["staff"], "the day was played"


@pytest.mark.heavy
def test_whether_anything_is_decided_shows_nowhere(small):
    one = Walked(small)
    assert differences(one, Walked(small)) == [], "the mask holds whatever differs by itself"
    other = Walked(small, [undecided])
    assert differences(one, other) == []
    assert differences(one, other, but=()) == ["letters to staff"], "the control: they are written that one is ready"


CONTROLS = {
    "other_tier": [
        "api:cycle-scores",
        "api:cycle-awards",
        "reviews:award",
        "reviews:announcement",
        "reviews:look_as_city",
        "reviews:look_as_public",
    ],
    "papers_there": ["reviews:announcement", "reviews:paper", "reviews:look_at_kit"],
    "undecided": ["reviews:awarding", "reviews:announcing", "reviews:announcement"],
    "no_tier": ["reviews:award"],
    "no_round": ["reviews:announcing", "reviews:announcement"],
    "settled_otherwise": ["reviews:award"],
}
CHANGES: dict[str, Change] = {each.__name__: each for each in (other_tier, papers_there, undecided, no_tier, no_round, settled_otherwise)}


EVERYDAY = ["other_tier", "papers_there"]
OTHERS = [name for name in CHANGES if name not in EVERYDAY]


@pytest.mark.parametrize("names", [EVERYDAY, pytest.param(OTHERS, marks=pytest.mark.heavy)], ids=["everyday", "others"])
def test_each_difference_shows_to_who_may_know(small, names):
    """The control: staff see every one of them, and the city the hour that it is told before the others."""
    small.persons = guests(small, ["staff"], with_token=["staff"])
    for person in small.persons:
        person.thorough = False
    small.keep({each for found in CONTROLS.values() for each in found}.__contains__)
    one = Walked(small)
    for name in names:
        other = Walked(small, [CHANGES[name]])
        seen = {small.places[address] for key, told in one.told.items() if (address := key[2]) and told.words != other.told[key].words}
        assert seen >= {*CONTROLS[name]}, name


def told_already(world: World) -> None:
    """The cities of the round are told since an hour."""
    _told(world, world.at - timedelta(hours=1))


def test_a_city_that_was_told_knows_more_than_its_contributor(small):
    names = ["lead", "signatory", "contributor", "other lead", "visitor"]
    small.persons = guests(small, names, with_token=names[:4])
    kept = {"reviews:result", "reviews:scorecard", "reviews:certificate", "reviews:press_kit", "api:result", "api:cycle-scores"}
    small.keep(kept.__contains__)
    one, other = Walked(small, [papers_there]), Walked(small, [papers_there, told_already])
    seen = {each.partition(":")[0] for each in differences(one, other)}
    told = {"lead", "signatory", "lead with a token", "signatory with a token", "letters to lead"}
    assert seen == told, "who is written to and who is not; the others know as little as before"


@pytest.mark.parametrize("some", [slice(0, 4, 3), pytest.param(slice(1, 3), marks=pytest.mark.heavy)], ids=["pages", "papers"])
def test_a_door_that_stands_open_is_found(small, monkeypatch, some):
    """The walk turns red for a page that counts awards, a city that reads its decision at once, a paper that answers by its name."""
    small.persons = guests(small, ["visitor", "lead"])
    small.keep(
        {"directory:cities", "directory:scorecard", "directory:certificate", "directory:verification", "reviews:result"}.__contains__
    )
    facets = announced.Directory.facets.func

    def counting(shown: announced.Directory) -> announced.Facets:
        found = facets(shown)
        found.tiers.update(Award.objects.exclude(tier="").values_list("tier", flat=True))
        return found

    def any_paper(slug: str, key: str) -> Any:
        card = next((each for each in Scorecard.objects.exclude(stored="") if key in each.stored), None)
        return card and PublishedAward(document=card.stored, certificate=card.stored, announced_on=card.announced_on)

    doors: list[tuple[Any, str, Any, str, Change]] = [
        (announced.Directory, "facets", property(counting), "/cities/", other_tier),
        (announced, "document", any_paper, "/scorecard-", papers_there),
        (announced, "certificate", any_paper, "/certificate-", papers_there),
        (results, "result_to", lambda user, assessment: Award.objects.get(assessment=assessment), "/reviews/results/", other_tier),
    ]
    for room, door, open_, where, change in doors[some]:
        with monkeypatch.context() as patched:
            patched.setattr(room, door, open_)
            found = differences(Walked(small), Walked(small, [change]))
        assert found, door
        assert all(where in each for each in found), found


SOME = ("visitor", "round lead", "first reader", "practice lead")
TWINS: dict[str, tuple[list[Change], Sequence[str], Sequence[str]]] = {
    "other tiers and papers": (SMALL, ["visitor", *CITIES, *READERS], WHOLE_PROGRAM),
    "other tiers, to who is in conflict with every city": ([other_tier], TORN, WHOLE_PROGRAM),
    "no tier and no round, to those whom it concerns most": ([no_tier, no_round], SOME, WHOLE_PROGRAM),
    "other findings": ([found_otherwise], ["visitor", "round lead", "asked lead", "second reader"], DECIDING),
}


@pytest.mark.heavy
@pytest.mark.parametrize("name", TWINS)
def test_nobody_who_may_not_know_is_told_anything_else(whole, name):
    change, who, but = TWINS[name]
    one = Walked(whole, only=who)
    assert differences(one, Walked(whole, change, who), but=but) == []
    assert len(one.told) > 200 * len(who)
