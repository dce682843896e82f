"""Tokens: shown once, kept as a hash, one's own, ended at once."""

from datetime import timedelta

import pytest

from tests.factories import people
from tests.support.counting import same_queries
from wwc.accounts import tokens
from wwc.accounts.models import ApiToken
from wwc.audit.models import Event


@pytest.fixture
def lead(db):
    return people.person("lead")


def test_a_token_is_its_person_until_it_ends(lead, now):
    token, secret = tokens.make("nightly", scopes=["draft"], days=10, by=lead, at=now)
    assert tokens.bearer(secret, at=now).person == lead
    assert secret.split("_", 2)[2] not in str(vars(token))
    assert tokens.bearer(secret, at=now + timedelta(days=10, seconds=1)) is None
    tokens.revoke(token, by=lead, at=now)
    assert tokens.bearer(secret, at=now) is None
    assert list(Event.objects.filter(subject="accounts.apitoken").order_by("pk").values_list("verb", flat=True)) == [
        "made_token",
        "revoked_token",
    ]


@pytest.mark.parametrize("presented", ["", "wwc", "wwc_", "wwc_00000000_", "wwc_00000000_x", "other_a_b", "wwc_\x00_b"])
def test_anything_else_is_nobody(lead, now, presented):
    tokens.make("nightly", scopes=["draft"], days=10, by=lead, at=now)
    assert tokens.bearer(presented, at=now) is None


def test_a_right_prefix_with_a_wrong_secret_is_nobody(lead, now):
    token, _secret = tokens.make("nightly", scopes=["draft"], days=10, by=lead, at=now)
    assert tokens.bearer(f"wwc_{token.prefix}_wrong", at=now) is None


def test_a_token_of_somebody_who_left_is_nobody(lead, now):
    _token, secret = tokens.make("nightly", scopes=["draft"], days=10, by=lead, at=now)
    lead.is_active = False
    lead.save()
    assert tokens.bearer(secret, at=now) is None


@pytest.mark.parametrize(
    ("days", "scopes", "refusal"),
    [(0, ["draft"], tokens.TooLong), (400, ["draft"], tokens.TooLong), (5, [], tokens.NoScope), (5, ["all"], tokens.NoScope)],
)
def test_nonsense_is_refused_and_nothing_is_made(lead, now, days, scopes, refusal):
    with pytest.raises(refusal):
        tokens.make("x", scopes=scopes, days=days, by=lead, at=now)
    assert not ApiToken.objects.exists()


def test_nobody_ends_the_token_of_another(lead, now, client_of):
    token, secret = tokens.make("nightly", scopes=["draft"], days=10, by=lead, at=now)
    other = client_of(people.person("other"))
    assert other.post(f"/people/tokens/{token.pk}/revoke/").status_code == 404
    assert tokens.bearer(secret, at=now) is not None


def test_the_page_shows_a_secret_once(lead, client_of):
    client = client_of(lead)
    page = client.post("/people/tokens/", {"label": "nightly", "scopes": ["draft"], "days": 30}).content.decode()
    token = ApiToken.objects.get()
    assert f"wwc_{token.prefix}_" in page
    again = client.get("/people/tokens/").content.decode()
    assert f"wwc_{token.prefix}_" not in again
    assert f"wwc_{token.prefix}" in again


def test_the_page_takes_as_many_queries_for_thirty_tokens_as_for_one(lead, now, client_of):
    def more(n=29):
        for _ in range(n):
            tokens.make("nightly", scopes=["draft"], days=10, by=lead, at=now)

    more(1)
    same_queries(client_of(lead), "/people/tokens/", more, 5)
