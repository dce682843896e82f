"""Proof: added, used again, replaced, taken off, and nothing stored by halves."""

import hashlib

import pytest
from django.core.files.storage import default_storage

from assessments import queries
from assessments.actions import answering, documenting
from assessments.models import AnswerEvidence, Evidence, EvidenceVersion
from tests.conftest import NOW
from tests.factories import assessments as cases
from wwc import uploads
from wwc.refusals import NotAllowed, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return cases.started()


def _stored() -> list[str]:
    try:
        folders, _ = default_storage.listdir("evidence")
    except FileNotFoundError:
        return []
    return [name for folder in folders for name in default_storage.listdir(f"evidence/{folder}")[1]]


def test_a_file_is_kept_under_a_random_name_and_known_by_its_hash(case):
    use = cases.proven(case, upload=cases.text_file("../Data policy.txt", "Words."), pages="4, 7")
    version = use.evidence.current
    assert (version.kind, version.filename, version.size, use.pages) == ("text", "Data policy.txt", 6, "4, 7")
    assert version.sha256 == hashlib.sha256(b"Words.").hexdigest()
    assert "policy" not in version.stored
    with default_storage.open(version.stored) as file:
        assert file.read() == b"Words."
    assert use.evidence.title == "Data policy.txt"


def test_a_refused_file_stores_nothing(case):
    with pytest.raises(uploads.WrongKind):
        cases.proven(case, upload=cases.text_file("page.pdf", "<html><body>Hello</body></html>"))
    assert _stored() == []
    assert not Evidence.objects.exists()


def test_a_file_does_not_outlive_a_transaction_that_fails(case, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the database went away")

    monkeypatch.setattr(documenting, "record", fail)
    with pytest.raises(RuntimeError):
        cases.proven(case)
    assert _stored() == []
    assert not EvidenceVersion.objects.exists()


def test_the_same_file_is_not_added_twice_to_one_answer(case):
    cases.proven(case)
    with pytest.raises(documenting.AddedAlready):
        cases.proven(case)
    assert len(_stored()) == 1


def test_an_answer_has_room_for_so_many_files(case, settings):
    settings.UPLOAD_MAX_FILES = 2
    cases.proven(case, upload=cases.text_file("a.txt", "a"))
    cases.proven(case, upload=cases.text_file("b.txt", "b"))
    with pytest.raises(documenting.TooManyFiles, match=r"2 of 2 files. c.txt was not added"):
        cases.proven(case, upload=cases.text_file("c.txt", "c"))
    assert len(_stored()) == 2


def _link(one, by, url="https://data.example.gov/inventory", **given):
    return documenting.attach_link(one, url=url, by=by, at=NOW, **given)


def test_a_link_is_kept_with_its_note(case):
    use = _link(cases.answer(case), cases.contributor(case.city), note="The inventory.")
    version = use.evidence.current
    assert (version.kind, version.url, version.note) == ("link", "https://data.example.gov/inventory", "The inventory.")
    assert use.evidence.title == "data.example.gov/inventory"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "data:text/html,hello",
        "ftp://example.org/a",
        "https://",
        "file:///etc/passwd",
        "https://me:pass@example.org/",
    ],
)
def test_a_link_is_an_address_that_a_reader_can_open(case, url):
    with pytest.raises(documenting.LinkWrong):
        _link(cases.answer(case), cases.lead(case.city), url=url)
    assert not Evidence.objects.exists()


def test_the_same_link_is_not_added_twice(case):
    _link(cases.answer(case), cases.lead(case.city))
    with pytest.raises(documenting.AddedAlready):
        _link(cases.answer(case), cases.lead(case.city))


def test_one_document_proves_several_answers(case):
    evidence = cases.proven(case).evidence
    documenting.reuse(cases.answer(case, "DM2"), evidence=evidence, pages="12", by=cases.lead(case.city), at=NOW)
    assert sorted(use.answer.criterion.code for use in queries.library_of(case.city)[0].proves) == ["DM1", "DM2"]
    with pytest.raises(documenting.AddedAlready):
        documenting.reuse(cases.answer(case, "DM2"), evidence=evidence, by=cases.lead(case.city), at=NOW)


