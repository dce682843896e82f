"""What the page sends while somebody types, and what it shows of it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from assessments.actions import drafting
from assessments.models import AnswerVersion, Draft
from tests.factories import assessments as cases

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return cases.started()


def _address(case, name="draft", code="DM1"):
    return reverse(f"assessments:{name}", args=[case.pk, code])


def _typed(case, by, **given):
    words = {"claim": "met", "ticks": [1], "narrative": "Typed.", "based_on": 0, "at": datetime.now(UTC), **given}
    return drafting.keep(cases.answer(case), **words, by=by)


def test_it_answers_when_and_who_else_is_here(case, client_of):
    lead, other = client_of(cases.lead(case.city)), client_of(cases.contributor(case.city))
    said = lead.post(_address(case), {"narrative": "Typed.", "ticks": ["1", "x"], "based_on": "0"}).json()
    assert said["said"].startswith("Saved ")
    assert said["said"].endswith(".m.")
    assert (said["draft"], said["here"]) == (True, "")
    answer = other.post(_address(case), {"based_on": "0"}).json()
    assert (answer["draft"], answer["here"]) == (False, "Lead port lindell is here too, with unsaved text.")
    assert lead.post(_address(case), {"based_on": "0"}).json()["here"] == "Contributor port lindell is here too."
    assert Draft.objects.get(narrative="Typed.").ticks == [1]
    cases.said(case, by=cases.contributor(case.city))
    assert "Contributor port lindell saved this answer" in lead.post(_address(case), {"based_on": "0"}).json()["here"]


def test_who_is_here_and_what_was_typed_stand_on_the_page_without_a_script(case, client_of):
    cases.said(case, narrative="Saved words.")
    _typed(case, cases.contributor(case.city))
    _typed(case, cases.lead(case.city), narrative="My words.", based_on=1)
    client = client_of(cases.lead(case.city))
    page = client.get(_address(case, "answering")).content.decode()
    assert "Contributor port lindell is here too, with unsaved text." in page
    assert "was never saved to the answer. It is back in the field." in page
    assert "My words.</textarea>" in page
    saved = client.get(_address(case, "answering") + "?show=saved").content.decode()
    assert "Saved words.</textarea>" in saved
    assert "is kept until you write here or save." in saved
    client.post(_address(case, "drop_draft"))
    page = client.get(_address(case, "answering")).content.decode()
    assert "never saved" not in page
    assert "Saved words.</textarea>" in page


def test_a_draft_that_began_from_an_older_version_meets_both_texts_when_it_is_saved(case, client_of):
    _typed(case, cases.lead(case.city))
    cases.said(case, by=cases.contributor(case.city))
    client = client_of(cases.lead(case.city))
    page = client.get(_address(case, "answering")).content.decode()
    assert 'name="based_on" value="0"' in page
    fields = {"narrative": "Typed.", "claim": "met", "ticks": ["1"], "based_on": "0"}
    assert client.post(_address(case, "answering"), fields).status_code == 409
    assert Draft.objects.get(person=cases.lead(case.city)).narrative == "Typed."
    client.post(_address(case, "drop_draft"))
    assert "How DM1 works here.</textarea>" in client.get(_address(case, "answering")).content.decode()


def test_a_save_that_meets_a_closed_answer_is_kept_as_the_draft(client_of):
    case = cases.in_review()
    client = client_of(cases.lead(case.city))
    page = client.post(_address(case, "answering"), {"narrative": "Too late.", "based_on": "1"}).content.decode()
    assert "This answer closed at Mar 2, 9:00 a.m., before your save. Your text is kept as your draft; you can ask to reopen." in page
    again = client.get(_address(case, "answering")).content.decode()
    assert "Your text, not saved (" in again
    assert "Too late.</textarea>" in again
    assert AnswerVersion.objects.filter(narrative="Too late.").count() == 0


def test_text_that_is_too_long_to_save_is_kept(case, client_of):
    client = client_of(cases.lead(case.city))
    assert client.post(_address(case, "answering"), {"narrative": "w " * 15_000, "based_on": "0"}).status_code == 422
    assert len(Draft.objects.get().narrative) == 30_000


def test_text_of_an_ended_session_is_a_draft_once_it_is_typed_on(case, client_of):
    client = client_of(None)
    client.post(_address(case, "answering"), {"narrative": "Before.", "based_on": "0"})
    client.force_login(cases.lead(case.city), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "data-unsent" in client.get(_address(case, "answering")).content.decode()
    client.post(_address(case, code="DM2"), {"narrative": "Another answer.", "based_on": "0"})
    assert "Before.</textarea>" in client.get(_address(case, "answering")).content.decode()
    client.post(_address(case), {"narrative": "Before. And after.", "based_on": "0"})
    assert "Before. And after.</textarea>" in client.get(_address(case, "answering")).content.decode()


def test_it_is_nobody_elses(case, client_of, staff, stranger):
    for person, status in ((staff, 403), (cases.signatory(case.city), 403), (stranger, 404)):
        client = client_of(person)
        for name in ("draft", "drop_draft"):
            assert client.post(_address(case, name), {"narrative": "Mine."}).status_code == status
    assert client_of().post(_address(case), {"narrative": "Mine."}).status_code == 302
    assert not Draft.objects.exists()


def test_submitting_lists_what_the_team_has_not_saved_and_is_not_held_up_by_it(case, client_of, staff):
    cases.complete(case)
    address = reverse("assessments:submitting", args=[case.pk])
    _typed(case, cases.contributor(case.city), at=datetime.now(UTC) - timedelta(days=2))
    page = client_of(cases.lead(case.city)).get(address).content.decode()
    assert "DM1: unsaved text of Contributor port lindell" in page
    assert "answers are there" in page
    assert "unsaved text" not in client_of(staff).get(address).content.decode()
