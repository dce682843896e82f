"""Rows: pairs tied, no default order, each says what it is."""

import pytest
from django.apps import apps
from django.db import models

from tests.architecture.source import PACKAGES

OURS = [m for m in apps.get_models() if m.__module__.split(".")[0] in PACKAGES]
# An edition that the loader published has no person beside the instant; the check constraint there says so.
LONELY = {("Standard", "published_at"), ("Standard", "retired_at"), ("Clarification", "closed_at"), ("Membership", "added_at")}


@pytest.mark.parametrize("model", OURS, ids=lambda m: m.__name__)
def test_no_default_order_and_words_for_people(model):
    assert not model._meta.ordering
    assert "__str__" in vars(model) or any("__str__" in vars(b) for b in model.__mro__[1:] if b.__module__.split(".")[0] in PACKAGES)


@pytest.mark.parametrize("model", OURS, ids=lambda m: m.__name__)
def test_when_and_who_are_tied(model):
    fields = {f.name: f for f in model._meta.get_fields() if isinstance(f, models.Field)}
    checks = " ".join(str(c.condition) for c in model._meta.constraints if isinstance(c, models.CheckConstraint))
    for name, field in fields.items():
        if name.endswith("_at") and name[:-3] + "_by" in fields and (model.__name__, name) not in LONELY:
            by = fields[name[:-3] + "_by"]
            assert field.null == by.null, f"{model.__name__}.{name} and its _by are not both optional"
            if field.null:
                assert name in checks, f"{model.__name__}.{name} is not tied to its _by"


def test_people_and_history_are_protected():
    for model in OURS:
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey):
                assert field.remote_field.on_delete is models.PROTECT, f"{model.__name__}.{field.name}"
