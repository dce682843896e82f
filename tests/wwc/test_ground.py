"""Refusals, the clock, settings that refuse nonsense by name."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory

from wwc import clock
from wwc.http import RefusalMiddleware
from wwc.refusals import HIDDEN, YES, NotAllowed, NotFound, Refusal, no, require


def test_a_ruling_is_yes_or_a_reason():
    require(YES)
    with pytest.raises(NotAllowed, match="the date has passed"):
        require(no("the date has passed"))
    with pytest.raises(NotFound):
        require(HIDDEN)


@pytest.mark.parametrize(("refusal", "status"), [(NotFound(), 404), (NotAllowed("words"), 403), (Refusal("words"), 403)])
@pytest.mark.django_db
def test_a_refusal_that_no_view_shows_gets_its_page(refusal, status, stranger):
    request = RequestFactory().get("/")
    request.user = stranger
    request.session = {}
    answer = RefusalMiddleware(lambda request: HttpResponse()).process_exception(request, refusal)
    assert answer.status_code == status
    assert RefusalMiddleware(lambda request: HttpResponse()).process_exception(request, ValueError()) is None


def test_the_clock_is_the_databases_and_can_be_staged(db):
    before = datetime.now(UTC)
    assert abs((clock.under_lock() - before).total_seconds()) < 5
    moment = datetime(2020, 1, 2, tzinfo=UTC)
    with clock.staged_at(moment):
        assert clock.under_lock() == moment
    assert clock.under_lock() > moment


NONSENSE = [
    ("DATABASE_URL", "mysql://somewhere/x"),
    ("REDIS_URL", "http://somewhere"),
    ("SITE_URL", "certification.example"),
    ("DEBUG", "perhaps"),
    ("UPLOAD_MAX_MB", "a lot"),
    ("UPLOAD_MAX_MB", "100000"),
    ("EMAIL_URL", "pigeon://"),
    ("SECRET_KEY", "short"),
    ("CLAMD_ADDRESS", "clamd"),
    ("CLAMD_ADDRESS", "clamd:many"),
    ("FILES_URL", "https://bucket.example.org/files"),
    ("FILES_URL", "s3://"),
    ("FILES_URL", "s3://key:secret@bucket/files"),
    ("FILES_URL", "s3://bucket/files?endpoint=objects.example.org"),
    ("FILES_URL", "s3://bucket/files?acl=public-read"),
]


@pytest.mark.parametrize(("name", "value"), NONSENSE)
def test_settings_refuse_nonsense_by_name(name, value, tmp_path: Path):
    environ = {**os.environ, "DATA_DIR": str(tmp_path), "SECRET_KEY": "k" * 50, name: value}
    done = subprocess.run([sys.executable, "-c", "import wwc.settings"], env=environ, cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert done.returncode != 0
    assert name in done.stderr.splitlines()[-1]
