"""The table of who may what in the case, walked person by person."""

from copy import deepcopy

import pytest

from assessments import access
from assessments.models import AnswerEvidence, Conflict, Evidence, Membership
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.factories import people

pytestmark = pytest.mark.django_db

PEOPLE = ("contributor", "lead", "signatory", "staff", "director", "stranger", "conflicted")
# yes, no with a reason, or hidden: in the order of PEOPLE
TABLE = {
    "may_see": "y y y y y h h",
    "may_start": "n y n y y h h",
    "may_answer": "y y n n n h h",
    "may_detach": "y y n n n h h",
    "may_change_evidence": "y y n n n h h",
    "may_gather": "y y y y y h h",
    "may_attest": "n n y n n h h",
    "may_submit": "n y n y n h h",
    "may_withdraw": "n y n y n h h",
    "may_reopen": "n n n y y h h",
    "may_extend": "n n n y y h h",
    "may_ask_for_time": "y y n n n h h",
    "may_ask_to_reopen": "y y n n n h h",
    "may_decide_requests": "n n n y y h h",
    "may_send_replies": "y y n n n h h",
    "may_call_signatories": "n y n n n h h",
    "may_see_team": "y y y y y h h",
    "may_invite": "n y n y y h h",
    "may_add_member": "n n n y y h h",
    "may_schedule": "h h h y y h y",
    "may_add_city": "h h h y y h y",
    "may_close_cycle": "h h h n y h n",
    "may_ask": "n n n y y y h",
}


@pytest.fixture(scope="module")
def world_once(shared):
    case = cases.started()
    use = cases.proven(case)
    conflicted = people.person("conflicted", is_staff=True)
    Conflict.objects.create(person=conflicted, city=case.city, cycle=case.cycle, state="declared", said_at=NOW, said_by=conflicted)
    persons = {
        "contributor": cases.contributor(case.city),
        "lead": cases.lead(case.city),
        "signatory": cases.signatory(case.city),
        "staff": people.person("staff", is_staff=True),
        "director": people.person("director", is_director=True),
        "stranger": people.person("stranger"),
        "conflicted": conflicted,
    }
    return case, use, persons


@pytest.fixture
def world(world_once, db):
    """The three, as each test finds them."""
    return deepcopy(world_once)


def _subject(rule: str, case, use):
    if rule in {"may_schedule", "may_add_city", "may_close_cycle"}:
        return ()
    if rule in {"may_answer", "may_ask", "may_ask_to_reopen"}:
        return (cases.answer(case),)
    if rule == "may_detach":
        return (AnswerEvidence.objects.get(pk=use.pk),)
    if rule == "may_change_evidence":
        return (Evidence.objects.get(pk=use.evidence_id),)
    of_case = {
        "may_attest",
        "may_submit",
        "may_withdraw",
        "may_reopen",
        "may_extend",
        "may_ask_for_time",
        "may_call_signatories",
        "may_send_replies",
    }
    return (case,) if rule in of_case else (case.city,)


@pytest.mark.parametrize("rule", TABLE)
def test_who_may(rule, world):
    case, use, persons = world
    said = {}
    for name in PEOPLE:
        ruling = getattr(access, rule)(persons[name], *_subject(rule, case, use))
        said[name] = "y" if ruling else "h" if ruling.hidden else "n"
        assert ruling or str(ruling.reason)
    assert said == dict(zip(PEOPLE, TABLE[rule].split(), strict=True))


def test_a_person_leaves_by_themselves(world):
    _, _, persons = world
    own = Membership.objects.get(person=persons["contributor"])
    assert access.may_remove(persons["contributor"], own)
    assert access.may_remove(persons["lead"], own)
    assert not access.may_remove(persons["signatory"], own)
    assert access.may_remove(persons["stranger"], own).hidden
