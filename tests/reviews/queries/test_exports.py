"""No column is forgotten: what an export does not carry is named, with its reason."""

import pytest
from django.apps import apps

from reviews.queries import exports

# Rows of a cycle that leave in no table.
STAY = {
    "assessments": {
        "Copy": "where an answer began; the version says that it was copied",
        "Cycle": "one row; the manifest and the table of assessments name it",
        "ClaimRequest": "addresses of people who asked for a city, whatever the cycle",
        "Target": "what a city plans to meet next, which nothing of the review reads",
        "Delegation": "who does what within a city, which the program does not read",
        "Draft": "typing that nobody has saved",
        "Import": "a file on its way in; what came of it are versions",
        "Invitation": "addresses of people who have not come yet",
        "JoinRequest": "addresses of people who asked to take part",
        "Note": "what colleagues of a city write to each other, which nobody else reads",
        "Paper": "printed answers, made again at any time",
        "PlaceList": "where places come from, whatever the cycle",
        "Preview": "drawn from the evidence, made again at any time",
        "PreviewSheet": "drawn from the evidence, made again at any time",
        "ReplyDraft": "typing that nobody has sent",
    },
    "reviews": {
        "Calibration": "practice on frozen answers, no verdict on a city",
        "CalibrationItem": "practice on frozen answers, no verdict on a city",
        "Erasure": "why somebody was erased, which is between them and the program",
        "Export": "exports of the cycle",
        "FindingDraft": "typing that nobody has filed",
        "Habit": "how somebody likes to read",
        "Look": "when somebody had an answer before them",
        "Phrase": "phrases that readers keep",
        "PlanDraft": "a plan before it is published",
        "PracticeFinding": "practice on frozen answers, no verdict on a city",
        "PublishedAward": "public, and fetched from the API",
        "PublishedChange": "public, and fetched from the API",
        "PublishedCity": "public, and fetched from the API",
    },
    "insights": {
        "Dataset": "computed from the tables, and fetched from its own page",
        "Release": "public, and fetched from its own page",
    },
    "opendata": {"Package": "public, and fetched from its own page"},
}


@pytest.mark.parametrize("table", exports.TABLES, ids=lambda table: table.name)
def test_a_table_carries_every_column_or_says_why_not(table):
    carried, known = set(table.columns.split()), {field.attname for field in table.model._meta.concrete_fields}
    assert not carried & set(table.omitted)
    assert carried | set(table.omitted) == known
    assert all(len(why) > 20 for why in table.omitted.values())
    assert len(set(table.head)) == len(table.head)


@pytest.mark.parametrize("app", STAY)
def test_every_kind_of_row_leaves_in_a_table_or_is_named_here(app):
    carried = {table.model.__name__ for table in exports.TABLES if table.model._meta.app_label == app}
    assert carried.isdisjoint(STAY[app])
    assert carried | set(STAY[app]) == {model.__name__ for model in apps.get_app_config(app).get_models()}


def test_a_table_has_a_name_of_its_own_that_a_sheet_can_have():
    assert len(set(exports.NAMES)) == len(exports.NAMES)
    assert all(len(name) < 28 for name in exports.NAMES)
