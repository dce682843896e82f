"""A mark in everything that not everybody may read: it shows nowhere for those who may not, and does show for those who may.

Each kind of person asks for every page of the resolver, in more than one state, for the pages of every city in it, for the lists
with words to look for, for every file and export, and for the API with a token; and their letters are read.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import Q
from django.test import Client
from django.urls import reverse

from assessments import queries
from assessments.models import Answer, AnswerEvidence, Assessment, City, Conflict, Draft, EvidenceVersion, Note
from criteria.models import PracticeArea
from reviews.actions import assigning, declaring, drafting, validating
from reviews.lifecycle import AwardStatus, Found, Slot
from reviews.models import Assignment, Award, Finding, FindingDraft, InternalNote, Part, Resolution
from reviews.queries import board, desk, results
from reviews.queries.digest import waiting_for
from tests.factories import people, reviews
from tests.journeys.test_every_page import FILES, MORE, PAGES, client_of_part
from tests.support.canary import NAMES_OPEN_ON, Canary, Secret, store, words_of
from tests.support.world import setting
from wwc.accounts import tokens
from wwc.outbox import texts
from wwc.outbox.models import Letter

pytestmark = [pytest.mark.heavy, pytest.mark.django_db]

NOW = reviews.NOW
# What says the same to everybody who is signed in is asked for by few.
SAME_FOR_ALL = ("account_", "mfa_", "criteria:", "people:", "set_language")
FEW = ("visitor", "asked lead", "second reader", "staff in conflict")
OF_ASSESSMENT = (
    "assessments:overview", "assessments:copying", "assessments:copied", "assessments:delegating", "assessments:submitting",
    "assessments:offline", "assessments:workbook", "assessments:receipt", "assessments:withdrawing", "assessments:clarifying",
    "assessments:more_time", "assessments:case", "reviews:confirming", "reviews:resolving", "reviews:award", "reviews:result",
    "reviews:scorecard", "reviews:certificate", "reviews:press_kit",
)  # fmt: skip
OF_ANSWER = ("assessments:answering", "assessments:history", "assessments:ask_to_reopen")
OF_CITY = ("assessments:documenting", "assessments:team", "assessments:letters", "directory:city")
API = (
    "schema/", "v1/standards/", "v1/cities/", "v1/awards/", "v1/scores/", "v1/assessments/", "v1/cities/?page_size=100",
    "v1/scores/?page_size=100",
)  # fmt: skip


class Planted:
    """The world with its marks, the people who walk it, and every address in it."""

    def __init__(self) -> None:
        self.s = s = setting()
        self.canary = Canary()
        self.cases = {name: getattr(s, name) for name in ("open", "review", "ready", "told")}
        self.blind = self._half_read()
        s.people |= {
            "first reader": self.blind[0].member.person, "second reader": self.blind[1].member.person,
            "first of the split": self._reader(s.split, Slot.FIRST), "second of the split": self._reader(s.split, Slot.SECOND),
            "ready lead": self._team(s.ready)[0], "other area": self._other_area(),
        }  # fmt: skip
        self.aside, self.torn_reader = self._stepped_aside(), self._conflicted()
        s.people |= {"recused reader": self.aside.member.person, "reviewer in conflict": self.torn_reader.member.person}
        s.people["staff in conflict"] = self._staff_in_conflict()
        self.program = [s.people["staff"], s.people["director"]]
        # In conflict with the city that was told, whose own pages they look at in an emergency; of every other city a director.
        self.everywhere = [*self.program, s.people["torn director"]]
        self.document = self._document()
        self._plant_findings()
        self._plant_case()
        self._plant_dossier()
        self._plant_results()
        self._plant_people()

    # The people

    def _reader(self, answer: Any, slot: str) -> Any:
        return Assignment.objects.get(answer=answer, slot=slot, ended_at=None).member.person

    def _readers(self, answer: Any) -> list[Any]:
        return [each.member.person for each in Assignment.objects.filter(answer=answer, ended_at=None).select_related("member__person")]

    def _team(self, case: Assessment) -> list[Any]:
        return [each.person for each in case.city.memberships.filter(ended_at=None).order_by("-role", "pk").select_related("person")]

    def _half_read(self) -> tuple[Assignment, Assignment]:
        """An answer with a first finding, and a second reader who has filed nothing; none of those that have another part in the world."""
        others = [self.s.split.pk, self.s.question.answer_id, self.s.written.answer_id]
        live = Assignment.objects.filter(answer__assessment=self.s.review, ended_at=None, findings=None, answer__current__claim="met")
        second = live.filter(slot=Slot.SECOND).exclude(answer__in=others).select_related("member__person", "answer").order_by("pk")[0]
        first = Assignment.objects.select_related("member__person", "answer__current").get(
            answer=second.answer_id, slot=Slot.FIRST, ended_at=None
        )
        if not first.findings.exists():
            self._files(first)
        return first, second

    def _files(self, assignment: Assignment) -> None:
        said = {"version": assignment.answer.current, "verdict": Found.NOT_MET, "ticks": [], "rationale": "Not shown."}
        validating.record_finding(assignment, **said, by=assignment.member.person, at=NOW)

    def _other_area(self) -> Any:
        """A practice lead of an area to which no mark belongs."""
        marked = {self.s.split.criterion.area_id, self.blind[0].answer.criterion.area_id, self.s.question.answer.criterion.area_id}
        marked.add(self.s.written.answer.criterion.area_id)
        area = PracticeArea.objects.filter(standard=self.s.cycle.standard).exclude(pk__in=marked)[0]
        return self._panelist("other-area", part=Part.LEAD, areas=[area]).person

    def _panelist(self, name: str, **fields: Any) -> Any:
        member = assigning.add_member(self.s.cycle, person=people.person(name), **fields, by=self.s.people["staff"], at=NOW)
        declaring.declare_all(self.s.cycle, declared={}, by=member.person, at=NOW)
        return member

    def _extra_reading(self, name: str, place: int) -> Assignment:
        """Somebody new on the panel who has filed a second reading of an answer of the city that is read."""
        taken = Assignment.objects.filter(answer__assessment=self.s.review, slot=Slot.SECOND, ended_at=None).values("answer")
        free = self.s.review.answers.filter(current__claim="met").exclude(pk__in=taken).exclude(pk=self.s.question.answer_id)
        answer = free.exclude(pk=self.s.written.answer_id).filter(resolutions=None).select_related("current").order_by("pk")[place]
        member = self._panelist(name)
        made = assigning.assign(answer, member=member, slot=Slot.SECOND, by=self.s.people["staff"], at=NOW)
        self._files(Assignment.objects.select_related("member__person", "answer__current").get(pk=made.pk))
        return made

    def _stepped_aside(self) -> Assignment:
        made = self._extra_reading("recused", 0)
        assigning.recuse(made, reason="No time.", by=made.member.person, at=NOW)
        return made

    def _conflicted(self) -> Assignment:
        made = self._extra_reading("torn-reader", 0)
        said = {"state": "declared", "reason": "I advised them."}
        self.said = declaring.declare(self.s.cycle, city=self.s.review.city, **said, by=made.member.person, at=NOW)
        return made

    def _staff_in_conflict(self) -> Any:
        clerk = people.person("torn-clerk", is_staff=True)
        every = dict.fromkeys(declaring.declarations.cities_of(self.s.cycle).values_list("pk", flat=True), "I grew up there.")
        declaring.declare_all(self.s.cycle, declared=every, by=clerk, at=NOW)
        return clerk

    def _document(self) -> EvidenceVersion:
        """A file that proves the split answer alone."""
        return reviews.document(self.s.split, filename="plan.txt", stored="zz/plan")

    # The marks

    def _plant_findings(self) -> None:
        s, lead, plant = self.s, self.s.people["practice lead"], self.canary.plant
        first = Finding.objects.get(assignment=self.blind[0])
        own = [s.people["first reader"], lead]
        for column in ("rationale", "internal_note"):
            plant(first, column, must=own)
        plant(first, "confidence", may=own, must=[])
        mine = Finding.objects.get(assignment__answer=s.split, assignment__slot=Slot.FIRST)
        theirs = Finding.objects.get(assignment__answer=s.split, assignment__slot=Slot.SECOND)
        both = [s.people["first of the split"], s.people["second of the split"], lead, *self.everywhere]
        plant(mine, "rationale", must=both)
        plant(theirs, "rationale", must=both)
        plant(theirs, "internal_note", must=both)
        self._plant_typing()
        seen = [lead, *self.everywhere]
        for each in (self.aside, self.torn_reader):
            others = [who for who in self._readers(each.answer) if Finding.objects.filter(answer=each.answer, filed_by=who).exists()]
            # A reading that ended counts no more and stands on no page; who may see findings there may see it.
            plant(Finding.objects.get(assignment=each), "rationale", may=[*others, *seen], must=[])

    def _plant_typing(self) -> None:
        """What a reader has typed and not filed, and a phrase of their own; why they put the answer off."""
        assignment, reader = self.blind[1], self.s.people["second reader"]
        typed = {"rationale": self.canary.mark("a rationale not filed", must=[reader])}
        typed["internal_note"] = self.canary.mark("a note not filed", must=[reader])
        FindingDraft.objects.create(assignment=assignment, version=assignment.answer.current, verdict=Found.MET, saved_at=NOW, **typed)
        phrase = self.canary.mark("a phrase of one's own", must=[reader])
        drafting.add_phrase(phrase, by=reader, at=NOW)
        why = self.canary.mark("why an answer was put off", may=[self.s.people["practice lead"], *self.everywhere], must=[reader])
        drafting.put_off(assignment, reason=why, by=reader, at=NOW)

    def _plant_case(self) -> None:
        s, plant, mark = self.s, self.canary.plant, self.canary.mark
        team, asked = self._team(s.open), self._team(s.review)
        note = mark("a note for colleagues", may=asked, must=[s.people["asked lead"]])
        Note.objects.create(answer=s.split, text=note, written_at=NOW, written_by=s.people["asked contributor"])
        answer = s.open.answers.filter(current__isnull=False).select_related("current", "criterion").order_by("pk")[0]
        typed = mark("what somebody types", may=team, must=[s.people["contributor"]])
        Draft.objects.filter(answer=answer, person=s.people["contributor"]).delete()
        Draft.objects.create(
            answer=answer, person=s.people["contributor"], narrative=typed, seen_at=NOW, saved_at=NOW, based_on=answer.version
        )
        plant(answer.current, "narrative", may=team, must=[s.people["lead"], *self.everywhere])
        self.answers = {s.open: [answer], s.review: [s.split, self.blind[0].answer, s.question.answer, s.written.answer]}
        plant(s.proof.evidence, "title", may=team, must=[s.people["lead"], *self.everywhere])
        words = mark("a file of the open city", may=team, must=[s.people["lead"], *self.everywhere])
        store(s.proof.stored, words)
        reading = [*self._readers(s.split), s.people["practice lead"], *self.everywhere]
        plant(s.split.current, "narrative", may=asked, must=[s.people["asked lead"], *reading])
        plant(self.document.evidence, "title", may=asked, must=[s.people["asked lead"], *reading])
        words = mark("a file of the split answer", may=asked, must=[s.people["asked lead"], *reading])
        store(self.document.stored, words)
        readers = [*self._readers(s.question.answer), s.people["practice lead"], *self.everywhere]
        plant(s.question, "text", may=[*asked, *readers], must=[s.people["asked lead"], s.people["practice lead"], s.people["staff"]])
        writing = [*self._readers(s.written.answer), s.people["practice lead"], *self.everywhere]
        author = s.written.asked_by
        plant(s.written, "text", may=[author, *(who for who in writing if who not in self._readers(s.written.answer))], must=[author])
        plant(s.asked_time, "reason", may=team, must=[s.people["lead"], *self.everywhere])
        plant(s.newcomer, "message", must=self.program)
        letter = Letter.objects.filter(to=s.people["asked lead"], city_id=s.review.city_id).order_by("pk")[0]
        plant(letter, "body", may=self.everywhere, must=[s.people["asked lead"], s.people["staff"]])

    def _plant_dossier(self) -> None:
        """What the review team keeps of the city that is read: a call, as it was and as it was corrected, and a note on an answer."""
        s, plant = self.s, self.canary.plant
        live = Assignment.objects.filter(answer__assessment=s.review, ended_at=None).select_related("member__person")
        reading = {each.member.person for each in live if each.pk != self.torn_reader.pk}
        # Every practice lead judges some of the case, also the one to whose area no other mark belongs.
        team = [*reading, s.people["practice lead"], s.people["other area"], *self.everywhere]
        for call in (s.call, s.call.corrects):
            for column in ("said", "participants"):
                plant(call, column, may=team, must=[call.logged_by, s.people["staff"]])
        note = InternalNote.objects.select_related("written_by").get(answer=s.question.answer)
        plant(note, "text", may=[s.people["practice lead"], *self.everywhere], must=[note.written_by, s.people["staff"]])

    def _plant_results(self) -> None:
        s, plant = self.s, self.canary.plant
        settled = Resolution.objects.filter(answer__assessment=s.ready).select_related("answer__criterion").order_by("-pk")[0]
        readers = self._readers(settled.answer)
        plant(settled, "rationale", may=[*readers, s.people["practice lead"], *self.everywhere], must=[s.people["staff"]])
        waits = Award.objects.filter(status=AwardStatus.IN_BATCH, announcement=s.round).order_by("pk")[0]
        plant(waits, "reason", must=self.everywhere)
        self.cases["in the round"] = waits.assessment
        inner = Finding.objects.filter(answer__assessment=s.told).select_related("answer").order_by("pk")[0]
        plant(inner, "internal_note", may=[*self._readers(inner.answer)], must=self.program)
        self.answers[s.ready], self.answers[s.told] = [settled.answer], [inner.answer]
        plant(s.round, "name", may=[s.people["staff in conflict"]], must=self.everywhere)

    def _plant_people(self) -> None:
        s, plant = self.s, self.canary.plant
        plant(self.said, "reason", must=[self.said.person, *self.everywhere])
        glass = s.people["torn director"]
        opened = declaring.declarations.glass_shown(glass)[0]
        plant(opened, "reason", must=[glass, *self.program])
        panel = [each for name, each in s.people.items() if "lead" not in name and name not in {"contributor", "signatory"}]
        outside = {who.pk for case in self.cases.values() for who in self._team(case)}
        inside = [*(who for who in panel if who.pk not in outside), s.people["practice lead"], *self.program]
        reader = s.people["second of the split"]
        plant(reader, "name", may=inside, must=[s.people["staff"]])
        for case in self.cases.values():
            self._plant_name(case)

    def _plant_name(self, case: Assessment) -> None:
        """The name of a city: for its team, for all who read and steer, less those in conflict with it."""
        s = self.s
        closed = {s.people["staff in conflict"].pk}
        closed |= {s.people["reviewer in conflict"].pk} if case == s.review else set()
        others = {who.pk for other in self.cases.values() if other != case for who in self._team(other)}
        able = [who for who in s.people.values() if who.pk not in closed | others]
        city = case.city
        type(city).objects.filter(pk=city.pk).update(folded="zyx")
        self.canary.plant(city, "name", may=able, must=[*self._team(case)[:1], s.people["staff"]], besides=NAMES_OPEN_ON)

    # The addresses

    def addresses(self) -> dict[str, str]:
        """Every address with the name of its route."""
        found: dict[str, str] = {}
        for table in (PAGES, MORE):
            for route, pages in table.items():
                found |= {see.address(route, self.s): route for see in pages}
        found |= {see.address(route, self.s): route for route, see in FILES.items()}
        for route, *args in self._of_rows():
            found[reverse(route, args=args)] = route
        found |= dict(self._lists())
        return found

    def _of_rows(self) -> Iterator[tuple[Any, ...]]:
        """The pages of every city, answer, document, reading and paper that a mark is near."""
        for case in self.cases.values():
            yield from ((route, case.pk) for route in OF_ASSESSMENT)
            yield from ((route, case.city.slug) for route in OF_CITY)
        for case, answers in self.answers.items():
            for answer in answers:
                yield from ((route, case.pk, answer.criterion.code) for route in OF_ANSWER)
                yield "reviews:settling", answer.pk
                for use in AnswerEvidence.objects.filter(answer=answer, ended_at=None).select_related("evidence"):
                    yield "assessments:document", use.evidence_id
                    yield "assessments:download", use.evidence.current_id
                    yield "reviews:evidence", use.evidence.current_id
                for assignment in Assignment.objects.filter(Q(ended_at=None) | Q(pk=self.aside.pk), answer=answer):
                    yield "reviews:validating", assignment.pk
        for each in (self.aside, self.torn_reader):
            yield "reviews:validating", each.pk
            yield "reviews:settling", each.answer_id
        for who in ("reviewer in conflict", "second reader", "recused reader"):
            yield "reviews:conflicts", self.s.cycle.slug, self.s.people[who].pk
        for question in (self.s.question, self.s.written):
            yield "assessments:question", question.pk
        for letter in Letter.objects.filter(city_id=self.s.review.city_id)[:3]:
            yield "assessments:letter", letter.pk

    def _lists(self) -> Iterator[tuple[str, str]]:
        """The lists, narrowed: by half a mark (a whole one would stand in the field again), by city, by state, by page."""
        half = "zyx"
        for route, args in (
            ("assessments:cities", []), ("assessments:cycle", [self.s.cycle.slug]), ("assessments:joining", [self.s.cycle.slug]),
            ("assessments:all_letters", []), ("directory:cities", []), ("assessments:join", []), ("assessments:claim", []),
        ):  # fmt: skip
            yield reverse(route, args=args) + f"?q={half}", route
        for case in self.cases.values():
            yield reverse("assessments:documenting", args=[case.city.slug]) + f"?q={half}", "assessments:documenting"
            yield reverse("assessments:letters", args=[case.city.slug]) + f"?q={half}", "assessments:letters"
        for show in ("ready", "proposed", "decided"):
            yield reverse("reviews:awarding") + f"?show={show}", "reviews:awarding"
        for state in ("waiting", "sent", "failed"):
            yield reverse("assessments:all_letters") + f"?state={state}", "assessments:all_letters"
        for what in board.ROWS:
            yield reverse("reviews:rows", args=[self.s.cycle.slug, what]), "reviews:rows"
        for slot in ("first", "second", "third"):
            yield reverse("reviews:plan", args=[self.s.cycle.slug]) + f"?slot={slot}", "reviews:plan"
            yield reverse("reviews:plan_table", args=[self.s.cycle.slug]) + f"?slot={slot}", "reviews:plan_table"
        yield reverse("reviews:splits"), "reviews:splits"


def read_by(planted: Planted, who: str, addresses: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Everything that one person can read: route, where it is, its words."""
    s, client = planted.s, client_of_part(planted.s, who)
    for address, route in addresses.items():
        if route.startswith(SAME_FOR_ALL) and who not in FEW:
            continue
        yield route, address, words_of(client.get(address))
    for case in planted.cases.values():
        yield "assessments:gather", case.city.slug, words_of(client.post(reverse("assessments:gather", args=[case.city.slug])))
    person = s.people.get(who)
    headers = {}
    if person is not None:
        scopes = [value for value, _label in tokens.scopes_for(person)]
        _token, secret = tokens.make("Walk", scopes=scopes, days=1, by=person, at=reviews.datetime.now(reviews.UTC))
        headers = {"Authorization": f"Bearer {secret}"}
        for letter in Letter.objects.filter(to=person):
            yield "letter", f"{letter.kind} {letter.pk}", f"{letter.subject} {texts.as_sent(letter)}"
    caller = Client(headers=headers)
    own = ("draft-score", "evidence", "questions", "result")
    cases = [f"v1/assessments/{case.cycle.slug}/{case.city.slug}/{what}/" for case in planted.cases.values() for what in own]
    cycles = {f"v1/cycles/{case.cycle.slug}/{what}/" for case in planted.cases.values() for what in ("assessments", "scores", "awards")}
    for path in (*API, *cases, *sorted(cycles)):
        yield "api", path, words_of(caller.get(f"/api/{path}"))


