"""Pages: closed unless listed, short views, and a GET that changes nothing."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture.source import files, functions, name

# The pages that anybody may open without signing in. Whoever adds one writes it here, for all to see.
OPEN = {
    "home", "health", "set_language",
    "account_login", "account_logout", "account_inactive", "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key", "account_reset_password_from_key_done",
    "criteria:standards", "criteria:standard", "criteria:criterion", "criteria:changes", "criteria:self_check", "criteria:calculator",
    "directory:cities", "directory:feed", "directory:city", "directory:scorecard", "directory:certificate",
    "directory:rounds", "directory:round",
    "directory:badge", "directory:embedding",
    "directory:credential", "directory:issuer", "directory:keys", "directory:revoked",
    "directory:verify", "directory:verification",
    "directory:privacy", "directory:accessibility", "directory:status", "directory:help",
    "insights:index", "insights:cycle", "insights:figure", "insights:table", "insights:dataset",
    "opendata:index", "opendata:release", "opendata:file",
    "assessments:accept", "people:stop_letters",
    "assessments:join", "assessments:join_place", "assessments:join_elsewhere", "assessments:join_asked",
    "assessments:claim", "assessments:claim_place", "assessments:claim_sent", "assessments:follow_claim",
}  # fmt: skip
API = re.compile(r"^api:")


def routes(resolver=None, prefix="", namespace=""):
    """Every route of the street plan: its full name, its path with sample values."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from routes(entry, path, inner)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", sample(path)


def sample(pattern: str) -> str:
    """An address of the pattern that leads to no row."""
    path = pattern.replace("^", "").replace("$", "").replace("\\Z", "")
    path = re.sub(
        r"<(?:(\w+):)?\w+>",
        lambda m: {"int": "987654321", "uuid": "00000000-0000-0000-0000-000000000000"}.get(m[1] or "", "nothing-here"),
        path,
    )
    path = re.sub(r"\(\?P<\w+>[^)]*\)", "nothing-here", path)
    return "/" + path.replace("\\.", ".").replace("/?", "/")


ROUTES = sorted(set(routes()))


@pytest.mark.django_db
@pytest.mark.parametrize(("route", "path"), ROUTES, ids=[r[0] for r in ROUTES])
def test_a_page_is_closed_unless_listed(route, path):
    answer = Client().get(path)
    if API.match(route):
        assert answer.status_code in {200, 401, 404, 406}, answer.status_code
        return
    closed = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
    if route in OPEN:
        assert not closed, "listed as open and closed"
        assert answer.status_code < 500
    else:
        assert closed or answer.status_code == 405, f"{path} answered {answer.status_code} to a person who has not signed in"


def test_the_list_of_open_pages_names_only_what_is_there():
    assert OPEN - {name for name, _path in ROUTES} == set()


def test_views_are_short():
    long = [
        f"{name(path)}:{node.name} {node.end_lineno - node.lineno + 1}"
        for path in files("*/views/*.py", "wwc/views.py", "wwc/*/views.py")
        for node in functions(path, public=False)
        if node.args.args and node.args.args[0].arg == "request"
        if node.end_lineno - node.lineno + 1 > 32
    ]
    assert long == []
