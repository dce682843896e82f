"""Starting, attesting, submitting once, withdrawing, opening again."""

from datetime import date, timedelta

import pytest

from assessments import queries
from assessments.actions import clarifying, submitting
from assessments.lifecycle import Asked, CycleStatus, Lock, Status
from assessments.models import Answer, Assessment, Attestation, CityRecord, Consent, Cycle, Snapshot
from assessments.models.assessment import ReasonMissing, UnlawfulMove
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.factories import people
from wwc.audit.models import Event
from wwc.clock import staged_at
from wwc.outbox.models import Letter
from wwc.refusals import NotAllowed, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return cases.started()


# Start


def test_a_start_makes_an_answer_for_every_criterion(case):
    assert Answer.objects.filter(assessment=case, lock=Lock.OPEN, version=0).count() == 43
    assert Event.objects.get(verb="started").after == Status.DRAFTING
    assert Letter.objects.get(kind="joined").to == cases.lead(case.city)


def test_a_second_start_is_the_same_assessment(case):
    again = submitting.start(case.city, case.cycle, by=cases.lead(case.city), at=NOW)
    assert again == case
    assert Assessment.objects.count() == 1
    assert Answer.objects.count() == 43


def test_staff_start_for_a_city(staff):
    assert submitting.start(cases.city(), cases.cycle(), by=staff, at=NOW).started_by == staff


def test_who_does_not_lead_starts_nothing(stranger):
    place = cases.city()
    contributor = cases.member(place, "contributor")
    with pytest.raises(NotAllowed, match="city leads"):
        submitting.start(place, cases.cycle(), by=contributor, at=NOW)
    with pytest.raises(NotFound):
        submitting.start(place, cases.cycle(), by=stranger, at=NOW)


@pytest.mark.parametrize(
    ("population", "country", "words"),
    [
        (29999, "US", "has 29,999 people .A list.; this cycle is for 30,000 or more"),
        (None, "US", "population of Port Lindell, Ohio is not on record"),
        (84000, "FR", "outside the Americas"),
    ],
)
def test_below_the_line_nothing_is_started(staff, population, country, words):
    place = cases.city(population=population, country=country)
    with pytest.raises(submitting.BelowTheLine, match=words):
        submitting.start(place, cases.cycle(), by=staff, at=NOW)
    assert not Assessment.objects.exists()
    assert not Answer.objects.exists()


def test_the_line_itself_is_enough(staff):
    assert submitting.start(cases.city(population=30000), cases.cycle(), by=staff, at=NOW)


def test_the_population_counts_as_it_was_when_the_cycle_opened(staff):
    place = cases.city(population=31000)
    CityRecord.objects.create(city=place, fact="population", number=29000, as_of=NOW.date(), source="A later list")
    CityRecord.objects.create(city=place, fact="population", number=20000, as_of=date(2015, 7, 1), source="An older list")
    assert submitting.start(place, cases.cycle(), by=staff, at=NOW)


@pytest.mark.parametrize("status", [CycleStatus.DRAFT, CycleStatus.REVIEWING, CycleStatus.CANCELED])
def test_only_an_open_cycle_takes_cities(staff, status):
    cycle = cases.cycle()
    Cycle.objects.filter(pk=cycle.pk).update(status=status)
    with pytest.raises(submitting.CycleNotOpen):
        submitting.start(cases.city(), cycle, by=staff, at=NOW)


def test_after_the_date_a_cycle_takes_no_cities(staff):
    cycle, place = cases.cycle(), cases.city()
    with staged_at(cycle.due_at + cycle.grace + timedelta(seconds=1)), pytest.raises(submitting.CycleNotOpen):
        submitting.start(place, cycle, by=staff, at=NOW)


# Attest


def test_attesting_names_the_hash_of_the_whole_content(case):
    cases.attested(case)
    assert Attestation.objects.get().content_hash == queries.content_hash(case)
    assert queries.live_attestation(case).attested_by == cases.signatory(case.city)


def test_attesting_twice_is_once(case):
    cases.attested(case)
    submitting.attest(case, by=cases.signatory(case.city), at=NOW)
    assert Attestation.objects.count() == 1


@pytest.mark.parametrize("change", ["save", "attach", "detach"])
def test_any_later_change_voids_the_signature(case, change):
    cases.attested(case)
    if change == "save":
        cases.said(case, "DM2", "not_met", narrative="Changed.")
    elif change == "attach":
        cases.proven(case, "DM1", upload=cases.text_file("more.txt", "More."))
    else:
        from_answer = queries.evidence_of(cases.answer(case))[0]
        cases.documenting.detach(from_answer, by=cases.lead(case.city), at=NOW)
    assert queries.live_attestation(case) is None