def leaks(secrets: list[Secret], who: Any, route: str, where: str, words: str) -> Iterator[str]:
    """The marks in these words that the person may not read."""
    pk = who.pk if who is not None else None
    for secret in secrets:
        if secret.mark in words and pk not in secret.may and route not in secret.besides:
            yield f"{secret.what} on {route} ({where})"


WALKERS = (
    "visitor", "contributor", "lead", "signatory", "asked contributor", "asked lead", "asked signatory", "told lead", "told signatory",
    "ready lead", "first reader", "second reader", "first of the split", "second of the split", "recused reader", "reviewer in conflict",
    "practice lead", "other area", "staff", "staff in conflict", "director", "torn director",
)  # fmt: skip


def test_no_mark_shows_to_who_may_not_and_each_shows_to_who_may():
    planted = Planted()
    addresses, secrets = planted.addresses(), planted.canary.secrets
    closed = [Secret(each.what, each.mark, frozenset(), frozenset()) for each in secrets]
    leaked: list[str] = []
    opened: list[bool] = []
    told = next(secret.mark for secret in secrets if secret.what == f"assessments.City.name ({planted.s.told.city})")
    control: set[str] = set()
    seen: set[tuple[str, int]] = set()
    for name in WALKERS:
        who = planted.s.people.get(name)
        for route, where, words in read_by(planted, name, addresses):
            leaked += [f"{name} reads {leak}" for leak in leaks(secrets, who, route, where, words)]
            if who is not None:
                seen |= {(secret.mark, who.pk) for secret in secrets if secret.mark in words}
            if name == "torn director" and told in words and "<!doctype html>" in words and route not in NAMES_OPEN_ON:
                opened.append("Emergency access to" in words)
            if name == "asked lead":
                control |= {leak.rpartition(" on ")[2].partition(" ")[0] for leak in leaks(closed, who, route, where, words)}
    names = {planted.s.people[name].pk: name for name in WALKERS if name in planted.s.people}
    wanted = [(names[pk], secret, pk) for secret in secrets for pk in secret.must if pk in names]
    dark = [f"{name} does not find {secret.what}" for name, secret, pk in wanted if (secret.mark, pk) not in seen]
    assert not leaked + dark, "\n".join(leaked + dark)
    assert len(secrets) > 25
    assert opened.count(True) > 10, "what a director looks at in an emergency"
    assert False not in opened, "every page of it says so"
    assert len({secret.mark for _name, secret, _pk in wanted}) == len(secrets) - 3, "all but three are found by somebody"
    # The control of the control: what one may read counts as a leak, at every kind of door, as soon as nobody may.
    assert control >= {"assessments:question", "assessments:download", "assessments:gather", "assessments:workbook", "letter"}


