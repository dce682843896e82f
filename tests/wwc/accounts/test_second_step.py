"""The second step at sign-in, set up and used with real codes, by everybody of whom it is asked."""

import re
import time
from datetime import UTC, datetime
from io import StringIO
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.management import call_command

from assessments.models import Role
from tests.architecture.source import PACKAGES, ROOT
from tests.factories import assessments as cases
from tests.factories import people, reviews
from wwc.accounts.models import User

NOW = time.time()  # one instant for all codes, so that no test falls between two of them


@pytest.fixture(autouse=True)
def _outside_a_demonstration(settings, db, monkeypatch):
    settings.DEMO = False
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time", SimpleNamespace(time=lambda: NOW))


def code(secret, step=0):
    """What an app shows for the key now."""
    return format_hotp_value(hotp_value(secret, int(NOW) // 30 + step))


def sign_in(client, person, login=""):
    return client.post("/accounts/login/", {"login": login or person.email, "password": people.PASSWORD})


def set_up(client):
    """Scan, type, keep the codes: the key that the app now knows."""
    page = client.get("/accounts/second-factor/app/")
    assert page.status_code == 200, page
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page.content.decode())[1]
    done = client.post("/accounts/second-factor/app/", {"code": code(secret)})
    assert (done.status_code, done["Location"]) == (302, "/accounts/second-factor/codes/")
    return secret


@pytest.fixture
def worker():
    return people.person("worker", is_staff=True)


def test_who_is_asked_sets_it_up_and_goes_on(client, worker):
    sign_in(client, worker)
    stopped = client.get("/people/")
    assert (stopped.status_code, stopped["Location"]) == (302, "/accounts/second-factor/app/")
    set_up(client)
    assert client.get("/people/").status_code == 200
    assert Authenticator.objects.filter(user=worker, type="totp").count() == 1


def test_from_then_on_a_password_is_half_the_way(client, worker):
    sign_in(client, worker)
    secret = set_up(client)
    client.post("/accounts/logout/")
    half = sign_in(client, worker)
    assert half["Location"].startswith("/accounts/second-factor/authenticate/")
    assert "_auth_user_id" not in client.session
    wrong = client.post("/accounts/second-factor/authenticate/", {"code": "000000" if code(secret) != "000000" else "111111"})
    assert (wrong.status_code, "_auth_user_id" in client.session) == (200, False)
    client.post("/accounts/second-factor/authenticate/", {"code": code(secret, 1)})
    assert client.session["_auth_user_id"] == str(worker.pk)
    assert client.get("/people/").status_code == 200


def test_changing_a_second_step_asks_for_the_password_again(client, worker):
    sign_in(client, worker)
    set_up(client)
    for address in ("/accounts/second-factor/app/remove/", "/accounts/second-factor/codes/new/"):
        assert client.get(address)["Location"].startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": people.PASSWORD})
    assert client.get("/accounts/second-factor/app/remove/").status_code == 200


def test_a_session_left_open_asks_for_the_password_before_the_first_second_step(client, worker):
    sign_in(client, worker)
    session = client.session
    session["account_authentication_methods"] = [{**row, "at": row["at"] - 301} for row in session["account_authentication_methods"]]
    session.save()
    assert client.get("/accounts/second-factor/app/")["Location"].startswith("/accounts/reauthenticate/")


def test_a_code_works_once(client, worker):
    sign_in(client, worker)
    secret = set_up(client)
    for expected in (True, False):
        client.post("/accounts/logout/")
        sign_in(client, worker)
        client.post("/accounts/second-factor/authenticate/", {"code": code(secret)})
        assert ("_auth_user_id" in client.session) is expected


@pytest.mark.parametrize(("step", "signed_in"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off(client, worker, step, signed_in):
    sign_in(client, worker)
    secret = set_up(client)
    client.post("/accounts/logout/")
    sign_in(client, worker)
    client.post("/accounts/second-factor/authenticate/", {"code": code(secret, step)})
    assert ("_auth_user_id" in client.session) is signed_in


def test_a_recovery_code_works_once_too(client, worker):
    sign_in(client, worker)
    set_up(client)
    codes = Authenticator.objects.get(user=worker, type="recovery_codes").wrap().get_unused_codes()
    for expected in (True, False):
        client.post("/accounts/logout/")
        sign_in(client, worker)
        client.post("/accounts/second-factor/authenticate/", {"code": codes[0]})
        assert ("_auth_user_id" in client.session) is expected


def test_a_wrong_code_sets_nothing_up(client, worker):
    sign_in(client, worker)
    client.get("/accounts/second-factor/app/")
    assert client.post("/accounts/second-factor/app/", {"code": "12345"}).status_code == 200
    assert not Authenticator.objects.exists()
    assert client.get("/people/").status_code == 302


def test_an_address_typed_in_another_case_changes_nothing(client, worker):
    sign_in(client, worker, "WORKER@Example.ORG")
    set_up(client)
    assert list(EmailAddress.objects.filter(user=worker).values_list("email", "verified", "primary")) == [(worker.email, True, True)]


def test_whoever_joins_a_panel_is_asked_from_then_on(client, worker):
    reader = people.person("reader")
    sign_in(client, reader)
    assert client.get("/people/").status_code == 200
    reviews.assigning.add_member(reviews.cycle(), person=reader, by=worker, at=reviews.NOW)
    client.post("/accounts/logout/")
    sign_in(client, reader)
    assert client.get("/people/")["Location"] == "/accounts/second-factor/app/"
    set_up(client)
    assert client.get("/people/").status_code == 200


def test_people_of_a_city_may_and_need_not(client):
    lead = cases.member(cases.city(), Role.LEAD)
    sign_in(client, lead)
    assert client.get("/people/").status_code == 200
    set_up(client)


def test_who_comes_by_invitation_can_set_it_up(client):
    place = cases.city()
    lead = cases.member(place, Role.LEAD)
    invitation = cases.inviting.invite(place, email="New@Example.org", role=Role.CONTRIBUTOR, by=lead, at=datetime.now(UTC))
    person = cases.inviting.accept(invitation, name="New", password=people.PASSWORD, at=datetime.now(UTC))
    assert list(EmailAddress.objects.filter(user=person).values_list("email", "verified")) == [("new@example.org", True)]
    sign_in(client, person)
    set_up(client)


def test_the_first_director_can_set_it_up(client):
    call_command("add_director", "first@example.org", stdout=StringIO())
    person = User.objects.get(email="first@example.org")
    person.set_password(people.PASSWORD)
    person.save()
    sign_in(client, person)
    assert client.get("/people/")["Location"] == "/accounts/second-factor/app/"
    set_up(client)


def test_everybody_is_made_in_one_place():
    """Another way to make a person would leave the address unconfirmed."""
    made = re.compile(r"\bUser\.objects\.(create|get_or_create|update_or_create|bulk_create)\(")
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    assert [str(path) for path in files if made.search(path.read_text())] == []


def test_half_a_person_is_never_made(monkeypatch):
    def fails(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(EmailAddress, "save", fails)
    with pytest.raises(RuntimeError):
        User.objects.create_user("half@example.org")
    assert not User.objects.filter(email="half@example.org").exists()