def test_a_document_of_another_city_is_not_there(case):
    other = cases.started("Alder Reach")
    theirs = cases.proven(other).evidence
    with pytest.raises(NotFound):
        documenting.reuse(cases.answer(case), evidence=theirs, by=cases.lead(case.city), at=NOW)


def test_a_newer_file_keeps_the_older(case):
    evidence = cases.proven(case).evidence
    version = documenting.replace(evidence, upload=cases.text_file("newer.txt", "Newer."), by=cases.lead(case.city), at=NOW)
    evidence.refresh_from_db()
    assert (evidence.version, evidence.current, version.number) == (2, version, 2)
    assert len(_stored()) == 2


def test_a_document_of_a_submitted_answer_stays_as_it_is(case):
    cases.submitted(case)
    evidence = Evidence.objects.order_by("pk").first()
    files = _stored()
    with pytest.raises(documenting.InUseElsewhere):
        documenting.replace(evidence, upload=cases.text_file("newer.txt", "Newer."), by=cases.lead(case.city), at=NOW)
    assert _stored() == files


def test_a_link_is_not_replaced_by_a_file(case):
    evidence = _link(cases.answer(case), cases.lead(case.city)).evidence
    with pytest.raises(documenting.NotAFile):
        documenting.replace(evidence, upload=cases.text_file(), by=cases.lead(case.city), at=NOW)


def test_taking_off_keeps_the_document(case):
    use = cases.proven(case)
    documenting.detach(use, by=cases.contributor(case.city), at=NOW)
    assert queries.evidence_of(cases.answer(case)) == []
    assert Evidence.objects.count() == 1
    documenting.detach(use, by=cases.contributor(case.city), at=NOW)
    assert AnswerEvidence.objects.get().ended_by == cases.contributor(case.city)


def test_a_closed_answer_takes_and_gives_nothing(case):
    cases.submitted(case)
    by = cases.lead(case.city)
    use = queries.evidence_of(cases.answer(case))[0]
    for change in (
        lambda: documenting.attach_file(cases.answer(case, "DM2"), upload=cases.text_file(), by=by, at=NOW),
        lambda: _link(cases.answer(case, "DM2"), by),
        lambda: documenting.reuse(cases.answer(case, "DM2"), evidence=use.evidence, by=by, at=NOW),
        lambda: documenting.detach(use, by=by, at=NOW),
    ):
        with pytest.raises(answering.AnswerClosed):
            change()
    assert len(_stored()) == 3


def test_a_question_opens_the_evidence_of_its_answer_too():
    case = cases.in_review()
    cases.asked(case, "DM2")
    documenting.attach_file(cases.answer(case, "DM2"), upload=cases.text_file(), by=cases.lead(case.city), at=NOW)
    with pytest.raises(answering.AnswerClosed):
        documenting.attach_file(cases.answer(case, "DM3"), upload=cases.text_file(), by=cases.lead(case.city), at=NOW)


def test_only_the_team_adds_and_takes_off(case, staff, stranger):
    use = cases.proven(case)
    one = cases.answer(case)
    for person, refusal in ((staff, NotAllowed), (stranger, NotFound)):
        for change in (
            lambda by: documenting.attach_file(one, upload=cases.text_file("x.txt", "x"), by=by, at=NOW),
            lambda by: _link(one, by),
            lambda by: documenting.reuse(one, evidence=use.evidence, by=by, at=NOW),
            lambda by: documenting.replace(use.evidence, upload=cases.text_file("y.txt", "y"), by=by, at=NOW),
            lambda by: documenting.detach(use, by=by, at=NOW),
        ):
            with pytest.raises(refusal):
                change(person)
    assert len(_stored()) == 1
