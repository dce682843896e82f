"""Editions to work on."""

from copy import deepcopy

import pytest

from criteria.actions import publishing
from criteria.models import Standard
from tests.conftest import NOW
from tests.factories import people


@pytest.fixture
def current(db: None) -> Standard:
    """The published edition of 2022."""
    return Standard.objects.get(code="2022")


@pytest.fixture(scope="module")
def draft_once(shared: object) -> Standard:
    """A draft of the next edition, fresh from the last."""
    current, staff = Standard.objects.get(code="2022"), people.person("staff", is_staff=True)
    return publishing.draft_next(current, code="2025", name="2025 Standard", by=staff, at=NOW)


@pytest.fixture
def draft(draft_once: Standard, db: None) -> Standard:
    """The draft, as each test finds it."""
    return deepcopy(draft_once)
