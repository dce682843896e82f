"""What says the same to everybody has a fingerprint of its address and of all that is public: unchanged, it is worked out by nobody.

A fingerprint goes out with an answer of 200 alone, and nobody else can make one. So who sends it back asked this very address, and as
long as nothing public changed the answer is known at the door, before anybody is looked for, counted or read for.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import cache, wraps
from hashlib import blake2b, sha256
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from criteria import queries as rulebooks
from reviews.queries import announced
from wwc.http import Answer as GetResponse
from wwc.http import kept_public
from wwc.insights import queries as insights

Page = TypeVar("Page", bound=Callable[..., HttpResponse])
KEPT_BYTES = 32 * 2**20  # in each process


# What an answer can follow, and the short question by whose answer it is known whether that changed.
STATES: dict[str, Callable[[], Any]] = {
    "awards": announced.stamp, "editions": rulebooks.changed_at, "insights": insights.changed_at, "program": lambda: None,
}  # fmt: skip


def state_of(request: Any, of: str) -> Any:
    """The state as this request sees it, asked before anything is read: what changes meanwhile is asked for again, never missed."""
    seen = request.__dict__.setdefault("states", {})
    if of not in seen:
        seen[of] = STATES[of]()
    return seen[of]


def fingerprint(request: HttpRequest, of: str) -> str:
    """The ETag of what this address answers to everybody now, in the version of the program that runs here."""
    address, shape = f"{request.path}?{request.META.get('QUERY_STRING', '')}", request.META.get("HTTP_ACCEPT", "")
    said = f"{address}\n{shape}\n{state_of(request, of)}\n{settings.SITE_URL}"
    return f'"{of}-{blake2b(said.encode(errors="surrogateescape"), key=_key(settings.SECRET_KEY), digest_size=16).hexdigest()}"'


def told_to_everybody(response: HttpResponse, tag: str) -> HttpResponse:
    """The answer with its fingerprint, for any site to read and for others to keep for a minute."""
    response["ETag"] = tag
    response["Access-Control-Allow-Origin"] = "*"
    return kept_public(response)


def to_everybody(of: str) -> Callable[[Page], Page]:
    """Let a page that says the same to everybody, whoever asks in whatever language, go out with the fingerprint of what it follows."""

    def with_fingerprint(page: Page) -> Page:
        @wraps(page)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            tag = fingerprint(request, of)
            return told_to_everybody(page(request, *args, **kwargs), tag)

        return answer  # type: ignore[return-value]

    return with_fingerprint


class UnchangedMiddleware:
    """Answers 304 to who has what is public now, before anything else is asked. Those do not count towards a limit."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """A token makes an answer its person's own: that goes the long way."""
        known = request.META.get("HTTP_IF_NONE_MATCH")
        if known and request.method in ("GET", "HEAD") and "HTTP_AUTHORIZATION" not in request.META:
            of = known.removeprefix("W/").lstrip('"').partition("-")[0]
            if of in STATES and (tag := fingerprint(request, of)) in known:
                return told_to_everybody(HttpResponseNotModified(), tag)
        return self.get_response(request)


class Answer(NamedTuple):
    """What goes out: bytes of a kind."""

    body: bytes
    kind: str


class Kept:
    """Answers by their fingerprint, up to so many bytes; what was asked for longest ago goes first."""

    def __init__(self, most: int) -> None:
        self.most, self.size = most, 0
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, tag: str) -> Answer | None:
        """The answer, where it is kept."""
        with self._lock:
            if tag in self._answers:
                self._answers.move_to_end(tag)
            return self._answers.get(tag)

    def keep(self, tag: str, answer: Answer) -> None:
        """Keep an answer; one that would push out most others is not kept."""
        if len(answer.body) > self.most // 4:
            return
        with self._lock:
            if tag in self._answers:
                self.size -= len(self._answers.pop(tag).body)
            self._answers[tag] = answer
            self.size += len(answer.body)
            while self.size > self.most:
                self.size -= len(self._answers.popitem(last=False)[1].body)

    def forget(self) -> None:
        """Keep nothing of before."""
        with self._lock:
            self._answers.clear()
            self.size = 0


kept = Kept(KEPT_BYTES)


@cache
def _key(secret: str) -> bytes:
    """Of the site's secret and of the program as it is: another version may answer otherwise."""
    read = sha256(secret.encode())
    for package in ("criteria", "assessments", "reviews", "wwc", "locale"):
        for path in sorted(Path(settings.BASE_DIR, package).rglob("*")):
            if path.suffix in (".py", ".mo"):
                read.update(path.read_bytes())
    return read.digest()
