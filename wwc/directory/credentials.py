"""An award as an Open Badges 3.0 credential: signed JSON that a wallet keeps and anybody can check without asking us.

Follows the JWT form of 1EdTech Open Badges 3.0 (section 8.2): the credential is the payload of a token, its times and names stand in the
registered claims too. The key comes from the site's secret key, so that there is no other secret to keep; those that it replaced go on
being published.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import conditional_page, require_safe

from assessments.clock import hour_on
from reviews.queries import announced
from wwc.templatetags.display import tier_word
from wwc.templatetags.places import place
from wwc.unchanged import to_everybody

CONTEXT = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
PROGRAM = "What Works Cities Certification"


@login_not_required
@require_safe
@conditional_page
@to_everybody("awards")
def credential(request: HttpRequest, code: str) -> HttpResponse:
    """The credential of an award as a signed token. One that was revoked has none; the list of those says so to who kept it."""
    award = announced.award_by_code(code)
    if award is None or award.is_revoked:
        raise Http404
    return _given(signed(award).encode(), "application/vc+jwt")


@login_not_required
@require_safe
@conditional_page
@to_everybody("program")
def issuer(request: HttpRequest) -> HttpResponse:
    """Who signs."""
    return _json(_issuer())


@login_not_required
@require_safe
@conditional_page
@to_everybody("program")
def keys(request: HttpRequest) -> HttpResponse:
    """The public keys, the one in use first."""
    return _json({"keys": [public(key) for key in _keys()]})


@login_not_required
@require_safe
@conditional_page
@to_everybody("awards")
def revoked(request: HttpRequest) -> HttpResponse:
    """The credentials that were revoked."""
    ids = [_id(code) for code in announced.revoked_codes()]
    return _json({"id": _site("directory:revoked"), "issuer": _issuer()["id"], "revokedCredential": ids})


def signed(award: Any) -> str:
    """The token of an award: the same bytes for the same award and key."""
    key = next(_keys())
    header = {"typ": "vc+jwt", "kid": public(key)["kid"], "jwk": public(key)}
    return jwt.encode(claims(award), key, algorithm="EdDSA", headers=header)


def claims(award: Any) -> dict[str, Any]:
    """What is signed: the credential and, with the same values, the registered claims."""
    with translation.override("en"):
        said = _credential(award)
    begins, ends = _begins(award), _ends(award)
    registered = {"iss": said["issuer"]["id"], "jti": said["id"], "nbf": int(begins.timestamp()), "sub": said["credentialSubject"]["id"]}
    return said | registered | ({"exp": int(ends.timestamp())} if ends else {})


def _credential(award: Any) -> dict[str, Any]:
    city, tier = award.city, tier_word(award.tier or award.kind)
    standard = settings.SITE_URL + reverse("criteria:standard", args=[award.edition])
    ends = _ends(award)
    name = f"{tier}, {PROGRAM}"
    invented = " An invented city, for demonstration." if city.is_invented else ""
    return {
        "@context": CONTEXT,
        "id": _id(award.code),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": name,
        "issuer": _issuer(),
        "validFrom": _instant(_begins(award)),
        **({"validUntil": _instant(ends)} if ends else {}),
        "credentialSubject": {
            "id": settings.SITE_URL + reverse("directory:city", args=[city.slug]),
            "type": ["AchievementSubject"],
            "achievement": {
                "id": f"{standard}#{award.tier or award.kind}",
                "type": ["Achievement"],
                "achievementType": "Certification",
                "name": name,
                "description": f"{place(city)}: {tier}, announced {award.announced_on:%Y-%m-%d}.{invented}",
                "criteria": {"id": standard, "narrative": f"The {award.edition} Standard; proof of each criterion was read by reviewers."},
            },
        },
        "credentialStatus": {"id": _site("directory:revoked"), "type": "1EdTechRevocationList"},
    }


def public(key: Ed25519PrivateKey) -> dict[str, str]:
    """The public half as a JSON Web Key; its id is its thumbprint (RFC 7638)."""
    x = _b64(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
    written = f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'
    return {"kty": "OKP", "crv": "Ed25519", "x": x, "alg": "EdDSA", "use": "sig", "kid": _b64(sha256(written.encode()).digest())}


def _keys() -> Iterator[Ed25519PrivateKey]:
    yield from map(_key, (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=8)
def _key(secret: str) -> Ed25519PrivateKey:
    derived = HKDF(SHA256(), 32, salt=None, info=b"wwc credentials").derive(secret.encode())
    return Ed25519PrivateKey.from_private_bytes(derived)


def _begins(award: Any) -> datetime:
    return hour_on(award.announced_on, award.city.timezone, 0)


def _ends(award: Any) -> datetime | None:
    """The award stands through its last day."""
    last: date | None = award.valid_until
    return hour_on(last + timedelta(days=1), award.city.timezone, 0) if last else None


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _issuer() -> dict[str, Any]:
    return {"id": _site("directory:issuer"), "type": ["Profile"], "name": PROGRAM, "url": settings.SITE_URL}


def _id(code: str) -> str:
    return settings.SITE_URL + reverse("directory:verification", args=[code])


def _site(route: str) -> str:
    return settings.SITE_URL + reverse(route)


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _json(said: dict[str, Any]) -> HttpResponse:
    return _given(orjson.dumps(said), "application/json")


def _given(body: bytes, kind: str) -> HttpResponse:
    return HttpResponse(body, content_type=kind)
