"""What a token of the program's people reads of a cycle: its rows, less the cities that are closed to them."""

from copy import deepcopy

import pytest

from assessments.models import Conflict
from reviews.models import Award
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.factories import people
from tests.factories import results as make
from tests.support.counting import same_queries

ROWS = ("assessments", "scores", "awards")


def of_cycle(what, slug="2026"):
    return f"/api/v1/cycles/{slug}/{what}/"


@pytest.fixture(scope="module")
def decided_once(shared):
    """Larkmoor: Gold, approved and told to nobody."""
    staff, director = people.person("staff", is_staff=True), people.person("director", is_director=True)
    case = make.scored(make.city("Larkmoor"), 31)
    make.approved(case, proposer=staff, director=director)
    return case


@pytest.fixture
def decided(decided_once, db):
    """The assessment, as each test finds it."""
    return deepcopy(decided_once)


@pytest.fixture
def secret(staff, token_of):
    return token_of(staff, ["cycle"])


def rows(get, what, secret):
    answer = get(of_cycle(what), secret)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_the_rows_of_a_cycle(get, decided, secret):
    make.scored(make.city("Ossery"), 20)
    make.settled(make.city("Quillon"), make.met(9))
    assert [(row["city"], row["status"]) for row in rows(get, "assessments", secret)] == [
        ("larkmoor-ohio", "decided"), ("ossery-ohio", "ready"), ("quillon-ohio", "ready")
    ]  # fmt: skip
    assert [(row["city"], row["points"], row["possible"], row["tier"]) for row in rows(get, "scores", secret)] == [
        ("larkmoor-ohio", 31, 43, "gold"), ("ossery-ohio", 20, 43, "certified"), ("quillon-ohio", None, None, None)
    ]  # fmt: skip
    award = Award.objects.get()
    assert rows(get, "awards", secret) == [
        {
            "city": "larkmoor-ohio", "version": 1, "status": "approved", "kind": "new", "tier": "gold", "round": None, "valid_until": None,
            "proposed_at": f"{award.proposed_at:%Y-%m-%dT%H:%M:%S}Z", "approved_at": f"{award.approved_at:%Y-%m-%dT%H:%M:%S}Z",
        }
    ]  # fmt: skip


@pytest.mark.parametrize("state", ["declared", "found"])
@pytest.mark.parametrize("what", ROWS)
def test_a_conflict_takes_its_city_away(get, decided, secret, staff, what, state):
    assert rows(get, what, secret)
    Conflict.objects.create(person=staff, city=decided.city, cycle=decided.cycle, state=state, said_at=NOW, said_by=staff)
    assert rows(get, what, secret) == []


@pytest.mark.parametrize("what", ROWS)
def test_a_city_of_ones_own_is_not_read_as_the_program(get, decided, secret, staff, what):
    cases.member(decided.city, "contributor", "staff")
    assert rows(get, what, secret) == []


@pytest.mark.parametrize("what", ROWS)
def test_it_is_nowhere_for_anybody_else(get, problem, decided, token_of, staff, what):
    lead = people.person("larkmoor-lead")
    secret = token_of(lead, ["draft", "evidence", "questions", "result"])
    assert "'cycle'" in problem(get(of_cycle(what), secret), 403)["detail"]
    problem(get(of_cycle(what)), 401)
    left = token_of(staff, ["cycle"])
    problem(get(of_cycle(what, "1999"), left), 404)
    type(staff).objects.filter(pk=staff.pk).update(is_staff=False)
    problem(get(of_cycle(what), left), 404)


@pytest.mark.parametrize(("what", "queries"), [("assessments", 4), ("scores", 6), ("awards", 4)])
def test_a_list_takes_as_many_queries_for_ten_cities_as_for_one(client, decided, secret, staff, director, what, queries):
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"

    def more():
        for n in range(9):
            make.approved(make.scored(make.city(f"Reach {n}"), 31), proposer=staff, director=director)

    same_queries(client, of_cycle(what), more, queries)
