"""The badge of a city: a picture of what stands today, the same for everybody, that any site may show."""

from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from reviews.models.published import PublishedAward
from tests.factories import published
from tests.support.counting import same_queries

pytestmark = pytest.mark.django_db
ADDRESS = "/cities/alder-reach-oh/badge.svg"


@pytest.fixture
def city():
    return published.city("Alder Reach")


def label(client, query: str = "") -> str:
    answer = client.get(ADDRESS + query)
    assert answer.status_code == 200
    return ElementTree.fromstring(answer.content).get("aria-label", "")


def test_it_says_what_stands_today(client, city):
    given = timezone.now().date() - timedelta(days=30)
    award = published.award(city, tier="gold", announced_on=given, valid_until=date(2999, 1, 1))
    assert label(client) == f"What Works Cities: Gold {given:%Y}, Alder Reach, Ohio"
    PublishedAward.objects.filter(pk=award.pk).update(valid_until=date(2024, 5, 1))
    assert label(client) == "What Works Cities: until 2024, Alder Reach, Ohio"
    PublishedAward.objects.filter(pk=award.pk).update(closed_at=published.AT, closed_because="revoked")
    assert label(client) == f"What Works Cities: revoked {published.AT:%Y}, Alder Reach, Ohio"
    PublishedAward.objects.filter(pk=award.pk).update(closed_because="taken_back")
    assert client.get(ADDRESS).status_code == 404


@pytest.mark.parametrize(
    ("query", "said"), [("?lang=es", "Oro"), ("?lang=pt-br", "Ouro"), ("?lang=xx&style=huge", "Gold"), ("?style=large", "Gold")]
)
def test_it_speaks_the_language_of_the_page_that_shows_it(client, city, query, said):
    published.award(city, tier="gold")
    assert f"What Works Cities: {said} " in label(client, query)


def test_any_site_may_show_it_and_ask_whether_it_changed(client, city):
    published.award(city, tier="gold")
    first = client.get(ADDRESS)
    assert first["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert first["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert first["Cache-Control"] == "public, max-age=60"
    assert not first.cookies
    assert client.get(ADDRESS, headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_a_hostile_name_stays_text(client):
    city = published.city("A <script>alert(1)</script> & Sons")
    published.award(city, tier="gold")
    picture = client.get(f"/cities/{city.slug}/badge.svg?style=large").content.decode()
    assert "<script>" not in picture
    assert "&lt;script&gt;" in picture


def test_the_page_shows_both_and_what_to_copy(client, city):
    award = published.award(city, tier="gold")
    page = client.get("/cities/alder-reach-oh/badge/").content.decode()
    assert page.count("<img ") == 2
    assert page.count(f"/verify/{award.code}/") == 4
    assert client.get("/cities/nowhere/badge/").status_code == 404
    assert 'href="/cities/alder-reach-oh/badge/"' in client.get("/cities/alder-reach-oh/").content.decode()


def test_it_takes_the_same_few_queries(client, city):
    published.award(city, tier="gold")
    same_queries(client, ADDRESS, lambda: published.award(city, tier="silver", announced_on=date(2020, 1, 1)), expected=3)
