"""The program writes to the people of a list: to those that were shown, once, and never by what would tell of a result."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.lifecycle import Status
from assessments.models import Assessment, Conflict, ConflictState, ExtensionRequest, JoinRequest, Membership, Role
from reviews.actions import writing
from reviews.queries import audiences
from tests.conftest import NOW
from tests.factories import people
from tests.factories import results as make
from wwc.accounts.models import User
from wwc.audit.models import Event
from wwc.outbox import running
from wwc.outbox.models import Letter, Work
from wwc.refusals import NotAllowed, NotFound

pytestmark = pytest.mark.usefixtures("letter_texts")
STAGES = {
    "Alder Reach": "drafting",
    "Quillon": "in_review",
    "Wexley": "ready",
    "Ossery": "decided",
    "Larkmoor": "announced",
    "Dunmere": "withdrawn",
}
RECEIVED = ["Larkmoor", "Ossery", "Quillon", "Wexley"]


@pytest.fixture(scope="module")
def cycle_once(shared):
    """One city at each stage."""
    of = make.cycle()
    for name, status in STAGES.items():
        case = make.settled(make.city(name), make.met(31), in_cycle=of)
        Assessment.objects.filter(pk=case.pk).update(status=status)
    return of


@pytest.fixture
def cycle(cycle_once, db):
    """The cycle, as each test finds it."""
    return deepcopy(cycle_once)


def whom(by, name="cities", **asked):
    return audiences.whom(name, {"cycle": "2026", **asked} if name == "cities" else asked, by, NOW)


def write(by, name="cities", asked=None, **given):
    asked = {"cycle": "2026", "stage": "ready"} if asked is None else asked
    said = {"subject": "The office moves", "words": "From May on {here}.", "seen": "", **given}
    if not said["seen"]:
        said["seen"] = audiences.whom(name, asked, by, NOW).digest
    return writing.write(name, asked=asked, **said, by=by, at=NOW)


def cities(by, **asked):
    return [each.city.name for each in whom(by, **asked).people]


def left_out(by, name="cities", **asked):
    return {str(each.why): each.names for each in whom(by, name, **asked).left_out}


def test_a_list_goes_by_what_a_city_reads_of_its_stage(cycle, staff):
    assert cities(staff, stage="drafting") == ["Alder Reach"]
    assert cities(staff, stage="withdrawn") == ["Dunmere"]
    assert cities(staff) == ["Alder Reach", *RECEIVED]
    assert left_out(staff) == {"Takes part no longer": ["Dunmere, Ohio"]}
    for stage in ("submitted", "in_review", "ready", "decided", "announced"):
        assert cities(staff, stage=stage) == RECEIVED, stage
        assert whom(staff, stage=stage).wider, stage
    assert not whom(staff, stage="drafting").wider
    assert not whom(staff).wider


def test_no_list_tells_a_decision_from_none(cycle, staff):
    """Whatever moves between the receipt and the announcement, every list of the cycle stays the same."""
    lists = [{}, *({"stage": stage} for stage in Status.values)]
    before = [cities(staff, **asked) for asked in lists]
    for status in (Status.SUBMITTED, Status.IN_REVIEW, Status.READY, Status.DECIDED, Status.ANNOUNCED):
        Assessment.objects.filter(city__name="Wexley").update(status=status)
        assert [cities(staff, **asked) for asked in lists] == before


def test_a_list_is_narrowed_by_what_is_public_of_a_city(cycle, staff):
    assert cities(staff, stage="decided", q="wex") == ["Wexley"]
    assert cities(staff, country="BR") == []
    assert cities(staff, stage="ready", population="1000000") == []


def test_a_request_waits_for_its_city_at_every_stage_after_the_receipt(cycle, staff):
    """That it has left the list of staff says that the assessment is ready."""
    wexley = Assessment.objects.get(city__name="Wexley")
    contributor = User.objects.get(memberships__city=wexley.city, memberships__role="contributor")
    answer = wexley.answers.first()
    answer.reopen_requests.create(reason="A newer plan.", asked_at=NOW, asked_by=contributor)
    for status in ("submitted", "in_review", "ready", "decided", "announced"):
        Assessment.objects.filter(pk=wexley.pk).update(status=status)
        assert [each.person for each in whom(staff, "requests").people] == [contributor], status
        assert whom(staff, "requests", kind="time").people == []
    Membership.objects.filter(person=contributor).update(ended_at=NOW, ended_by=staff)
    assert whom(staff, "requests").people == []
    assert left_out(staff, "requests") == {"Not in the team any more": [str(contributor)]}
    assert ExtensionRequest.objects.count() == 0


def test_each_gets_a_letter_of_their_own_once(cycle, staff):
    assert write(staff) == 4
    assert write(staff) == 0
    letters = Letter.objects.filter(kind="message")
    assert {(letter.subject, letter.body) for letter in letters} == {("The office moves", "From May on {here}.")}
    assert sorted(letter.address for letter in letters) == sorted(each.address for each in whom(staff, stage="ready").people)
    assert write(staff, words="From June on.") == 4


def test_the_record_says_which_list_and_how_many(cycle, staff):
    write(staff, asked={"cycle": "2026", "stage": "ready", "q": "wex"})
    event = Event.objects.get(verb="wrote_to")
    assert (event.after, event.by, event.city_id) == ("cities", staff, None)
    said = {"subject": "The office moves", "words": "From May on {here}."}
    assert event.data == {"asked": {"cycle": "2026", "stage": "ready", "q": "wex"}, "people": 1, "letters": 1, "said": said}


def test_who_stands_in_several_rows_gets_one_letter_and_who_had_the_words_none(cycle, staff, director):
    """Once for a list, and once for two lists that share people; somebody else's same words are another letter."""
    lead = User.objects.get(memberships__city__name="Wexley", memberships__role="lead")
    Membership.objects.create(city=Assessment.objects.get(city__name="Quillon").city, person=lead, role=Role.LEAD, added_at=NOW)
    assert len(whom(staff, stage="ready").people) == 4
    assert write(staff) == 4
    assert Letter.objects.filter(kind="message", to=lead).count() == 1
    assert write(staff, asked={"cycle": "2026"}) == 1  # the city that drafts
    assert write(director) == 4


