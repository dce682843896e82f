"""Letters of the case: complete for every language, once per key, with a link to a page."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from assessments import letters, queries
from assessments.actions import inviting, reopening, requesting, submitting
from assessments.lifecycle import Status
from assessments.models import Invitation
from reviews.actions import writing
from reviews.queries import audiences
from tests.conftest import NOW
from tests.factories import assessments as cases
from wwc.accounts.models import User
from wwc.outbox.jobs import address_of
from wwc.outbox.kinds import DURING_REVIEW
from wwc.outbox.models import Letter, LetterText

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
def test_every_letter_is_complete_in_every_language(language):
    if not LetterText.objects.filter(language=language).exists():
        language = "en"
    case = cases.in_review()
    User.objects.update(language=language)
    asked = cases.asked(case)
    given = cases.replied(asked, text="Done.")
    letters.clarification_closed(asked, at=NOW)
    letters.extended(case, 1, at=NOW)
    letters.reopened(case, "A page is missing.", 2, at=NOW)
    letters.withdrawn(case, 3, at=NOW)
    letters.received(queries.receipt_of(case), at=NOW)
    letters.answers_received([given], at=NOW)
    kinds = {"joined", "received", "clarification_waiting", "answers_received", "clarification_closed", "extended", "reopened", "withdrawn"}
    assert set(Letter.objects.values_list("kind", flat=True)) == kinds
    for letter in Letter.objects.all():
        assert "{" not in letter.subject + letter.body
        assert address_of(letter).endswith("/")
        assert letter.city_id == case.city_id


def test_a_letter_is_written_once_per_key():
    snapshot = cases.submitted(cases.started())
    letters.received(snapshot, at=NOW)
    assert Letter.objects.filter(kind="received").count() == 2


def test_a_letter_says_its_date_without_the_days_left():
    case = cases.started()
    letter = Letter.objects.get(kind="joined")
    assert "Monday, January 9, 4:00 p.m. Central (CST)" in letter.body
    assert "left" not in letter.body
    assert case.status == Status.DRAFTING


def test_an_invitation_comes_in_the_language_that_was_chosen_and_its_person_keeps_it(client_of):
    case = cases.started()
    lead = cases.lead(case.city)
    client_of(lead).post(
        reverse("assessments:team", args=[case.city.slug]), {"email": "nova@example.org", "role": "contributor", "language": "pt-br"}
    )
    first = Letter.objects.get(kind="invited")
    assert first.language == "pt-br"
    assert "como integrante da equipe" in first.body
    again = inviting.resend(Invitation.objects.get(), by=lead, at=datetime.now(UTC))
    assert Letter.objects.get(key=f"invited:{again.pk}").language == "pt-br"
    person = inviting.accept(again, name="Nova", password="a long password", at=NOW)
    assert person.language == "pt-br"
    other = inviting.invite(case.city, email="other@example.org", role="contributor", by=lead, at=NOW)
    assert Letter.objects.get(key=f"invited:{other.pk}").language == case.city.language


def test_from_the_receipt_to_the_announcement_a_city_gets_what_every_city_may_get():
    case = cases.started()
    before = set(Letter.objects.values_list("pk", flat=True))
    staff = cases.staff()
    cases.submitted(case).assessment.move_to(Status.IN_REVIEW, by=staff, at=NOW)
    case.refresh_from_db()
    question, other = cases.asked(case), cases.asked(case, "DM2")
    requesting.refuse_time(cases.asked_for_time(case, question), words="Not this time.", by=staff, at=NOW)
    wished = cases.asked_for_time(case, other)
    requesting.grant_time(wished, until=wished.until, words="", by=staff, at=NOW)
    letters.clarification_near(case, [question], 2, at=NOW)
    cases.replied(question)
    cases.clarifying.close(question, by=staff, at=NOW)
    reopening.refuse_reopening(cases.asked_to_reopen(case, "DM3"), words="It is read already.", by=staff, at=NOW)
    cases.opened_again(case, "DM4")
    asked = {"cycle": case.cycle.slug, "stage": "in_review"}
    said = {"subject": "The office moves", "words": "From May on.", "seen": audiences.whom("cities", asked, staff, NOW).digest}
    writing.write("cities", asked=asked, **said, by=staff, at=NOW)
    submitting.withdraw(case, by=cases.lead(case.city), at=NOW)
    assert set(Letter.objects.exclude(pk__in=before).values_list("kind", flat=True)) == DURING_REVIEW
