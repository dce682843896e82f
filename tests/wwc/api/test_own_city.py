"""What a token reads of its person's own city: evidence, questions, the result once it is theirs to know."""

from datetime import timedelta

import pytest

from assessments.models import Clarification, Role
from reviews.actions import announcing
from reviews.jobs.announcement import announce_due
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.factories import people
from tests.factories import results as make
from tests.support.counting import same_queries
from wwc.accounts import tokens
from wwc.clock import staged_at

DAY = timedelta(days=1)
QUESTION = "Which departments does it cover?"
CITY = ["draft", "evidence", "questions", "result"]


def own(case, what):
    return f"/api/v1/assessments/{case.cycle.slug}/{case.city.slug}/{what}/"


@pytest.fixture
def case(db):
    made = cases.started()
    cases.proven(made)
    return made


def test_evidence_is_told_with_its_kind_its_state_and_what_it_proves(get, case, token_of):
    row = get(own(case, "evidence"), token_of(cases.lead(case.city), ["evidence"])).json()["results"][0]
    evidence = case.city.evidence.get()
    assert (row["id"], row["title"], row["kind"], row["state"], row["version"]) == (
        evidence.pk, evidence.title, evidence.current.kind, "added", 1
    )  # fmt: skip
    assert (row["size"], row["sha256"]) == (evidence.current.size, evidence.current.sha256)
    assert [(use["cycle"], use["criterion"]) for use in row["used_for"]] == [(case.cycle.slug, "DM1")]
    assert "stored" not in row
    evidence.uses.update(ended_at=NOW, ended_by=cases.staff())
    assert get(own(case, "evidence"), token_of(cases.lead(case.city), ["evidence"])).json()["results"][0]["used_for"] == []


def test_a_list_of_thirty_documents_takes_as_many_queries_as_a_list_of_one(client, case, token_of):
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token_of(cases.lead(case.city), ['evidence'])}"
    # The token, the assessment, the documents, what they prove, their versions, the note of its use.
    same_queries(client, own(case, "evidence"), lambda: [cases.proven(case, f"DM{n}") for n in range(2, 9)], 6)


@pytest.fixture
def read(db):
    """Port Lindell while it is read: a question answered, one still to be answered with words begun, one that nobody has sent."""
    made = cases.in_review()
    cases.replied(cases.asked(made, "DM1"), text="The clerk's.")
    cases.written(cases.asked(made, "DM2"), text="Not sent yet.")
    Clarification.objects.create(answer=cases.answer(made, "DM3"), text="Not asked yet.", asked_at=NOW, asked_by=cases.staff())
    return made


def test_questions_are_told_once_sent_and_so_are_replies(get, read, token_of):
    answer = get(own(read, "questions"), token_of(cases.contributor(read.city), ["questions"]))
    rows = answer.json()["results"]
    assert [(row["criterion"], row["text"], row["status"]) for row in rows] == [
        ("DM1", QUESTION, "answered"),
        ("DM2", QUESTION, "sent"),
    ]
    assert [[reply["text"] for reply in row["replies"]] for row in rows] == [["The clerk's."], []]
    assert b"Not sent yet." not in answer.content
    assert b"Not asked yet." not in answer.content
    assert not {"asked_by", "sent_by"} & set(rows[0])


def test_a_list_of_many_questions_takes_as_many_queries_as_a_list_of_two(client, read, token_of):
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token_of(cases.lead(read.city), ['questions'])}"
    # The token, the assessment, the questions, the replies, the note of its use.
    same_queries(client, own(read, "questions"), lambda: [cases.asked(read, f"PA{n}") for n in range(1, 6)], 5)


# The result


@pytest.fixture
def batch(staff, director):
    """Larkmoor: Gold, in a round of the day after tomorrow of which the city is told a day before."""
    case = make.scored(make.city("Larkmoor"), 31)
    given = make.approved(case, proposer=staff, director=director)
    made = make.prepared([given], by=staff, announce_at=NOW + 2 * DAY, told_before=DAY)
    make.rendered(made)
    return made


def of_larkmoor(get, token_of, role, day):
    with staged_at(NOW + day * DAY):
        return get("/api/v1/assessments/2026/larkmoor-ohio/result/", token_of(people.person(f"larkmoor-{role}"), ["result"])).json()


NOTHING_YET = {"cycle": "2026", "city": "larkmoor-ohio", "stage": "under_review", "given": None}


def test_lead_and_signatory_read_the_result_at_their_hour_and_the_others_with_everybody(get, token_of, batch, director):
    with staged_at(NOW):
        announcing.release(batch, by=director, at=NOW)
    for role in (Role.LEAD, Role.SIGNATORY, Role.CONTRIBUTOR):
        assert of_larkmoor(get, token_of, role, 0.9) == NOTHING_YET
    assert of_larkmoor(get, token_of, Role.CONTRIBUTOR, 1.1) == NOTHING_YET
    for role in (Role.LEAD, Role.SIGNATORY):
        given = of_larkmoor(get, token_of, role, 1.1)["given"]
        assert (given["tier"], given["points"], given["public"]) == ("gold", 31, False)
    with staged_at(NOW + 2 * DAY):
        announce_due()
    told = of_larkmoor(get, token_of, Role.CONTRIBUTOR, 2.1)
    assert (told["stage"], told["given"]["tier"], told["given"]["public"]) == ("your_result", "gold", True)
    lines = [line for area in told["given"]["areas"] for line in area["lines"]]
    assert len(lines) == 43
    assert sum(line["earned"] for line in lines) == 31
    assert lines[0]["reasons"] == f"Reasons for {lines[0]['code']}."


def test_a_result_that_was_prepared_and_not_approved_is_told_to_nobody(get, token_of, batch):
    for role in (Role.LEAD, Role.SIGNATORY, Role.CONTRIBUTOR):
        assert of_larkmoor(get, token_of, role, 1.1) == NOTHING_YET


# Doors


@pytest.mark.parametrize("what", ["draft-score", "evidence", "questions", "result"])
def test_each_address_asks_for_its_own_scope(get, problem, case, token_of, what):
    scope = what.removesuffix("-score")
    lead = cases.lead(case.city)
    assert get(own(case, what), token_of(lead, [scope])).status_code == 200
    others = token_of(lead, [each for each in CITY if each != scope])
    assert f"'{scope}'" in problem(get(own(case, what), others), 403)["detail"]
    problem(get(own(case, what)), 401)


@pytest.mark.parametrize("scope", CITY)
def test_any_scope_of_a_city_lists_its_assessments(get, case, token_of, scope):
    assert len(get("/api/v1/assessments/", token_of(cases.lead(case.city), [scope])).json()["results"]) == 1


def test_the_scope_of_the_program_is_made_by_its_people_alone(case, token_of, client_of, staff):
    with pytest.raises(tokens.NoScope):
        token_of(cases.lead(case.city), ["cycle"])
    assert 'value="cycle"' not in client_of(cases.lead(case.city)).get("/people/tokens/").content.decode()
    assert 'value="cycle"' in client_of(staff).get("/people/tokens/").content.decode()
    assert token_of(staff, ["cycle"])
