"""Migrations: none missing, one line per app, every one that moves data can go back."""

import io

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations import RunPython, RunSQL
from django.db.migrations.loader import MigrationLoader

from tests.architecture.source import PACKAGES

LABELS = [config.label for config in apps.get_app_configs() if config.name.split(".")[0] in PACKAGES]


@pytest.mark.django_db
def test_none_is_missing():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0, stdout=io.StringIO())


@pytest.mark.django_db
@pytest.mark.parametrize("label", LABELS)
def test_one_line_and_a_way_back(label):
    loader = MigrationLoader(connection)
    assert len(loader.graph.leaf_nodes(label)) <= 1
    for (app, name), migration in loader.disk_migrations.items():
        if app == label:
            for operation in migration.operations:
                if isinstance(operation, RunPython | RunSQL):
                    assert operation.reversible, f"{app}.{name}"
