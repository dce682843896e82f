"""A workbook is brought back and confirmed: row by row, once, and never over an answer that became newer."""

from copy import deepcopy

import pytest

from assessments.actions import answering, importing, submitting
from assessments.models import Answer, AnswerVersion, Import, Method
from assessments.papers import comparing, reading
from assessments.papers.workbook import CLAIM, NARRATIVE, TICK, workbook
from assessments.queries import answers_of
from tests.factories import assessments as cases
from tests.factories import people
from tests.factories import workbooks as make
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
def lead(case):
    return cases.lead(case.city)


def kinds(imported):
    compared = comparing.compare(imported, answers_of(imported.assessment))
    return {line.code: line.kind for line in compared.lines if line.kind != "same"}


def confirmed(imported, by, now, **choices):
    return importing.confirm(imported, choices=choices, by=by, at=now)


def codes(imported, word):
    return [row["code"] for row in imported.outcome[word]]


def test_a_workbook_that_was_not_touched_changes_nothing(case, lead, now):
    cases.said(case, "DM1", narrative="=1+1\n_x0041_ \x0b 😀")
    cases.said(case, "DM2", "not_met", narrative="y" * 40_000, ticks=[])
    for body in (make.taken(case), make.taken(case, "pt-br"), make.taken(case, blank=True)):
        imported = make.brought(case, body)
        assert (kinds(imported), imported.problems) == ({}, [])
    cases.said(case, "DM1", narrative="Newer.")
    assert kinds(imported) == {}, "a row that says what the file held says nothing new"
    assert confirmed(imported, lead, now, DM1=(True, 2)).outcome == {"saved": [], "kept": [], "newer": [], "refused": []}
    assert cases.answer(case).current.narrative == "Newer."


def test_rows_are_saved_as_versions_that_say_how_they_came_in(case, lead, now):
    body = make.filled(make.taken(case), {"DM1": {CLAIM: "Yes, we do", f"{TICK}2": "x", NARRATIVE: "By hand."}, "DM2": {CLAIM: "Not yet"}})
    imported = make.brought(case, body)
    assert kinds(imported) == {"DM1": "differs", "DM2": "differs"}
    assert not AnswerVersion.objects.exists()
    done = confirmed(imported, lead, now, DM1=(True, 0), DM2=(True, 0))
    assert done.outcome["saved"] == [{"row": 3, "code": "DM1", "version": 1}, {"row": 4, "code": "DM2", "version": 1}]
    version = cases.answer(case, "DM1").current
    assert (version.claim, version.ticks, version.narrative, version.method) == ("met", [2], "By hand.", Method.IMPORTED)
    assert (version.saved_by, version.saved_at, done.applied_by, done.applied_at) == (lead, now, lead, now)
    event = Event.objects.get(verb="imported")
    assert (event.by, event.city_id) == (lead, case.city_id)
    assert Event.objects.filter(verb="saved").count() == 2


def test_what_was_not_chosen_stays(case, lead, now):
    cases.said(case, "DM1", narrative="Saved.")
    imported = make.narratives(case, "DM1", "DM2")
    done = confirmed(imported, lead, now, DM1=(False, 1))
    assert (codes(done, "kept"), codes(done, "saved")) == (["DM1", "DM2"], [])
    assert AnswerVersion.objects.count() == 1


def test_an_answer_that_became_newer_is_a_conflict_that_stays_unless_the_files_is_chosen(case, lead, now):
    cases.said(case, "DM1", narrative="First.")
    body = make.filled(make.taken(case), {"DM1": {NARRATIVE: "On the train."}})
    cases.said(case, "DM1", narrative="Meanwhile.")
    imported = make.brought(case, body)
    assert kinds(imported) == {"DM1": "newer"}
    assert codes(confirmed(imported, lead, now, DM1=(True, 2)), "saved") == ["DM1"]
    assert [version.narrative for version in AnswerVersion.objects.order_by("number")] == ["First.", "Meanwhile.", "On the train."]


def test_a_blank_workbook_stands_on_nothing_so_what_is_saved_is_newer(case):
    cases.said(case, "DM1", narrative="Saved.")
    imported = make.brought(case, make.filled(make.taken(case, blank=True), {"DM1": {NARRATIVE: "Hand."}, "DM2": {NARRATIVE: "Hand."}}))
    assert kinds(imported) == {"DM1": "newer", "DM2": "differs"}


