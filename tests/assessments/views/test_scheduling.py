"""Staff: cycles, who takes part, one case."""

import pytest
from django.urls import reverse

from assessments.lifecycle import CycleStatus, Status
from assessments.models import Assessment, Conflict, Cycle, Extension
from criteria.models import Standard
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.support.counting import same_queries

pytestmark = pytest.mark.django_db


def _fields(**given):
    standard = Standard.objects.get(code="2022").pk
    dates = {"opens": "2027-01-11", "due": "2027-04-12", "withdraw": "2027-05-14", "results_expected": "2027-09-01"}
    return {
        "name": "2027 cycle",
        "slug": "2027",
        "standard": standard,
        "minimum_population": "30000",
        "validity_months": "36",
        **dates,
        **given,
    }


@pytest.fixture
def client(client_of, staff):
    return client_of(staff)


def test_without_cycles_the_page_says_how_to_begin(client):
    assert "No cycle yet." in client.get(reverse("assessments:cycles")).content.decode()


def test_a_cycle_is_drafted_in_the_planners_zone_and_opened(client):
    response = client.post(reverse("assessments:draft_cycle"), _fields())
    cycle = Cycle.objects.get()
    assert response["Location"] == reverse("assessments:cycle", args=["2027"])
    assert cycle.due_at.isoformat() == "2027-04-12T21:00:00+00:00"
    assert (cycle.appeal_days, cycle.appeal_work_days) == (30, 10)
    assert "Open the cycle" in client.get(response["Location"]).content.decode()
    page = client.post(reverse("assessments:move_cycle", args=["2027"]), {"to": "open"}, follow=True).content.decode()
    assert "The cycle is now: open." in page
    assert "Add a city" in page


def test_the_days_of_appeals_are_chosen_with_the_cycle(client):
    client.post(reverse("assessments:draft_cycle"), _fields(appeal_days="45", appeal_work_days="5"))
    cycle = Cycle.objects.get()
    assert (cycle.appeal_days, cycle.appeal_work_days) == (45, 5)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"appeal_days": "0"}, "Days to appeal: "),
        ({"due": "2027-02-30"}, "Due: This is not a date of the calendar. Enter one like 12/14/2026."),
        ({"due": "soon"}, "Due: This is not a date of the calendar."),
        ({"due": ""}, "Due: Enter a date like 12/14/2026."),
        ({"due": "2026-12-01"}, "Due: The due date must come after the opening."),
        ({"withdraw": "2027-04-01"}, "Withdrawing closes: Withdrawing closes on or after the due date."),
        ({"results_expected": "2027-04-12"}, "Results expected: Results come after the due date."),
        ({"slug": "Spring 2027"}, "Short name: Use lower-case letters, figures and hyphens only."),
        ({"minimum_population": "-1"}, "Minimum population: "),
    ],
)
def test_a_wrong_date_is_said_at_its_field_and_nothing_is_saved(client, wrong, words):
    response = client.post(reverse("assessments:draft_cycle"), _fields(**wrong))
    assert response.status_code == 422
    assert words in response.content.decode().replace("&#x27;", "'")
    assert not Cycle.objects.exists()


def test_a_short_name_is_used_once(client):
    cases.cycle("2027")
    assert "Another cycle has this short name." in client.post(reverse("assessments:draft_cycle"), _fields()).content.decode()


def test_a_step_out_of_order_is_refused_in_words(client):
    cases.cycle()
    page = client.post(reverse("assessments:move_cycle", args=["2026"]), {"to": "announced"}, follow=True).content.decode()
    assert "The cycle cannot take this step now." in page
    client.post(reverse("assessments:move_cycle", args=["2026"]), {"to": "nonsense"})
    assert Cycle.objects.get().status == CycleStatus.OPEN


