"""What a token reads: the draft score of its person's own cities, and nothing of anybody else's."""

from copy import deepcopy
from datetime import timedelta

import pytest

from assessments import queries as case_queries
from assessments.lifecycle import Status
from assessments.models import Claim, Role
from criteria import queries as rulebooks
from criteria.scoring import Verdict, as_data, score
from tests.factories import assessments as cases
from tests.factories import people, published
from tests.support.counting import queries_of
from wwc.accounts import tokens
from wwc.accounts.models import ApiToken

LIST, OWN = "/api/v1/assessments/", "/api/v1/assessments/2026/port-lindell/"
DRAFT = f"{OWN}draft-score/"


@pytest.fixture(scope="module")
def case_once(shared):
    """Port Lindell, with two claims: one core criterion, and one whose prerequisite is not claimed."""
    made = cases.started()
    cases.said(made, "DM1")
    cases.said(made, "DM7")
    cases.said(made, "LC1", Claim.NOT_YET)
    return made


@pytest.fixture
def case(case_once, db):
    """The assessment, as each test finds it."""
    return deepcopy(case_once)


@pytest.fixture
def secret(case, token_of):
    return token_of(cases.lead(case.city))


def test_the_draft_score_is_the_cores_own_of_the_claims(get, case, secret):
    book = rulebooks.rulebook(case.cycle.standard)
    met = {"DM1", "DM7"}
    expected = as_data(score(book, {rule.code: Verdict.MET if rule.code in met else Verdict.NOT_MET for rule in book.rules}))
    told = get(DRAFT, secret).json()
    assert told == {name: expected[name] for name in ("edition", "points", "possible", "tier", "by_area", "reasons")}
    assert (told["edition"], told["possible"], told["tier"]) == ("2022", 43, None)
    assert told["points"] == case_queries.provisional(case).points


def test_the_list_names_the_assessments_of_ones_own_cities(get, case, secret):
    cases.started("Quillon")
    assert get(LIST, secret).json()["results"] == [
        {
            "cycle": "2026",
            "city": "port-lindell",
            "edition": "2022",
            "stage": "in_progress",
            "draft_score": f"http://127.0.0.1:8000{DRAFT}",
            "evidence": f"http://127.0.0.1:8000{OWN}evidence/",
            "questions": f"http://127.0.0.1:8000{OWN}questions/",
            "result": f"http://127.0.0.1:8000{OWN}result/",
        }
    ]


@pytest.mark.parametrize("status", [Status.IN_REVIEW, Status.READY, Status.DECIDED])
def test_the_stage_betrays_nothing(get, case, secret, status):
    type(case).objects.update(status=status)
    assert get(LIST, secret).json()["results"][0]["stage"] == "under_review"


def test_every_part_of_the_team_reads_it_and_nobody_else(get, problem, case, token_of, staff, director, stranger):
    for role in Role.values:
        assert get(DRAFT, token_of(people.person(f"{role}-port-lindell"))).status_code == 200
    foreign = cases.lead(cases.started("Quillon").city)
    for person in (staff, director, stranger, foreign):
        problem(get(DRAFT, token_of(person)), 404)
    assert get(DRAFT.replace("port-lindell", "nowhere"), token_of(foreign)).content == get(DRAFT, token_of(foreign)).content


def test_who_left_the_team_reads_nothing(get, problem, case, secret):
    case.city.memberships.update(ended_at=cases.NOW, ended_by=cases.staff())
    problem(get(DRAFT, secret), 404)
    assert get(LIST, secret).json()["results"] == []


def test_without_a_token_nothing_is_told(get, problem, case):
    for address in (LIST, DRAFT):
        answer = get(address)
        problem(answer, 401)
        assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("wrong", ["nonsense", "wwc_00000000_none", "wwc_", "\u00e9"])
def test_a_wrong_token_is_refused_on_open_addresses_too(get, problem, db, wrong):
    for address in (LIST, "/api/v1/awards/"):
        said = problem(get(address, wrong), 401)
        assert "unknown, revoked or expired" in said["detail"]


def test_a_token_that_ended_is_refused_at_once(get, problem, case, secret):
    token = ApiToken.objects.get()
    tokens.revoke(token, by=token.person, at=cases.NOW)
    problem(get(DRAFT, secret), 401)


def test_a_token_that_expired_is_refused(get, problem, case, secret):
    ApiToken.objects.update(expires_at=cases.NOW - timedelta(days=4000))
    problem(get(DRAFT, secret), 401)


def test_a_token_of_somebody_who_was_closed_out_is_refused(get, problem, case, secret):
    type(cases.staff()).objects.update(is_active=False)
    problem(get(DRAFT, secret), 401)


def test_a_token_without_the_scope_is_refused_by_its_name(get, problem, case, token_of):
    secret = token_of(cases.lead(case.city))
    ApiToken.objects.update(scopes=[])
    said = problem(get(DRAFT, secret), 403)
    assert "'draft'" in said["detail"]


def test_a_cookie_signs_nobody_in(client_of, problem, case):
    client = client_of(cases.lead(case.city))
    assert client.get("/people/").status_code == 200
    problem(client.get(DRAFT), 401)
    problem(client.get(LIST), 401)


def test_other_ways_to_sign_in_are_nobody(client, problem, case, secret):
    problem(client.get(DRAFT, headers={"authorization": f"Basic {secret}"}), 401)
    problem(client.get(f"{DRAFT}?token={secret}"), 401)


def test_answers_to_a_token_are_kept_by_nobody(get, case, secret):
    published.award(published.city(), number="n")
    for address in (LIST, DRAFT, "/api/v1/awards/", "/api/v1/awards/n/"):
        answer = get(address, secret)
        assert {part.strip() for part in answer["Cache-Control"].split(",")} == {"private", "no-store"}
    assert "Access-Control-Allow-Origin" not in get(DRAFT, secret)


def test_unknown_parameters_are_named_here_too(get, problem, case, secret):
    assert problem(get(f"{DRAFT}?city=quillon", secret), 400)["field"] == "city"


def test_a_wrong_media_type_with_a_wrong_token_is_an_answer_still(get, case):
    assert get(DRAFT, "wrong", accept="application/xml").status_code == 406


def test_the_last_use_is_noted_once_an_hour(get, case, secret):
    get(DRAFT, secret)
    first = ApiToken.objects.get().used_at
    get(LIST, secret)
    assert first is not None
    assert ApiToken.objects.get().used_at == first


def test_a_list_of_thirty_takes_as_many_queries_as_a_list_of_one(client, case, secret):
    header = {"headers": {"authorization": f"Bearer {secret}"}}
    assert len(queries_of(client, LIST, **header)) == 3  # the token, the rows, the note of its use
    lead = cases.lead(case.city)
    for n in range(29):
        place = cases.city(f"Reach {n}")
        cases.member(place, Role.LEAD, "lead-port-lindell")
        cases.submitting.start(place, cases.cycle(), by=lead, at=cases.NOW)
    assert len(queries_of(client, LIST, **header)) == 3
    assert len(client.get(LIST, **header).json()["results"]) == 30
