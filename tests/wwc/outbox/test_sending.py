"""Sending: refused for good or given up, a letter says so; letters that may be stopped carry the address that does it."""

from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from tests.factories import people
from wwc.outbox import post, preferences, running, texts
from wwc.outbox.models import Letter, LetterPreference, Work

TEXTS = {"digest": {"n": 3, "unread": 1, "arrived": 1, "stale": 0, "overdue": 1, "appeals": 0}, "ready": {"n": 2}}


@pytest.fixture
def written(db, now):
    """Writes a letter of a kind to a reader."""

    def write(kind="ready", key="k", **changes):
        to = people.person("reader")
        given = {"values": TEXTS.get(kind, {}), "link": {"to": "reviews:desk", "args": []}, **changes}
        return post.post(kind, key=key, to=to, at=now, **given)

    return write


@pytest.fixture
def refusing(monkeypatch):
    """A mail server that answers every letter with this error."""

    def refuse(error):
        def send(self, fail_silently=False):
            raise error

        monkeypatch.setattr(EmailMessage, "send", send)

    return refuse


def refused(code, words=b"no such mailbox"):
    return SMTPRecipientsRefused({"reader@example.org": (code, words)})


def work_of(letter):
    return Work.objects.get(kind="send_letter", args={"letter_id": letter.pk})


@pytest.mark.parametrize("error", [refused(550), SMTPDataError(554, b"no such mailbox")])
def test_what_is_refused_for_good_has_failed_at_once(written, refusing, error):
    refusing(error)
    letter = written()
    running.drain(["send_letter"])
    letter.refresh_from_db()
    assert (letter.status, letter.sent_at) == ("failed", None)
    assert letter.error.endswith("no such mailbox")
    assert work_of(letter).attempts == 1
    assert work_of(letter).done_at


@pytest.mark.parametrize("error", [refused(450), SMTPServerDisconnected("away"), OSError("no route")])
def test_what_may_pass_is_tried_again(written, refusing, error):
    refusing(error)
    letter = written()
    running.run(work_of(letter).pk)
    letter.refresh_from_db()
    assert letter.status == "waiting"
    assert work_of(letter).lease_until


def test_a_letter_whose_work_is_set_aside_has_failed_and_says_why(written, refusing, monkeypatch):
    refusing(OSError("no route to host"))
    letter = written()
    for _ in range(5):
        Work.objects.update(lease_until=None)
        running.run(work_of(letter).pk)
    letter.refresh_from_db()
    assert letter.status == "failed"
    assert letter.error == "OSError: no route to host"
    monkeypatch.undo()
    Work.objects.update(parked_at=None, attempts=0)
    running.drain(["send_letter"])
    letter.refresh_from_db()
    assert (letter.status, letter.failed_at, letter.error) == ("sent", None, "")


def test_a_letter_whose_workers_were_stopped_each_time_has_failed_too(written):
    letter = written()
    Work.objects.update(attempts=5)
    assert running.sweep() == []
    letter.refresh_from_db()
    assert letter.status == "failed"
    assert work_of(letter).parked_at


# Letters that may be stopped


def sent(letter):
    mail.outbox.clear()
    running.drain(["send_letter"])
    return mail.outbox[0]


def test_a_letter_that_may_be_stopped_carries_the_address_in_header_and_ending(written, settings):
    settings.SITE_URL = "https://certification.example"
    message = sent(written("digest"))
    address = message.extra_headers["List-Unsubscribe"].strip("<>")
    assert address.startswith("https://certification.example/people/letters/stop/")
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message.body.rstrip().endswith(f"Stop letters of this kind, without signing in: {address}")
    token = address.rstrip("/").rpartition("/")[2]
    assert preferences.read_token(token) == (people.person("reader").pk, preferences.BY_KEY["digest"])
    assert not Letter.objects.filter(body__contains=token).exists()
    assert token not in str(Letter.objects.values())


def test_a_letter_that_always_comes_carries_none(written):
    message = sent(written())
    assert "List-Unsubscribe" not in message.extra_headers
    assert "/stop/" not in message.body


def test_a_letter_is_shown_as_sent_without_the_addresses_that_open_something(written, settings):
    settings.SITE_URL = "https://certification.example"
    shown = texts.as_sent(written("digest"))
    assert "https://certification.example/reviews/desk/" in shown
    assert shown.endswith("Stop letters of this kind, without signing in: [link]")
    secret = texts.as_sent(written("password", "other", link={"to": "account_reset_password_from_key", "reset": True}))
    assert secret.split("\n\n")[1] == "[link]"
    assert "/key/" not in secret


def test_what_is_switched_off_is_not_written_and_what_may_not_be_is(written, now):
    reader = people.person("reader")
    LetterPreference.objects.create(person=reader, kind="digest", off_at=now)
    LetterPreference.objects.create(person=reader, kind="ready", off_at=now)
    assert written("digest") is None
    assert written("ready", "other") is not None
    assert Letter.objects.count() == Work.objects.count() == 1


@pytest.mark.parametrize("token", ["", "x", "WzEsImRpZ2VzdCJd:1abcde:0123456789abcdef", "a:b:c"])
def test_an_address_that_was_not_signed_here_names_nobody(token):
    assert preferences.read_token(token) is None


def test_every_switch_turns_letters_off_that_have_a_text(db):
    for kind in preferences.BY_KIND:
        assert {text.language for text in texts.LetterText.objects.filter(key=kind)} == {"en", "es", "pt-br"}