def test_nobody_signs_what_is_not_complete(case):
    with pytest.raises(submitting.SubmitBlocked) as blocked:
        submitting.attest(case, by=cases.signatory(case.city), at=NOW)
    assert len(blocked.value.gaps) == 43


def test_only_a_signatory_signs(case, staff):
    cases.complete(case)
    for person in (cases.lead(case.city), cases.contributor(case.city), staff):
        with pytest.raises(NotAllowed, match="signatory"):
            submitting.attest(case, by=person, at=NOW)


# Submit


def test_a_submission_freezes_locks_and_gives_a_receipt(case):
    cases.attested(case)
    content = queries.content_of(case)
    snapshot = submitting.submit(case, by=cases.lead(case.city), at=NOW, consent=Consent.AREAS)
    case.refresh_from_db()
    assert (case.status, case.consent) == (Status.SUBMITTED, Consent.AREAS)
    assert snapshot.content == content
    assert snapshot.content_hash == queries.hash_of(content)
    assert snapshot.attestation == Attestation.objects.get()
    assert (snapshot.number, snapshot.late) == (1, False)
    assert set(Answer.objects.filter(assessment=case).values_list("lock", flat=True)) == {Lock.LOCKED}
    assert Event.objects.get(verb="moved", after=Status.SUBMITTED).before == Status.DRAFTING
    told = Letter.objects.filter(kind="received").order_by("pk")
    assert [letter.to for letter in told] == [cases.lead(case.city), cases.signatory(case.city)]
    assert snapshot.receipt in told[0].subject


def test_a_receipt_is_short_and_cannot_be_guessed(case):
    receipts = {submitting._new_receipt(NOW) for _ in range(200)}
    assert len(receipts) == 200
    assert all(len(receipt) == 14 and receipt.startswith("2026-") for receipt in receipts)


def test_a_second_submit_shows_the_same_receipt(case):
    first = cases.submitted(case)
    events = Event.objects.count()
    again = submitting.submit(case, by=cases.lead(case.city), at=NOW + timedelta(hours=1))
    assert again == first
    assert Snapshot.objects.count() == 1
    assert Event.objects.count() == events
    assert Letter.objects.filter(kind="received").count() == 2


def test_a_submit_while_it_is_read_shows_the_receipt_too():
    case = cases.in_review()
    assert submitting.submit(case, by=cases.lead(case.city), at=NOW) == Snapshot.objects.get()


def test_a_submit_with_gaps_lists_each_with_its_page(case):
    cases.complete(case)
    cases.said(case, "DM2", "met")
    Answer.objects.filter(assessment=case, criterion__code="DM3").update(version=0, current=None)
    with pytest.raises(submitting.SubmitBlocked) as blocked:
        submitting.submit(case, by=cases.lead(case.city), at=NOW)
    assert [(gap.kind, gap.text, gap.url_args) for gap in blocked.value.gaps] == [
        ("no_evidence", "DM2: marked Yes, no evidence.", (case.pk, "DM2")),
        ("unanswered", "DM3: not answered.", (case.pk, "DM3")),
        ("signature", "Signature of Port Lindell, Ohio missing.", (case.pk,)),
    ]
    assert str(blocked.value) == "Not sent yet: 3 things are missing, each with a link. Everything written is saved."
    case.refresh_from_db()
    assert case.status == Status.DRAFTING
    assert not Snapshot.objects.exists()


def test_only_a_lead_submits(case, stranger):
    cases.attested(case)
    for person in (cases.contributor(case.city), cases.signatory(case.city)):
        with pytest.raises(NotAllowed, match="city leads"):
            submitting.submit(case, by=person, at=NOW)
    with pytest.raises(NotFound):
        submitting.submit(case, by=stranger, at=NOW)


def test_staff_submit_for_a_city_with_a_reason(case, staff):
    cases.attested(case)
    with pytest.raises(ReasonMissing):
        submitting.submit(case, by=staff, at=NOW)
    submitting.submit(case, by=staff, at=NOW, reason="The city's network is down.")
    assert Event.objects.get(verb="moved", after=Status.SUBMITTED).on_behalf_of == "Port Lindell, Ohio"


def test_the_date_is_asked_of_the_clock_under_the_lock(case):
    cases.attested(case)
    with (
        staged_at(case.cycle.due_at + case.cycle.grace + timedelta(seconds=1)),
        pytest.raises(submitting.DeadlinePassed, match="Submitting closed"),
    ):
        submitting.submit(case, by=cases.lead(case.city), at=NOW)
    with staged_at(case.cycle.due_at + case.cycle.grace):
        assert submitting.submit(case, by=cases.lead(case.city), at=NOW).late is True


