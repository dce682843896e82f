"""The page for writing to the people of a list: letter and list are looked at before anything goes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import Conflict, ConflictState, Membership
from reviews.queries import audiences
from tests.conftest import NOW
from tests.factories import results as make
from wwc.outbox.models import Letter

pytestmark = pytest.mark.usefixtures("letter_texts")
SAID = {"subject": "The office moves", "words": "From May on.", "act": "look"}


@pytest.fixture
def address(db):
    make.scored(make.city("Alder Reach"), 31)
    return reverse("reviews:writing", args=["cities"], query={"cycle": make.cycle().slug})


def seen(staff, name="cities", **asked):
    return audiences.whom(name, asked or {"cycle": make.cycle().slug}, staff, NOW).digest


def test_look_then_send(address, client_of, staff):
    client = client_of(staff)
    page = client.get(address).text
    assert "1 person, written to once." in page
    assert "Send 1 letter" not in page
    page = client.post(address, SAID).text
    assert "Send 1 letter" in page
    assert "Alder reach lead" in page
    assert f'name="seen" value="{seen(staff)}"' in page
    assert not Letter.objects.filter(kind="message").exists()
    sent = client.post(address, {**SAID, "act": "send", "seen": seen(staff)})
    assert sent.url == reverse("assessments:cycle", args=[make.cycle().slug]) + f"?cycle={make.cycle().slug}"
    assert "1 letter is on its way." in client.get(sent.url).text
    assert Letter.objects.filter(kind="message").count() == 1
    again = client.post(address, {**SAID, "act": "send", "seen": seen(staff)}, follow=True)
    assert "0 letters are on their way. 1 person had the same words from you before." in again.text


def test_nothing_goes_to_a_list_that_was_not_looked_at(address, client_of, staff):
    page = client_of(staff).post(address, {**SAID, "act": "send"})
    assert page.status_code == 422
    assert "The list has changed since you looked at it." in page.text
    assert "From May on." in page.text
    assert "Send 1 letter" not in page.text
    assert not Letter.objects.filter(kind="message").exists()


def test_the_list_is_the_one_of_the_address_whatever_the_form_says(address, client_of, staff):
    """Nobody is added by a field, and what was looked at with one filter does not go out with another."""
    make.scored(make.city("Quillon"), 31)
    narrow = f"{address}&q=quillon"
    page = client_of(staff).post(narrow, {**SAID, "q": "", "people": "1", "act": "send", "seen": seen(staff)})
    assert page.status_code == 422
    assert not Letter.objects.filter(kind="message").exists()
    given = {**SAID, "act": "send", "seen": seen(staff, cycle=make.cycle().slug, q="quillon")}
    client_of(staff).post(narrow, given)
    assert [letter.address for letter in Letter.objects.filter(kind="message")] == ["quillon-lead@example.org"]


def test_what_is_missing_is_said_and_what_was_typed_stays(address, client_of, staff):
    page = client_of(staff).post(address, {**SAID, "subject": ""})
    assert page.status_code == 422
    assert "Give the letter a subject." in page.text
    assert "From May on." in page.text


def test_whom_it_does_not_reach_is_said(address, client_of, staff):
    closed, empty = make.city("Wexley"), make.city("Quillon")
    for place in (closed, empty):
        make.scored(place, 31)
    said = {"cycle": make.cycle(), "state": ConflictState.DECLARED, "reason": "Cousin.", "said_at": NOW, "said_by": staff}
    Conflict.objects.create(person=staff, city=closed, **said)
    Membership.objects.filter(city=empty, role="lead").update(ended_at=NOW, ended_by=staff)
    page = client_of(staff).get(f"{address}&stage=ready").text
    assert "<dt>No lead</dt><dd>1: Quillon, Ohio</dd>" in page
    assert "1 city is closed to you by a conflict of interest" in page
    assert "Wexley" not in page
    assert "would tell how far its cities are" in page
    assert "would tell how far its cities are" not in client_of(staff).get(address).text


def test_an_empty_list_says_so(address, client_of, staff):
    page = client_of(staff).get(f"{address}&country=BR").text
    assert "Nobody is on this list now." in page
    assert "disabled" in page


def test_what_is_no_list_is_not_there(address, client_of, staff):
    client = client_of(staff)
    assert client.get(reverse("reviews:writing", args=["nothing"])).status_code == 404
    assert client.get(reverse("reviews:writing", args=["cities"], query={"cycle": "nothing"})).status_code == 404
    refused = client.get(reverse("reviews:writing", args=["deciding"]))
    assert refused.status_code == 403
    assert "who is written to would tell" in refused.text


def test_the_list_takes_as_many_queries_however_long(address, client_of, staff):
    client = client_of(staff)

    def taken():
        with CaptureQueriesContext(connection) as captured:
            page = client.post(address, SAID).text
        return len(captured), page.count(" lead</span>")

    assert taken() == (12, 1)
    for n in range(29):
        make.settled(make.city(f"Reach {n}"), [])
    assert taken() == (12, 30)
