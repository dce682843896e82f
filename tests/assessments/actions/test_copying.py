"""Starting from last time: what is copied, what is not, and what waits for a person."""

from copy import deepcopy
from datetime import timedelta

import pytest

from assessments import queries
from assessments.actions import answering, copying, documenting, submitting
from assessments.lifecycle import Status
from assessments.models import Answer, AnswerEvidence, Assessment, Claim, Copy, Method
from criteria.models import LinkKind, Standard
from tests.conftest import NOW
from tests.factories import assessments as cases
from wwc.audit.models import Event
from wwc.refusals import NotAllowed, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def case_once(shared):
    return cases.started()


@pytest.fixture
def case(case_once, db):
    """The assessment, as each test finds it."""
    return deepcopy(case_once)


@pytest.fixture
def then(case):
    return cases.earlier(case)


def copied(case, then):
    return copying.copy_forward(case, source=then, by=cases.lead(case.city), at=NOW)


def test_an_answer_comes_along_with_its_evidence_and_waits(case, then):
    cases.said(then, "DG2", ticks=[], narrative="The charter says who.")
    proof = cases.proven(then, "DG2", pages="4")
    assert [each.criterion.code for each in copied(case, then)] == ["DM1"]
    now = cases.answer(case, "DM1")
    assert (now.version, now.current.method, now.current.claim) == (1, Method.COPIED, Claim.MET)
    assert now.current.narrative == "The charter says who."
    use = AnswerEvidence.objects.get(answer=now)
    assert (use.evidence, use.pages) == (proof.evidence, "4")
    copy = Copy.objects.get()
    assert (copy.kind, copy.confirmed_at, list(copy.sources.values_list("criterion__code", flat=True))) == ("reworded", None, ["DG2"])
    event = Event.objects.get(verb="copied")
    assert event.data == {"source": then.pk, "criteria": ["DM1"], "withdrawn": ["OD2", "OD4"]}
    assert AnswerEvidence.objects.filter(answer__assessment=then).count() == 1


def test_a_second_click_and_a_second_person_copy_nothing(case, then):
    cases.said(then, "DG2")
    assert len(copied(case, then)) == 1
    assert copied(case, then) == []
    assert Copy.objects.count() == cases.answer(case, "DM1").version == Event.objects.filter(verb="copied").count() == 1


def test_what_is_written_stays(case, then):
    cases.said(case, "DM1", claim=Claim.NOT_YET, narrative="Begun anew.")
    cases.said(then, "DG2"), cases.said(then, "DG1")
    assert [each.criterion.code for each in copied(case, then)] == ["DM2"]
    assert cases.answer(case, "DM1").current.narrative == "Begun anew."
    assert not Copy.objects.filter(answer__criterion__code="DM1").exists()


def test_merged_texts_stand_under_their_old_numbers_and_only_one_voice_is_a_claim(case, then):
    cases.said(then, "PA5", narrative="Five."), cases.said(then, "PA6", narrative="Six.")
    cases.said(then, "SE3", narrative="Three."), cases.said(then, "SE4", claim=Claim.NOT_YET, narrative="Four.")
    cases.said(then, "EV5", narrative="Alone.")
    for code in ("PA5", "PA6"):
        cases.proven(then, code)
    copied(case, then)
    both, mixed, half = (cases.answer(case, code).current for code in ("PA5", "CI1", "LC6"))
    assert (both.claim, both.narrative) == (Claim.MET, "PA5:\nFive.\n\nPA6:\nSix.")
    assert (mixed.claim, mixed.narrative) == ("", "SE3:\nThree.\n\nSE4:\nFour.")
    assert (half.claim, half.narrative) == ("", "EV5:\nAlone."), "one of two that was answered does not speak for both"
    assert AnswerEvidence.objects.filter(answer__assessment=case, answer__criterion__code="PA5").count() == 2
    assert Copy.objects.get(answer__criterion__code="PA5").sources.count() == 2


def test_a_tick_follows_the_words_of_its_line(case, then):
    old, new = ({line.text: line.position for line in cases.answer(each, "PA1").criterion.checklist.all()} for each in (then, case))
    cases.said(then, "PA1", ticks=sorted(old.values()))
    copied(case, then)
    assert cases.answer(case, "PA1").current.ticks == sorted(new[text] for text in old if text in new)
    cases.said(then, "DG2", ticks=[1])
    copied(case, then)
    assert cases.answer(case, "DM1").current.ticks == []


def test_within_one_edition_everything_is_the_same(case):
    before = cases.earlier(case, edition="2022")
    cases.said(before, "DM1", ticks=[1, 3]), cases.said(before, "CI2", claim=Claim.NOT_PURSUING, ticks=[])
    assert [each.criterion.code for each in copied(case, before)] == ["DM1", "CI2"]
    assert cases.answer(case, "DM1").current.ticks == [1, 3]
    assert set(Copy.objects.values_list("kind", flat=True)) == {LinkKind.SAME}


@pytest.mark.parametrize("status", [Status.DRAFTING, Status.WITHDRAWN, Status.LAPSED, Status.ANNOUNCED])
def test_whatever_became_of_the_earlier_one(case, then, status):
    cases.said(then, "DG2")
    Assessment.objects.filter(pk=then.pk).update(status=status)
    assert len(copied(case, then)) == 1