def test_a_consent_is_one_of_the_three(case):
    cases.attested(case)
    with pytest.raises(submitting.NotAConsent):
        submitting.submit(case, by=cases.lead(case.city), at=NOW, consent="everything")


def test_what_was_withdrawn_is_not_submitted(case):
    cases.attested(case)
    submitting.withdraw(case, by=cases.lead(case.city), at=NOW)
    with pytest.raises(submitting.Closed):
        submitting.submit(case, by=cases.lead(case.city), at=NOW)


# Withdraw, open again


def test_a_lead_withdraws_until_one_date_for_all(case):
    with (
        staged_at(case.cycle.withdraw_until + timedelta(seconds=1)),
        pytest.raises(submitting.WithdrawClosed, match="every city of this cycle"),
    ):
        submitting.withdraw(case, by=cases.lead(case.city), at=NOW)
    submitting.withdraw(case, by=cases.lead(case.city), at=NOW)
    case.refresh_from_db()
    assert case.status == Status.WITHDRAWN
    assert Letter.objects.filter(kind="withdrawn").count() == 2


def test_staff_withdraw_with_a_reason(case, staff):
    with pytest.raises(ReasonMissing):
        submitting.withdraw(case, by=staff, at=NOW)
    submitting.withdraw(case, by=staff, at=NOW, reason="The city asked by telephone.")


def test_withdrawing_ends_what_was_asked():
    case = cases.in_review()
    asked = cases.asked(case)
    clarifying.ask(cases.answer(case, "DM2"), text="Another?", by=cases.staff(), at=NOW)
    submitting.withdraw(case, by=cases.lead(case.city), at=NOW)
    asked.refresh_from_db()
    assert asked.status == Asked.CANCELED
    assert not Letter.objects.filter(kind="clarification_closed").exists()


def test_a_submission_is_opened_again_with_a_reason(case, staff):
    cases.submitted(case)
    with pytest.raises(ReasonMissing):
        submitting.reopen(case, reason=" ", by=staff, at=NOW)
    submitting.reopen(case, reason="A page is missing.", by=staff, at=NOW)
    case.refresh_from_db()
    assert case.status == Status.DRAFTING
    assert set(Answer.objects.filter(assessment=case).values_list("lock", flat=True)) == {Lock.OPEN}
    again = submitting.submit(case, by=cases.lead(case.city), at=NOW)
    assert again.number == 2
    assert Snapshot.objects.count() == 2


def test_opening_again_after_the_date_needs_a_new_one(case, staff):
    cases.submitted(case)
    late = case.cycle.due_at + timedelta(days=2)
    with staged_at(late):
        with pytest.raises(submitting.DateNeeded):
            submitting.reopen(case, reason="A page is missing.", by=staff, at=NOW)
        case.refresh_from_db()
        assert case.status == Status.SUBMITTED
        submitting.reopen(case, reason="A page is missing.", due_at=late + timedelta(days=7), by=staff, at=NOW)
        assert queries.is_open(cases.answer(case), late)


def test_what_was_withdrawn_comes_back_as_it_was(staff):
    case = cases.in_review()
    submitting.withdraw(case, by=cases.lead(case.city), at=NOW)
    submitting.reopen(case, reason="It was a mistake.", by=staff, at=NOW)
    case.refresh_from_db()
    assert case.status == Status.IN_REVIEW
    assert cases.answer(case).lock == Lock.LOCKED


def test_what_is_read_is_not_opened_again(staff):
    case = cases.in_review()
    with pytest.raises(submitting.NothingToReopen):
        submitting.reopen(case, reason="Why not.", by=staff, at=NOW)
    with pytest.raises(NotAllowed):
        submitting.reopen(case, reason="Why not.", by=cases.lead(case.city), at=NOW)


def test_what_is_ready_is_not_withdrawn(staff):
    case = cases.in_review()
    case.move_to(Status.READY, by=staff, at=NOW)
    with pytest.raises(UnlawfulMove):
        submitting.withdraw(case, by=cases.lead(case.city), at=NOW)


def test_one_person_may_lead_and_sign(staff):
    place = cases.city()
    both = people.person("both")
    for role in ("lead", "signatory"):
        cases.inviting.add_member(place, person=both, role=role, by=staff, at=NOW)
    case = cases.submitting.start(place, cases.cycle(), by=both, at=NOW)
    for one in queries.answers_of(case):
        cases.said(case, one.criterion.code, "not_met", by=both)
    submitting.attest(case, by=both, at=NOW)
    assert submitting.submit(case, by=both, at=NOW).submitted_by == both
    assert Letter.objects.filter(kind="received").count() == 1
