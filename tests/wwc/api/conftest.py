"""What tests of the API lean on."""

from datetime import UTC, datetime

import pytest
from django.core.cache import caches

from tests.factories import people
from wwc.accounts import tokens


@pytest.fixture(autouse=True)
def _fresh_counts(_own_files):
    """The limits of one test are its own."""
    caches["throttle"].clear()


@pytest.fixture
def get(client, db):
    """Asks for an address as a program does; `token` goes into the header."""

    def ask(address, token="", **headers):
        if token:
            headers["authorization"] = f"Bearer {token}"
        return client.get(address, headers=headers)

    return ask


@pytest.fixture
def lead(db):
    return people.person("lead")


@pytest.fixture
def token_of():
    """A live token of the person."""

    def make(person, scopes=("draft",)):
        return tokens.make("a program", scopes=list(scopes), days=10, by=person, at=datetime.now(UTC))[1]

    return make


@pytest.fixture
def problem():
    """Reads an error; fails where it is not one in the published shape."""

    def read(answer, status):
        assert answer.status_code == status, answer.content
        assert answer["Content-Type"] == "application/problem+json"
        assert "no-store" in answer["Cache-Control"]
        said = answer.json()
        assert said["status"] == status
        assert {"type", "title", "detail", "remedy"} <= set(said)
        assert all(said.values())
        return said

    return read
