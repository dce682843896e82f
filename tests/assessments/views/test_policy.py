"""The rules of reading: changed before a cycle opens, foreseen in readings, kept once it is open."""

import pytest

from assessments import queries
from assessments.actions import scheduling, submitting
from assessments.lifecycle import CycleStatus, Status
from assessments.models import Answer, AnswerVersion, Assessment, Conflict, Cycle
from criteria.models import Criterion
from tests.conftest import NOW
from tests.factories import assessments as cases
from wwc.audit.models import Event

pytestmark = pytest.mark.django_db
ADDRESS = "/assessments/cycles/2027/reading/"
TYPED = {
    "core": "on", "near_line": "3", "share": "12.5", "seed": "77", "flagged": "", "rounds_of_questions": "1", "question_days": "8",
    "holidays": "2027-11-25\n2027-07-05", "cities": "40",
}  # fmt: skip


@pytest.fixture
def planned(db):
    one = cases.cycle("2027")
    Cycle.objects.filter(pk=one.pk).update(status=CycleStatus.DRAFT, opened_at=None, opened_by=None)
    one.refresh_from_db()
    return one


def test_the_rules_are_changed_before_the_cycle_opens(client_of, staff, planned):
    client = client_of(staff)
    assert "Change the rules of reading" in client.get("/assessments/cycles/2027/").content.decode()
    assert client.post(ADDRESS, {**TYPED, "save": "1"})["Location"] == "/assessments/cycles/2027/"
    planned.refresh_from_db()
    rule = {"core": True, "near_line": 3, "random_share": 0.125, "flagged": False}
    assert planned.policy["second_reading"] == rule
    assert [planned.policy[name] for name in ("seed", "rounds_of_questions", "question_days")] == [77, 1, 8]
    assert planned.holidays == ["2027-07-05", "2027-11-25"]
    event = Event.objects.get(verb="set_policy")
    assert event.data["was"]["policy"]["second_reading"]["near_line"] == 2
    page = client.get("/assessments/cycles/2027/").content.decode()
    assert "claims of a city within 3 points of a line" in page
    assert "nothing for a flag" in page


def test_looking_saves_nothing(client_of, staff, planned):
    page = client_of(staff).post(ADDRESS, {**TYPED, "look": "1"}).content.decode()
    assert "readings for 40 cities" in page
    planned.refresh_from_db()
    assert planned.policy["seed"] == 1
    assert not Event.objects.filter(verb="set_policy").exists()


def test_once_it_is_open_the_rules_stay(client_of, staff):
    opened = cases.cycle("2027")
    page = client_of(staff).post(ADDRESS, {**TYPED, "save": "1"}).content.decode()
    assert "its rules of reading stay as they are" in page
    assert Cycle.objects.get(pk=opened.pk).policy == opened.policy
    assert "aria-disabled" in client_of(staff).get(ADDRESS).content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"holidays": "Thanksgiving"}, "is not a date like"), ({"share": "101"}, "less than or equal to 100"), ({"seed": ""}, "required"),
     ({"rounds_of_questions": "0"}, "greater than or equal to 1")],
)  # fmt: skip
def test_what_cannot_be_is_said_beside_its_field(client_of, staff, planned, wrong, words):
    answer = client_of(staff).post(ADDRESS, {**TYPED, **wrong, "save": "1"})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_the_action_checks_too(staff, planned):
    given = {"seed": 1, "rounds_of_questions": 2, "question_days": 10, "holidays": [], "by": staff, "at": NOW}
    with pytest.raises(scheduling.PolicyOutOfRange) as refused:
        scheduling.set_policy(planned, second_reading={"core": True, "near_line": 2, "random_share": 1.1, "flagged": True}, **given)
    assert refused.value.details == {"field": "random_share"}


def claimed(name, of, codes):
    """A city that submitted and claims these criteria."""
    one = submitting.start(cases.city(name), of, by=cases.staff(), at=NOW)
    for answer in Answer.objects.filter(assessment=one, criterion__code__in=codes):
        version = AnswerVersion.objects.create(answer=answer, number=1, claim="met", saved_at=NOW, saved_by=one.started_by)
        Answer.objects.filter(pk=answer.pk).update(version=1, current=version)
    Assessment.objects.filter(pk=one.pk).update(status=Status.SUBMITTED)  # how it came there is no matter here
    return one


def test_the_work_is_foreseen_from_what_cities_claimed_last_time(staff, planned):
    """43 criteria, 3 of them core. One city claims all of them, far above every line; one claims 22, on the line of Silver."""
    last = cases.cycle("2026")
    codes = list(Criterion.objects.filter(standard=planned.standard).order_by("position").values_list("code", flat=True))
    core = list(Criterion.objects.filter(standard=planned.standard, core=True).values_list("code", flat=True))
    few = [code for code in codes if code not in core][:19]
    claimed("Alder Reach", last, codes)
    near = claimed("Port Lindell", last, [*core, *few])
    rule = {"core": True, "near_line": 2, "random_share": 0.5, "flagged": True}
    work = queries.workload(planned, rule, 4, staff)
    assert (work.basis, work.first, work.core) == (last, 172, 12)
    assert work.drawn + work.near == 2 * (40 * 0.5) + 2 * 19
    assert work.near == 38
    assert queries.workload(planned, {**rule, "near_line": 0}, 4, staff).near == 0
    assert queries.workload(planned, {**rule, "core": False, "random_share": 1, "near_line": 0}, 2, staff).second == 43 + 22
    Conflict.objects.create(person=staff, city=near.city, cycle=last, state="declared", reason="Mine.", said_at=NOW, said_by=staff)
    assert queries.workload(planned, rule, 4, staff).near == 0  # a closed city is in no figure


def test_without_an_earlier_cycle_everything_is_claimed(staff, planned):
    work = queries.workload(planned, {"core": True, "near_line": 2, "random_share": 0.1, "flagged": True}, 100, staff)
    assert (work.basis, work.first, work.core, work.near, work.drawn) == (None, 4300, 300, 0, 400)
    assert work.total == 4300 + 700
