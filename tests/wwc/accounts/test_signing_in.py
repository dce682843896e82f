"""Signing in: by email, closed to sign-up, with a second step where the role asks for one."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail

from tests.factories import people
from wwc.outbox import running
from wwc.outbox.models import Letter


@pytest.fixture
def lead(db):
    return people.person("lead")


def test_people_sign_in_by_email_in_any_case(client, lead):
    answer = client.post("/accounts/login/", {"login": "LEAD@example.org", "password": people.PASSWORD})
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(lead.pk)


def test_a_wrong_password_says_neither_which_part_is_wrong(client, lead):
    wrong = client.post("/accounts/login/", {"login": lead.email, "password": "nothing like it"})
    unknown = client.post("/accounts/login/", {"login": "nobody@example.org", "password": "nothing like it"})
    errors = [re.findall(r'class="err"[^>]*>([^<]+)', page.content.decode()) for page in (wrong, unknown)]
    assert "_auth_user_id" not in client.session
    assert errors[0] == errors[1]


def test_after_five_wrong_passwords_the_right_one_waits_too(client, lead):
    for _ in range(5):
        client.post("/accounts/login/", {"login": lead.email, "password": "nothing like it"})
    client.post("/accounts/login/", {"login": lead.email, "password": people.PASSWORD})
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("address", ["/accounts/signup/", "/accounts/email/", "/accounts/password/set/"])
def test_what_is_not_offered_is_not_there(client_of, lead, address):
    assert client_of(lead).get(address).status_code == 404


def test_a_new_password_comes_by_letter_whose_secret_is_stored_nowhere(client, lead):
    client.post("/accounts/password/reset/", {"email": lead.email})
    letter = Letter.objects.get(kind="password")
    running.drain(["send_letter"])
    link = re.search(r"http\S+(/accounts/password/reset/key/\S+)", mail.outbox[0].body)[1]
    assert link.split("/key/")[1] not in letter.body + str(letter.link)
    form = client.get(link, follow=True)
    done = client.post(form.redirect_chain[-1][0], {"password1": "a rather new phrase", "password2": "a rather new phrase"})
    assert done.status_code == 302
    lead.refresh_from_db()
    assert lead.check_password("a rather new phrase")
    assert "invalid" in client.get(link, follow=True).content.decode().lower() or not lead.check_password("x")


def test_nobody_learns_whether_an_address_has_access(client, lead):
    known = client.post("/accounts/password/reset/", {"email": lead.email})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert Letter.objects.count() == 1


def test_staff_and_readers_need_a_second_step_outside_a_demonstration(client_of, settings, db):
    settings.DEMO = False
    reader = people.person("reader", second_factor=True)
    worker = people.person("worker", is_staff=True)
    for person in (reader, worker):
        answer = client_of(person).get("/people/")
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/second-factor/app/")
    assert client_of(people.person("lead")).get("/people/").status_code == 200
    Authenticator.objects.create(user=worker, type="totp", data={"secret": "x"})
    assert client_of(worker).get("/people/").status_code == 200


def test_people_of_a_demonstration_are_refused_in_production(client, settings, db):
    people.person("invented", is_invented=True)
    settings.DEMO = False
    client.post("/accounts/login/", {"login": "invented@example.org", "password": people.PASSWORD})
    assert "_auth_user_id" not in client.session


def test_an_account_keeps_what_it_is_told(client_of, lead):
    client = client_of(lead)
    assert client.post("/people/", {"name": "The data office", "language": "es", "timezone": "America/Bogota"}).status_code == 302
    lead.refresh_from_db()
    assert (lead.name, lead.language, lead.timezone) == ("The data office", "es", "America/Bogota")
    refused = client.post("/people/", {"name": "x", "language": "xx", "timezone": "Mars/Base"})
    assert refused.status_code == 422
    lead.refresh_from_db()
    assert lead.language == "es"


def test_pages_are_in_the_language_of_the_account_from_the_sign_in_on(client, lead):
    type(lead).objects.update(language="es")
    client.post("/accounts/login/", {"login": lead.email, "password": people.PASSWORD})
    assert '<html lang="es">' in client.get("/people/", headers={"accept-language": "en"}).content.decode()
    client.post("/people/", {"name": "Ada", "language": "pt-br", "timezone": ""})
    assert '<html lang="pt-br">' in client.get("/people/", headers={"accept-language": "en"}).content.decode()


def test_a_language_chosen_under_a_page_stays(client, lead):
    client.post("/language/", {"language": "pt-br", "next": "/accounts/login/"})
    client.post("/accounts/login/", {"login": lead.email, "password": people.PASSWORD})
    assert '<html lang="pt-br">' in client.get("/people/").content.decode()


def test_every_page_leads_to_ones_account(client_of, lead):
    page = client_of(lead).get("/standard/").content.decode()
    assert '<a class="who" href="/people/">Lead</a>' in page
    assert '<a href="/people/">Your account</a>' in page
    assert "/people/" not in client_of(None).get("/standard/").content.decode()
