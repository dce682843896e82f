"""The credential of an award: a wallet's own verifier accepts it, and nobody can change a letter of it."""

import base64
import json
from datetime import date

import jwt
import pytest
from django.test import override_settings
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier

from reviews.models.published import PublishedAward
from tests.factories import published
from tests.support.counting import queries_of

pytestmark = pytest.mark.django_db
SITE = "https://certification.example.org"


@pytest.fixture(autouse=True)
def _at_home(settings):
    settings.SITE_URL = SITE


@pytest.fixture
def award():
    return published.award(published.city("Alder Reach"), tier="gold", code="ABCD-2345", valid_until=date(2999, 4, 14))


def token_of(client, code: str = "ABCD-2345") -> str:
    answer = client.get(f"/verify/{code}/credential.jwt")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/vc+jwt")
    return answer.content.decode()


def key_of(client, token: str):
    """The published key that the token names."""
    name = jwt.get_unverified_header(token)["kid"]
    return jwt.PyJWK(next(key for key in client.get("/verify/keys.json").json()["keys"] if key["kid"] == name)).key


def test_a_verifier_that_is_not_ours_accepts_it(client, award):
    token = token_of(client)
    found = OB3Verifier(key_of(client, token)).verify(token)
    assert found.achievement.name == "Gold, What Works Cities Certification"
    said = jwt.decode(token, options={"verify_signature": False})
    assert said["credentialSubject"]["id"] == said["sub"] == f"{SITE}/cities/alder-reach-oh/"
    assert said["id"] == said["jti"] == f"{SITE}/verify/ABCD-2345/"
    assert said["validFrom"] == "2026-04-14T05:00:00Z", "the first instant of the day in the city"
    assert said["validUntil"] == "2999-04-15T05:00:00Z", "it stands through its last day"
    assert client.get("/verify/issuer.json").json()["id"] == said["iss"] == said["issuer"]["id"]


def test_a_letter_that_is_changed_is_found(client, award):
    token = token_of(client)
    head, body, sign = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(body + "=="))
    said["name"] = "Platinum, What Works Cities Certification"
    forged = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    with pytest.raises(OB3VerificationError):
        OB3Verifier(key_of(client, token)).verify(f"{head}.{forged}.{sign}")


def test_it_is_the_same_each_time_and_so_is_its_fingerprint(client, award):
    first = client.get("/verify/ABCD-2345/credential.jwt")
    assert token_of(client) == first.content.decode()
    assert client.get("/verify/ABCD-2345/credential.jwt", headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_a_key_that_was_replaced_goes_on_being_published(client, award, settings):
    token, old = token_of(client), settings.SECRET_KEY
    with override_settings(SECRET_KEY="y" * 50, SECRET_KEY_FALLBACKS=[old]):
        OB3Verifier(key_of(client, token)).verify(token)
        fresh = token_of(client)
        assert fresh != token
        OB3Verifier(key_of(client, fresh)).verify(fresh)


def test_a_revoked_award_has_none_and_is_on_the_list(client, award):
    assert client.get("/verify/revoked.json").json()["revokedCredential"] == []
    listed = jwt.decode(token_of(client), options={"verify_signature": False})["credentialStatus"]
    assert listed == {"id": f"{SITE}/verify/revoked.json", "type": "1EdTechRevocationList"}
    PublishedAward.objects.update(closed_at=published.AT, closed_because="revoked")
    assert client.get("/verify/ABCD-2345/credential.jwt").status_code == 404
    assert client.get("/verify/revoked.json").json()["revokedCredential"] == [f"{SITE}/verify/ABCD-2345/"]


def test_what_is_invented_says_so_and_what_was_never_given_has_none(client):
    published.award(published.city("Alder Reach", is_invented=True), code="INVE-2345")
    said = jwt.decode(token_of(client, "INVE-2345"), options={"verify_signature": False})
    assert said["credentialSubject"]["achievement"]["description"].endswith("An invented city, for demonstration.")
    assert client.get("/verify/NOPE-2345/credential.jwt").status_code == 404


def test_it_takes_two_queries_and_any_site_may_read_it(client, award):
    assert len(queries_of(client, "/verify/ABCD-2345/credential.jwt")) == 2
    for address in ("/verify/ABCD-2345/credential.jwt", "/verify/keys.json", "/verify/issuer.json", "/verify/revoked.json"):
        assert client.get(address)["Access-Control-Allow-Origin"] == "*"
