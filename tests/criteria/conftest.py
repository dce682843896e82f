"""Editions to work on."""

import pytest

from criteria.actions import publishing
from criteria.models import Standard
from tests.conftest import NOW


@pytest.fixture
def current(db: None) -> Standard:
    """The published edition of 2022."""
    return Standard.objects.get(code="2022")


@pytest.fixture
def draft(current, staff) -> Standard:
    """A draft of the next edition, fresh from the last."""
    return publishing.draft_next(current, code="2025", name="2025 Standard", by=staff, at=NOW)
