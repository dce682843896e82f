"""The editions as the fixtures give them: counts, codes, checklists, gates and how sure each thing is."""

import json

import pytest
from django.conf import settings

from criteria import queries
from criteria.models import ChecklistItem, Criterion, CriterionLink, CriterionText, PracticeAreaText, Provenance, Standard, Tier
from criteria.scoring import Verdict, floor_points, score

pytestmark = pytest.mark.django_db

AREAS = {
    "2018": {"DG": 6, "EV": 5, "GM": 7, "OD": 4, "PA": 6, "RP": 4, "RDC": 8, "SE": 5},
    "2022": {"DM": 9, "EVAL": 4, "LC": 7, "BF": 3, "RDC": 8, "OD": 4, "CI": 3, "PA": 5},
}
PREREQUISITES = {
    "2018": "DG4<DG2 EV3<EV2 OD2<OD1 OD4<OD3 PA2<PA1 PA3<PA1 PA5<PA2 RP2<RP1 RP3<RP2 RDC2<RDC1 RDC3<RDC2 RDC4<RDC1 RDC5<RDC2 RDC6<RDC2",
    "2022": "DM3<DM1 DM4<DM2 DM8<DM2 EVAL3<EVAL2 BF2<BF1 BF3<BF1 RDC2<RDC1 RDC3<RDC2 RDC4<RDC1 RDC5<RDC2 RDC6<RDC2 RDC7<OD3 "
    "OD2<OD3 OD3<OD1 OD4<OD3 CI2<DM2 PA2<PA1 PA3<PA1 PA5<PA2",
}
PUBLISHED_2018 = {"DG1", "DG2", "DG3", "EV2", "OD1", "OD2", "OD3", "PA1", "PA4", "RDC6", "SE1", "SE2", "SE3", "SE4"}


def edition(code):
    return Standard.objects.get(code=code)


@pytest.mark.parametrize("code", ["2018", "2022"])
def test_each_area_has_its_criteria_in_order(code):
    found = {}
    for criterion in Criterion.objects.filter(standard__code=code).select_related("area").order_by("position"):
        found.setdefault(criterion.area.code, []).append(criterion.code)
    assert {area: len(codes) for area, codes in found.items()} == AREAS[code]
    assert list(found) == list(AREAS[code])
    for area, codes in found.items():
        assert codes == [f"{area}{number}" for number in range(1, len(codes) + 1)]
    assert sum(AREAS["2018"].values()) == 45
    assert sum(AREAS["2022"].values()) == 43


@pytest.mark.parametrize("code", ["2018", "2022"])
def test_prerequisites_are_those_known_and_marked_reconstructed(code):
    rows = Criterion.objects.filter(standard__code=code, prerequisites__isnull=False).order_by("position", "prerequisites__pk")
    assert [f"{a}<{b}" for a, b in rows.values_list("code", "prerequisites__needs__code")] == PREREQUISITES[code].split()
    assert {c.prerequisites_provenance for c in rows} == {Provenance.RECONSTRUCTED}


def test_core_criteria_are_gates_of_2022_alone():
    assert set(Criterion.objects.filter(core=True).values_list("standard__code", "code")) == {("2022", c) for c in ("DM1", "LC1", "PA1")}
    assert set(Tier.objects.filter(requires_core=True).values_list("standard__code", flat=True)) == {"2022"}


@pytest.mark.parametrize(
    ("code", "criterion", "required", "items", "sure"),
    [
        ("2018", "DG1", 3, 4, "published"),
        ("2018", "DG2", 4, 4, "partly"),
        ("2018", "DG3", 4, 4, "partly"),
        ("2022", "DM3", 4, 5, "partly"),
        ("2022", "DM5", 2, 3, "partly"),
        ("2022", "DM1", 4, 4, "derived"),
    ],
)
def test_checklists_need_k_of_n(code, criterion, required, items, sure):
    found = Criterion.objects.get(standard__code=code, code=criterion)
    assert (found.checklist_required, found.checklist.count(), found.checklist_provenance) == (required, items, sure)


def test_every_criterion_has_all_its_help():
    for text in CriterionText.objects.select_related("criterion"):
        assert text.title, text.criterion
        assert text.statement.endswith("."), text.criterion
        assert text.why, text.criterion
        for name in ("evidence", "not_enough", "reading_notes", "first_steps", "departments"):
            assert getattr(text, name), f"{text.criterion} {name}"
    for criterion in Criterion.objects.all():
        assert 1 <= criterion.checklist_required <= criterion.checklist.count(), criterion
        assert criterion.effort in {"weeks", "months", "year"}, criterion
        assert criterion.lookback_months in {None, 12, 24}, criterion
        assert criterion.frequency in {"", "quarterly", "annual"}, criterion
    assert ChecklistItem.objects.count() == 339


def test_each_criterion_of_2018_without_a_published_text_is_marked():
    found = {c.code: c.provenance for c in Criterion.objects.filter(standard__code="2018")}
    assert {code for code, sure in found.items() if sure != "reconstructed"} == PUBLISHED_2018
    assert found["DG3"] == "partly"
    assert list(found.values()).count("reconstructed") == 31
    assert set(Criterion.objects.filter(standard__code="2022").values_list("provenance", flat=True)) == {"published"}


