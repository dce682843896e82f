"""Reading the rulebook: few queries, the right words, and problems found."""

import pytest
from django.contrib.auth.models import AnonymousUser

from criteria import queries
from criteria.models import (
    ChecklistItem,
    Criterion,
    CriterionLink,
    CriterionText,
    PracticeArea,
    Prerequisite,
    Standard,
    Tier,
    TierRequirement,
)
from criteria.scoring import RulebookError
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def told(standard):
    return [(problem.subject, str(problem.text)) for problem in queries.problems(standard)]


def test_the_current_edition_is_the_one_published_last(current, draft):
    assert queries.current_standard() == current
    Standard.objects.filter(pk=draft.pk).update(status="published", published_at=NOW.replace(year=2099))
    assert queries.current_standard() == draft
    Standard.objects.filter(status="published").update(status="retired", retired_at=NOW)
    with pytest.raises(Standard.DoesNotExist):
        queries.current_standard()


def test_drafts_are_for_staff_alone(draft, staff, director, stranger):
    for user in (None, AnonymousUser(), stranger):
        assert [s.code for s in queries.standards_shown(user)] == ["2022", "2018"]
    for user in (staff, director):
        assert [s.code for s in queries.standards_shown(user)] == ["2025", "2022", "2018"]


@pytest.mark.parametrize("code", ["2018", "2022"])
def test_a_rulebook_takes_four_queries(code, django_assert_num_queries):
    standard = Standard.objects.get(code=code)
    with django_assert_num_queries(4):
        book = queries.rulebook(standard)
    assert book.edition == code
    assert book.rounding == "exact"
    assert {rule.area for rule in book.rules} == set(standard.areas.values_list("code", flat=True))
    assert {rule.points for rule in book.rules} == {1}


def test_a_rulebook_says_what_the_rows_say(draft):
    dm3, gold = draft.criteria.get(code="DM3"), draft.tiers.get(key="gold")
    Criterion.objects.filter(pk=dm3.pk).update(points=3, may_not_apply=True, effort="year")
    Prerequisite.objects.create(criterion=dm3, needs=draft.criteria.get(code="PA5"))
    TierRequirement.objects.create(tier=gold, criterion=dm3)
    Tier.objects.filter(pk=gold.pk).update(area_minimum_percent=20, requires_core=False)
    book = queries.rulebook(draft)
    rule = book.by_code["DM3"]
    assert (rule.points, rule.may_not_apply, rule.effort, rule.needs, rule.core) == (3, True, "year", ("DM1", "PA5"), False)
    step = book.tier("gold")
    assert (step.required, step.area_minimum_percent, step.requires_core, step.floor_percent) == (frozenset({"DM3"}), 20, False, 68)


def test_rows_that_make_no_sense_are_an_error_never_a_zero(draft):
    Prerequisite.objects.create(criterion=draft.criteria.get(code="PA1"), needs=draft.criteria.get(code="PA5"))
    with pytest.raises(RulebookError) as error:
        queries.rulebook(draft)
    assert [fault.kind for fault in error.value.faults] == ["loop"]


def test_criteria_come_with_their_words_in_six_queries(current, django_assert_num_queries):
    with django_assert_num_queries(6):
        found = queries.criteria_of(current)
        words = [(c.code, c.area.name_shown, c.text.title, c.text_is_fallback, len(c.lines), c.needs_codes, c.needed_codes) for c in found]
    assert len(words) == 43
    assert words[2] == ("DM3", "Data Management", "Sharing Data", False, 5, ["DM1"], [])
    assert words[1][6] == ["DM4", "DM8", "CI2"]


def test_another_language_falls_back_to_english_and_says_so(current):
    criterion = current.criteria.get(code="DM3")
    CriterionText.objects.create(
        criterion=criterion, language="es", title="Compartir datos", statement="La ciudad comparte.", checklist=["uno"]
    )
    found = {each.code: each for each in queries.criteria_of(current, "es")}
    assert (found["DM3"].text.title, found["DM3"].text_is_fallback) == ("Compartir datos", False)
    assert len(found["DM3"].lines) == 5, "a translated checklist with fewer lines is not shown"
    assert (found["DM4"].text.title, found["DM4"].text_is_fallback) == ("Improving Data Quality", True)
    assert found["DM4"].area.name_shown == "Gestión de datos"


def test_a_whole_translated_checklist_is_shown(current):
    criterion = current.criteria.get(code="DM5")
    CriterionText.objects.create(criterion=criterion, language="es", title="t", statement="s", checklist=["uno", "dos", "tres"])
    assert queries.criterion_of(current, "DM5", "es").lines == ["uno", "dos", "tres"]
    assert queries.criterion_of(current, "XX1") is None


def test_areas_are_named_in_the_language(current):
    assert queries.areas_of(current, "pt-br")[0].name_shown == "Gestão de dados"
    assert queries.areas_of(current, "fr")[0].name_shown == "Data Management"


def test_links_stand_in_the_later_order_with_withdrawn_ones_last(current, django_assert_num_queries):
    older = Standard.objects.get(code="2018")
    with django_assert_num_queries(1):
        found = [(link.origin and link.origin.code, link.successor and link.successor.code) for link in queries.links(older, current)]
    assert len(found) == 49
    assert found[0] == ("DG2", "DM1")
    assert found[-2:] == [("OD2", None), ("OD4", None)]
    assert queries.links(current, older) == []


def test_changes_name_what_differs(draft, current, django_assert_num_queries):
    CriterionText.objects.filter(criterion__standard=draft, criterion__code="DM3").update(title="Sharing More Data")
    Criterion.objects.filter(standard=draft, code="DM3").update(core=True, points=2)
    with django_assert_num_queries(13):
        found = {link.successor.code: link.changed for link in queries.changes(current, draft) if link.changed}
    assert list(found) == ["DM3"]
    assert [(str(name), before, after) for name, before, after in found["DM3"]] == [
        ("Title", "Sharing Data", "Sharing More Data"),
        ("Points", "1", "2"),
        ("Core", "no", "yes"),
    ]