def test_a_city_in_conflict_is_in_no_number():
    """Staff in conflict with every city count nothing, and nothing waits for them."""
    planted = Planted()
    clerk, cycle = planted.s.people["staff in conflict"], planted.s.cycle
    seen = board.board(cycle, clerk, NOW)
    assert {what for what, n in seen.counts().items() if n and not what.startswith("work_")} == set()
    assert {work.city_id for work in seen.work} == {None}, "of what the worker does they see what names no city"
    assert set(board.counts(cycle, planted.s.people["staff"], NOW).values()) > {0}
    assert results.deciding_to(clerk).count() == 0
    waiting = waiting_for(clerk, NOW)
    assert {asked.city for asked in queries.join_requests_visible_to(clerk)} == {None}, "a place on no list is no city yet"
    assert waiting.n == waiting.requests == queries.join_requests_visible_to(clerk).count()
    silent = declaring.declarations.silent([clerk.pk, planted.aside.member.person_id], cycle, to=clerk)
    assert set(silent.values()) == {0}
    assert not declaring.declarations.conflicts_to(clerk).exclude(person=clerk).exists()


def test_each_guard_that_is_off_lets_a_mark_through(monkeypatch):
    """The walk can turn red: without a guard the person behind it reads a mark on the page that it guards."""
    planted = Planted()
    s, secrets = planted.s, planted.canary.secrets
    reading = reverse("reviews:validating", args=[planted.blind[1].pk])
    drafted = reverse("assessments:answering", args=[s.review.pk, s.written.answer.criterion.code])
    overview = reverse("assessments:overview", args=[s.review.pk])
    settling = reverse("reviews:settling", args=[s.split.pk])
    guards = [
        ("second reader", reading, desk, "findings_visible", lambda user, answer: Finding.objects.filter(answer=answer)),
        ("staff in conflict", overview, queries.visible, "conflicted_city_ids", lambda user: Conflict.objects.none().values("city_id")),
        ("staff in conflict", settling, desk, "conflict_free", lambda user, *, to="": Q()),
        ("reviewer in conflict", settling, desk, "answers_readable_by", lambda user: Answer.objects.all()),
        ("told lead", drafted, queries.visible, "own_city_ids", lambda user: City.objects.values_list("pk")),
    ]
    for name, address, room, guard, off in guards:
        who, client = s.people[name], client_of_part(s, name)
        assert list(leaks(secrets, who, "a page", address, words_of(client.get(address)))) == [], f"{guard} is on"
        with monkeypatch.context() as patched:
            patched.setattr(room, guard, off)
            assert list(leaks(secrets, who, "a page", address, words_of(client.get(address)))) != [], f"{guard} is off"
