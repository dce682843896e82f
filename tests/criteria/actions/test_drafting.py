"""Editing a draft: each act changes what it says, is recorded, and has no door into a published edition."""

import pytest

from criteria import queries
from criteria.actions import drafting, publishing
from criteria.models import CriterionText, PracticeAreaText, Standard
from tests.conftest import NOW
from wwc.audit.models import Event
from wwc.audit.record import history_of
from wwc.refusals import NotAllowed, NotFound

pytestmark = pytest.mark.django_db

WORDS = {
    "title": "Sharing Data",
    "statement": "The city shares data.",
    "why": "",
    "evidence": ["a"],
    "not_enough": [],
    "reading_notes": [],
    "first_steps": [],
    "departments": [],
}
RULES = {
    "points": 2,
    "core": True,
    "may_not_apply": False,
    "lookback_months": 36,
    "frequency": "annual",
    "effort": "year",
    "partner": "A partner",
}
TIER = {"name": "Gold", "floor_percent": 70, "requires_core": True, "area_minimum_percent": 10, "required": ["DM3"]}

# Every act, with what it works on and what it is given.
ACTS = {
    "edit_standard": (lambda s: s, {"name": "New", "rounding": "half_up", "in_force": "", "note": ""}),
    "edit_area": (lambda s: s.areas.get(code="DM"), {"name": "New", "description": "", "partner": ""}),
    "edit_words": (lambda s: s.criteria.get(code="DM3"), {"words": WORDS}),
    "edit_rules": (lambda s: s.criteria.get(code="DM3"), {"rules": RULES}),
    "edit_checklist": (lambda s: s.criteria.get(code="DM3"), {"items": ["one", "two"], "required": 1}),
    "set_prerequisites": (lambda s: s.criteria.get(code="DM3"), {"needs": ["DM2"]}),
    "add_criterion": (
        lambda s: s.areas.get(code="DM"),
        {"code": "DM10", "title": "T", "statement": "S.", "items": ["one"], "required": 1},
    ),
    "withdraw_criterion": (lambda s: s.criteria.get(code="DM9"), {}),
    "set_link": (
        lambda s: s.criteria.get(code="DM3"),
        {"kind": "reworded", "origins": ["DM3"], "comparable": False, "note": "n"},
    ),
    "explain_withdrawn": (lambda s: s.links_back.order_by("pk").first(), {"note": "Gone."}),
    "edit_tier": (lambda s: s.tiers.get(key="gold"), TIER),
    "add_tier": (lambda s: s, {"key": "bronze", "name": "Bronze", "floor_percent": 42}),
    "remove_tier": (lambda s: s.tiers.get(key="certified"), {}),
}


def do(name, standard, by, **more):
    thing, given = ACTS[name]
    return getattr(drafting, name)(thing(standard), **{**given, **more}, by=by, at=NOW)


def criterion(draft, code):
    return queries.criterion_of(draft, code)


@pytest.mark.parametrize("name", ACTS)
def test_nobody_edits_a_published_edition(name, current, staff, director, stranger):
    for by, refusal in ((staff, NotAllowed), (director, NotAllowed), (stranger, NotFound), (None, NotFound)):
        with pytest.raises(refusal):
            do(name, current, by)
    assert not Event.objects.filter(by__isnull=False).exists()


@pytest.mark.parametrize("name", ACTS)
def test_a_draft_is_open_to_staff_and_closed_to_others(name, draft, staff, stranger):
    with pytest.raises(NotFound):
        do(name, draft, stranger)
    before = history_of(draft).count()
    do(name, draft, staff)
    event = history_of(draft).last()
    assert history_of(draft).count() == before + 1
    assert (event.by, event.at) == (staff, NOW)


@pytest.mark.parametrize("name", ACTS)
def test_an_edit_after_publishing_is_refused(name, draft, staff, director):
    held = Standard.objects.get(pk=draft.pk)
    thing, given = ACTS[name]
    subject = thing(held)
    publishing.publish(draft, by=director, at=NOW)
    for row in (subject, getattr(subject, "standard", None), getattr(subject, "to_standard", None)):
        if isinstance(row, Standard):
            row.status = "draft"  # as a page that was loaded before still believes
    with pytest.raises(drafting.PublishedMeanwhile):
        getattr(drafting, name)(subject, **given, by=staff, at=NOW)


