"""Errors that programs can read: what happened, which parameter, what to do."""

import base64
import json

import pytest
from django.core.cache import caches

from tests.factories import published
from wwc.api.throttles import Anonymous, Token

OPEN = [
    "/api/v1/standards/",
    "/api/v1/standards/2022/",
    "/api/v1/cities/",
    "/api/v1/awards/",
    "/api/v1/scores/",
    "/api/v1/insights/",
    "/api/schema/",
]


@pytest.mark.parametrize("address", OPEN)
def test_an_unknown_parameter_is_named(get, problem, address):
    said = problem(get(f"{address}?colour=blue"), 400)
    assert said["field"] == "colour"
    assert "'colour' is not a parameter" in said["detail"]
    assert "/api/docs/" in said["remedy"]


def test_the_detail_lists_what_the_address_takes(get, problem):
    said = problem(get("/api/v1/cities/?tier=gold"), 400)
    for name in ("country", "state", "population_from", "invented", "cursor", "page_size", "ordering"):
        assert name in said["detail"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("tier=bronze", "tier"),
        ("kind=no_tier", "kind"),
        ("year=soon", "year"),
        ("year=2024.5", "year"),
        ("year=99999999", "year"),
        ("year=2_024", "year"),
        ("year=2024.0", "year"),
        ("year=%202024", "year"),
        ("year=%D9%A2%D9%A0%D9%A2%D9%A4", "year"),
        ("year=", "year"),
        ("tier=", "tier"),
        ("city=", "city"),
        ("city=alder%0A", "city"),
        ("city=%ED%A0%80", "city"),
        ("country=Mexico", "country"),
        ("country=us", "country"),
        ("country=US%20", "country"),
        ("state=Ohio", "state"),
        ("city=Alder%20Reach", "city"),
        ("city=%00", "city"),
        ("round=%00", "round"),
        ("edition=20%2022", "edition"),
        ("invented=maybe", "invented"),
        ("ordering=tier", "ordering"),
        ("ordering=", "ordering"),
        ("page_size=0", "page_size"),
        ("page_size=-1", "page_size"),
        ("page_size=many", "page_size"),
        ("page_size=%C2%B2", "page_size"),
        ("cursor=nonsense", "cursor"),
        ("cursor=%C3%A9", "cursor"),
        ("cursor=bnVsbA==", "cursor"),
        ("tier=gold&tier=silver", "tier"),
    ],
)
@pytest.mark.parametrize("address", ["/api/v1/awards/", "/api/v1/scores/"])
def test_a_value_that_cannot_be_read_is_refused_by_name(get, problem, address, query, field):
    assert problem(get(f"{address}?{query}"), 400)["field"] == field


@pytest.mark.parametrize(
    "query",
    ["population_from=-1", "population_from=", "population_to=10000000000000000000", "population_from=1e3", "form_of_government=a/b"],
)
def test_the_same_for_cities(get, problem, query):
    assert problem(get(f"/api/v1/cities/?{query}"), 400)["field"] == query.partition("=")[0]


def test_a_cursor_belongs_to_the_order_it_was_made_in(get, problem):
    published.named(3)
    following = get("/api/v1/awards/?page_size=1").json()["next"]
    said = problem(get(following + "&ordering=number"), 400)
    assert said["field"] == "cursor"


@pytest.mark.parametrize(
    "place",
    [
        7,
        {"n": 1},
        ["n"],
        ["n", "-announced_on"],
        ["n", "-announced_on", "2026-04-14"],
        ["n", "-announced_on", 3, "a"],
        ["n", "-announced_on", "2026-14-14", "a"],
        ["n", "-announced_on", "2026-04-14", "a\0"],
        ["x", "-announced_on", "2026-04-14", "a"],
        ["n", "-announced_on", "2026-04-14", "\ud800"],
    ],
)
def test_a_cursor_made_by_hand_is_refused(get, problem, place):
    cursor = base64.urlsafe_b64encode(json.dumps(place).encode()).decode()
    assert problem(get(f"/api/v1/awards/?cursor={cursor}"), 400)["field"] == "cursor"


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_a_cursor_that_never_ends_is_refused(get, problem, opening):
    cursor = base64.urlsafe_b64encode(opening.encode() * 3000).decode()
    assert problem(get(f"/api/v1/awards/?cursor={cursor}"), 400)["field"] == "cursor"


