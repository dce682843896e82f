"""The feed of announced awards: what a reader of feeds makes of it, and nothing before its day."""

from datetime import date
from xml.etree import ElementTree

import pytest

from tests.factories import published
from tests.factories import results as make
from tests.support.counting import same_queries

FEED, ATOM = "/cities/feed.atom", "{http://www.w3.org/2005/Atom}"


def entries(client):
    answer = client.get(FEED)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    return ElementTree.fromstring(answer.content).findall(f"{ATOM}entry")


def test_an_award_is_an_entry(client, db):
    published.award(published.city(), number="a", note="A slip of ours.")
    (entry,) = entries(client)
    said = {name: entry.findtext(f"{ATOM}{name}") for name in ("title", "id", "published", "updated", "summary")}
    assert said == {
        "title": "Alder Reach, Ohio: Gold",
        "id": "http://127.0.0.1:8000/api/v1/awards/a/",
        "published": "2026-04-14T00:00:00+00:00",
        "updated": "2026-04-14T15:00:00+00:00",
        "summary": "Announced in Spring 2026. Stands until April 14, 2029. A slip of ours.",
    }
    assert entry.find(f"{ATOM}link").get("href") == "http://127.0.0.1:8000/cities/alder-reach-oh/"


def test_what_no_source_states_is_not_said_and_what_is_invented_is(client, db):
    published.award(published.city("Honor"), number="h", kind="honor_roll", tier="", valid_until=None, announced_on=date(2026, 4, 15))
    published.award(published.city("Made", is_invented=True), number="i")
    published.award(published.city("Old"), number="o", tier="", valid_until=None, announced_on=date(2020, 6, 1))
    titles = [entry.findtext(f"{ATOM}title") for entry in entries(client)]
    assert titles == ["Honor, Ohio: Honor Roll", "Made, Ohio: Gold, invented for a demonstration", "Old, Ohio: New"]
    assert entries(client)[2].findtext(f"{ATOM}summary") == "Announced in Spring 2026."


def test_it_ends_with_the_fiftieth_and_takes_one_query(client, db):
    published.named(1)
    same_queries(client, FEED, lambda: published.named(59, 1), 1)
    assert len(entries(client)) == 50


def test_what_waits_and_what_was_closed_is_not_there(client, staff, director):
    make.prepared([make.approved(make.scored(make.city("Larkmoor"), 31), proposer=staff, director=director)], by=staff)
    published.award(published.city(), closed_at=published.AT, closed_because="revoked")
    assert entries(client) == []


def test_unchanged_it_is_not_sent_again(client, db):
    published.named(1)
    first = client.get(FEED)
    assert client.get(FEED, headers={"if-none-match": first["ETag"]}).status_code == 304
    assert client.post(FEED).status_code == 405


@pytest.mark.parametrize("page", ["/cities/", "/rounds/"])
def test_the_pages_lead_to_it(client, db, page):
    assert f'type="application/atom+xml" title="Announced awards" href="{FEED}"' in client.get(page).content.decode()