@pytest.mark.parametrize(
    "name", ["edit_standard", "edit_area", "edit_words", "edit_rules", "edit_checklist", "set_prerequisites", "edit_tier"]
)
def test_saving_what_is_there_already_records_nothing(name, draft, staff):
    do(name, draft, staff)
    before = history_of(draft).count()
    do(name, draft, staff)
    assert history_of(draft).count() == before


def test_words_of_the_program_lose_the_mark_of_ours(draft, staff):
    dg = draft.criteria.get(code="DM3")
    assert {"why", "evidence"} <= set(dg.derived_fields)
    CriterionText.objects.create(criterion=dg, language="es", title="t", statement="s")
    text = dg.texts.get(language="en")
    words = {name: getattr(text, name) for name in WORDS} | {"why": "Because.", "evidence": ["A log", "A form"]}
    drafting.edit_words(dg, words=words, by=staff, at=NOW)
    found = criterion(draft, "DM3")
    assert (found.text.why, found.text.evidence, found.text.title) == ("Because.", ["A log", "A form"], "Sharing Data")
    assert "why" not in found.derived_fields
    assert "evidence" not in found.derived_fields
    assert "not_enough" in found.derived_fields
    assert list(found.texts.values_list("language", flat=True)) == ["en"], "a translation of the old words is dropped"
    changed = history_of(draft).last().data["changed"]
    assert changed["why"][1] == "Because."
    assert set(changed) == {"why", "evidence"}


def test_a_reconstructed_criterion_becomes_the_program_s_own_when_its_text_is_written(staff):
    older = publishing.draft_next(Standard.objects.get(code="2018"), code="2019b", name="Next", by=staff, at=NOW)
    gm1 = older.criteria.get(code="GM1")
    text = gm1.texts.get(language="en")
    words = {name: getattr(text, name) for name in WORDS}
    drafting.edit_words(gm1, words=words | {"why": "New."}, by=staff, at=NOW)
    assert criterion(older, "GM1").provenance == "reconstructed"
    drafting.edit_words(gm1, words=words | {"why": "New.", "statement": "The city says so."}, by=staff, at=NOW)
    assert criterion(older, "GM1").provenance == "published"


def test_rules_are_changed(draft, staff):
    do("edit_rules", draft, staff)
    found = criterion(draft, "DM3")
    assert {name: getattr(found, name) for name in RULES} == RULES
    assert "lookback_months" not in found.derived_fields
    assert queries.rulebook(draft).by_code["DM3"].points == 2


def test_a_checklist_is_replaced_and_the_program_s_own(draft, staff):
    dm3 = draft.criteria.get(code="DM3")
    CriterionText.objects.create(criterion=dm3, language="es", title="t", statement="s", checklist=["1", "2", "3", "4", "5"])
    do("edit_checklist", draft, staff)
    found = criterion(draft, "DM3")
    assert ([item.text for item in found.items], found.checklist_required, found.checklist_provenance) == (["one", "two"], 1, "published")
    assert not {"checklist", "checklist.items", "checklist.required"} & set(found.derived_fields)
    assert dm3.texts.get(language="es").checklist == []


def test_prerequisites_are_set_and_cleared(draft, staff):
    drafting.set_prerequisites(draft.criteria.get(code="DM3"), needs=["PA1", "DM2"], by=staff, at=NOW)
    assert (criterion(draft, "DM3").needs_codes, criterion(draft, "DM3").prerequisites_provenance) == (["DM2", "PA1"], "published")
    drafting.set_prerequisites(draft.criteria.get(code="DM3"), needs=[], by=staff, at=NOW)
    assert (criterion(draft, "DM3").needs_codes, criterion(draft, "DM3").prerequisites_provenance) == ([], "none")