@pytest.mark.parametrize(
    "address",
    ["/api/v1/standards/1999/", "/api/v1/cities/nowhere-xx/", "/api/v1/awards/none/", "/api/v1/scores/none/", "/api/v1/awards/%00/",
     "/api/v1/cities/a%0Ab/", "/api/v1/cities/a%0A", "/api/v1/nothing/", "/api/v1/nothing", "/api/v1/", "/api/", "/api/v2/awards/",
     "/api/v1/awards/a/b/c/", "/api/v1/nothing/?any=thing"],
)  # fmt: skip
def test_what_is_not_there_is_404_for_programs(get, problem, address):
    assert problem(get(address), 404)["type"] == "not-found"


def test_an_address_without_its_last_stroke_is_sent_on(get):
    answer = get("/api/v1/awards?tier=gold")
    assert (answer.status_code, answer["Location"]) == (301, "/api/v1/awards/?tier=gold")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
@pytest.mark.parametrize("address", ["/api/v1/awards/", "/api/v1/awards/?colour=blue", "/api/v1/standards/2022/", "/api/schema/"])
def test_nothing_can_be_written(client, db, problem, method, address):
    answer = getattr(client, method)(address)
    problem(answer, 405)
    assert answer["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("kind", ["application/json; charset=none", "text/plain; charset=utf-16", "multipart/form-data", ""])
@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' + b"9" * 10_000 + b"}", b"\0", b"\xed\xa0\x80"])
def test_no_body_is_read(client, db, problem, kind, body):
    for method, status in (("POST", 405), ("GET", 200)):
        assert client.generic(method, "/api/v1/awards/", body, content_type=kind).status_code == status


def test_a_method_on_nothing_is_nothing(client, db, problem):
    problem(client.post("/api/v1/nothing/"), 404)


@pytest.mark.parametrize("address", ["/api/v1/awards/", "/api/v1/standards/2022/"])
def test_only_json_is_spoken(get, problem, address):
    problem(get(address, accept="application/xml"), 406)
    assert get(address, accept="text/html,*/*;q=0.8").status_code == 200


def test_a_schema_as_yaml_still_answers_errors_as_json(get, problem):
    assert get("/api/schema/", accept="application/yaml").content.startswith(b"openapi: 3.1.0")
    problem(get("/api/schema/?a=b", accept="application/yaml"), 400)


@pytest.fixture
def small_rates(monkeypatch):
    """Two requests an hour without a token, three with one."""
    rates = {"anonymous": "2/hour", "token": "3/hour"}
    monkeypatch.setattr(Anonymous, "THROTTLE_RATES", rates)
    monkeypatch.setattr(Token, "THROTTLE_RATES", rates)


def test_above_the_limit_a_client_is_told_when_to_come_back(get, problem, small_rates):
    assert [get("/api/v1/awards/").status_code for _ in range(2)] == [200, 200]
    refused = get("/api/v1/cities/")
    assert problem(refused, 429)["type"] == "too-many"
    assert 3500 < int(refused["Retry-After"]) <= 3600
    caches["throttle"].clear()
    assert get("/api/v1/cities/").status_code == 200


def test_a_header_that_anybody_can_write_gives_no_fresh_limit(get, small_rates):
    answers = [get("/api/v1/awards/", x_forwarded_for=f"10.0.0.{n}").status_code for n in range(3)]
    assert answers == [200, 200, 429]


def test_a_token_has_its_own_limit_and_its_requests_cost_others_nothing(get, problem, small_rates, token_of, lead):
    secret = token_of(lead)
    assert [get("/api/v1/assessments/", secret).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert get("/api/v1/awards/").status_code == 200


def test_limits_are_counted_outside_the_database(get, django_assert_num_queries):
    get("/api/v1/awards/")
    with django_assert_num_queries(1):
        get("/api/v1/awards/")


def test_errors_are_the_same_in_every_language(get):
    english = get("/api/v1/awards/?tier=bronze", accept_language="en").content
    assert get("/api/v1/awards/?tier=bronze", accept_language="es").content == english
