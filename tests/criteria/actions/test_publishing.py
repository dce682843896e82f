"""Draft the next edition from the last, publish it, retire it."""

import threading

import pytest
from django.db import connection, transaction

from criteria import queries
from criteria.actions import drafting, publishing
from criteria.models import ChecklistItem, CriterionText, PracticeAreaText, Prerequisite, Standard, Tier, TierRequirement
from tests.conftest import NOW
from tests.factories import people
from wwc.audit import record
from wwc.audit.record import history_of
from wwc.refusals import NotAllowed, NotFound

pytestmark = pytest.mark.django_db


def whole(standard):
    """All that an edition says, without the numbers of its rows."""
    return {
        "areas": list(standard.areas.order_by("position").values_list("code", "name", "also_called", "description", "position", "partner")),
        "names": sorted(PracticeAreaText.objects.filter(area__standard=standard).values_list("area__code", "language", "name")),
        "criteria": list(
            standard.criteria.order_by("position").values_list(
                "code",
                "area__code",
                "position",
                "points",
                "core",
                "may_not_apply",
                "checklist_required",
                "checklist_provenance",
                "provenance",
                "prerequisites_provenance",
                "derived_fields",
                "lookback_months",
                "frequency",
                "effort",
                "partner",
                "sources",
            )
        ),
        "texts": sorted(
            map(
                str,
                CriterionText.objects.filter(criterion__standard=standard).values_list(
                    "criterion__code",
                    "language",
                    "title",
                    "statement",
                    "why",
                    "evidence",
                    "not_enough",
                    "reading_notes",
                    "first_steps",
                    "departments",
                    "checklist",
                ),
            )
        ),
        "checklists": sorted(ChecklistItem.objects.filter(criterion__standard=standard).values_list("criterion__code", "position", "text")),
        "needs": sorted(
            Prerequisite.objects.filter(criterion__standard=standard).values_list("criterion__code", "needs__code", "needs__standard")
        ),
        "tiers": list(
            standard.tiers.order_by("position").values_list(
                "key", "name", "position", "floor_percent", "requires_core", "area_minimum_percent", "provenance"
            )
        ),
        "required": sorted(TierRequirement.objects.filter(tier__standard=standard).values_list("tier__key", "criterion__code")),
    }


def test_the_next_edition_begins_as_a_whole_copy(current, draft, staff):
    before, after = whole(current), whole(draft)
    for need in (before, after):
        need["needs"] = [(code, needed) for code, needed, _standard in need["needs"]]
    assert after == before
    assert set(Prerequisite.objects.filter(criterion__standard=draft).values_list("needs__standard", flat=True)) == {draft.pk}
    assert (draft.status, draft.drafted_from, draft.rounding, draft.note) == ("draft", current, current.rounding, current.note)
    links = queries.links(current, draft)
    assert {(link.kind, link.comparable) for link in links} == {("same", True)}
    assert [link.origin.code for link in links] == [link.successor.code for link in links]
    assert len(links) == 43
    event = history_of(draft).get()
    assert (event.verb, event.by, event.after, event.data) == ("edition_drafted", staff, "draft", {"drafted_from": "2022"})


def test_a_copy_keeps_what_tiers_require(current, draft, director, staff):
    TierRequirement.objects.create(tier=draft.tiers.get(key="gold"), criterion=draft.criteria.get(code="DM3"))
    publishing.publish(draft, by=director, at=NOW)
    after = publishing.draft_next(draft, code="2028", name="2028 Standard", by=staff, at=NOW)
    assert whole(after)["required"] == [("gold", "DM3")]


@pytest.mark.parametrize("code", ["2022", "drafts", "new", "20/25", "2025 b", "x", "", "-5"])
def test_a_code_that_is_taken_or_cannot_stand_in_an_address_is_refused(current, staff, code):
    before = Standard.objects.count()
    with pytest.raises(publishing.CodeRefused):
        publishing.draft_next(current, code=code, name="Next", by=staff, at=NOW)
    assert Standard.objects.count() == before


def test_a_draft_is_not_drafted_from(draft, staff):
    with pytest.raises(publishing.StillDraft):
        publishing.draft_next(draft, code="2028", name="Next", by=staff, at=NOW)