def test_no_document_comes_twice(case, then):
    cases.said(then, "DG2")
    use = cases.proven(then, "DG2")
    documenting.reuse(cases.answer(case, "DM1"), evidence=use.evidence, by=cases.lead(case.city), at=NOW)
    copied(case, then)
    assert AnswerEvidence.objects.filter(answer=cases.answer(case, "DM1"), ended_at=None).count() == 1


def test_only_an_earlier_one_of_the_same_city(case, then):
    elsewhere = cases.earlier(cases.started("Alder Reach"))
    for source, into in ((elsewhere, case), (case, then)):
        with pytest.raises(copying.NothingEarlier):
            copied(into, source)


def test_only_a_lead_and_only_while_it_is_open(case, then, staff):
    cases.said(then, "DG2")
    for person, refusal in (
        (cases.contributor(case.city), NotAllowed),
        (staff, NotAllowed),
        (cases.member(cases.city("Ossery"), "lead"), NotFound),
    ):
        with pytest.raises(refusal):
            copying.copy_forward(case, source=then, by=person, at=NOW)
    Assessment.objects.filter(pk=case.pk).update(status=Status.WITHDRAWN)
    Answer.objects.filter(assessment=case).update(lock="locked")
    with pytest.raises(answering.AnswerClosed):
        copied(case, then)
    assert not Copy.objects.exists()


# Confirming


def test_a_copy_counts_once_somebody_says_that_it_holds(case, then):
    cases.said(then, "DG2")
    copied(case, then)
    text = "DM1: copied from last time, not confirmed."
    assert text in [gap.text for gap in queries.missing(case)]
    person = cases.contributor(case.city)
    copying.confirm(cases.answer(case, "DM1"), by=person, at=NOW)
    copying.confirm(cases.answer(case, "DM1"), by=cases.lead(case.city), at=NOW)
    copy = Copy.objects.get()
    assert (copy.confirmed_by, copy.confirmed_at) == (person, NOW)
    assert cases.answer(case, "DM1").version == Event.objects.filter(verb="confirmed").count() == 1
    assert text not in [gap.text for gap in queries.missing(case)]


@pytest.mark.parametrize("narrative", ["The old words.", "New words."])
def test_a_save_confirms_whether_or_not_it_changes_anything(case, then, narrative):
    cases.said(then, "DG2", ticks=[], narrative="The old words.")
    copied(case, then)
    cases.said(case, "DM1", ticks=[], narrative=narrative)
    assert Copy.objects.get().confirmed_by == cases.lead(case.city)
    assert cases.answer(case, "DM1").version == 1 + (narrative == "New words.")


def test_without_a_claim_there_is_nothing_to_confirm(case, then):
    cases.said(then, "EV5")
    copied(case, then)
    with pytest.raises(copying.NothingClaimed):
        copying.confirm(cases.answer(case, "LC6"), by=cases.lead(case.city), at=NOW)
    assert Copy.objects.get().confirmed_at is None


def test_what_was_never_copied_is_not_confirmed(case):
    copying.confirm(cases.said(case), by=cases.lead(case.city), at=NOW)
    assert not Event.objects.filter(verb="confirmed").exists()


def test_nobody_signs_or_submits_what_is_not_confirmed(case, then):
    cases.said(then, "DG2"), cases.proven(then, "DG2")
    copied(case, then)
    cases.complete(case, met=("LC1", "PA1"))
    with pytest.raises(submitting.SubmitBlocked) as blocked:
        submitting.attest(case, by=cases.signatory(case.city), at=NOW)
    assert [gap.text for gap in blocked.value.gaps] == ["DM1: copied from last time, not confirmed."]
    with pytest.raises(submitting.SubmitBlocked):
        submitting.submit(case, by=cases.lead(case.city), at=NOW)
    copying.confirm(cases.answer(case, "DM1"), by=cases.lead(case.city), at=NOW)
    submitting.attest(case, by=cases.signatory(case.city), at=NOW)
    assert submitting.submit(case, by=cases.lead(case.city), at=NOW).receipt


# The law: nothing of last time is lost


@pytest.mark.parametrize("seed", range(4))
def test_every_old_answer_is_a_source_or_withdrawn_or_said_nothing(case, then, seed):
    old = list(Answer.objects.filter(assessment=then).select_related("criterion").order_by("criterion__position"))
    spoke = {each.criterion.code for n, each in enumerate(old) if (n * 7 + seed) % (seed + 1) == 0}
    for code in spoke:
        cases.said(then, code, ticks=[], narrative=f"The text of {code}.")
    taken = {"DM1", "PA1", "OD1"} if seed == 2 else set()
    for code in taken:
        cases.said(case, code)
    copied(case, then)
    begin = queries.beginning(case, then)
    sources = set(Copy.sources.through.objects.values_list("answer__criterion__code", flat=True))
    gone = {each.criterion.code for each, _note in begin.withdrawn}
    kept = {source.criterion.code for row in begin.rows if row.answer.criterion.code in taken for source in row.sources}
    assert spoke - sources - gone - kept == set()
    texts = "\n".join(Answer.objects.filter(assessment=case, copy__isnull=False).values_list("current__narrative", flat=True))
    assert {code for code in spoke if f"The text of {code}." not in texts} == spoke & (gone | kept)


def test_the_newest_earlier_one_comes_first(case, then):
    later = cases.earlier(case, slug="2021")
    Assessment.objects.filter(pk=later.pk).update(started_at=NOW - timedelta(days=400))
    assert queries.earlier_of(case) == [later, then]
    assert queries.earlier_of(then) == []
    assert Standard.objects.get(code="2018") == queries.earlier_of(case)[0].cycle.standard