@pytest.mark.parametrize(("needs", "refusal"), [(["DM2", "XX1"], drafting.UnknownCode), (["DM3"], drafting.NeedsItself)])
def test_wrong_prerequisites_are_refused(draft, staff, needs, refusal):
    with pytest.raises(refusal):
        drafting.set_prerequisites(draft.criteria.get(code="DM3"), needs=needs, by=staff, at=NOW)
    assert criterion(draft, "DM3").needs_codes == ["DM1"]


def test_an_unknown_code_is_named(draft, staff):
    with pytest.raises(drafting.UnknownCode, match=r"not in the edition: XX1, XX2\."):
        drafting.set_prerequisites(draft.criteria.get(code="DM3"), needs=["XX1", "DM2", "XX2"], by=staff, at=NOW)


def test_a_criterion_is_added_at_the_end_of_its_area_as_new(draft, staff, director):
    new = do("add_criterion", draft, staff)
    codes = [each.code for each in queries.criteria_of(draft)]
    assert codes[8:11] == ["DM9", "DM10", "EVAL1"]
    assert len(codes) == len(set(draft.criteria.values_list("position", flat=True))) == 44
    assert [(link.kind, link.origin) for link in new.links_back.all()] == [("new", None)]
    assert queries.problems(draft) == []
    publishing.publish(draft, by=director, at=NOW)
    assert len(queries.rulebook(draft).rules) == 44


def test_a_code_in_use_is_refused(draft, staff):
    with pytest.raises(drafting.CodeTaken):
        do("add_criterion", draft, staff, code="DM9")
    with pytest.raises(drafting.CodeTaken):
        do("add_tier", draft, staff, key="gold")


def test_a_withdrawn_criterion_is_listed_as_withdrawn(draft, current, staff, director):
    do("withdraw_criterion", draft, staff)
    links = queries.links(current, draft)
    assert [(link.origin.code, link.successor) for link in links if link.kind == "withdrawn"] == [("DM9", None)]
    assert not draft.criteria.filter(code="DM9").exists()
    drafting.explain_withdrawn(links[-1], note="Folded into law.", by=staff, at=NOW)
    publishing.publish(draft, by=director, at=NOW)
    assert queries.links(current, draft)[-1].note == "Folded into law."


def test_an_added_criterion_that_goes_again_leaves_nothing(draft, current, staff):
    new = do("add_criterion", draft, staff)
    drafting.withdraw_criterion(new, by=staff, at=NOW)
    assert {link.kind for link in queries.links(current, draft)} == {"same"}
    assert queries.problems(draft) == []


def test_what_others_rest_on_is_not_withdrawn(draft, staff):
    do("edit_tier", draft, staff)
    with pytest.raises(drafting.StillNeeded, match="Gold"):
        drafting.withdraw_criterion(draft.criteria.get(code="DM3"), by=staff, at=NOW)
    with pytest.raises(drafting.StillNeeded, match="DM4, DM8, CI2"):
        drafting.withdraw_criterion(draft.criteria.get(code="DM2"), by=staff, at=NOW)
    assert draft.criteria.count() == 43


def test_merging_two_criteria_into_one(draft, current, staff, director):
    drafting.withdraw_criterion(draft.criteria.get(code="DM9"), by=staff, at=NOW)
    dm8 = draft.criteria.get(code="DM8")
    drafting.set_link(dm8, kind="merged", origins=["DM8", "DM9"], comparable=False, note="One now.", by=staff, at=NOW)
    links = [(link.origin.code, link.kind, link.note) for link in queries.links(current, draft) if link.successor == dm8]
    assert links == [("DM8", "merged", "One now."), ("DM9", "merged", "One now.")]
    assert not draft.links_back.filter(kind="withdrawn").exists()
    publishing.publish(draft, by=director, at=NOW)


