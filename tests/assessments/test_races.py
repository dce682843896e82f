"""Two at once: one receipt, one version, one part, one assessment."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assessments.actions import answering, claiming, clarifying, documenting, importing, inviting, reopening, submitting
from assessments.jobs import claims as jobs
from assessments.jobs import lapsing
from assessments.lifecycle import Status
from assessments.models import AnswerVersion, Assessment, Attestation, ClaimRequest, EvidenceVersion, Membership, Reply, Role, Snapshot
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.factories import workbooks
from tests.support.racing import at_once
from wwc.audit.models import Event
from wwc.audit.record import history_of
from wwc.clock import staged_at
from wwc.outbox.models import Letter

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("standing", "postgres")]


def test_twenty_submits_give_one_receipt():
    case = cases.attested(cases.started())
    lead = cases.lead(case.city)
    given = at_once(*[lambda: submitting.submit(Assessment.objects.get(pk=case.pk), by=lead, at=NOW) for _ in range(20)])
    assert {snapshot.receipt for snapshot in given} == {Snapshot.objects.get().receipt}
    assert Letter.objects.filter(kind="received").count() == 2  # one to the lead, one to the signatory
    assert Event.objects.filter(verb="moved", after=Status.SUBMITTED).count() == 1
    case.refresh_from_db()
    assert case.status == Status.SUBMITTED


def test_a_submit_beside_its_closing_is_one_or_the_other():
    case = cases.attested(cases.started())
    lead = cases.lead(case.city)
    given = at_once(lambda: submitting.submit(case, by=lead, at=NOW), lambda: _lapsed(case.pk))
    case.refresh_from_db()
    assert (case.status, type(given[0]).__name__) in {(Status.SUBMITTED, "Snapshot"), (Status.LAPSED, "Closed")}
    assert Event.objects.filter(verb="moved", subject_id=case.pk, subject="assessments.assessment").count() == 1


def _lapsed(pk: int) -> None:
    with staged_at(cases.DUE + timedelta(days=9)):
        lapsing.lapse_assessment(pk)


def test_two_decisions_on_one_request_are_one():
    case = cases.in_review()
    asked = cases.asked_to_reopen(case)
    given = at_once(
        lambda: reopening.grant_reopening(asked, open_until=cases.DUE, by=cases.staff(), at=NOW),
        lambda: reopening.refuse_reopening(asked, words="No.", by=cases.staff(), at=NOW),
        lambda: reopening.grant_reopening(asked, open_until=cases.DUE, by=cases.staff(), at=NOW),
    )
    assert sorted(type(each).__name__ for each in given) == ["DecidedAlready", "DecidedAlready", "ReopenRequest"]
    assert Letter.objects.filter(kind__in=["reopened", "reopen_refused"]).count() == 1


def test_a_question_beside_an_opening_leaves_one_thing_open():
    case = cases.in_review()
    asked = cases.asked_to_reopen(case)
    draft = clarifying.ask(cases.answer(case), text="Which?", by=cases.staff(), at=NOW)
    given = at_once(
        lambda: reopening.grant_reopening(asked, open_until=cases.DUE, by=cases.staff(), at=NOW),
        lambda: clarifying.send([draft], by=cases.staff(), at=NOW),
    )
    assert sorted(type(each).__name__ for each in given) in (["OpenAgain", "ReopenRequest"], ["QuestionOpen", "list"])


def test_two_saves_on_one_version_make_one_and_refuse_the_other():
    case = cases.started()
    one = cases.answer(case)

    def saving(words: str) -> Callable[[], Any]:
        return lambda: answering.save(one, claim="met", ticks=[], narrative=words, based_on=0, by=cases.lead(case.city), at=NOW)

    given = at_once(saving("One."), saving("Two."))
    assert sorted(type(each).__name__ for each in given) == ["AnswerVersion", "StaleSave"]
    assert AnswerVersion.objects.count() == 1


def test_a_save_beside_a_submit_is_in_the_snapshot_or_refused():
    case = cases.attested(cases.started())
    lead, one = cases.lead(case.city), cases.answer(case, "DM2")
    given = at_once(
        lambda: submitting.submit(case, by=lead, at=NOW),
        lambda: answering.save(one, claim="not_met", ticks=[], narrative="Changed.", based_on=1, by=cases.contributor(case.city), at=NOW),
    )
    case.refresh_from_db()
    current = cases.answer(case, "DM2").version
    if case.status == Status.SUBMITTED:
        frozen = next(each for each in Snapshot.objects.get().content["answers"] if each["criterion"] == "DM2")
        assert (frozen["version"], current) == (1, 1)
        assert isinstance(given[1], answering.AnswerClosed)
    else:  # the save came first and voided the signature
        assert isinstance(given[0], submitting.SubmitBlocked)
        assert current == 2


def test_two_signatures_are_one():
    case = cases.complete(cases.started())
    at_once(*[lambda: submitting.attest(case, by=cases.signatory(case.city), at=NOW) for _ in range(4)])
    assert Attestation.objects.count() == 1


def test_two_starts_are_one_assessment():
    place, cycle = cases.city(), cases.cycle()
    lead = cases.member(place, Role.LEAD)
    given = at_once(*[lambda: submitting.start(place, cycle, by=lead, at=NOW) for _ in range(4)])
    assert {case.pk for case in given} == {Assessment.objects.get().pk}


def test_a_link_used_twice_at_once_joins_once():
    place = cases.city()
    invitation = inviting.invite(place, email="new@city.gov", role=Role.LEAD, by=cases.staff(), at=NOW)
    inviting.Invitation.objects.filter(pk=invitation.pk).update(expires_at=cases.DUE)
    given = at_once(*[lambda: inviting.accept(invitation, name="New", password="correct horse battery", at=NOW) for _ in range(4)])
    assert sorted(type(each).__name__ for each in given) == ["InvitationUsed"] * 3 + ["User"]
    assert Membership.objects.filter(city=place).count() == 1


def test_two_leads_who_leave_at_once_leave_one():
    place = cases.city()
    for name in ("one", "two"):
        cases.member(place, Role.LEAD, name)
    parts = list(Membership.objects.filter(city=place).select_related("person", "city"))
    given = at_once(*[lambda part=part: inviting.remove(part, by=part.person, at=NOW) for part in parts])
    assert sorted(type(each).__name__ for each in given) == ["LastLead", "NoneType"]
    assert Membership.objects.filter(city=place, ended_at=None).count() == 1


def test_twenty_sends_by_two_people_send_each_reply_once():
    case = cases.in_review()
    for code in ("DM1", "DM2", "DM3"):
        cases.ready(cases.asked(case, code))
    people = [cases.lead(case.city), cases.contributor(case.city)]
    given = at_once(*[lambda by=people[n % 2]: clarifying.send_replies(case, by=by, at=NOW) for n in range(20)])
    assert sorted(type(each).__name__ for each in given) == ["NothingReady"] * 19 + ["list"]
    assert Reply.objects.count() == 3
    assert AnswerVersion.objects.filter(answer__assessment=case, number=2).count() == 3
    assert Letter.objects.filter(kind="answers_received").count() == 1


def test_two_questions_sent_at_once_are_one():
    case = cases.in_review()
    drafts = [clarifying.ask(cases.answer(case), text="Which?", by=cases.staff(), at=NOW) for _ in range(2)]
    given = at_once(*[lambda draft=draft: clarifying.send([draft], by=cases.staff(), at=NOW) for draft in drafts])
    assert sorted(type(each).__name__ for each in given) == ["AlreadyAsked", "list"]


def test_two_newer_files_at_once_are_two_versions():
    case = cases.started()
    evidence = cases.proven(case).evidence
    lead = cases.lead(case.city)
    at_once(
        *[lambda name=name: documenting.replace(evidence, upload=cases.text_file(f"{name}.txt", name), by=lead, at=NOW) for name in "ab"]
    )
    evidence.refresh_from_db()
    assert evidence.version == 3
    assert EvidenceVersion.objects.filter(evidence=evidence).count() == 3


def test_a_workbook_confirmed_by_many_at_once_is_saved_once():
    case = cases.started()
    codes = ("DM1", "DM2", "OD1")
    brought = workbooks.narratives(case, *codes)
    chosen = dict.fromkeys(codes, (True, 0))
    given = at_once(*[lambda: importing.confirm(brought, choices=chosen, by=cases.lead(case.city), at=NOW) for _ in range(6)])
    assert [len(each.outcome["saved"]) for each in given] == [3] * 6
    assert AnswerVersion.objects.count() == 3
    assert Event.objects.filter(verb="imported").count() == 1


def test_a_workbook_beside_saves_overwrites_nothing():
    """Whoever comes first is saved; the other is told, and no text is lost."""
    case = cases.started()
    codes = [one.criterion.code for one in case.answers.select_related("criterion").order_by("-pk")[:12]]
    brought = workbooks.narratives(case, *codes)
    chosen = dict.fromkeys(codes, (True, 0))

    def saving(code: str) -> Callable[[], Any]:
        one = cases.answer(case, code)
        return lambda: answering.save(one, claim="met", ticks=[], narrative="Typed.", based_on=0, by=cases.lead(case.city), at=NOW)

    confirmed, *saved = at_once(
        lambda: importing.confirm(brought, choices=chosen, by=cases.lead(case.city), at=NOW), *(saving(code) for code in codes)
    )
    came_first = {row["code"] for row in confirmed.outcome["newer"]}
    assert came_first == {code for code, each in zip(codes, saved, strict=True) if isinstance(each, AnswerVersion)}
    assert all(isinstance(each, AnswerVersion | answering.StaleSave) for each in saved)
    assert AnswerVersion.objects.count() == len(codes)


def test_a_claim_is_ended_once_and_taken_once():
    """The clock, a lead who objects and a lead who agrees come at once: one of them ends it. Then the link is pressed twice."""
    case = cases.started()
    now = datetime.now(UTC)
    claim = claiming.prove(claiming.ask(case.city, name="Heir", email="heir@example.org", by=None, at=now), by=None, at=now)
    ClaimRequest.objects.filter(pk=claim.pk).update(waits_until=NOW)
    lead = cases.lead(case.city)
    at_once(
        lambda: jobs.settle_claim(claim.pk),
        lambda: claiming.oppose(claim, by=lead, at=NOW),
        lambda: claiming.agree(claim, by=lead, at=NOW),
    )
    assert history_of(claim).filter(verb="claim_ended").count() == 1
    if ClaimRequest.objects.get().outcome != "granted":
        claiming.grant(claim, by=cases.staff(), at=NOW)
    ClaimRequest.objects.update(ended_at=now)
    given = {"name": "Heir", "password": "correct horse battery", "by": None, "at": NOW}
    taken = at_once(*[lambda: claiming.take(claim, **given) for _ in range(4)])
    assert sorted(type(each).__name__ for each in taken) == ["ClaimOver", "ClaimOver", "ClaimOver", "User"]
    assert Membership.objects.filter(person__email="heir@example.org", ended_at=None).count() == 1
