"""The pages on which a city starts from last time and confirms what was copied."""

from copy import deepcopy

import pytest
from django.urls import reverse

from assessments.actions import copying
from assessments.models import Claim, Copy
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.support.counting import same_queries

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def case_once(shared):
    return cases.started()


@pytest.fixture
def case(case_once, db):
    """The assessment, as each test finds it."""
    return deepcopy(case_once)


@pytest.fixture
def then(case):
    """Last time: one answer to copy, one of two that became one, one that is not asked any more."""
    earlier = cases.earlier(case)
    for code in ("DG2", "EV5", "OD2"):
        cases.said(earlier, code, narrative=f"The text of {code}.")
    cases.proven(earlier, "DG2", pages="4")
    return earlier


def page(client, name, *args, **query):
    response = client.get(reverse(f"assessments:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_preview_says_what_would_happen_and_does_nothing(case, then, client_of):
    shown = page(client_of(cases.lead(case.city)), "copying", case.pk)
    assert "2 answers here can begin from the 2019 cycle" in shown
    assert "Answer copied. 1 piece of evidence comes along." in shown
    assert "Text copied; whether your city meets this is left for you to say." in shown
    assert "Not asked last time: it begins empty." in shown
    assert "The text of OD2." in shown, "what is not asked any more is there to read"
    assert "Reconstructed text" in shown
    assert not Copy.objects.exists()


def test_it_copies_once_and_leads_to_what_waits(case, then, client_of):
    client = client_of(cases.lead(case.city))
    address = reverse("assessments:copying", args=[case.pk])
    for words in ("2 answers were copied.", "Nothing was copied: what last time has to say is here already."):
        response = client.post(address, {"source": then.pk}, follow=True)
        assert response.redirect_chain == [(reverse("assessments:copied", args=[case.pk]), 302)]
        shown = response.content.decode()
        assert words in shown
        assert "2 copied answers wait for somebody of your city" in shown
        assert "The text of OD2." in shown
    assert Copy.objects.count() == 2


def test_a_source_that_is_none_copies_nothing(case, then, client_of):
    other = cases.earlier(cases.started("Alder Reach"))
    client = client_of(cases.lead(case.city))
    for source in (other.pk, case.pk, "x", ""):
        client.post(reverse("assessments:copying", args=[case.pk]), {"source": source})
    assert not Copy.objects.exists()


def test_without_an_earlier_one_there_is_nothing_to_start_from(case, client_of):
    client = client_of(cases.lead(case.city))
    assert "Nothing to start from." in page(client, "copying", case.pk)
    assert "Start from last time" not in page(client, "overview", case.pk)


def test_another_source_can_be_looked_at(case, then, client_of):
    again = cases.earlier(case, edition="2022", slug="2021")
    cases.said(again, "DM9")
    client = client_of(cases.lead(case.city))
    assert "1 answer of the 2021 cycle" in page(client, "copying", case.pk)
    assert "2 answers here can begin from the 2019 cycle" in page(client, "copying", case.pk, source=then.pk)


def test_the_overview_offers_it_and_then_counts_what_waits(case, then, client_of):
    lead, helper = client_of(cases.lead(case.city)), client_of(cases.contributor(case.city))
    assert "Start from last time" in page(lead, "overview", case.pk)
    assert "Start from last time" not in page(helper, "overview", case.pk)
    copying.copy_forward(case, source=then, by=cases.lead(case.city), at=NOW)
    for client in (lead, helper):
        shown = page(client, "overview", case.pk)
        assert "2 copied answers are not confirmed" in shown
        assert "1 to confirm" in shown
        assert "copied, not confirmed" in shown


def test_confirming_on_the_list_and_on_the_page(case, then, client_of):
    copying.copy_forward(case, source=then, by=cases.lead(case.city), at=NOW)
    client = client_of(cases.contributor(case.city))
    assert "Copied from last time, not confirmed." in page(client, "answering", case.pk, "DM1")
    confirm = reverse("assessments:confirm_copy", args=[case.pk, "DM1"])
    response = client.post(confirm, {"back": "list"}, follow=True)
    assert "DM1 is confirmed." in response.content.decode()
    assert "1 copied answer waits" in response.content.decode()
    assert "not confirmed." not in page(client, "answering", case.pk, "DM1")
    unsaid = client.post(reverse("assessments:confirm_copy", args=[case.pk, "LC6"]), follow=True).content.decode()
    assert "The copied answer does not say whether your city meets this." in unsaid
    assert "LC6 is confirmed." not in unsaid


def test_the_criterion_page_shows_last_time_beside_the_answer(case, then, client_of):
    client = client_of(cases.contributor(case.city))
    shown = page(client, "answering", case.pk, "DM1")
    assert "The text of DG2." in shown
    assert "DG2.txt" in shown
    assert "Since the 2018 Standard: reworded" in shown
    assert "this became a core criterion" in shown, "the note of the crosswalk"
    assert "Reconstructed text" in page(client, "answering", case.pk, "DM3")
    assert "This was not asked last time." in page(client, "answering", case.pk, "DM9")


def test_a_member_who_only_signs_reads_and_does_not_confirm(case, then, client_of):
    copying.copy_forward(case, source=then, by=cases.lead(case.city), at=NOW)
    client = client_of(cases.signatory(case.city))
    assert "It still holds" not in page(client, "copied", case.pk)
    assert client.post(reverse("assessments:confirm_copy", args=[case.pk, "DM1"])).status_code == 403


@pytest.mark.parametrize(("name", "count"), [("copying", 10), ("copied", 9)])
def test_the_pages_take_the_same_queries_for_one_answer_and_for_all(case, client_of, name, count):
    earlier = cases.earlier(case)
    cases.said(earlier, "DG2")
    copying.copy_forward(case, source=earlier, by=cases.lead(case.city), at=NOW)

    def more():
        cases.complete(earlier, met=("DG1", "GM1", "RDC1"))
        copying.copy_forward(case, source=earlier, by=cases.lead(case.city), at=NOW)

    same_queries(client_of(cases.lead(case.city)), reverse(f"assessments:{name}", args=[case.pk]), more, count)
    assert Copy.objects.filter(answer__current__claim=Claim.MET).count() == 4