def test_a_city_is_found_and_started(client):
    cases.cycle(), cases.city()
    page = client.get(reverse("assessments:joining", args=["2026"]), {"q": "lindell"}).content.decode()
    assert "84,000" in page
    response = client.post(reverse("assessments:start", args=["2026", "port-lindell"]), follow=True)
    case = Assessment.objects.get()
    assert response.redirect_chain == [(reverse("assessments:case", args=[case.pk]), 302)]
    assert "This city has no lead yet." in response.content.decode()


@pytest.mark.parametrize(("population", "words"), [(12000, "this cycle is for 30,000 or more"), (None, "is not on record")])
def test_a_city_below_the_line_is_refused_in_words(client, population, words):
    cases.cycle(), cases.city(population=population)
    page = client.post(reverse("assessments:start", args=["2026", "port-lindell"]), follow=True).content.decode()
    assert words in page
    assert not Assessment.objects.exists()


def test_the_case_says_what_is_known_and_what_happened(client):
    case = cases.started()
    cases.said(case), cases.proven(case)
    page = client.get(reverse("assessments:case", args=[case.pk])).content.decode()
    assert "84,000" in page
    for words in ("Evidence added · DM1 · DM1.txt", "Answer saved · DM1", "Started · drafting", "Joined the team · city lead"):
        assert words in page


def test_more_time_from_the_case(client):
    case = cases.started()
    address = reverse("assessments:extend", args=[case.pk])
    assert "Say why, in a few words." in client.post(address, {"due": "2091-02-01", "reason": ""}).content.decode()
    assert "must be later" in client.post(address, {"due": "2031-02-01", "reason": "A flood."}).content.decode()
    assert not Extension.objects.exists()
    client.post(address, {"due": "2091-02-01", "reason": "A flood."})
    assert Extension.objects.get().due_at.isoformat() == "2091-02-01T23:00:00+00:00"


def test_open_again_from_the_case(client):
    case = cases.submitted(cases.started()).assessment
    client.post(reverse("assessments:reopen", args=[case.pk]), {"reason": "A page is missing."})
    case.refresh_from_db()
    assert case.status == Status.DRAFTING


def test_the_programs_pages_are_for_the_program(client_of, stranger):
    case = cases.started()
    names = [("cycles", []), ("draft_cycle", []), ("cycle", ["2026"]), ("joining", ["2026"]), ("case", [case.pk])]
    posts = [("move_cycle", ["2026"]), ("start", ["2026", case.city.slug]), ("extend", [case.pk]), ("reopen", [case.pk])]
    for person in (stranger, cases.lead(case.city)):
        client = client_of(person)
        for name, args in names:
            assert client.get(reverse(f"assessments:{name}", args=args)).status_code == 404, name
        for name, args in posts:
            assert client.post(reverse(f"assessments:{name}", args=args)).status_code == 404, name


def test_a_conflict_closes_the_case_and_its_row(client, staff):
    case = cases.started()
    Conflict.objects.create(person=staff, city=case.city, cycle=case.cycle, state="found", said_at=NOW, said_by=staff)
    assert "Port Lindell" not in client.get(reverse("assessments:cycle", args=["2026"])).content.decode()
    for name, args in (("case", [case.pk]), ("overview", [case.pk]), ("team", [case.city.slug]), ("letters", [case.city.slug])):
        assert client.get(reverse(f"assessments:{name}", args=args)).status_code == 404
    assert client.post(reverse("assessments:extend", args=[case.pk]), {"due": "2091-02-01", "reason": "A flood."}).status_code == 404


def _more():
    for n in range(29):
        cases.started(f"Reach {n}")


def test_a_cycle_takes_the_same_queries_with_one_and_thirty_cities(client):
    cases.started()
    same_queries(client, reverse("assessments:cycle", args=["2026"]), _more, expected=6)


def test_the_list_of_cycles_takes_the_same_queries_with_one_and_thirty(client):
    cases.cycle()

    def more():
        for n in range(24):
            cases.cycle(f"cycle-{n}")

    same_queries(client, reverse("assessments:cycles"), more, expected=4)
