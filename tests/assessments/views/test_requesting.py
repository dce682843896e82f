"""Asking for more time and for an answer to be opened again; the list and the decisions of the program."""

from datetime import timedelta

import pytest
from django.urls import reverse

from assessments import queries
from assessments.actions import reopening, requesting
from assessments.models import Assessment, Conflict, ExtensionRequest, ReopenRequest
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.support.counting import same_queries

pytestmark = pytest.mark.django_db
LIST = "/assessments/requests/of-cities/"


def _get(client, name, *args) -> str:
    response = client.get(reverse(f"assessments:{name}", args=args))
    assert response.status_code == 200
    return response.content.decode()


def test_more_time_is_asked_for_on_a_page_and_stands_on_the_overview(client_of):
    case = cases.started()
    client = client_of(cases.contributor(case.city))
    address = reverse("assessments:more_time", args=[case.pk])
    assert address in _get(client, "overview", case.pk)
    assert "You can ask until January 23, 2090, 4:00 p.m. Central (CST)." in client.get(address).content.decode()
    assert client.post(address, {"due": "2090-01-20", "reason": ""}).status_code == 422
    assert client.post(address, {"due": "2090-01-05", "reason": "We are late."}).status_code == 409
    page = client.post(address, {"due": "2090-01-20", "reason": "We are late."}, follow=True).content.decode()
    assert "until then the date stays" in page
    assert 'name="due"' not in page
    assert ExtensionRequest.objects.get().until.isoformat() == "2090-01-20T23:00:00+00:00"  # five in Chicago
    assert "You asked for time until Friday, January 20" in _get(client, "overview", case.pk)
    assert client.post(address, {"due": "2090-01-21", "reason": "Again."}).status_code == 409


def test_a_signatory_reads_why_they_cannot_ask(client_of):
    case = cases.started()
    client = client_of(cases.signatory(case.city))
    page = _get(client, "more_time", case.pk)
    assert "A signatory reads and attests." in page
    assert "<textarea" not in page


def test_what_was_decided_is_read_by_the_city(client_of, staff):
    case = cases.started()
    requesting.refuse_time(cases.asked_for_time(case), words="The review begins that week.", by=staff, at=NOW)
    page = _get(client_of(cases.lead(case.city)), "more_time", case.pk)
    assert "The date stays" in page
    assert "The review begins that week." in page


def test_the_page_that_submits_says_what_became_of_the_wish_for_time(client_of, staff):
    case = cases.started()
    client = client_of(cases.lead(case.city))
    assert "Ask for more time" in _get(client, "submitting", case.pk)
    asked = cases.asked_for_time(case)
    page = _get(client, "submitting", case.pk)
    assert "You asked for time until" in page
    assert "It waits for an answer; until then the date stays." in page
    requesting.refuse_time(asked, words="The review begins that week.", by=staff, at=NOW)
    page = _get(client, "submitting", case.pk)
    assert "the answer was that the date stays." in page
    assert "Ask for more time" in page
    requesting.grant_time(cases.asked_for_time(case), until=cases.DUE + timedelta(days=7), words="", by=staff, at=NOW)
    assert "More time was given on" in _get(client, "submitting", case.pk)


def test_more_time_for_a_question_is_asked_for_on_its_page(client_of):
    asked = cases.asked(cases.in_review())
    client = client_of(cases.lead(asked.answer.assessment.city))
    address = reverse("assessments:more_time_for_question", args=[asked.pk])
    assert address in _get(client, "question", asked.pk)
    day = (asked.due_at + timedelta(days=9)).date().isoformat()
    client.post(address, {"due": day, "reason": "We wait for the council."})
    assert ExtensionRequest.objects.get().clarification == asked
    assert "You asked for time until" in _get(client, "question", asked.pk)


def test_an_answer_is_asked_to_be_opened_again_on_its_page(client_of, staff):
    case = cases.in_review()
    client = client_of(cases.lead(case.city))
    address = reverse("assessments:ask_to_reopen", args=[case.pk, "DM1"])
    assert address in _get(client, "answering", case.pk, "DM1")
    assert client.post(address, {"reason": ""}).status_code == 422
    page = client.post(address, {"reason": "A page is missing."}, follow=True).content.decode()
    assert "until then it stays as submitted" in page
    assert address not in page
    asked = ReopenRequest.objects.get()
    reopening.grant_reopening(asked, words="For the missing page only.", open_until=cases.DUE, by=staff, at=NOW)
    page = _get(client, "answering", case.pk, "DM1")
    assert "This answer is open again" in page
    assert "For the missing page only." in page
    assert 'name="narrative"' in page
    assert "1 answer is open again" in _get(client, "overview", case.pk)
    saved = {"claim": "met", "ticks": ["1"], "narrative": "With the page.", "based_on": "1"}
    assert client.post(reverse("assessments:answering", args=[case.pk, "DM1"]), saved).status_code == 302
    page = client.post(reverse("assessments:finish", args=[asked.pk]), follow=True).content.decode()
    assert "Closed again. The latest saved version counts" in page
    assert 'name="narrative"' not in page