def test_what_became_of_a_criterion_hides_drafts(current, draft, staff):
    dm3 = current.criteria.get(code="DM3")
    assert queries.links_onward(dm3) == []
    assert [link.to_standard.code for link in queries.links_onward(dm3, staff)] == ["2025"]
    back = queries.links_back(dm3)
    assert [(link.origin.code, link.origin.text.title) for link in back] == [("DG4", "Data Sharing")]


def test_tiers_know_their_first_point_and_what_they_require(current):
    found = queries.tiers_of(current, 43)
    assert [(tier.key, tier.at, tier.required_codes) for tier in found] == [
        ("certified", 15, []),
        ("silver", 22, []),
        ("gold", 30, []),
        ("platinum", 37, []),
    ]


def test_the_real_editions_and_a_fresh_draft_have_no_problems(current, draft, django_assert_num_queries):
    assert told(Standard.objects.get(code="2018")) == []
    assert told(current) == []
    with django_assert_num_queries(13):
        assert queries.problems(draft) == []


def edit(draft, code, **values):
    draft.criteria.filter(code=code).update(**values)


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (
            lambda d: CriterionText.objects.filter(criterion__standard=d, criterion__code="DM3").update(title=" "),
            ("DM3", "It has no title."),
        ),
        (
            lambda d: CriterionText.objects.filter(criterion__standard=d, criterion__code="DM3").delete(),
            ("DM3", "It does not say what is asked."),
        ),
        (lambda d: ChecklistItem.objects.filter(criterion__standard=d, criterion__code="DM3").delete(), ("DM3", "Its checklist is empty.")),
        (lambda d: edit(d, "DM3", checklist_required=6), ("DM3", "Its checklist asks for 6 of 5.")),
        (lambda d: edit(d, "DM3", checklist_required=0), ("DM3", "Its checklist asks for 0 of 5.")),
        (
            lambda d: ChecklistItem.objects.filter(criterion__standard=d, criterion__code="DM3", position=2).update(text=""),
            ("DM3", "A line of its checklist is empty."),
        ),
        (
            lambda d: edit(d, "DM3", area=PracticeArea.objects.get(standard__code="2022", code="DM")),
            ("DM3", "Its practice area belongs to another edition."),
        ),
        (
            lambda d: Prerequisite.objects.create(criterion=d.criteria.get(code="PA1"), needs=d.criteria.get(code="PA2")),
            ("PA1", "It needs itself, through PA2."),
        ),
        (
            lambda d: Prerequisite.objects.create(
                criterion=d.criteria.get(code="PA1"), needs=Criterion.objects.get(standard__code="2018", code="RP1")
            ),
            ("PA1", "It needs RP1, unknown in this edition."),
        ),
        (
            lambda d: TierRequirement.objects.create(
                tier=d.tiers.get(key="gold"), criterion=Criterion.objects.get(standard__code="2018", code="RP1")
            ),
            ("Gold", "It requires RP1, unknown in this edition."),
        ),
        (lambda d: d.tiers.filter(key="gold").update(floor_percent=51), ("Gold", "It does not begin above Silver, the tier before it.")),
        (
            lambda d: d.tiers.filter(key="certified").update(floor_percent=0),
            ("Certified", "It begins at 0 percent, not above 0 and up to 100."),
        ),
        (lambda d: d.tiers.all().delete(), ("2025", "The edition has no tiers.")),
        (lambda d: PracticeArea.objects.create(standard=d, code="ZZ", name="Zeal", position=9), ("Zeal", "It has no criteria.")),
        (lambda d: d.links_back.filter(successor__code="DM3").delete(), ("DM3", "It is not linked to edition 2022.")),
        (
            lambda d: d.links_back.filter(successor__code="DM3").delete(),
            ("DM3", "A criterion of edition 2022: nothing says what became of it."),
        ),
        (
            lambda d: d.links_back.filter(successor__code="DM3").update(kind="merged", comparable=False),
            ("DM3", "It is called merged and has one origin."),
        ),
        (
            lambda d: d.links_back.filter(successor__code="DM3").update(kind="split", comparable=False),
            ("DM3", "It is called split and is the only part of its origin."),
        ),
        (lambda d: link(d, "DM4", "DM3", "same"), ("DM3", "It has several origins and is not called merged.")),
        (lambda d: link(d, None, "DM3", "new"), ("DM3", "It is called new and has an origin.")),
        (lambda d: link(d, "DM3", None, "withdrawn"), ("DM3", "It is called withdrawn and has a successor.")),
    ],
)
def test_each_kind_of_problem_is_found_and_named(draft, break_it, said):
    break_it(draft)
    assert said in told(draft)


def link(draft, origin, successor, kind):
    CriterionLink.objects.create(
        from_standard=draft.drafted_from,
        to_standard=draft,
        origin=draft.drafted_from.criteria.get(code=origin) if origin else None,
        successor=draft.criteria.get(code=successor) if successor else None,
        kind=kind,
    )


def test_the_places_of_a_checklist_are_fetched_once_for_the_edition(django_assert_num_queries):
    criteria = list(Criterion.objects.filter(standard__code="2022").prefetch_related("checklist"))
    with django_assert_num_queries(1):
        places = {criterion.code: queries.kept_places(criterion) for criterion in criteria}
    assert places == {criterion.code: {item.position for item in criterion.checklist.all()} for criterion in criteria}
    assert max(map(len, places.values())) > 1
