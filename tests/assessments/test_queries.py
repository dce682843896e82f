"""Who sees which rows, how far an assessment is, where a city stands."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from assessments import queries
from assessments.actions import requesting
from assessments.models import AnswerEvidence, CityRecord, Conflict, Copy, Evidence, FileCheck, Membership, Role
from assessments.queries import copies, library, visible
from assessments.queries import sheet as sheets
from assessments.queries.shares import _HANDED, _NOTES
from criteria.scoring import Verdict
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.factories import people

pytestmark = pytest.mark.django_db


def _conflict(person, case, state="declared"):
    Conflict.objects.update_or_create(
        person=person, city=case.city, cycle=case.cycle, defaults={"state": state, "said_at": NOW, "said_by": person}
    )


@pytest.fixture
def case():
    return cases.started()


# Who sees what


def test_a_city_sees_itself_and_nobody_else(case, stranger):
    other = cases.started("Alder Reach")
    lead = cases.lead(case.city)
    cases.proven(case), cases.proven(other)
    assert list(queries.assessments_visible_to(lead)) == [case]
    assert list(queries.cities_visible_to(lead)) == [case.city]
    assert {row.city for row in queries.evidence_visible_to(lead)} == {case.city}
    assert {row.evidence.city for row in queries.evidence_versions_visible_to(lead)} == {case.city}
    assert {row.answer.assessment for row in queries.uses_visible_to(lead)} == {case}
    assert {row.city for row in queries.memberships_visible_to(lead)} == {case.city}
    for person in (stranger, AnonymousUser()):
        assert not queries.assessments_visible_to(person).exists()
        assert not queries.cities_visible_to(person).exists()
        assert not queries.evidence_versions_visible_to(person).exists()
        assert not queries.memberships_visible_to(person).exists()
        assert queries.roles_of(person, case.city) == set()


def test_a_page_reads_once_what_parts_a_person_has_and_the_next_page_reads_again(case, django_assert_num_queries):
    lead, other = cases.lead(case.city), cases.started("Alder Reach")
    queries.keep_parts(lead)
    with django_assert_num_queries(0):
        assert queries.roles_of(lead, case.city) == {Role.LEAD}
        assert queries.roles_of(lead, other.city) == set()
    assert list(queries.assessments_visible_to(lead)) == [case]
    Membership.objects.filter(person=lead).update(ended_at=NOW, ended_by=lead)
    again = type(lead).objects.get(pk=lead.pk)
    assert queries.roles_of(again, case.city) == set()
    assert not queries.assessments_visible_to(again).exists()


def test_who_left_sees_nothing_more(case, staff):
    contributor = cases.contributor(case.city)
    Membership.objects.filter(person=contributor).update(ended_at=NOW, ended_by=staff)
    assert not queries.assessments_visible_to(contributor).exists()


@pytest.mark.parametrize("flag", ["is_staff", "is_director"])
def test_a_conflict_closes_a_city_to_the_program_everywhere(case, flag):
    person = people.person("somebody", **{flag: True})
    cases.proven(case)
    lists = (
        lambda: queries.assessments_visible_to(person),
        lambda: queries.assessments_for_programme(person),
        lambda: queries.cities_visible_to(person),
        lambda: queries.cities_for_programme(person),
        lambda: queries.evidence_visible_to(person),
        lambda: queries.evidence_versions_visible_to(person),
        lambda: queries.uses_visible_to(person),
        lambda: queries.memberships_visible_to(person),
        lambda: queries.rows_of(case.cycle, person),
        lambda: queries.cities_to_join(person, case.cycle, "port"),
        lambda: queries.letters_visible_to(person, case.city),
    )
    assert all(len(rows()) for rows in lists)
    for state in ("declared", "found"):
        _conflict(person, case, state)
        assert not any(len(rows()) for rows in lists)
    for state in ("none", "waived"):
        _conflict(person, case, state)
        assert all(len(rows()) for rows in lists)


def test_a_conflict_of_another_cycle_closes_the_city_too(case, staff):
    other = cases.cycle("2025")
    Conflict.objects.create(person=staff, city=case.city, cycle=other, state="declared", said_at=NOW, said_by=staff)
    assert not queries.assessments_visible_to(staff).exists()


def test_staff_of_a_city_see_it_as_its_members_only(case, staff):
    Membership.objects.create(city=case.city, person=staff, role=Role.CONTRIBUTOR, added_at=NOW)
    assert list(queries.assessments_visible_to(staff)) == [case]
    assert not queries.assessments_for_programme(staff).exists()
    assert not queries.rows_of(case.cycle, staff).exists()
    assert sum(row["n"] for row in queries.counts_by_status(case.cycle, staff)) == 0


def test_a_member_keeps_the_own_city_after_declaring_it(case):
    lead = cases.lead(case.city)
    _conflict(lead, case)
    assert list(queries.assessments_visible_to(lead)) == [case]


def test_the_letters_of_a_city_are_each_persons_own(case, staff):
    cases.inviting.invite(case.city, email="new@city.gov", role=Role.LEAD, by=cases.lead(case.city), at=NOW)
    assert {letter.kind for letter in queries.letters_visible_to(cases.lead(case.city), case.city)} == {"joined"}
    assert not queries.letters_visible_to(cases.contributor(case.city), case.city).exists()
    assert queries.letters_visible_to(staff, case.city).count() == 2


def test_everybody_begins_on_a_page_of_their_own(case, staff, stranger):
    assert queries.first_page_of(cases.lead(case.city)) == ("assessments:overview", (case.pk,))
    alone = cases.member(cases.city("Alder Reach"), Role.LEAD)
    assert queries.first_page_of(alone) == ("assessments:team", ("alder-reach",))
    assert queries.first_page_of(staff) == ("assessments:cycles", ())
    assert queries.first_page_of(stranger) is None


# Facts


def test_the_population_is_that_of_the_day(case):
    place = case.city
    CityRecord.objects.create(city=place, fact="population", number=70000, as_of=date(2020, 4, 1), source="An older list")
    assert queries.population(place, date(2026, 1, 1)).number == 84000
    assert queries.population(place, date(2022, 1, 1)).number == 70000
    assert queries.population(place, date(2000, 1, 1)).number == 70000
    assert queries.form_of_government(place, date(2026, 1, 1)) is None


# How far


def test_the_answers_come_in_the_editions_order_at_a_fixed_cost(case, django_assert_num_queries):
    queries.answers_of(case)  # what a published edition says is fetched once
    with django_assert_num_queries(2):
        answers = queries.answers_of(case)
        assert answers[0].criterion.text.title == "Implementing Data Strategy and Governance"
    cases.complete(case, met=["DM1", "DM2", "DM3"])
    with django_assert_num_queries(2):
        assert sum(len(answer.proof) for answer in queries.answers_of(case)) == 3


def test_squares_say_how_an_answer_stands():
    case = cases.in_review()
    cases.asked(case, "DM4")
    states = {answer.criterion.code: queries.state_of_claim(answer, NOW) for answer in queries.answers_of(case)}
    assert (states["DM1"], states["DM2"], states["DM4"]) == ("met", "struck", "ask")
    other = cases.started("Alder Reach")
    cases.said(other, "DM1")
    states = {answer.criterion.code: queries.state_of_claim(answer, NOW) for answer in queries.answers_of(other)}
    assert (states["DM1"], states["DM2"]) == ("half", "dashed")


def _as_read(answers):
    """What states, shares and scores read of each answer."""
    return [
        (
            answer.pk,
            answer.criterion,
            answer.current and answer.current.claim,
            queries.claimed_state(answer),
            queries.state_of_claim(answer, NOW),
            queries.is_unconfirmed(answer),
        )
        for answer in answers
    ]


def test_at_a_glance_an_answer_stands_as_it_does_in_full(case, settings, django_assert_num_queries):
    cases.said(case, "DM1"), cases.proven(case, "DM1"), cases.said(case, "DM2"), cases.said(case, "DM3", "not_met")
    lead, ended = cases.lead(case.city), cases.proven(case, "DM5")
    settings.CLAMD_ADDRESS = "clamd:3310"
    stopped = cases.proven(case, "DM2")
    FileCheck.objects.create(version=stopped.evidence.current, is_clean=False, found="Eicar", checked_at=NOW)
    AnswerEvidence.objects.filter(pk=ended.pk).update(ended_at=NOW, ended_by=lead)
    for code, at, by in (("DM3", None, None), ("DM4", None, None), ("DM5", NOW, lead)):
        copied = cases.said(case, code)
        Copy.objects.create(answer=copied, kind="same", copied_at=NOW, copied_by=lead, confirmed_at=at, confirmed_by=by)
    with django_assert_num_queries(2):
        glances = queries.glances_of(case)
    assert _as_read(glances) == _as_read(queries.answers_of(case))
    assert [queries.state_of_claim(glance) for glance in glances[:6]] == ["met", "half", "copied", "copied", "half", "dashed"]
    assert queries.standing(case, glances).score == queries.standing(case, queries.answers_of(case)).score
    _a_sheet_agrees(case)


def _a_sheet_agrees(case):
    """The page of each criterion of the first area says what the whole answers say, and reads nothing twice."""
    whole = [answer for answer in queries.answers_of(case) if answer.criterion.code.startswith("DM")]
    area = [answer.criterion for answer in whole]
    for answer in whole:
        sheet = queries.sheet_of(case, answer.criterion, area)
        assert _as_read(sheet.area) == _as_read(whole)
        assert (sheet.answer, sheet.answer.version, sheet.answer.current) == (answer, answer.version, answer.current)
        assert [(use.pk, use.title, use.state, use.added_by) for use in sheet.uses] == [
            (use.pk, use.evidence.title, use.evidence.current.state, str(use.added_by)) for use in answer.live
        ]
    prepared = (library._LIVE, sheets._ROWS, sheets._VERSIONS, copies._SOURCES, _HANDED, _NOTES, visible._PARTS)
    assert [kept._result_cache for kept in prepared] == [None] * len(prepared)


def test_at_a_glance_a_question_is_seen_too():
    case = cases.in_review()
    cases.asked(case, "DM4")
    assert _as_read(queries.glances_of(case)) == _as_read(queries.answers_of(case))
    assert [glance.criterion.code for glance in queries.glances_of(case) if glance.question] == ["DM4"]


def test_progress_counts_by_area(case):
    cases.said(case, "DM1"), cases.proven(case, "DM1"), cases.said(case, "DM2"), cases.said(case, "DM3", "not_pursuing")
    areas = queries.progress(case)
    assert len(areas) == 8
    first = areas[0]
    assert (first.area.code, first.answered, first.proven, first.total, first.questions) == (first.area.code, 3, 1, 9, 0)
    assert first.states[:4] == ("met", "half", "struck", "dashed")
    assert sum(area.total for area in areas) == 43


def test_a_claim_of_yes_would_be_met_and_nothing_else(case):
    cases.said(case, "DM1"), cases.said(case, "DM2", "not_met"), cases.said(case, "DM3", "not_pursuing")
    verdicts = queries.verdicts_as_claimed(case)
    assert len(verdicts) == 43
    assert [code for code, verdict in verdicts.items() if verdict is Verdict.MET] == ["DM1"]
    assert queries.verdicts_as_claimed(case, queries.answers_of(case)) == verdicts
    assert (queries.provisional(case).points, queries.provisional(case).tier) == (1, None)


def test_the_standing_names_core_and_what_is_blocked(case):
    cases.said(case, "LC1"), cases.proven(case, "LC1"), cases.said(case, "PA1"), cases.said(case, "DM3")
    standing = queries.standing(case, queries.answers_of(case))
    assert {answer.criterion.code for answer in standing.core_missing} == {"DM1", "PA1"}
    assert [(answer.criterion.code, codes) for answer, codes in standing.blocked] == [("DM3", ("DM1",))]
    assert (standing.tier_name, standing.next_name, standing.next_short) == ("", "Certified", 13)
    assert [step["at"] for step in standing.ladder] == [15, 22, 30, 37]


# Content


def test_the_hash_follows_the_content_and_nothing_else(case):
    before = queries.content_hash(case)
    assert before == queries.content_hash(case)
    cases.said(case, "DM1", "not_met")
    saved = queries.content_hash(case)
    assert saved != before
    cases.proven(case, "DM1")
    assert queries.content_hash(case) != saved
    assert queries.hash_of({"b": 1, "a": "é"}) == queries.hash_of({"a": "é", "b": 1})


def test_a_question_holds_one_answer_open_until_its_time():
    case = cases.in_review()
    asked = cases.asked(case)
    one = cases.answer(case)
    assert queries.reopened_by(one, asked.due_at) == asked
    assert queries.reopened_by(one, asked.due_at + timedelta(seconds=1)) is None
    assert queries.reopened_by(cases.answer(case, "DM2"), NOW) is None


@pytest.mark.parametrize("extended", [False, True])
def test_the_window_of_an_instant_says_of_it_what_the_whole_window_says(case, staff, extended, django_assert_num_queries):
    cycle, later = case.cycle, cases.DUE + timedelta(days=3)
    if extended:
        requesting.grant_time(cases.asked_for_time(case), until=later, by=staff, at=NOW)
    whole, second = queries.window_of(case), timedelta(seconds=1)
    for edge in (cycle.opens_at, cycle.due_at, cycle.due_at + cycle.grace, later, later + cycle.grace):
        for at in (edge - second, edge, edge + second):
            found = queries.window_at(case, at)
            assert (found.is_open(at), found.is_late(at)) == (whole.is_open(at), whole.is_late(at))
    with django_assert_num_queries(0):
        assert queries.window_at(case, NOW).is_open(NOW)


def test_cities_are_found_by_name_without_accents(case, staff):
    place = cases.city("San Jose", population=None)
    found = queries.cities_to_join(staff, case.cycle, "San  JOSÉ")
    assert [(city, city.people, city.started) for city in found] == [(place, None, None)]
    assert [city.started for city in queries.cities_to_join(staff, case.cycle, "lindell")] == [case.pk]


def test_the_library_says_where_a_document_is_used(case):
    cases.proven(case)
    assert [use.answer.criterion.code for use in queries.library_of(case.city)[0].proves] == ["DM1"]
    assert Evidence.objects.count() == 1
