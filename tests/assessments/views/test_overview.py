"""A city's first page."""

from datetime import date

import pytest
from django.urls import reverse

from assessments.lifecycle import Status
from assessments.models import Answer, AnswerEvidence, Assessment, Delegation, Evidence
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.support.counting import queries_of

pytestmark = pytest.mark.django_db


def _page(client, case) -> str:
    response = client.get(reverse("assessments:overview", args=[case.pk]))
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def case():
    return cases.started()


def test_before_the_first_answer_it_says_how_to_begin(case, client_of):
    page = _page(client_of(cases.lead(case.city)), case)
    assert "Nothing is answered yet" in page
    assert "Begin with DM1" in page
    assert "43 criteria left" in page


def test_it_says_where_the_city_stands(case, client_of):
    for code in ("LC1", "DM1"):
        cases.said(case, code), cases.proven(case, code)
    cases.said(case, "PA1"), cases.said(case, "EVAL3")
    page = _page(client_of(cases.contributor(case.city)), case)
    assert "If every claim is validated: <strong>3 of 43 points</strong>. 12 more reach Certified." in page
    assert "No tier yet: 1 core criterion is missing" in page
    assert "counts once this is met:" in page
    assert f'href="/assessments/{case.pk}/answers/EVAL2/">EVAL2</a>' in page
    assert "The shortest way to Certified" in page
    assert "39 criteria left, 2 without evidence" in page
    assert "Continue with DM2" in page


def test_with_everything_there_it_leads_to_submitting(case, client_of):
    cases.complete(case)
    page = _page(client_of(cases.lead(case.city)), case)
    assert f'class="btn primary" href="/assessments/{case.pk}/submit/"' in page
    assert "everything is answered and proven" in page


def test_under_review_questions_come_first(client_of):
    case = cases.in_review()
    cases.asked(case, "DM4")
    page = _page(client_of(cases.lead(case.city)), case)
    assert "1 question for you" in page
    assert page.index("1 question for you") < page.index("Under review")
    assert "Answer 1 question" in page
    assert "receipt 2026-" in page


@pytest.mark.parametrize("status", [Status.IN_REVIEW, Status.READY, Status.DECIDED])
def test_no_state_betrays_an_outcome(client_of, status):
    case = cases.in_review()
    client = client_of(cases.lead(case.city))
    before = _page(client, case)
    Assessment.objects.filter(pk=case.pk).update(status=status)
    after = _page(client, case)
    assert _without_token(after) == _without_token(before)
    for word in ("in_review", "ready", "decided", "If every claim is validated"):
        assert word not in after


def _without_token(page: str) -> str:
    return "\n".join(line.split('csrfmiddlewaretoken" value=')[0] for line in page.splitlines())


def test_withdrawn_says_closed_and_why(case, client_of):
    cases.submitting.withdraw(case, by=cases.lead(case.city), at=NOW)
    page = _page(client_of(cases.lead(case.city)), case)
    assert "was withdrawn" in page
    assert "Begin with" not in page


def test_another_citys_page_is_not_there(case, client_of, stranger):
    other = cases.started("Alder Reach")
    for person in (stranger, cases.lead(other.city)):
        assert client_of(person).get(reverse("assessments:overview", args=[case.pk])).status_code == 404


def test_staff_look_and_change_nothing(case, client_of, staff):
    page = _page(client_of(staff), case)
    assert "as the city sees it" in page
    assert "Begin with" not in page
    assert "Withdraw" not in page


def test_it_takes_the_same_queries_for_one_answer_and_all_of_them_200_documents_and_30_delegations(case, client_of):
    earlier = cases.earlier(case)
    cases.said(earlier, "DG2"), cases.said(case)
    client, lead = client_of(cases.lead(case.city)), cases.lead(case.city)
    address = reverse("assessments:overview", args=[case.pk])
    few = queries_of(client, address)
    cases.complete(case)
    documents = Evidence.objects.bulk_create(Evidence(city=case.city, title=str(n), added_at=NOW, added_by=lead) for n in range(200))
    answers = list(Answer.objects.filter(assessment=case).order_by("pk"))
    AnswerEvidence.objects.bulk_create(
        AnswerEvidence(answer=answers[n % 43], evidence=each, added_at=NOW, added_by=lead) for n, each in enumerate(documents)
    )
    _handed(answers[:30], case)
    assert len(queries_of(client, address)) == len(few) == 13


def _handed(answers, case):
    """Each answer in the hands of a colleague, by a date."""
    lead, colleague = cases.lead(case.city), cases.contributor(case.city)
    Delegation.objects.bulk_create(
        Delegation(answer=each, person=colleague, due_on=date(2089, 11, 27), handed_at=NOW, handed_by=lead) for each in answers
    )


def test_it_says_who_does_what_by_when(case, client_of):
    cases.said(case, "DM2", claim="not_met")
    _handed([cases.answer(case, code) for code in ("DM1", "DM2", "CI1")], case)
    page = _page(client_of(cases.lead(case.city)), case)
    assert "Contributor port lindell" in page
    assert "by November 27" in page
    assert "3 criteria, 2 left" in page
    Delegation.objects.update(due_on=date(2026, 1, 27))
    assert "was due January 27" in _page(client_of(cases.lead(case.city)), case)
    Delegation.objects.update(ended_at=NOW, ended_by=cases.lead(case.city))
    assert "2 left" not in _page(client_of(cases.lead(case.city)), case)


def test_the_way_up_names_each_step_with_its_effort(case, client_of):
    cases.complete(case, met=("LC1", "DM1"))
    page = _page(client_of(cases.lead(case.city)), case)
    assert "The shortest way to Certified" in page
    assert '<span class="muted">months</span>' in page