def test_nothing_is_written_over_what_was_saved_after_the_page_was_shown(case, lead, now):
    imported = make.narratives(case, "DM1", "DM2")
    cases.said(case, "DM1", narrative="Saved while the page was open.")
    done = confirmed(imported, lead, now, DM1=(True, 0), DM2=(True, 0))
    assert (codes(done, "saved"), codes(done, "newer")) == (["DM2"], ["DM1"])
    assert cases.answer(case, "DM1").current.narrative == "Saved while the page was open."


def test_a_double_click_saves_once(case, lead, now):
    imported = make.narratives(case, "DM1")
    first = confirmed(imported, lead, now, DM1=(True, 0))
    again = confirmed(imported, cases.contributor(case.city), now, DM1=(True, 0))
    assert (again.applied_by, again.outcome) == (lead, first.outcome)
    assert AnswerVersion.objects.count() == 1
    assert Event.objects.filter(verb="imported").count() == 1


def test_one_row_that_is_refused_takes_no_other_with_it(case, lead, now):
    imported = make.narratives(case, "DM1", "DM2")
    Answer.objects.filter(assessment=case, criterion__code="DM2").update(lock="locked")
    done = confirmed(imported, lead, now, DM1=(True, 0), DM2=(True, 0))
    assert codes(done, "saved") == ["DM1"]
    assert done.outcome["refused"][0]["why"].startswith("This answer is closed: it was submitted.")


def test_a_longer_text_than_a_page_takes_is_left_out_and_a_saved_one_stays(case):
    cases.said(case, "DM1", narrative="z" * 25_000)
    body = make.filled(make.taken(case), {"DM1": {CLAIM: "Not yet"}, "DM2": {NARRATIVE: "z" * 20_001}, "DM3": {NARRATIVE: "z" * 20_000}})
    compared = comparing.compare(make.brought(case, body), answers_of(case))
    assert [(problem.row, problem.kind, problem.value) for problem in compared.problems] == [(3, "long", "25000"), (4, "long", "20001")]
    assert [line.code for line in compared.differing] == ["DM3"]


def test_a_base_that_never_was_is_a_changed_hidden_column(case):
    body = make.filled(make.taken(case), {"DM1": {"wwc:version": "7", NARRATIVE: "Words."}})
    compared = comparing.compare(make.brought(case, body), answers_of(case))
    assert [(problem.row, problem.kind) for problem in compared.problems] == [(3, "hidden")]


def test_only_while_it_is_open_for_writing(case, lead, now):
    body = make.filled(make.taken(case), {"DM1": {NARRATIVE: "Words."}})
    imported = make.brought(case, body)
    cases.complete(case)
    submitting.attest(case, by=cases.signatory(case.city), at=now)
    submitting.submit(case, by=lead, at=now)
    case.refresh_from_db()
    case.move_to("in_review", by=cases.staff(), at=now)
    cases.asked(case)
    for act in (lambda: make.brought(case, body), lambda: confirmed(imported, lead, now, DM1=(True, 1))):
        with pytest.raises(answering.AnswerClosed, match="not open for writing now"):
            act()
    assert Import.objects.get().applied_at is None


@pytest.mark.parametrize(("name", "body", "refusal"), [
    ("answers.csv", b"code,claim\nDM1,met\n", reading.NotAWorkbook), ("policy.pdf", b"A text", reading.WorkbookRefused),
    ("answers.xlsx", b"code,claim\nDM1,met\n", reading.WorkbookRefused), ("answers.xlsx", b"", reading.WorkbookRefused),
    ("answers.xlsx", b"PK\x03\x04" + b"0" * 5_000_001, reading.TooMuch),
])  # fmt: skip
def test_only_a_workbook_is_read(case, lead, name, body, refusal):
    with pytest.raises(refusal, match=r"Nothing was read"):
        importing.read(case, upload=make.file(body, name), by=lead, at=case.started_at)
    assert not Import.objects.exists()


def test_who_may(case, now):
    body = make.filled(make.taken(case), {"DM1": {NARRATIVE: "Words."}})
    imported = make.brought(case, body, by=cases.contributor(case.city))
    for person, refusal in ((cases.signatory(case.city), NotAllowed), (cases.staff(), NotAllowed), (people.person("stranger"), NotFound)):
        with pytest.raises(refusal):
            make.brought(case, body, by=person)
        with pytest.raises(refusal):
            confirmed(imported, person, now, DM1=(True, 0))


def test_the_workbook_of_another_city_is_not_read(case):
    other = cases.started("Alder Reach")
    with pytest.raises(reading.OfAnother):
        make.brought(case, workbook(other, answers_of(other), "en"))
