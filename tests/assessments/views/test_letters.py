"""The letters of a city."""

import pytest
from django.urls import reverse

from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.support.counting import same_queries
from wwc.outbox.models import Letter

pytestmark = pytest.mark.django_db


def _address(case):
    return reverse("assessments:letters", args=[case.city.slug])


def test_a_person_reads_their_own_letters(client_of):
    case = cases.started()
    page = client_of(cases.lead(case.city)).get(_address(case)).content.decode()
    assert "Port Lindell, Ohio is in the 2026 cycle" in page
    assert "No letters yet." in client_of(cases.contributor(case.city)).get(_address(case)).content.decode()


def test_another_citys_letters_are_not_there(client_of, stranger):
    case = cases.started()
    assert client_of(stranger).get(_address(case)).status_code == 404


def test_the_list_takes_the_same_queries_with_one_and_thirty_letters(client_of):
    case = cases.started()
    lead = cases.lead(case.city)

    def more():
        given = {"kind": "joined", "to": lead, "address": lead.email, "subject": "S", "body": "B", "written_at": NOW, "due_at": NOW}
        for n in range(29):
            Letter.objects.create(key=f"k{n}", city_id=case.city_id, **given)

    same_queries(client_of(lead), _address(case), more, expected=9)


def test_the_list_is_narrowed_by_kind(client_of):
    case = cases.in_review()
    client = client_of(cases.lead(case.city))
    page = client.get(_address(case) + "?kind=received").content.decode()
    assert "Received: Port Lindell" in page
    assert "is in the 2026 cycle" not in page
    assert '<option value="received" selected>Receipt</option>' in page