def test_only_the_program_drafts(current, stranger):
    with pytest.raises(NotFound):
        publishing.draft_next(current, code="2025", name="Next", by=stranger, at=NOW)


def test_a_director_publishes(draft, director, now):
    publishing.publish(draft, by=director, at=now)
    draft.refresh_from_db()
    assert (draft.status, draft.published_by, draft.published_at) == ("published", director, now)
    event = history_of(draft).last()
    assert (event.verb, event.by, event.before, event.after) == ("edition_published", director, "draft", "published")


@pytest.mark.parametrize(("who", "refusal"), [("staff", NotAllowed), ("stranger", NotFound), (None, NotFound)])
def test_nobody_else_publishes_or_retires(draft, current, who, refusal, request):
    by = request.getfixturevalue(who) if who else None
    with pytest.raises(refusal):
        publishing.publish(draft, by=by, at=NOW)
    with pytest.raises(refusal):
        publishing.retire(current, by=by, at=NOW)
    assert Standard.objects.get(pk=draft.pk).status == "draft"
    assert Standard.objects.get(pk=current.pk).status == "published"


def test_the_loader_publishes_without_a_person(draft):
    with record.through("loader"):
        publishing.publish(draft, by=None, at=NOW)
    event = history_of(draft).last()
    assert (event.verb, event.by, event.channel) == ("edition_published", None, "loader")


def test_a_draft_with_problems_is_refused_with_all_of_them(draft, director):
    draft.criteria.filter(code="DM3").update(checklist_required=9)
    draft.tiers.filter(key="gold").update(floor_percent=50)
    with pytest.raises(publishing.NotReady) as error:
        publishing.publish(draft, by=director, at=NOW)
    assert [(p.subject, str(p.text)) for p in error.value.problems] == [
        ("DM3", "Its checklist asks for 9 of 5."),
        ("Gold", "It does not begin above Silver, the tier before it."),
    ]
    assert (draft.status, Standard.objects.get(pk=draft.pk).status) == ("draft", "draft")


def test_nothing_is_published_twice(draft, director):
    publishing.publish(draft, by=director, at=NOW)
    with pytest.raises(publishing.WrongStage):
        publishing.publish(Standard.objects.get(pk=draft.pk), by=director, at=NOW)
    assert history_of(draft).filter(verb="edition_published").count() == 1


def test_a_published_edition_is_retired_once(current, draft, director, now):
    publishing.retire(current, by=director, at=now)
    current.refresh_from_db()
    assert (current.status, current.retired_by, current.retired_at) == ("retired", director, now)
    for wrong in (current, draft):
        with pytest.raises(publishing.WrongStage):
            publishing.retire(wrong, by=director, at=now)


def test_a_changed_edition_scores_as_it_says(draft, staff, director):
    drafting.remove_tier(Tier.objects.get(standard=draft, key="certified"), by=staff, at=NOW)
    publishing.publish(draft, by=director, at=NOW)
    assert [tier.key for tier in queries.rulebook(draft).tiers] == ["silver", "gold", "platinum"]


@pytest.mark.races
def test_publishing_waits_for_an_edit_in_hand(standing, postgres, now):
    staff, director = people.person("staff", is_staff=True), people.person("director", is_director=True)
    draft = publishing.draft_next(Standard.objects.get(code="2022"), code="2025", name="Next", by=staff, at=now)
    edited, refused = threading.Event(), []

    def publish():
        edited.wait(10)
        try:
            publishing.publish(Standard.objects.get(pk=draft.pk), by=director, at=now)
        except publishing.NotReady as error:
            refused.append(error)
        finally:
            connection.close()

    other = threading.Thread(target=publish)
    other.start()
    with transaction.atomic():
        gold = Tier.objects.get(standard=draft, key="gold")
        drafting.edit_tier(gold, name="Gold", floor_percent=50, requires_core=True, area_minimum_percent=0, required=[], by=staff, at=now)
        edited.set()
        other.join(0.5)
        assert other.is_alive(), "publishing must wait for the edition's row"
    other.join(10)
    assert len(refused) == 1
    assert Standard.objects.get(pk=draft.pk).status == "draft"
