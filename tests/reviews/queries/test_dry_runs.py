"""A dry run of real editions and drafts on rows, beside what the change is known to do."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.models import Answer, Conflict
from criteria.actions import drafting, publishing
from criteria.models import Standard
from reviews.lifecycle import Found
from reviews.models import Assignment, Finding, PanelMember, Resolution
from reviews.queries import dry_runs
from tests.factories import people
from tests.factories import results as make


@pytest.fixture
def who(staff, now):
    return {"by": staff, "at": now}


@pytest.fixture
def draft(who):
    """The edition after 2022, a whole copy so far."""
    return publishing.draft_next(Standard.objects.get(code="2022"), code="2030", name="Next", **who)


def criterion(draft, code):
    return draft.criteria.get(code=code)


def outcomes(standard, staff, cycle=None):
    return {row.assessment.city.name: (row.tried.outcome, *row.tried.tiers) for row in dry_runs.dry_run(standard, staff, cycle).rows}


def test_a_copy_changes_nothing(draft, staff):
    for name, n in (("Alder Reach", 31), ("Fort Hallam", 14)):
        make.scored(make.city(name), n)
    same = {"Alder Reach": ("stays", "gold", "gold"), "Fort Hallam": ("stays", "", "")}
    assert outcomes(draft, staff) == same
    assert outcomes(Standard.objects.get(code="2022"), staff) == same, "the edition that it was scored by"


def test_floors_gates_and_prerequisites_of_a_draft(draft, staff, who):
    last = make.met(31)[-1]
    make.scored(make.city("Alder Reach"), 31)
    make.scored(make.city("Fort Hallam"), 29)
    gold = draft.tiers.get(key="gold")
    drafting.edit_tier(gold, name=gold.name, floor_percent=74, required=[], area_minimum_percent=0, requires_core=True, **who)
    assert outcomes(draft, staff) == {"Alder Reach": ("loses", "silver", "silver"), "Fort Hallam": ("stays", "silver", "silver")}
    drafting.edit_tier(gold, name=gold.name, floor_percent=68, required=[last], area_minimum_percent=0, requires_core=True, **who)
    assert outcomes(draft, staff)["Alder Reach"] == ("stays", "gold", "gold")
    missing = next(code for code in draft.criteria.values_list("code", flat=True) if code not in make.met(31))
    drafting.edit_rules(criterion(draft, missing), rules={"core": True}, **who)
    found = dry_runs.dry_run(draft, staff)
    assert [row.tried.outcome for row in found.rows] == ["loses", "loses"]
    assert {row.tried.lack.core for row in found.rows} == {(missing,)}


def test_prerequisites_of_a_draft(draft, staff, who):
    met = make.met(30)
    make.scored(make.city("Alder Reach"), 30)
    missing = next(code for code in draft.criteria.values_list("code", flat=True) if code not in met)
    drafting.set_prerequisites(criterion(draft, met[-1]), needs=[missing], **who)
    (row,) = dry_runs.dry_run(draft, staff).rows
    assert (row.tried.outcome, row.tried.tiers) == ("loses", ("silver", "silver"))
    assert row.moves == [("lost", [met[-1]])]


def test_withdrawn_and_new_criteria_of_a_draft(draft, staff, who):
    met = make.met(30)
    make.scored(make.city("Alder Reach"), 30)
    drafting.withdraw_criterion(criterion(draft, met[-1]), **who)
    area = draft.areas.order_by("position")[0]
    drafting.add_criterion(area, code="XX1", title="New", statement="Do it.", items=["It is done."], required=1, **who)
    (row,) = dry_runs.dry_run(draft, staff).rows
    assert (row.tried.outcome, row.tried.tiers) == ("undecided", ("silver", "gold"))
    assert sorted(row.moves) == [("gone", [met[-1]]), ("open", ["XX1"])]


def read_with(case, code, *ticks):
    """Readings of one answer with these ticks, settled as they say; None is a reader who saw three lines and said not met."""
    answer = Answer.objects.select_related("criterion").get(assessment=case, criterion__code=code)
    verdict = Resolution.objects.filter(answer=answer).latest("pk").verdict
    filed = []
    for number, each in enumerate(ticks):
        person = people.person(f"reader-{number}")
        member, _new = PanelMember.objects.get_or_create(
            cycle=case.cycle, person=person, defaults={"joined_at": make.NOW, "joined_by": person}
        )
        slot = ["first", "second"][number]
        reading = Assignment.objects.create(answer=answer, member=member, slot=slot, assigned_at=make.NOW, assigned_by=person)
        filed.append(
            Finding.objects.create(
                assignment=reading, answer=answer, version=answer.current, verdict=Found(verdict) if each else Found.NOT_MET,
                ticks=each or [1, 2, 3], filed_at=make.NOW, filed_by=person, rationale="Not enough.",
            )
        )  # fmt: skip
    Resolution.objects.create(
        answer=answer, version=answer.current, how="agreed", verdict=verdict, rationale="As read.", findings=[each.pk for each in filed],
        resolved_at=make.NOW, resolved_by=people.person("reader"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ticks", "outcome"),
    [
        ([[1, 2, 3, 4]], ("stays", "gold", "gold")),
        ([[1, 2, 3]], ("loses", "silver", "silver")),
        ([[1, 2, 3], [1, 2, 3, 4]], ("undecided", "silver", "gold")),
        ([], ("undecided", "silver", "gold")),
        ([[1, 2, 3, 4], None], ("stays", "gold", "gold")),
    ],
)
def test_a_stricter_checklist_is_judged_by_the_ticks(draft, staff, who, ticks, outcome):
    """One of the last criteria with four lines, of which three were enough, and now all are needed."""
    code = next(
        each.code
        for each in draft.criteria.order_by("-position")
        if each.checklist.count() == 4 and each.checklist_required == 3 and not each.needed_by.exists() and not each.core
        and not each.prerequisites.exists()
    )  # fmt: skip
    codes = {*make.met(29), code}
    for each in make.met(43):
        if len(codes) < 30:
            codes.add(each)
    case = make.settled(make.city("Alder Reach"), codes)
    make.score_assessment(case.pk)
    assert case.scores.get().points == 30
    if ticks:
        read_with(case, code, *ticks)
    changed = criterion(draft, code)
    drafting.edit_checklist(changed, items=list(changed.checklist.order_by("position").values_list("text", flat=True)), required=4, **who)
    assert outcomes(draft, staff) == {"Alder Reach": outcome}


def test_the_edition_of_2022_on_an_assessment_of_2018(staff):
    """All met in 2018 is all but what is new in 2022: 39 of 43 at least, Platinum either way."""
    case = make.settled(make.city("Alder Reach"), make.met(45, "2018"), in_cycle=make.cycle("2019", edition="2018"))
    make.score_assessment(case.pk)
    (row,) = dry_runs.dry_run(Standard.objects.get(code="2022"), staff).rows
    assert (row.past.points, row.tried.least.points, row.tried.most.points, row.tried.least.possible) == (45, 39, 43, 43)
    assert (row.tried.outcome, row.tried.tiers) == ("stays", ("platinum", "platinum"))
    assert not dry_runs.dry_run(Standard.objects.get(code="2018"), staff).left_out


def test_where_no_links_lead_it_is_left_out(staff):
    make.scored(make.city("Alder Reach"), 31)
    found = dry_runs.dry_run(Standard.objects.get(code="2018"), staff)
    assert (found.rows, found.left_out) == ((), 1)


def test_a_draft_of_2022_on_an_assessment_of_2018_goes_over_both_steps(draft, staff):
    case = make.settled(make.city("Alder Reach"), make.met(45, "2018"), in_cycle=make.cycle("2019", edition="2018"))
    make.score_assessment(case.pk)
    assert outcomes(draft, staff) == {"Alder Reach": ("stays", "platinum", "platinum")}


def test_what_has_no_current_score_is_not_tried(staff):
    make.settled(make.city("Alder Reach"), make.met(31))
    assert outcomes(Standard.objects.get(code="2022"), staff) == {}


def test_closed_cities_are_in_no_row_and_no_count(staff, now):
    case, _other = make.scored(make.city("Alder Reach"), 31), make.scored(make.city("Fort Hallam"), 31)
    Conflict.objects.create(person=staff, city=case.city, cycle=case.cycle, state="found", reason="Family.", said_at=now, said_by=staff)
    found = dry_runs.dry_run(Standard.objects.get(code="2022"), staff)
    assert [row.assessment.city.name for row in found.rows] == ["Fort Hallam"]
    assert sum(found.counts.values()) == 1
    Conflict.objects.create(person=staff, city=_other.city, cycle=case.cycle, state="found", reason="Family.", said_at=now, said_by=staff)
    assert dry_runs.dry_run(Standard.objects.get(code="2018"), staff).left_out == 0


def test_as_many_queries_for_one_as_for_thirty(draft, staff, who):
    changed = criterion(draft, "OD1")
    drafting.edit_checklist(changed, items=["It is there.", "It is new."], required=2, **who)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            list(dry_runs.as_table(dry_runs.dry_run(draft, staff)))
        return len(captured.captured_queries)

    make.scored(make.city("Alder Reach"), 31)
    dry_runs.dry_run(draft, staff)
    few = queries()
    for n in range(30):
        make.scored(make.city(f"Fort {n}"), 20 + n % 20)
    assert queries() == few


def test_once_published_the_same_draft_says_the_same(draft, staff, director, who, now):
    make.scored(make.city("Alder Reach"), 30)
    changed = next(draft.criteria.get(code=code) for code in reversed(make.met(30)) if draft.criteria.get(code=code).checklist.count() > 1)
    lines = list(changed.checklist.order_by("position").values_list("text", flat=True))
    drafting.edit_checklist(changed, items=[*lines, "And more."], required=len(lines) + 1, **who)
    before = outcomes(draft, staff)
    assert before["Alder Reach"][0] == "undecided"
    publishing.publish(draft, by=director, at=now)
    assert outcomes(Standard.objects.get(code="2030"), staff) == before
