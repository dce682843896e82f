"""The page for writing to many: letter and list are looked at before anything goes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import results as make
from wwc.outbox.models import Letter

pytestmark = pytest.mark.usefixtures("letter_texts")
SAID = {"audience": "cities", "subject": "The office moves", "words": "From May on.", "act": "look"}


@pytest.fixture
def address(db):
    make.scored(make.city("Alder Reach"), 31)
    return reverse("reviews:writing", args=[make.cycle().slug])


def test_look_then_send(address, client_of, staff):
    client = client_of(staff)
    page = client.post(address, SAID).text
    assert "Send 1 letter" in page
    assert "Alder reach lead" in page
    assert not Letter.objects.filter(kind="message").exists()
    sent = client.post(address, {**SAID, "act": "send", "seen": "1"})
    assert sent.url == reverse("assessments:cycle", args=[make.cycle().slug])
    assert Letter.objects.filter(kind="message").count() == 1


def test_nothing_goes_to_a_list_that_was_not_looked_at(address, client_of, staff):
    page = client_of(staff).post(address, {**SAID, "act": "send"})
    assert page.status_code == 422
    assert "The list has changed since you looked at it." in page.text
    assert "From May on." in page.text
    assert not Letter.objects.filter(kind="message").exists()


def test_what_is_missing_is_said_and_what_was_typed_stays(address, client_of, staff):
    page = client_of(staff).post(address, {**SAID, "subject": ""})
    assert page.status_code == 422
    assert "Give the letter a subject." in page.text
    assert "From May on." in page.text


def test_an_empty_list_says_so(address, client_of, staff):
    assert "Nobody is on this list now." in client_of(staff).post(address, {**SAID, "audience": "panel"}).text


def test_the_list_takes_one_query_however_long(address, client_of, staff):
    client = client_of(staff)

    def taken():
        with CaptureQueriesContext(connection) as captured:
            page = client.post(address, SAID).text
        return len(captured), page.count(" lead</span>")

    assert taken() == (4, 1)
    for n in range(29):
        make.settled(make.city(f"Reach {n}"), [])
    assert taken() == (4, 30)