def test_a_refusal_stands_on_the_answer(client_of, staff):
    case = cases.in_review()
    reopening.refuse_reopening(cases.asked_to_reopen(case), words="It is in the file.", by=staff, at=NOW)
    assert "It is in the file." in _get(client_of(cases.lead(case.city)), "answering", case.pk, "DM1")


def test_staff_grant_with_another_date(client_of, staff):
    asked = cases.asked_for_time(cases.started())
    client = client_of(staff)
    assert "Port Lindell" in client.get(LIST).content.decode()
    address = reverse("assessments:decide_time", args=[asked.pk])
    assert "The data officer is away." in client.get(address).content.decode()
    assert client.post(address, {"due": "2090-01-12", "words": ""}).status_code == 302
    assert queries.window_of(asked.assessment).due_at.isoformat() == "2090-01-12T23:00:00+00:00"
    assert "Port Lindell" not in client.get(LIST).content.decode()
    assert "Granted" in client.get(LIST + "?state=decided&kind=time").content.decode()
    assert "This request is decided already." in client.post(address, {"words": "No.", "refuse": "1"}).content.decode()


def test_staff_open_an_answer_and_close_it(client_of, staff):
    asked = cases.asked_to_reopen(cases.in_review())
    client = client_of(staff)
    address = reverse("assessments:decide_reopening", args=[asked.pk])
    assert "Say why, in a few words." in client.post(address, {"words": "", "refuse": "1"}).content.decode()
    assert client.post(address, {"due": "2090-01-12"}).status_code == 302
    page = client.get(address).content.decode()
    assert "Close it now" in page
    page = client.post(reverse("assessments:finish", args=[asked.pk]), follow=True).content.decode()
    assert "Close it now" not in page


def test_a_conflict_closes_its_rows(client_of, staff):
    case = cases.in_review()
    asked = cases.asked_to_reopen(case)
    late = cases.asked_for_time(case, cases.asked(case, "DM2"))
    Conflict.objects.create(person=staff, city=case.city, cycle=case.cycle, state="declared", said_at=NOW, said_by=staff)
    client = client_of(staff)
    assert "Port Lindell" not in client.get(LIST).content.decode()
    assert client.get(reverse("assessments:decide_reopening", args=[asked.pk])).status_code == 404
    assert client.post(reverse("assessments:decide_time", args=[late.pk]), {"words": "No.", "refuse": "1"}).status_code == 404
    assert client.post(reverse("assessments:finish", args=[asked.pk])).status_code == 404


def test_the_list_is_for_the_program_and_counts_its_rows(client_of, staff, stranger):
    case = cases.in_review()
    cases.asked_to_reopen(case)
    cases.asked_for_time(case, cases.asked(case, "DM2"))
    assert client_of(stranger).get(LIST).status_code == 404
    assert client_of(cases.lead(case.city)).get(LIST).status_code == 404
    client = client_of(staff)
    page = client.get(LIST).content.decode()
    assert '<b class="big">2</b>' in page
    assert page.count('<th scope="row">') == 2
    assert client.get(LIST + "?kind=answer").content.decode().count('<th scope="row">') == 1
    assert "Nothing here now" in client.get(LIST + "?state=decided").content.decode()


def test_the_list_takes_the_same_queries_with_one_and_thirty_requests(client_of, staff):
    case = cases.in_review()
    cases.asked_to_reopen(case, "DM1")
    codes = [answer.criterion.code for answer in case.answers.select_related("criterion").exclude(criterion__code="DM1")[:29]]
    same_queries(client_of(staff), LIST, lambda: [cases.asked_to_reopen(case, code) for code in codes], expected=8)


def test_the_signatory_is_asked_from_the_page(client_of):
    case = cases.complete(cases.started())
    client = client_of(cases.lead(case.city))
    assert "Ask them to sign" in _get(client, "submitting", case.pk)
    page = client.post(reverse("assessments:call_signatories", args=[case.pk]), follow=True).content.decode()
    assert f"Asked by letter: {cases.signatory(case.city)}." in page
    page = client.post(reverse("assessments:call_signatories", args=[case.pk]), follow=True).content.decode()
    assert "Nothing was sent twice" in page


def test_staff_submit_for_a_city_with_a_reason(client_of, staff):
    case = cases.attested(cases.started())
    client = client_of(staff)
    address = reverse("assessments:submitting", args=[case.pk])
    assert "Why you submit for the city" in client.get(address).content.decode()
    assert "This needs a reason in words." in client.post(address, {"consent": "tier"}).content.decode()
    assert client.post(address, {"consent": "tier", "reason": "Their network is down."}).status_code == 302
    again = client.post(address, {"consent": "tier", "reason": "Once more."}, follow=True).content.decode()
    receipt = queries.receipt_of(Assessment.objects.get(pk=case.pk))
    assert receipt is not None
    assert f", receipt {receipt.receipt}. Nothing was sent twice; you need to do nothing." in again
