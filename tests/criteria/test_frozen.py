"""The database itself refuses to change what was published, whatever door is used."""

import pytest
from django.db import IntegrityError, connection, transaction

from criteria.models import (
    ChecklistItem,
    Criterion,
    CriterionLink,
    CriterionText,
    PracticeArea,
    PracticeAreaText,
    Prerequisite,
    Standard,
    Tier,
    TierRequirement,
)
from tests.conftest import NOW
from wwc.audit import triggers

pytestmark = pytest.mark.django_db

REFUSED = "part of the record"
FROZEN = [
    (PracticeArea, "name"),
    (Criterion, "code"),
    (CriterionText, "title"),
    (ChecklistItem, "text"),
    (CriterionLink, "note"),
    (Tier, "name"),
]
ROWS = {
    PracticeArea: lambda standard: standard.areas.all(),
    Criterion: lambda standard: standard.criteria.all(),
    CriterionText: lambda standard: CriterionText.objects.filter(criterion__standard=standard, language="en"),
    ChecklistItem: lambda standard: ChecklistItem.objects.filter(criterion__standard=standard),
    Prerequisite: lambda standard: Prerequisite.objects.filter(criterion__standard=standard),
    CriterionLink: lambda standard: standard.links_back.all(),
    Tier: lambda standard: standard.tiers.all(),
    TierRequirement: lambda standard: TierRequirement.objects.filter(tier__standard=standard),
}


def refused(act):
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
        act()


def run(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def first(model, standard):
    return ROWS[model](standard).order_by("pk").first()


@pytest.fixture
def published(draft) -> Standard:
    """A published edition whose tiers require a criterion, so that every table has a row of it."""
    TierRequirement.objects.create(tier=draft.tiers.get(key="gold"), criterion=draft.criteria.get(code="DM3"))
    Standard.objects.filter(pk=draft.pk).update(status="published", published_at=NOW)
    draft.refresh_from_db()
    return draft


def test_every_table_of_the_rulebook_is_guarded():
    assert {m for m in triggers.guarded_models() if m._meta.app_label == "criteria"} == {*ROWS, Standard}
    assert triggers.expected() <= triggers.installed()


@pytest.mark.parametrize(("model", "column"), FROZEN, ids=lambda v: getattr(v, "__name__", v))
def test_a_published_row_cannot_be_changed(published, model, column):
    row = first(model, published)
    refused(lambda: ROWS[model](published).update(**{column: "x"}))
    refused(lambda: model.objects.bulk_update([row], [column]))
    refused(lambda: run(f"UPDATE {model._meta.db_table} SET {column} = 'x' WHERE id = %s", row.pk))
    refused(row.save)


@pytest.mark.parametrize("model", ROWS, ids=lambda m: m.__name__)
def test_a_published_row_cannot_go(published, model):
    row = first(model, published)
    refused(lambda: run(f"DELETE FROM {model._meta.db_table} WHERE id = %s", row.pk))
    refused(lambda: ROWS[model](published)._raw_delete("default"))
    assert model.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", ROWS, ids=lambda m: m.__name__)
def test_nothing_can_be_added_to_a_published_edition(published, model):
    row = first(model, published)
    row.pk = None
    refused(lambda: model.objects.bulk_create([row]))


@pytest.mark.parametrize("model", ROWS, ids=lambda m: m.__name__)
def test_a_draft_can_be_worked_on(draft, model):
    TierRequirement.objects.create(tier=draft.tiers.get(key="gold"), criterion=draft.criteria.get(code="DM3"))
    row = first(model, draft)
    row.save()
    run(f"UPDATE {model._meta.db_table} SET id = id WHERE id = %s", row.pk)


def test_a_row_of_a_draft_cannot_be_moved_into_a_published_edition(draft, current):
    criterion = draft.criteria.get(code="DM3")
    there = current.criteria.get(code="DM4")
    refused(lambda: Criterion.objects.filter(pk=criterion.pk).update(standard=current))
    refused(lambda: ChecklistItem.objects.filter(criterion=criterion).update(criterion=there))
    refused(lambda: draft.tiers.update(standard=current))
    refused(lambda: draft.links_back.update(to_standard=current))


@pytest.mark.parametrize(
    "values",
    [
        {"name": "x"}, {"code": "x"}, {"rounding": "half_up"}, {"note": "x"}, {"in_force": "x"}, {"series": "x"}, {"sources": ["x"]},
        {"languages": ["x"]}, {"drafted_from": None}, {"published_at": NOW}, {"status": "draft", "published_at": None},
    ],
    ids=str,
)  # fmt: skip
def test_a_published_edition_changes_in_no_column(current, values):
    refused(lambda: Standard.objects.filter(pk=current.pk).update(**values))
    if "status" not in values:  # not on the way out of force either
        refused(lambda: Standard.objects.filter(pk=current.pk).update(**values, status="retired", retired_at=NOW))


def test_a_published_edition_can_be_retired_and_never_comes_back(current):
    Standard.objects.filter(pk=current.pk).update(status="retired", retired_at=NOW)
    refused(lambda: Standard.objects.filter(pk=current.pk).update(status="published", retired_at=None))
    refused(lambda: Standard.objects.filter(pk=current.pk).update(status="retired", retired_at=NOW.replace(year=2030)))
    refused(lambda: run("DELETE FROM criteria_standard WHERE id = %s", current.pk))
    refused(lambda: run("UPDATE criteria_criterion SET points = 2 WHERE standard_id = %s", current.pk))


def test_translations_are_added_beside_a_published_edition(current):
    criterion = current.criteria.get(code="DM3")
    text = CriterionText.objects.create(criterion=criterion, language="es", title="Compartir datos", statement="La ciudad comparte datos.")
    text.title = "Compartir los datos"
    text.save()
    refused(lambda: CriterionText.objects.filter(pk=text.pk).update(language="en"))
    PracticeAreaText.objects.filter(area__standard=current, language="es").update(name="Otro")


def test_a_published_table_cannot_be_emptied(current):
    if connection.vendor == "postgresql":
        connection.check_constraints()  # of what the tests of the module share: nothing is emptied while a check is outstanding
        for model in (*ROWS, Standard):
            refused(lambda model=model: run(f"TRUNCATE {model._meta.db_table} CASCADE"))
    else:
        refused(lambda: run("DELETE FROM criteria_checklistitem"))


@pytest.mark.parametrize("model", [Standard, Criterion, CriterionText], ids=lambda m: m.__name__)
def test_a_published_row_cannot_be_replaced(current, model):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has REPLACE")
    table = model._meta.db_table
    row = current if model is Standard else first(model, current)
    refused(lambda: run(f"REPLACE INTO {table} SELECT * FROM {table} WHERE id = %s", row.pk))
