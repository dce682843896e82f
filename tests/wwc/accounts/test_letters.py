"""Which letters come: chosen on one's own page, stopped by the address in a letter, and undone there."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import people
from wwc.audit.models import Event
from wwc.outbox import preferences
from wwc.outbox.models import LetterPreference

pytestmark = pytest.mark.django_db
CHOICE = reverse("people:letters")


def stop(person, key="deadline_near"):
    return reverse("people:stop_letters", args=[preferences.token_of(person, preferences.BY_KEY[key])])


def switched():
    return Event.objects.filter(verb__startswith="switched_letters")


def off():
    return set(LetterPreference.objects.values_list("person__email", "kind"))


def test_a_person_of_a_city_chooses_among_reminders(client_of):
    person = people.person("lead")
    client = client_of(person)
    page = client.get(CHOICE).content.decode()
    assert page.count('type="checkbox"') == page.count("checked") == 3
    assert "Daily summary" not in page
    client.post(CHOICE, {"clarification_near": "on", "renewal": "on"})
    assert off() == {("lead@example.org", "deadline_near")}
    client.post(CHOICE, {"renewal": "on"})
    assert off() == {("lead@example.org", "deadline_near"), ("lead@example.org", "clarification_near")}
    client.post(CHOICE, {"deadline_near": "on", "clarification_near": "on", "renewal": "on"})
    assert off() == set()
    verbs = [(event.verb, event.data["kind"], event.by) for event in switched().order_by("pk")]
    assert verbs == [
        ("switched_letters_off", "deadline_near", person),
        ("switched_letters_off", "clarification_near", person),
        ("switched_letters_on", "deadline_near", person),
        ("switched_letters_on", "clarification_near", person),
    ]


def test_who_works_for_the_program_chooses_about_the_digest(client_of, staff):
    page = client_of(staff).get(CHOICE).content.decode()
    assert "Daily summary" in page
    assert page.count('type="checkbox"') == 1


def test_the_page_says_which_letters_always_come(client_of):
    page = client_of(people.person("lead")).get(CHOICE).content.decode()
    assert "Some letters cannot be switched off, because without them you could lose something that is yours:" in page


def test_nobody_switches_off_what_always_comes(client_of):
    client_of(people.person("lead")).post(CHOICE, {"received": "", "deadline_near": "on", "clarification_near": "on", "renewal": "on"})
    assert off() == set()


def test_a_get_of_the_address_in_a_letter_changes_nothing():
    address = stop(people.person("lead"))
    page = Client().get(address)
    assert page.status_code == 200
    assert "Nothing happens before you press the button" in page.content.decode()
    assert "When they come: 7 days before to leads" in page.content.decode()
    assert Client().head(address).status_code == 200
    assert off() == set()


def test_one_click_of_a_mail_program_stops_one_kind_without_cookie_or_token():
    client = Client(enforce_csrf_checks=True)
    answer = client.post(stop(people.person("lead")), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200, "no redirect: the mail program follows none"
    assert off() == {("lead@example.org", "deadline_near")}
    event = switched().get()
    assert (event.channel, event.by) == ("letter", people.person("lead"))


def test_it_is_undone_on_the_same_page_and_twice_is_once():
    address = stop(people.person("lead"))
    for _ in range(2):
        page = Client().post(address).content.decode()
        assert "These letters no longer come" in page
    assert switched().count() == 1
    assert "Stop these letters" in Client().post(address, {"again": "1"}).content.decode()
    assert off() == set()


def test_it_speaks_the_language_of_its_reader():
    person = people.person("lead", language="es")
    assert '<html lang="es"' in Client().get(stop(person)).content.decode()


def test_an_address_of_our_own_making_opens_nothing():
    person = people.person("lead")
    good = stop(person)
    assert Client().post(good[:-3] + "xx/").status_code == 404
    person.is_active = False
    person.save()
    assert Client().post(good).status_code == 404
    assert off() == set()
