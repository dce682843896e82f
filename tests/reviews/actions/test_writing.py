"""The program writes to many: to those that were shown, once, and never to a list that tells of a result."""

from copy import deepcopy

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.lifecycle import Status
from assessments.models import Assessment, Conflict, ConflictState, Membership, Role
from reviews.actions import writing
from reviews.queries import audiences
from tests.conftest import NOW
from tests.factories import people
from tests.factories import results as make
from wwc.audit.models import Event
from wwc.outbox import running
from wwc.outbox.models import Letter, Work

pytestmark = pytest.mark.usefixtures("letter_texts")
STAGES = {
    "Alder Reach": "drafting",
    "Quillon": "in_review",
    "Wexley": "ready",
    "Ossery": "decided",
    "Larkmoor": "announced",
    "Dunmere": "withdrawn",
}


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


def write(cycle, by, **given):
    said = {"audience": "received", "subject": "The office moves", "words": "From May on {here}.", **given}
    seen = len(audiences.recipients(by, cycle, said["audience"]))
    return writing.write(cycle, **{"seen": seen, **said}, by=by, at=NOW)


def cities(by, cycle, audience):
    return [each.city.name for each in audiences.recipients(by, cycle, audience)]


def test_a_list_goes_by_what_a_city_reads_of_its_stage(cycle, staff):
    assert cities(staff, cycle, "drafting") == ["Alder Reach"]
    assert cities(staff, cycle, "received") == ["Larkmoor", "Ossery", "Quillon", "Wexley"]
    assert cities(staff, cycle, "cities") == ["Alder Reach", "Larkmoor", "Ossery", "Quillon", "Wexley"]


def test_no_list_tells_a_decision_from_none(cycle, staff):
    """Whatever moves between the receipt and the announcement, every list stays the same."""
    before = {name: cities(staff, cycle, name) for name in ("drafting", "received", "cities")}
    for status in (Status.SUBMITTED, Status.IN_REVIEW, Status.READY, Status.DECIDED, Status.ANNOUNCED):
        Assessment.objects.filter(city__name="Wexley").update(status=status)
        assert {name: cities(staff, cycle, name) for name in before} == before


def test_each_gets_a_letter_of_their_own_once(cycle, staff):
    assert write(cycle, staff) == 4
    assert write(cycle, staff) == 0
    letters = Letter.objects.filter(kind="message")
    assert {(letter.subject, letter.body) for letter in letters} == {("The office moves", "From May on {here}.")}
    assert sorted(letter.address for letter in letters) == sorted(
        each.person.email for each in audiences.recipients(staff, cycle, "received")
    )
    assert Event.objects.filter(verb="wrote_to").count() == 1
    assert write(cycle, staff, words="From June on.") == 4


def test_a_closed_city_is_on_no_list(cycle, staff):
    place = Assessment.objects.get(city__name="Wexley").city
    said = {"cycle": cycle, "state": ConflictState.DECLARED, "reason": "Cousin.", "said_at": NOW, "said_by": staff}
    Conflict.objects.create(person=staff, city=place, **said)
    assert "Wexley" not in cities(staff, cycle, "cities")
    assert write(cycle, staff) == 3


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"seen": 3}, writing.OthersByNow),
        ({"audience": "gold"}, writing.NothingSaid),
        ({"subject": " "}, writing.NothingSaid),
        ({"words": "\n"}, writing.NothingSaid),
        ({"audience": "panel"}, writing.Nobody),
    ],
)
def test_what_is_not_sent(cycle, staff, given, refusal):
    with pytest.raises(refusal):
        write(cycle, staff, **given)
    assert not Letter.objects.filter(kind="message").exists()


def test_a_letter_to_many_takes_as_many_statements_as_one_to_few(cycle, staff):
    """Whether it goes to four or to forty: a request has no time for a statement each."""
    few = CaptureQueriesContext(connection)
    with few:
        assert write(cycle, staff) == 4
    wexley = Assessment.objects.get(city__name="Wexley").city
    for n in range(36):
        lead = people.person(f"more-{n}", language=("en", "es", "pt-br")[n % 3])
        Membership.objects.create(city=wexley, person=lead, role=Role.LEAD, added_at=NOW)
    with CaptureQueriesContext(connection) as many:
        assert write(cycle, staff, words="From June on.") == 40
    assert len(many) <= len(few) + 2  # the words in two more languages
    keys = [f"send_letter:letter_id={pk}" for pk in Letter.objects.filter(kind="message").values_list("pk", flat=True)]
    assert Work.objects.filter(key__in=keys).count() == 44
    assert running.drain(["send_letter"]) == 44
    assert len(mail.outbox) == 44


def test_a_list_is_narrowed_by_what_is_public_of_a_city_and_by_no_stage(cycle, staff, client_of):
    asked = audiences.narrowing({"q": "Ó", "stage": "decided", "country": "US", "tier": "gold"})
    assert asked == {"q": "Ó", "country": "US"}
    assert [each.city.name for each in audiences.recipients(staff, cycle, "received", {"q": "wex"})] == ["Wexley"]
    assert audiences.recipients(staff, cycle, "received", {"country": "BR"}) == []
    assert {audiences.nearest(stage) for stage in ("submitted", "in_review", "ready", "decided", "announced")} == {"received"}
    address = reverse("reviews:writing", args=[cycle.slug]) + "?q=wex&stage=decided"
    said = {"audience": "received", "subject": "The office moves", "words": "From May on.", "seen": "1", "act": "look"}
    page = client_of(staff).post(address, said).content.decode()
    assert "Only of these cities" in page
    assert "Send 1 letter" in page
    client_of(staff).post(address, {**said, "act": "send"})
    assert [letter.city_id for letter in Letter.objects.filter(kind="message")] == [Assessment.objects.get(city__name="Wexley").city_id]
    linked = client_of(staff).get(reverse("assessments:cycle", args=[cycle.slug]) + "?q=wex&stage=decided").content.decode()
    assert "?q=wex&amp;stage=decided" in linked
