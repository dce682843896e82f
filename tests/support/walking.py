"""Every address of the resolver, filled from the rows of a world and with guesses, and all that one person is answered there."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from django.core.cache import caches
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from criteria import queries as rulebooks
from reviews.queries import announced
from wwc.unchanged import kept

# What is different each time it is asked, and tells nothing: what protects forms, the number of a request, the free space of a disk.
MASK = (
    (re.compile(rb'(csrfmiddlewaretoken" value=")\w+'), rb"\1"),
    (re.compile(rb"((?:csrftoken|sessionid)=)\w+(; expires=)[^;]+"), rb"\1\2"),
    (re.compile(rb"(\nExpires: )[^\n]+"), rb"\1"),
    (re.compile(rb"(X-Request-Id: |request_number\">|<code>)[0-9a-f]{12}\b"), rb"\1"),
    (re.compile(rb'("disk_free_mb": )\d+'), rb"\1"),
)
MADE_AT = "docProps/core.xml"  # the hour at which a workbook was written
FILLED = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
SITE = WSGIHandler()

Values = Mapping[str, Sequence[Any]]


def routes(resolver: URLResolver | None = None, prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    """The name and the pattern of every route of the program."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry, prefix + str(entry.pattern), f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", prefix + str(entry.pattern).removeprefix("^").removesuffix("$")


def addresses(values: Values, most: int) -> dict[str, str]:
    """The addresses that the routes make with these values for the parts of their patterns, the first so many, each with its route.

    A part that is not named takes what others of its kind take, so that a later route is walked as well.
    """
    found: dict[str, str] = {}
    for name, pattern in routes():
        parts = [(match[0], match[1], match[2] or match[3]) for match in FILLED.finditer(pattern)]
        many = most if len(parts) < 2 else max(most // 4, 2)
        for each in product(*(_fitting(values, kind, part)[:many] for _whole, kind, part in parts)):
            address = pattern
            for (whole, _kind, _part), value in zip(parts, each, strict=True):
                address = address.replace(whole, str(value), 1)
            found["/" + address] = name
    return found


def _fitting(values: Values, kind: str, part: str) -> Sequence[Any]:
    named = f"{kind}:{part}" if kind else part
    return values[named if named in values else kind]


def narrowed(address: str, queries: Iterable[str], parameters: Mapping[str, Sequence[str]]) -> list[str]:
    """The same address with words behind the question mark: of the API each parameter that it takes, elsewhere these."""
    view = getattr(resolve(address).func, "view_class", None)
    if not hasattr(view, "parameters"):
        return [f"{address}?{query}" for query in queries]
    values = {**parameters, "ordering": [*view.orders]}
    return [f"{address}?{name}={value}" for name in view().parameters() for value in values.get(name, ["1"])]


@dataclass(frozen=True)
class Told:
    """One answer as its bytes: status, headers, body."""

    status: int
    squeezed: bytes

    @property
    def words(self) -> bytes:
        """All of it."""
        return zlib.decompress(self.squeezed)

    @property
    def asks_to_sign_in(self) -> bool:
        """Whether it only sends to where people sign in."""
        return self.status == 302 and b"Location: /accounts/login/?next=" in self.words


Line = tuple[str, str, Told]


@dataclass
class Person:
    """Somebody who asks: the cookies of their browser, the headers of their program; whether they ask in each way, or once only."""

    name: str
    cookies: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    thorough: bool = True


def cold() -> None:
    """As after a start: nothing is kept that an earlier world said."""
    rulebooks.forget()
    announced.forget()
    kept.forget()
    for each in caches.all():
        each.clear()


def walk(person: Person, places: Mapping[str, str], queries: Sequence[str], parameters: Mapping[str, Sequence[str]]) -> Iterator[Line]:
    """Everything that one person is told: (how asked, address, answer). A route that takes forms only, or asks to sign in, says so once."""
    closed: set[str] = set()
    for address, route in places.items():
        if route in closed:
            continue
        first = told_to(person, address)
        yield from ((how, address, told) for how, told in first)
        told = first[0][1]
        if told.status == 405 or told.asks_to_sign_in:
            closed.add(route)
        elif told.status == 200 and person.thorough:
            for more in narrowed(address, queries, parameters):
                yield from ((how, more, told) for how, told in told_to(person, more))


def told_to(person: Person, address: str) -> list[tuple[str, Told]]:
    """What one address says; where it says something, again with warm caches and the fingerprint it had, and as a head without a body."""
    browser = RequestFactory(headers=person.headers)
    browser.cookies.load(person.cookies)
    first, about = _ask(browser, "GET", address)
    if first.status != 200 or not person.thorough:
        return [("GET", first)]
    known = {name: about[header] for name, header in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")) if header in about}
    return [("GET", first), ("GET again", _ask(browser, "GET", address, known)[0]), ("HEAD", _ask(browser, "HEAD", address)[0])]


def _ask(browser: RequestFactory, method: str, address: str, known: Mapping[str, str] | None = None) -> tuple[Told, dict[str, str]]:
    """Through the whole middleware, and without what the client of Django's tests keeps of each page."""
    answer = SITE.get_response(browser.generic(method, address, headers=known or {}))
    about = dict(answer.items())
    return Told(answer.status_code, zlib.compress(_bytes(answer), 1)), about


def _bytes(answer: HttpResponseBase) -> bytes:
    """Headers, cookies and body; of an archive what is in it."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    request_finished.disconnect(close_old_connections)  # the test's own connection stays open
    answer.close()
    request_finished.connect(close_old_connections)
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"\n".join(each.encode() + b"\n" + archive.read(each) for each in archive.namelist() if each != MADE_AT)
    lines = [f"{answer.status_code}", *(f"{name}: {value}" for name, value in answer.items() if name != "Content-Length" or body)]
    lines += [morsel.output() for morsel in answer.cookies.values()]
    said = "\n".join(lines).encode() + b"\n\n" + body
    for pattern, instead in MASK:
        said = pattern.sub(instead, said)
    return said