def test_calling_a_criterion_new_withdraws_what_it_came_from(draft, current, staff):
    drafting.set_link(draft.criteria.get(code="DM9"), kind="new", origins=[], comparable=False, note="", by=staff, at=NOW)
    assert [(link.kind, link.origin.code) for link in queries.links(current, draft) if not link.successor] == [("withdrawn", "DM9")]
    drafting.set_link(draft.criteria.get(code="DM9"), kind="same", origins=["DM9"], comparable=True, note="", by=staff, at=NOW)
    assert {link.kind for link in queries.links(current, draft)} == {"same"}
    assert queries.problems(draft) == []


@pytest.mark.parametrize(
    ("kind", "origins", "comparable"),
    [
        ("new", ["DM3"], False),
        ("same", [], True),
        ("same", ["DM3", "DM4"], True),
        ("merged", ["DM3"], False),
        ("split", [], False),
        ("withdrawn", ["DM3"], False),
        ("merged", ["DM3", "DM4"], True),
        ("split", ["DM3"], True),
    ],
)
def test_kinds_and_ends_that_do_not_fit_are_refused(draft, staff, kind, origins, comparable):
    with pytest.raises(drafting.WrongEnds):
        drafting.set_link(draft.criteria.get(code="DM3"), kind=kind, origins=origins, comparable=comparable, note="", by=staff, at=NOW)
    assert draft.links_back.get(successor__code="DM3").kind == "same"


def test_a_link_to_nothing_known_is_refused(draft, staff):
    with pytest.raises(drafting.UnknownCode):
        drafting.set_link(draft.criteria.get(code="DM3"), kind="same", origins=["XX1"], comparable=True, note="", by=staff, at=NOW)


def test_a_first_edition_has_nothing_to_link_to(draft, staff):
    Standard.objects.filter(pk=draft.pk).update(drafted_from=None)
    draft.links_back.all().delete()
    found = Standard.objects.get(pk=draft.pk).criteria.get(code="DM3")
    with pytest.raises(drafting.NothingBefore):
        drafting.set_link(found, kind="same", origins=["DM3"], comparable=True, note="", by=staff, at=NOW)
    drafting.withdraw_criterion(Standard.objects.get(pk=draft.pk).criteria.get(code="DM9"), by=staff, at=NOW)
    do("add_criterion", Standard.objects.get(pk=draft.pk), staff)
    assert not draft.links_back.exists()
    assert queries.problems(Standard.objects.get(pk=draft.pk)) == []


def test_a_tier_is_changed(draft, staff):
    do("edit_tier", draft, staff)
    tier = draft.tiers.get(key="gold")
    assert (tier.floor_percent, tier.area_minimum_percent, tier.provenance) == (70, 10, "published")
    assert queries.rulebook(draft).tier("gold").required == {"DM3"}
    do("edit_tier", draft, staff, required=[])
    assert queries.rulebook(draft).tier("gold").required == frozenset()


def test_a_tier_is_added_where_its_floor_belongs(draft, staff):
    do("add_tier", draft, staff)
    assert [tier.key for tier in queries.tiers_of(draft, 43)] == ["certified", "bronze", "silver", "gold", "platinum"]
    do("add_tier", draft, staff, key="diamond", floor_percent=95)
    assert [tier.key for tier in queries.tiers_of(draft, 43)][-1] == "diamond"
    assert queries.problems(draft) == []


def test_the_published_three_tiers_are_one_row_less(draft, staff, director):
    do("remove_tier", draft, staff)
    publishing.publish(draft, by=director, at=NOW)
    assert [tier.key for tier in queries.rulebook(draft).tiers] == ["silver", "gold", "platinum"]


def test_a_new_name_of_an_area_drops_its_translations(draft, staff):
    area = draft.areas.get(code="DM")
    drafting.edit_area(area, name=area.name, description="d", partner="p", by=staff, at=NOW)
    assert PracticeAreaText.objects.filter(area=area).count() == 2
    drafting.edit_area(area, name="Data", description="d", partner="p", by=staff, at=NOW)
    assert PracticeAreaText.objects.filter(area=area).count() == 0


def test_rounding_is_changed(draft, staff):
    do("edit_standard", draft, staff)
    assert queries.rulebook(Standard.objects.get(pk=draft.pk)).rounding == "half_up"
