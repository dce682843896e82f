"""What the schema says is so: schemathesis asks every operation, as nobody, as a city, as a reviewer and as staff.

Whoever asks, no answer is one that the schema does not have, and none is a failure of the server. Each operation refuses
something, and answers whoever may read it by the schema.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

import pytest
import schemathesis
from django.db import connections
from django.test.client import ClientHandler
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.transport.wsgi import WSGITransport

from assessments.actions import inviting
from assessments.models import Role
from tests.support.world import Setting, setting
from wwc.accounts import tokens
from wwc.api import drawn
from wwc.api.throttles import Anonymous, Token

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.django_db,
    # Hypothesis draws a long request and says that printing it takes long.
    pytest.mark.filterwarnings("ignore:Generating overly large repr"),
]

OPERATIONS = {f"{method.upper()} {path}": said for path, methods in drawn.schema()["paths"].items() for method, said in methods.items()}
LISTS = [path for path in drawn.schema()["paths"] if "{" not in path]
NAMES = {parameter["name"] for said in OPERATIONS.values() for parameter in said["parameters"] if parameter["in"] == "path"}
# Behind which scopes each of the four has something of their own. A reviewer's token has the scopes of a city, and no city.
OWN: dict[str, set[str]] = {"nobody": set(), "city": {"draft", "evidence", "questions", "result"}, "reviewer": set(), "staff": {"cycle"}}


def answers(said: dict[str, Any], who: str, scopes: set[str]) -> bool:
    """Whether an operation answers: it is open, or the token has a scope for it and its person has what the address names."""
    if {} in said["security"]:
        return True
    asked = {scope for way in said["security"] for scope in way["token"]}
    names_something = any(parameter["in"] == "path" for parameter in said["parameters"])
    return bool(asked & (OWN[who] if names_something else scopes))


def made_tokens(world: Setting) -> dict[str, tuple[str, set[str]]]:
    """Of each kind of person a token with every scope that they can choose, and those scopes. The city has results and questions."""
    people = {"city": world.people["told lead"], "reviewer": world.people["reader"], "staff": world.people["staff"]}
    now = datetime.now(UTC)
    inviting.add_member(world.review.city, person=people["city"], role=Role.CONTRIBUTOR, by=people["staff"], at=now)
    made: dict[str, tuple[str, set[str]]] = {"nobody": ("", set())}
    for who, person in people.items():
        scopes = [value for value, _label in tokens.scopes_for(person)]
        made[who] = tokens.make("A program", scopes=scopes, days=10, by=person, at=now)[1], {*scopes}
    return made


def rows_known(get: Callable[..., Any], secrets: list[str]) -> list[dict[str, str]]:
    """What addresses name, as it stands together in the rows of the lists whose own addresses name nothing."""
    pages = (get(path, secret).json() for path in LISTS for secret in secrets)
    rows = (
        {name: row[name] for name in NAMES & row.keys() if isinstance(row[name], str)} for page in pages for row in page.get("results", ())
    )
    return [dict(row) for row in sorted({tuple(sorted(row.items())) for row in rows})]


def site() -> Callable[..., list[bytes]]:
    """The site as it is in the transaction of this test, for whichever thread asks."""
    handler, connection = ClientHandler(enforce_csrf_checks=True), connections["default"]

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        connections["default"] = connection
        response = handler(environ)
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return [response.content]

    return answer


# Which texts of theirs were given out the server alone knows, so the schema allows more than is taken.
GIVEN_OUT = {"cursor", "after", "area", "code"}


def leading(rows: list[dict[str, str]]) -> Callable[[Any, Any, Any], None]:
    """A hook that leads half of what is to be right to something that is there, always the same half, and begins at the beginning."""

    def before_call(_context: Any, case: Any, _how: Any) -> None:
        if not case.meta or case.meta.generation.mode.is_negative:
            return
        for name in GIVEN_OUT & case.query.keys():
            del case.query[name]
        which, there = divmod(crc32(repr(case.path_parameters).encode()), 2)
        if case.path_parameters and there:
            named = [row for row in rows if case.path_parameters.keys() <= row.keys()]
            assert named, f"No list tells what {case.operation.label} names."
            row = named[which % len(named)]
            case.path_parameters.update({name: row[name] for name in case.path_parameters})

    return before_call


def asked(secret: str) -> Iterator[events.EngineEvent]:
    """What schemathesis does with this token, the same each time."""
    config = {
        "seed": 1,
        "continue-on-failure": True,
        "generation": {"max-examples": 20, "deterministic": True, "database": "none"},
        **({"auth": {"openapi": {"token": {"bearer": secret}}}} if secret else {}),
    }
    schema = schemathesis.openapi.from_wsgi("/api/schema/", site(), config=SchemathesisConfig.from_dict(config))
    yield from from_schema(schema).execute()


def wrong(event: events.EngineEvent) -> Iterator[str]:
    """What is not as it should be, with the request as curl and the beginning of its answer."""
    if isinstance(event, events.NonFatalError):
        yield repr(event.value)
    if isinstance(event, events.FatalError):
        yield repr(event.exception)
    for number, checks in event.recorder.checks.items() if isinstance(event, events.ScenarioFinished) else ():
        for failed in (check.failure_info for check in checks if check.failure_info):
            said = f"{failed.failure.operation}: {failed.failure.title}. {failed.failure.message}"
            yield f"{said}\n{failed.code_sample}\n{event.recorder.interactions[number].response.content[:300]}"


SOCKETS = {"max_redirects", "verify", "cert", "proxies"}


def in_process(send: Callable[..., Any]) -> Callable[..., Any]:
    """The call of a site in this process, without the settings of sockets that come along where a wrong token is tried."""
    return lambda self, case, **kwargs: send(self, case, **{name: kwargs[name] for name in kwargs.keys() - SOCKETS})


@pytest.fixture
def lent(db):
    """The connection of the test lent to the threads of schemathesis."""
    connections["default"].inc_thread_sharing()
    yield
    connections["default"].dec_thread_sharing()


def test_every_operation_is_as_the_schema_says_whoever_asks(get, lent, monkeypatch, request):
    monkeypatch.setattr(WSGITransport, "send", in_process(WSGITransport.send))
    for limit in (Anonymous, Token):
        monkeypatch.setattr(limit, "THROTTLE_RATES", {limit.scope: "1000000/hour"})
    made = made_tokens(setting())
    before_call = leading(rows_known(get, [secret for secret, _scopes in made.values()]))
    schemathesis.hook(before_call)
    request.addfinalizer(lambda: schemathesis.hooks.unregister(before_call))
    faults, counts = [], []
    for who, (secret, scopes) in made.items():
        statuses: dict[str, Counter[int]] = {label: Counter() for label in OPERATIONS}
        for event in asked(secret):
            faults += [f"{who}: {fault}" for fault in wrong(event)]
            for number, sent in event.recorder.interactions.items() if isinstance(event, events.ScenarioFinished) else ():
                case = event.recorder.cases[number].value
                if case.method == "GET":
                    statuses[case.operation.label][sent.response.status_code] += 1
        for label, seen in statuses.items():
            counts.append(f"{who}: {label}: {', '.join(f'{times} times {status}' for status, times in sorted(seen.items()))}")
            due = {2, 4} if answers(OPERATIONS[label], who, scopes) else {4}
            if {status // 100 for status in seen} != due:
                faults.append(f"{counts[-1]}, where {due} hundred are due")
    sys.stdout.write("\n".join(counts))
    assert not faults, f"{len(faults)} faults\n" + "\n\n".join(faults)
