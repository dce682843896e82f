"""What every test may lean on: a database with the real Standard, people of each role, clients, an empty folder for files."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, TransactionTestCase, override_settings
from django.utils import translation

from criteria import queries as rulebooks
from criteria.models import Standard
from reviews.queries import announced
from tests.factories import people
from wwc.accounts.models import User
from wwc.audit import triggers
from wwc.unchanged import kept

# Playwright drives the browser from a thread with a running loop; Django's guard would refuse the rows beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

pytest_plugins = ["tests.support.browser", "tests.support.scanner"]  # one Chromium for a process: a second driver in it would be refused

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def _flush_without_triggers(original: Callable[[TransactionTestCase], None]) -> Callable[[TransactionTestCase], None]:
    def teardown(self: TransactionTestCase) -> None:
        with triggers.lifted():
            original(self)

    return teardown


# The flush after a test with real transactions deletes rows that nothing else may delete.
TransactionTestCase._fixture_teardown = _flush_without_triggers(TransactionTestCase._fixture_teardown)  # type: ignore[method-assign]


def pytest_collection_finish() -> None:
    """What is loaded by now stays until the end: looking through it for garbage again and again takes a sixteenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True)
def _in_english() -> None:
    """Each test begins in English: a request leaves its language behind in this thread."""
    translation.activate("en")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """The real editions and the words of the letters, once for all tests.

    A window that was closed while its page still asked leaves a thread of the server with a connection for a while: it is ended
    before the test database is dropped, which would be refused.
    """
    with django_db_blocker.unblock():
        call_command("load_fixtures", "--without-history", verbosity=0)
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            cursor.execute(others)


@pytest.fixture
def standing(transactional_db: None) -> None:
    """For tests with real transactions: the editions and letter texts, loaded again where a flush took them."""
    if not Standard.objects.exists():
        call_command("load_fixtures", "--without-history", verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def _for_all_tests() -> Iterator[None]:
    """Passwords that are quick to make, and people of the demo who may sign in."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"], DEMO=True):
        yield


def _own(folder: Path) -> dict[str, Any]:
    """The settings by which files and cache are in this folder alone."""
    cache = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(folder)}
    return {
        "STORAGES": {
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder / "files"}},
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        "CACHES": dict.fromkeys(django_settings.CACHES, cache),
    }


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path, settings, request) -> None:
    """Files, mail and cache of one test are its own; of a module that shares a world it begins with the files of that."""
    if "shared" in request.fixturenames:
        shutil.copytree(request.getfixturevalue("shared") / "files", tmp_path / "files")
    for name, value in _own(tmp_path).items():
        setattr(settings, name, value)
    rulebooks.forget()
    announced.forget()
    kept.forget()


@pytest.fixture(scope="module")
def shared(django_db_setup: None, django_db_blocker, tmp_path_factory) -> Iterator[Path]:
    """For a world that is made once for all tests of a module: its rows are taken back after the last of them.

    A fixture of the module makes the world (`case_once`), and one for each test hands out a copy of it (`case`): a test may change the
    objects as it likes, and its rows and files are undone. Only where every test of the module may find these rows.
    """
    folder = tmp_path_factory.mktemp("shared")
    (folder / "files").mkdir()
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]  # as Django's own tests say that no transaction of life is open yet
    with django_db_blocker.unblock(), around:
        with override_settings(**_own(folder)), translation.override("en"):
            rulebooks.forget()
            yield folder
        transaction.set_rollback(True)


@pytest.fixture
def now() -> datetime:
    """The instant at which the people of a test act."""
    return NOW


@pytest.fixture
def client_of() -> Callable[[User | None], Client]:
    """A client that is signed in as the person."""

    def make(person: User | None = None) -> Client:
        client = Client()
        if person is not None:
            client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return make


@pytest.fixture
def staff(db: None) -> User:
    """Works for the program."""
    return people.person("staff", is_staff=True)


@pytest.fixture
def director(db: None) -> User:
    """Answers for the program."""
    return people.person("director", is_director=True)


@pytest.fixture
def stranger(db: None) -> User:
    """Has an account and no role at all."""
    return people.person("stranger")


@pytest.fixture
def postgres() -> None:
    """For tests of races: they prove nothing on a database that takes one writer at a time."""
    if connection.vendor != "postgresql":
        pytest.skip("races are tested on PostgreSQL")
