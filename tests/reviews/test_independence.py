"""Readings are blind by the query: nothing of another one can be reached from a page before one's own is filed."""

import pytest

from reviews.models import Accord, Finding
from reviews.queries import desk, verdicts
from reviews.queries.verdicts import Said
from tests.architecture.source import ROOT
from tests.factories import reviews as make
from tests.support.reaching import reachable

NOW = make.NOW
SECRET = "the-words-of-the-first-reading"
NOTE = "the-note-of-the-first-reading"


@pytest.fixture
def core(assessment):
    return make.answer(assessment, "A1")


def pages(of, reading):
    """Every page on which a reader, or a lead who reads, meets an answer."""
    return [
        f"/reviews/reading/{reading.pk}/", f"/reviews/settling/answer/{of.pk}/", "/reviews/desk/", "/reviews/desk/?by=city",
        "/reviews/splits/", f"/reviews/as-the-city-says/{of.assessment_id}/", "/reviews/quality/",
        f"/reviews/questions/{of.assessment_id}/",
    ]  # fmt: skip


def others(found, person):
    """Verdicts and findings of somebody else, and what is proposed on them, among what can be reached."""
    own = set(Finding.objects.filter(filed_by=person).values_list("pk", flat=True))
    return [each for each in found if isinstance(each, (Finding, Said, Accord)) and each.pk not in own]


def assert_blind(client, of, reading, *more):
    for address in [*pages(of, reading), *more]:
        found, text = reachable(client, address)
        assert others(found, reading.member.person) == [], address
        assert SECRET not in text, address
        assert NOTE not in text, address


def test_a_second_reader_reaches_nothing_of_the_first(client_of, core, member, second):
    make.find(make.assign(core, member), "not_met", rationale=SECRET, internal_note=NOTE)
    mine = make.assign(core, second, "second")
    client = client_of(second.person)
    assert_blind(client, core, mine)
    make.find(mine)  # the control: once it is filed, both are there
    found, text = reachable(client, f"/reviews/settling/answer/{core.pk}/")
    assert len({each.pk for each in others(found, second.person)}) == 1
    assert SECRET in text
    assert NOTE in text


def test_a_third_reader_reaches_neither(client_of, cycle, core, member, second):
    for reader, slot, verdict in ((member, "first", "met"), (second, "second", "not_met")):
        make.find(make.assign(core, reader, slot), verdict, rationale=SECRET, internal_note=NOTE)
    make.resolving.propose_consensus(core, verdict="met", rationale=SECRET, by=member.person, at=NOW)
    third = make.assign(core, make.reader(cycle, "third"), "third")
    assert_blind(client_of(third.member.person), core, third)
    make.find(third, "not_met", rationale="No.")
    _found, text = reachable(client_of(third.member.person), f"/reviews/settling/answer/{core.pk}/")
    assert SECRET in text


def test_a_lead_or_staff_who_reads_is_a_reader_first(client_of, cycle, assessment, core, member, staff):
    lead = make.reader(cycle, "lead", part="lead", areas=["A"])
    make.find(make.assign(core, member), "not_met", rationale=SECRET, internal_note=NOTE)
    mine = make.assign(core, lead, "second")
    assert_blind(client_of(lead.person), core, mine, f"/reviews/settling/{assessment.pk}/")
    make.assigning.recuse(mine, reason="Away.", by=lead.person, at=NOW)
    also = make.assigning.add_member(cycle, person=staff, by=staff, at=NOW)
    make.declaring.declare_all(cycle, declared={}, by=staff, at=NOW)
    mine = make.assign(core, also, "second")
    rows = [f"/reviews/board/c26/{what}/" for what in ("unread", "unassigned", "agreed", "split", "needs_second")]
    assert_blind(client_of(staff), core, mine, f"/reviews/settling/{assessment.pk}/", "/reviews/board/c26/", *rows)


def test_after_the_city_changed_it_each_reads_anew(client_of, core, member, second):
    first, other = make.assign(core, member), make.assign(core, second, "second")
    make.find(first)
    make.find(other)
    make.version(core)
    make.find(first, "not_met", rationale=SECRET, internal_note=NOTE)
    assert not desk.findings_visible(second.person, core).filter(rationale=SECRET).exists()
    _found, text = reachable(client_of(second.person), f"/reviews/reading/{other.pk}/")
    assert SECRET not in text


def test_what_a_standing_says_to_its_reader(core, member, second):
    make.find(make.assign(core, member), "not_met")
    make.assign(core, second, "second")
    whole = verdicts.standing_of(core)
    assert [each.verdict for each in whole.said] == ["not_met"]
    assert whole.seen_by(second.person.pk).said == ()
    assert whole.seen_by(member.person.pk) is whole
    assert whole.seen_by(0) is whole


def test_no_template_goes_from_a_row_to_the_findings_on_it():
    """The context holds what one may see; a template that went from an answer to its readings would go around that."""
    ways = (".findings.", ".assignments", ".resolutions", "finding_set", "accord_set", ".clarifications")
    found = [
        f"{path.relative_to(ROOT)}: {way}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for way in ways
        if way in path.read_text()
    ]
    assert found == []