def test_a_closed_city_is_on_no_list(cycle, staff):
    place = Assessment.objects.get(city__name="Wexley").city
    said = {"cycle": cycle, "state": ConflictState.DECLARED, "reason": "Cousin.", "said_at": NOW, "said_by": staff}
    Conflict.objects.create(person=staff, city=place, **said)
    assert "Wexley" not in cities(staff)
    assert whom(staff).closed == 1
    assert write(staff) == 3
    leads = [each.address for each in whom(staff, "people", part="lead").people]
    assert "wexley-lead@example.org" not in leads
    assert len(leads) == 5
    wexley = User.objects.get(email="wexley-lead@example.org")  # a letter about their own account is about no city
    given = {"kind": "password", "to": wexley, "address": wexley.email, "subject": "S", "body": "B"}
    Letter.objects.create(key="of-none", written_at=NOW, due_at=NOW, sent_at=NOW, **given)
    assert whom(staff, "letters", state="sent").people == []
    Conflict.objects.update(state=ConflictState.NONE)
    assert [each.person for each in whom(staff, "letters", state="sent").people] == [wexley]
    # Who belongs to an open city as well is written to for that one.
    Conflict.objects.update(state=ConflictState.DECLARED)
    Membership.objects.create(city=make.city("Yarrow"), person=wexley, role=Role.LEAD, added_at=NOW)
    [both] = whom(staff, "letters", state="sent").people
    assert both.city.name == "Yarrow"


def test_a_city_without_a_lead_and_a_closed_account_are_left_out_by_name(cycle, staff):
    User.objects.filter(memberships__city__name="Wexley", memberships__role="lead").update(is_active=False)
    assert left_out(staff, stage="ready") == {"No lead": ["Wexley, Ohio"]}
    assert left_out(staff, "people", q="wexley-lead") == {"Account closed": ["Wexley lead"]}
    assert whom(staff, "people", q="wexley-lead").people == []


def test_who_asked_without_an_account_gets_it_in_their_language(cycle, staff):
    given = {"place": "Bexhill", "name": "Ana Ruiz", "language": "es", "asked_at": NOW}
    for n in range(2):  # once a person, however often they ask
        JoinRequest.objects.create(cycle=cycle, email="ana@bexhill.example", **{**given, "asked_at": NOW + timedelta(days=n)})
    assert write(staff, "joining", {}) == 1
    assert write(staff, "joining", {}) == 0
    letter = Letter.objects.get(kind="message")
    assert (letter.to, letter.address, letter.language) == (None, "ana@bexhill.example", "es")
    assert running.drain(["send_letter"]) == 1
    assert [sent.to for sent in mail.outbox] == [["ana@bexhill.example"]]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"seen": "of others"}, writing.OthersByNow),
        ({"subject": " "}, writing.NothingSaid),
        ({"words": "\n"}, writing.NothingSaid),
        ({"asked": {"cycle": "2026", "country": "BR"}}, writing.Nobody),
        ({"name": "deciding", "asked": {}, "seen": "any"}, NotAllowed),
        ({"name": "board", "asked": {"cycle": "2026", "what": "ready"}, "seen": "any"}, NotAllowed),
        ({"name": "gold", "asked": {}, "seen": "any"}, NotFound),
    ],
)
def test_what_is_not_sent(cycle, staff, given, refusal):
    with pytest.raises(refusal):
        write(staff, **given)
    assert not Letter.objects.filter(kind="message").exists()


def test_as_many_but_others_are_shown_again(cycle, staff):
    """Somebody goes and somebody comes: the number is the same, and the people are not."""
    seen = whom(staff, stage="ready").digest
    wexley = Assessment.objects.get(city__name="Wexley").city
    Membership.objects.filter(city=wexley, role="lead").update(person=people.person("newcomer"))
    with pytest.raises(writing.OthersByNow):
        write(staff, seen=seen)
    assert write(staff, seen=whom(staff, stage="ready").digest) == 4


def test_a_letter_to_many_takes_as_many_statements_as_one_to_few(cycle, staff):
    """Whether it goes to four or to forty: a request has no time for a statement each."""
    few = CaptureQueriesContext(connection)
    with few:
        assert write(staff) == 4
    wexley = Assessment.objects.get(city__name="Wexley").city
    for n in range(36):
        lead = people.person(f"more-{n}", language=("en", "es", "pt-br")[n % 3])
        Membership.objects.create(city=wexley, person=lead, role=Role.LEAD, added_at=NOW)
    with CaptureQueriesContext(connection) as many:
        assert write(staff, words="From June on.") == 40
    assert len(many) <= len(few) + 2  # the words in two more languages
    keys = [f"send_letter:letter_id={pk}" for pk in Letter.objects.filter(kind="message").values_list("pk", flat=True)]
    assert Work.objects.filter(key__in=keys).count() == 44
    assert running.drain(["send_letter"]) == 44
    assert len(mail.outbox) == 44
