"""Checking, signing, sending, the receipt."""

from copy import deepcopy

import pytest
from django.urls import reverse

from assessments.lifecycle import Status
from assessments.models import Snapshot
from tests.factories import assessments as cases

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def case_once(shared):
    return cases.started()


@pytest.fixture
def case(case_once, db):
    """The assessment, as each test finds it."""
    return deepcopy(case_once)


def _address(case, name="submitting"):
    return reverse(f"assessments:{name}", args=[case.pk])


def test_every_gap_is_listed_with_its_link(case, client_of):
    cases.complete(case)
    cases.said(case, "DM2", "met")
    page = client_of(cases.lead(case.city)).get(_address(case)).content.decode()
    assert "1 thing is missing" in page
    assert "DM2: marked Yes, no evidence." in page
    assert reverse("assessments:answering", args=[case.pk, "DM2"]) in page
    assert "Signature of Port Lindell, Ohio missing." in page
    assert 'aria-disabled="true"' in page


def test_a_submit_with_gaps_is_refused_in_words(case, client_of):
    page = client_of(cases.lead(case.city)).post(_address(case), {"consent": "tier"}).content.decode()
    assert "Not sent yet: 44 things are missing, each with a link. Everything written is saved." in page
    assert not Snapshot.objects.exists()


def test_sign_send_and_the_receipt(case, client_of):
    cases.complete(case)
    page = client_of(cases.signatory(case.city)).post(_address(case, "attest"), follow=True).content.decode()
    assert "Attested." in page
    lead = client_of(cases.lead(case.city))
    assert "Submit assessment</button></div></form>" in lead.get(_address(case)).content.decode()
    response = lead.post(_address(case), {"consent": "criteria"}, follow=True)
    snapshot = Snapshot.objects.get()
    assert response.redirect_chain == [(_address(case, "receipt"), 302)]
    page = response.content.decode()
    assert snapshot.receipt in page
    assert snapshot.content_hash in page
    assert "every criterion too" in page
    case.refresh_from_db()
    assert (case.status, case.consent) == (Status.SUBMITTED, "criteria")


def test_a_second_submit_shows_the_same_receipt(case, client_of):
    receipt = cases.submitted(case).receipt
    response = client_of(cases.lead(case.city)).post(_address(case), {"consent": "tier"}, follow=True)
    page = response.content.decode()
    assert receipt in page
    assert "Nothing was sent twice" in page
    assert Snapshot.objects.count() == 1
    assert client_of(cases.lead(case.city)).get(_address(case))["Location"] == _address(case, "receipt")


def test_consent_is_chosen(case, client_of):
    cases.attested(case)
    page = client_of(cases.lead(case.city)).post(_address(case), {"consent": ""}).content.decode()
    assert "Choose what the public may see." in page
    assert not Snapshot.objects.exists()


def test_a_contributor_reads_why_not(case, client_of):
    cases.attested(case)
    client = client_of(cases.contributor(case.city))
    assert "This is for city leads." in client.get(_address(case)).content.decode()
    assert client.post(_address(case), {"consent": "tier"}).status_code == 403
    assert client.post(_address(case, "attest")).status_code == 403


def test_without_a_signatory_the_page_leads_to_the_team(client_of, staff):
    place = cases.city("Quillon")
    lead = cases.member(place, "lead")
    case = cases.submitting.start(place, cases.cycle(), by=lead, at=cases.NOW)
    page = client_of(lead).get(_address(case)).content.decode()
    assert "Your team has no signatory yet." in page
    assert reverse("assessments:team", args=[place.slug]) in page


def test_before_submitting_there_is_no_receipt(case, client_of):
    assert client_of(cases.lead(case.city)).get(_address(case, "receipt")).status_code == 404


def test_a_lead_withdraws_after_a_page_that_says_what_follows(case, client_of):
    client = client_of(cases.lead(case.city))
    assert "nobody outside your city is told" in client.get(_address(case, "withdrawing")).content.decode()
    case.refresh_from_db()
    assert case.status == Status.DRAFTING
    assert "Withdrawn. Answers and evidence are kept." in client.post(_address(case, "withdrawing"), follow=True).content.decode()
    case.refresh_from_db()
    assert case.status == Status.WITHDRAWN


def test_staff_withdraw_with_a_reason(case, client_of, staff):
    client = client_of(staff)
    assert "This needs a reason in words." in client.post(_address(case, "withdrawing")).content.decode()
    client.post(_address(case, "withdrawing"), {"reason": "The city asked."})
    case.refresh_from_db()
    assert case.status == Status.WITHDRAWN


def test_another_citys_pages_are_not_there(case, client_of, stranger):
    cases.submitted(case)
    other = cases.started("Alder Reach")
    for person in (stranger, cases.lead(other.city)):
        client = client_of(person)
        for name in ("submitting", "receipt", "withdrawing", "clarifying"):
            assert client.get(_address(case, name)).status_code == 404
        for name in ("submitting", "attest", "withdrawing"):
            assert client.post(_address(case, name), {"consent": "tier"}).status_code == 404