def test_a_derived_checklist_is_listed_as_derived():
    for criterion in Criterion.objects.all():
        marks = {name for name in criterion.derived_fields if name.startswith("checklist")}
        expected = {"published": set(), "derived": {"checklist"}}
        if criterion.checklist_provenance in expected:
            assert marks == expected[criterion.checklist_provenance], criterion
        else:
            assert len(marks) == 1, criterion
            assert marks < {"checklist.items", "checklist.required"}, criterion


@pytest.mark.parametrize(
    ("code", "percents", "floors"), [("2018", [34, 51, 67, 84], [16, 23, 31, 38]), ("2022", [34, 51, 68, 85], [15, 22, 30, 37])]
)
def test_four_tiers_of_which_the_entry_tier_is_ours(code, percents, floors):
    tiers = list(edition(code).tiers.order_by("position"))
    assert [tier.key for tier in tiers] == ["certified", "silver", "gold", "platinum"]
    assert [tier.floor_percent for tier in tiers] == percents
    assert [tier.provenance for tier in tiers] == ["derived", "published", "published", "published"]
    book = queries.rulebook(edition(code))
    assert [floor_points(tier, len(book.rules), book.rounding) for tier in book.tiers] == floors


@pytest.mark.parametrize(
    ("code", "met", "tier"),
    [
        ("2018", 15, None), ("2018", 16, "certified"), ("2018", 22, "certified"), ("2018", 23, "silver"), ("2018", 30, "silver"),
        ("2018", 31, "gold"), ("2018", 37, "gold"), ("2018", 38, "platinum"), ("2018", 45, "platinum"),
        ("2022", 14, None), ("2022", 15, "certified"), ("2022", 21, "certified"), ("2022", 22, "silver"), ("2022", 29, "silver"),
        ("2022", 30, "gold"), ("2022", 36, "gold"), ("2022", 37, "platinum"), ("2022", 43, "platinum"),
    ],
)  # fmt: skip
def test_floors_of_the_real_editions(code, met, tier):
    book = queries.rulebook(edition(code))
    # Core first, then every prerequisite before what needs it, so that each criterion met earns its point.
    order = sorted(book.in_order, key=lambda rule: not rule.core)
    chosen = {rule.code for rule in order[:met]}
    found = score(book, {rule.code: Verdict.MET if rule.code in chosen else Verdict.NOT_MET for rule in book.rules})
    assert (found.points, found.possible, found.tier) == (met, len(book.rules), tier)


def test_without_a_core_criterion_there_is_no_tier_whatever_the_points():
    book = queries.rulebook(edition("2022"))
    found = score(book, {rule.code: Verdict.NOT_MET if rule.code == "LC1" else Verdict.MET for rule in book.rules})
    assert (found.points, found.tier) == (42, None)


def test_every_criterion_of_both_editions_is_linked():
    links = CriterionLink.objects.filter(from_standard__code="2018", to_standard__code="2022")
    kinds = list(links.values_list("kind", flat=True))
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"same": 4, "reworded": 31, "merged": 8, "new": 4, "withdrawn": 2}
    assert links.filter(comparable=True).count() == 13
    assert set(links.filter(kind="withdrawn").values_list("origin__code", flat=True)) == {"OD2", "OD4"}
    assert set(links.filter(kind="new").values_list("successor__code", flat=True)) == {"DM7", "DM8", "DM9", "CI2"}
    assert all(link.note and link.provenance for link in links)
    assert set(links.exclude(origin=None).values_list("origin__code", flat=True)) == set(
        edition("2018").criteria.values_list("code", flat=True)
    )
    assert set(links.exclude(successor=None).values_list("successor__code", flat=True)) == set(
        edition("2022").criteria.values_list("code", flat=True)
    )


def test_areas_have_names_in_three_languages_and_partners():
    assert PracticeAreaText.objects.count() == 32
    assert PracticeAreaText.objects.get(area__code="DM", language="pt-br").name == "Gestão de dados"
    assert PracticeAreaText.objects.get(area__code="RP", language="es").name == "Reasignación de recursos"
    assert edition("2022").areas.get(code="DM").partner == "GovEx at Johns Hopkins University"
    assert edition("2022").areas.get(code="LC").partner == ""
    assert edition("2022").areas.get(code="CI").also_called == ["Stakeholder Impact", "Stakeholder Engagement"]


def test_the_outcome_standard_is_a_note_and_no_gate():
    assert "air pollution" in edition("2022").note
    assert "not a gate" in edition("2022").note
    assert edition("2022").languages == ["en", "es", "pt-br"]


def test_fixtures_hold_no_numbers_of_rows_and_only_addresses_as_sources():
    for path in sorted((settings.BASE_DIR / "fixtures").glob("standard-*.json")):
        data = json.loads(path.read_text())
        text = path.read_text()
        assert '"pk"' not in text
        for source in [*data["sources"], *(s for a in data["areas"] for c in a["criteria"] for s in c["sources"])]:
            assert source.startswith("https://"), source
