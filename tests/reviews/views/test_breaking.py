"""The page of emergency accesses, and what stands over every page that one opens."""

import pytest

from assessments.models import BrokenGlass
from reviews.actions import declaring
from tests.factories import reviews as make

PAGE = "/reviews/emergency/"


@pytest.fixture
def closed(cycle, assessment, letter_texts, director, second_director):
    """The city, closed to the director by a word of theirs, with a document."""
    declaring.declare(cycle, city=assessment.city, state="declared", reason="My brother.", by=director, at=make.NOW)
    make.document(make.answer(assessment, "A1"))
    return assessment


def opened(client, closed, **given):
    sent = {"city": closed.city_id, "minutes": "15", "reason": "A file with home addresses.", **given}
    return client.post(PAGE, sent, follow=True)


def test_every_page_that_it_opens_says_so(client_of, closed, director):
    client, slug = client_of(director), closed.city.slug
    pages = [
        f"/assessments/{closed.pk}/", f"/assessments/{closed.pk}/answers/A1/", f"/assessments/{closed.pk}/answers/A1/versions/",
        f"/assessments/{closed.pk}/questions/", f"/assessments/evidence/{closed.city.evidence.get().pk}/",
        f"/assessments/cities/{slug}/evidence/", f"/assessments/cities/{slug}/team/", f"/assessments/cities/{slug}/letters/",
    ]  # fmt: skip
    before = [client.get(page).status_code for page in pages]
    assert set(before) == {404}
    assert "Emergency access to Alder Reach" in opened(client, closed).content.decode()
    for page in pages:
        answer = client.get(page)
        assert (answer.status_code, "Emergency access to Alder Reach" in answer.content.decode()) == (200, True), page
    client.post(f"{PAGE}{BrokenGlass.objects.get().pk}/end/")
    assert {client.get(page).status_code for page in pages} == {404}


def test_staff_see_the_list_and_nobody_else_knows_the_page(client_of, closed, director, staff, stranger):
    opened(client_of(director), closed)
    page = client_of(staff).get(PAGE).content.decode()
    assert "A file with home addresses." in page
    assert "Open it and tell the directors" not in page
    assert client_of(stranger).get(PAGE).status_code == 404
    assert client_of(make.lead_of(closed.city)).get(PAGE).status_code == 404
    assert client_of(None).get(PAGE).status_code == 302


def test_a_director_without_a_conflict_has_nothing_to_open(client_of, closed, second_director):
    client = client_of(second_director)
    assert "Open it and tell the directors" not in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"city": closed.city_id, "minutes": "15", "reason": "Why."}).status_code == 422
    assert not BrokenGlass.objects.exists()


def test_it_needs_a_reason_and_a_time_on_the_list(client_of, closed, director):
    client = client_of(director)
    for given in ({"reason": ""}, {"minutes": "600"}, {"city": ""}):
        assert opened(client, closed, **given).status_code == 422
    assert not BrokenGlass.objects.exists()
