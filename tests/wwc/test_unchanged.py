"""What is unchanged is answered at the door; what changed is told at once, to whoever asked before too."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import OperationalError, connection
from django.utils import timezone

from reviews.jobs import changes
from reviews.models import ChangeKind, PublishedAward
from reviews.queries import announced
from tests.factories import people, published
from wwc import unchanged
from wwc.accounts import tokens
from wwc.api.throttles import Anonymous

AWARDS = "/api/v1/awards/"


def ask(client, address=AWARDS, known="", **headers):
    return client.get(address, headers={"if-none-match": known, **headers} if known else headers)


@pytest.fixture
def award(db):
    return published.award(published.city())


def ended(award):
    """The award is taken back."""
    PublishedAward.objects.filter(pk=award.pk).update(closed_at=published.AT, closed_because="taken_back", code=None)
    changes.note([(award, ChangeKind.TAKEN_BACK)])


def test_it_takes_one_query_and_counts_towards_no_limit(client, award, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(Anonymous, "THROTTLE_RATES", {"anonymous": "2/hour", "token": "2/hour"})
    caches["throttle"].clear()
    tag = ask(client)["ETag"]
    for _ in range(3):
        with django_assert_num_queries(1):
            again = ask(client, known=tag)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
        assert (again["Cache-Control"], again["Access-Control-Allow-Origin"]) == ("public, max-age=60", "*")
    assert [ask(client).status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize("address", [AWARDS, "/api/v1/scores/", "/api/v1/changes/", "/cities/alder-reach-oh/badge.svg"])
def test_what_is_taken_back_is_gone_at_once_for_who_asked_before(client, award, address):
    tag = ask(client, address)["ETag"]
    assert ask(client, address, tag).status_code == 304
    before = ask(client, address).content
    ended(award)
    after = ask(client, address, tag)
    assert after.status_code == (404 if "badge" in address else 200)
    assert after.content != before


def test_lists_that_are_worked_out_once_are_worked_out_again_when_something_changed(client, award):
    pages = ("/", "/cities/", "/rounds/", "/cities/feed.atom")
    assert all(b"Alder Reach" in client.get(page).content or b"Spring 2026" in client.get(page).content for page in pages)
    ended(award)
    assert not any(b"Alder Reach" in client.get(page).content or b"Spring 2026" in client.get(page).content for page in pages)
    assert client.get("/rounds/spring-2026/").status_code == 404


def test_a_fingerprint_is_of_one_address_in_one_shape(client, award):
    tag = ask(client)["ETag"]
    assert ask(client, "/api/v1/scores/", tag).status_code == 200
    assert ask(client, f"{AWARDS}?year=2026", tag).status_code == 200
    assert ask(client, f"{AWARDS}?nonsense=1", tag).status_code == 400
    assert ask(client, "/cities/", tag).status_code == 200
    yaml = ask(client, "/api/schema/", accept="application/yaml")
    assert ask(client, "/api/schema/", yaml["ETag"], accept="application/json").status_code == 200
    assert ask(client, known=f"W/{tag}").status_code == 304, "as a proxy that packs answers sends it on"
    assert client.post(AWARDS, headers={"if-none-match": tag}).status_code == 405


def test_a_token_goes_the_long_way(client, award):
    tag = ask(client)["ETag"]
    assert ask(client, known=tag, authorization="Bearer wwc_nonsense").status_code == 401
    secret = tokens.make("a program", scopes=["draft"], days=10, by=people.person("lead"), at=timezone.now())[1]
    answer = ask(client, known=tag, authorization=f"Bearer {secret}")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")


def test_what_stands_is_asked_again_when_a_day_may_have_begun(client, award, monkeypatch):
    tag = ask(client)["ETag"]
    later = timezone.now() + timedelta(seconds=announced.QUARTER)
    monkeypatch.setattr(announced, "now", lambda: later)
    assert ask(client, known=tag).status_code == 200


def test_another_version_of_the_program_makes_other_fingerprints(client, award, monkeypatch):
    tag = ask(client)["ETag"]
    monkeypatch.setattr(unchanged, "_key", lambda secret: b"another version")
    assert ask(client, known=tag).status_code == 200


def test_an_edition_is_unchanged_whatever_is_announced(client, award):
    tag = ask(client, "/api/v1/standards/")["ETag"]
    published.award(published.city("Lake Merriden"))
    assert ask(client, "/api/v1/standards/", tag).status_code == 304


def test_a_kept_answer_is_the_one_that_was_worked_out(client, award, django_assert_num_queries):
    first = ask(client)
    with django_assert_num_queries(1):
        again = ask(client)
    assert (again.content, again["Content-Type"], again["ETag"]) == (first.content, first["Content-Type"], first["ETag"])
    unchanged.kept.forget()
    assert ask(client).content == first.content


def test_what_was_asked_for_longest_ago_goes_first_and_nothing_takes_most_of_the_room():
    kept, large = unchanged.Kept(most=100), unchanged.Answer(b"x" * 25, "text/plain")
    for name in "abcd":
        kept.keep(name, large)
    assert kept.get("a") == large
    kept.keep("e", large)
    assert [name for name in "abcde" if kept.get(name)] == ["a", "c", "d", "e"]
    kept.keep("e", unchanged.Answer(b"y", "text/plain"))
    kept.keep("f", unchanged.Answer(b"x" * 26, "text/plain"))
    assert (kept.size, len(kept), kept.get("f")) == (76, 4, None)


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_lost_is_made_again(standing, monkeypatch):
    row, asked = announced._row, []

    def lost(sql):
        asked.append(sql)
        if len(asked) == 1:
            raise OperationalError("the server closed the connection")
        return row(sql)

    monkeypatch.setattr(announced, "_row", lost)
    assert announced.stamp().number == 0
    assert len(asked) == 2
    assert connection.health_check_done
