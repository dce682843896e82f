"""Staff look at a list, narrow it and write to its people: what goes out is for those that the list showed."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from assessments.models import Membership
from tests.conftest import NOW
from tests.factories import people
from tests.factories import results as make
from tests.support.browser import Person
from wwc.accounts.models import User
from wwc.outbox.models import Letter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("standing")]


def test_from_the_people_to_a_letter_to_those_that_are_sought(browser, live_server):
    for name in ("Alder Reach", "Quillon", "Wexley"):
        make.city(name)
    writer = people.person("staff", is_staff=True)
    staff = Person(browser, live_server.url, writer.email)
    staff.goes(reverse("reviews:people"))
    staff.page.get_by_label("Part").select_option("lead")
    staff.presses("Find")
    staff.follows("Write to these people")
    staff.sees("3 people, each written to once.")
    staff.fills("Subject", "The office moves")
    staff.fills("Words", "From May on we are at Dock Street.")
    staff.presses("Look at letter and list")
    staff.sees("How it reads")
    expect(staff.page.get_by_role("button", name="Send 3 letters")).to_be_visible()

    # Somebody else becomes a lead before it goes: it is shown again, with the text as it was typed.
    quillon = User.objects.get(email="quillon-lead@example.org").memberships.get().city
    Membership.objects.create(city=quillon, person=people.person("second-lead"), role="lead", added_at=NOW)
    staff.presses("Send 3 letters")
    staff.sees("The list has changed since you looked at it.")
    assert not Letter.objects.filter(kind="message").exists()
    staff.presses("Look at letter and list")
    staff.presses("Send 4 letters")
    staff.sees("4 letters are on their way.")
    expect(staff.page).to_have_url(live_server.url + reverse("reviews:people") + "?part=lead")
    assert sorted(Letter.objects.filter(kind="message").values_list("address", "subject", "body")) == [
        (f"{name}@example.org", "The office moves", "From May on we are at Dock Street.")
        for name in ("alder-reach-lead", "quillon-lead", "second-lead", "wexley-lead")
    ]
    assert staff.complaints == ["Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"]
