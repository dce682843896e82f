"""The pages on which staff write letters."""

import pytest
from django.urls import reverse

from assessments.actions import wording
from tests.support.counting import queries_of
from wwc.outbox.models import LetterText

pytestmark = pytest.mark.django_db


ADDRESS = "/assessments/letters/words/received/en/"


@pytest.fixture
def client(client_of, staff):
    return client_of(staff)


def said(**given):
    row = LetterText.objects.get(key="received", language="en")
    return {"subject": row.subject, "body": row.body, "seen": wording.said(row), "act": "save", **given}


def test_it_is_looked_at_before_it_is_saved(client):
    page = client.post(ADDRESS, said(act="look", body="Thank you, {city}."))
    assert "Thank you, [city]." in page.text
    assert LetterText.objects.get(key="received", language="en").body != "Thank you, {city}."
    assert client.post(ADDRESS, said(body="Thank you, {city}.")).url == ADDRESS
    assert LetterText.objects.get(key="received", language="en").body == "Thank you, {city}."
    assert "As it came" in client.get(ADDRESS).text
    assert "changed" in client.get(reverse("assessments:wording")).text


def test_a_refusal_keeps_what_was_typed(client):
    page = client.post(ADDRESS, said(body="Hello {stranger}, this is new."))
    assert page.status_code == 409
    assert "Hello {stranger}, this is new." in page.text
    assert "gets no value for {stranger}" in page.text


def test_a_lone_brace_can_be_looked_at(client):
    assert client.post(ADDRESS, said(act="look", body="Hello {city")).status_code == 200


def test_what_somebody_else_saved_meanwhile_is_not_written_over(client):
    mine = said(body="Mine.")
    client.post(ADDRESS, said(body="Theirs."))
    page = client.post(ADDRESS, mine)
    assert page.status_code == 409
    assert "Mine." in page.text
    assert LetterText.objects.get(key="received", language="en").body == "Theirs."


def test_a_letter_that_is_none_is_not_there(client):
    assert client.get("/assessments/letters/words/nothing/en/").status_code == 404


def test_one_query_for_all_letters(client):
    assert len(queries_of(client, reverse("assessments:wording"))) == 3
