"""Webhooks: signed as Standard Webhooks says, tried again until taken, never to a private address, canceled with what is taken back."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reviews.jobs import changes
from reviews.models import ChangeKind
from tests.factories import published
from wwc.outbox import jobs, running, webhooks
from wwc.outbox.models import Webhook, WebhookCall, Work
from wwc.refusals import NotFound

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 14, 15, 0, tzinfo=UTC)


class Side:
    """The other side: a program on this machine that answers with what it is told to, and keeps what it was sent."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.sent: list[tuple[dict[str, str], bytes]] = []
        side = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                side.sent.append(({k.lower(): v for k, v in self.headers.items()}, self.rfile.read(int(self.headers["content-length"]))))
                status = side.answers.pop(0) if side.answers else 204
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?of=me"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def side(settings) -> Iterator[Side]:
    settings.WEBHOOKS_ON_LOOPBACK = True
    started = Side()
    yield started
    started.server.shutdown()
    started.server.server_close()


def call_of(webhook: Webhook, message: str = "changes_1_1") -> WebhookCall:
    webhooks.tell(message, "changes.published", {"first": 1}, at=AT, due_at=AT)
    return webhook.calls.get(message=message)


def signed_with(secret: str, headers: dict[str, str], body: bytes) -> str:
    """As the other side computes it from the secret that it was given, without our code."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


def test_a_call_is_signed_so_that_the_other_side_can_check_it(side, staff):
    webhook, secret = webhooks.make("A mirror", side.url, by=staff, at=AT)
    call = call_of(webhook)
    jobs.call_webhook(call.pk)
    ((headers, body),) = side.sent
    assert headers["webhook-id"] == "changes_1_1"
    assert headers["webhook-signature"] == signed_with(secret, headers, body)
    assert json.loads(body) == {"type": "changes.published", "timestamp": AT.isoformat(), "data": {"first": 1}}
    call.refresh_from_db()
    assert call.taken_at
    assert [each["status"] for each in call.tries] == [204]
    jobs.call_webhook(call.pk)
    assert len(side.sent) == 1, "taken once, never again"


def test_for_a_day_the_old_secret_signs_beside_the_new_one(side, staff):
    now = datetime.now(UTC)
    webhook, old = webhooks.make("A mirror", side.url, by=staff, at=now)
    new = webhooks.renew(webhook, by=staff, at=now)
    assert new != old
    jobs.call_webhook(call_of(webhook).pk)
    ((headers, body),) = side.sent
    assert headers["webhook-signature"].split() == [signed_with(new, headers, body), signed_with(old, headers, body)]
    later = WebhookCall.objects.select_related("webhook").get()
    assert len(webhooks.headers_of(later, now + timedelta(days=2))["webhook-signature"].split()) == 1


def test_a_new_secret_key_leaves_the_secrets_that_programs_keep_good(side, staff, settings):
    webhook, secret = webhooks.make("A mirror", side.url, by=staff, at=AT)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "y" * 50, [settings.SECRET_KEY]
    jobs.call_webhook(call_of(webhook).pk)
    ((headers, body),) = side.sent
    assert signed_with(secret, headers, body) in headers["webhook-signature"].split()
    settings.SECRET_KEY_FALLBACKS = []
    assert signed_with(secret, headers, body) not in webhooks.headers_of(call_of(webhook, "changes_2_2"), AT)["webhook-signature"]


def test_what_is_not_taken_is_tried_again_after_growing_pauses_and_then_failed(side, staff, client_of):
    webhook, _secret = webhooks.make("A mirror", side.url, by=staff, at=AT)
    side.answers = [500, 302, 429, 500, 503, 500]
    call = call_of(webhook)
    pauses = []
    for _try in range(6):
        jobs.call_webhook(call.pk)
        call.refresh_from_db()
        if not call.failed_at:
            pauses.append(call.due_at - datetime.fromisoformat(call.tries[-1]["at"]))
    assert pauses == webhooks.PAUSES[1:]
    assert [each["status"] for each in call.tries] == [500, 302, 429, 500, 503, 500], "a redirect is not followed"
    assert Work.objects.filter(kind=webhooks.CALL).count() == 6, "each try is a piece of work, due at its time"
    jobs.call_webhook(call.pk)
    assert len(side.sent) == 6
    assert {headers["webhook-id"] for headers, _body in side.sent} == {"changes_1_1"}
    client_of(staff).post(reverse("people:call_again", args=[call.pk]))
    jobs.call_webhook(call.pk)
    call.refresh_from_db()
    assert call.taken_at


def test_a_side_that_is_not_there_is_an_error_in_the_log(staff, settings):
    settings.WEBHOOKS_ON_LOOPBACK = True
    webhook, _secret = webhooks.make("A mirror", "http://127.0.0.1:1/hook", by=staff, at=AT)
    call = call_of(webhook)
    jobs.call_webhook(call.pk)
    call.refresh_from_db()
    assert "refused" in call.tries[0]["error"]
    assert not call.is_over


def test_a_side_that_says_it_is_gone_is_called_no_more(side, staff):
    webhook, _secret = webhooks.make("A mirror", side.url, by=staff, at=AT)
    side.answers = [410]
    first = call_of(webhook)
    other = call_of(webhook, "changes_2_2")
    jobs.call_webhook(first.pk)
    webhook.refresh_from_db()
    other.refresh_from_db()
    assert (webhook.ended_at is not None, webhook.ended_by, other.canceled_at is not None) == (True, None, True)
    jobs.call_webhook(other.pk)
    assert len(side.sent) == 1


NOT_CALLED = [
    "http://example.org/hook", "https://example.org:8443/hook", "https://someone:word@example.org/", "https://localhost/hook", "ftp://example.org/",
    "https://example.org/#part", "https://exa mple.org/", "https://", "not an address", "https://example.org\\@127.0.0.1/", "https://[::1]/",
    "http://127.0.0.1:8000/", "https://example.org:99999999/",
]  # fmt: skip


@pytest.mark.parametrize("url", NOT_CALLED)
def test_only_public_addresses_over_tls_are_registered(staff, url):
    with pytest.raises(webhooks.NotCallable):
        webhooks.make("Nearby", url, by=staff, at=AT)
    assert not Webhook.objects.exists()


NEARBY = [
    "127.0.0.1",
    "10.1.2.3",
    "192.168.0.9",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "::1",
    "fe80::1",
    "fd00::1",
    "::ffff:10.0.0.1",
    "224.0.0.1",
]


@pytest.mark.parametrize("address", NEARBY)
def test_a_name_that_leads_nearby_is_not_called(staff, monkeypatch, address):
    """Resolved once, at the call; whatever of its addresses is not public, nothing is opened."""
    opened: list[object] = []
    monkeypatch.setattr(webhooks.socket, "create_connection", lambda *args, **_more: opened.append(args))
    rows = [(0, 0, 0, "", ("93.184.216.34", 443)), (0, 0, 0, "", (address, 443))]
    monkeypatch.setattr(webhooks.socket, "getaddrinfo", lambda *_args, **_more: rows)
    webhook, _secret = webhooks.make("Nearby", "https://example.org/hook", by=staff, at=AT)
    call = call_of(webhook)
    jobs.call_webhook(call.pk)
    call.refresh_from_db()
    assert "public internet" in call.tries[0]["error"]
    assert opened == []


# What they are told


def test_programs_hear_of_a_change_when_it_cannot_be_taken_back_any_more(side, staff):
    webhook, _secret = webhooks.make("A mirror", side.url, by=staff, at=AT)
    award = published.award(published.city("Alder Reach"))
    call = webhook.calls.get()
    assert call.due_at - call.written_at == timedelta(minutes=5)
    assert json.loads(call.body)["data"]["changes"][0] | {"number": 0} == {
        "number": 0, "kind": "announced", "award": award.number, "city": "alder-reach-oh",
    }  # fmt: skip
    running.drain([webhooks.CALL])
    assert side.sent == [], "it is not due"
    running.drain([webhooks.CALL], until=call.due_at)
    assert len(side.sent) == 1


def test_nobody_hears_of_what_was_taken_back(side, staff):
    webhook, _secret = webhooks.make("A mirror", side.url, by=staff, at=AT)
    award = published.award(published.city("Alder Reach"))
    changes.note([(award, ChangeKind.TAKEN_BACK)])
    (call,) = webhook.calls.all()
    assert call.canceled_at
    running.drain([webhooks.CALL], until=call.due_at)
    assert side.sent == []


def test_many_that_are_taken_back_are_looked_up_at_once(side, staff):
    """As many statements for three as for one, and of the messages that wait only those that tell of them."""
    webhook, _secret = webhooks.make("A mirror", side.url, by=staff, at=AT)
    one, *three, kept = [published.award(published.city(name)) for name in ("Alder Reach", "Quillon", "Wexley", "Ossery", "Larkmoor")]
    taken = []
    for awards in ([one], three):
        with CaptureQueriesContext(connection) as captured:
            changes.note([(award, ChangeKind.TAKEN_BACK) for award in awards])
        taken.append(len(captured))
    assert taken[0] == taken[1]
    assert [json.loads(call.body)["data"]["changes"][0]["award"] for call in webhook.calls.filter(canceled_at=None)] == [kept.number]


def test_who_heard_of_it_hears_that_it_was_taken_back(side, staff):
    webhook, _secret = webhooks.make("A mirror", side.url, by=staff, at=AT)
    award = published.award(published.city("Alder Reach"))
    jobs.call_webhook(webhook.calls.get().pk)
    changes.note([(award, ChangeKind.TAKEN_BACK)])
    assert [json.loads(call.body)["data"]["changes"][0]["kind"] for call in webhook.calls.order_by("pk")] == ["announced", "taken_back"]


# Pages


def test_staff_add_try_renew_and_end_a_webhook_on_its_page(side, staff, client_of):
    browser = client_of(staff)
    page = browser.post(reverse("people:webhooks"), {"name": "A mirror", "url": side.url}).content.decode()
    webhook = Webhook.objects.get()
    assert webhooks.secret_of(webhook.salt) in page
    assert "whsec_" not in browser.get(reverse("people:webhooks")).content.decode(), "shown once"
    browser.post(reverse("people:try_webhook", args=[webhook.pk]))
    jobs.call_webhook(webhook.calls.get().pk)
    assert "Taken" in browser.get(reverse("people:webhook", args=[webhook.pk])).content.decode()
    assert "whsec_" in browser.post(reverse("people:renew_webhook", args=[webhook.pk])).content.decode()
    browser.post(reverse("people:end_webhook", args=[webhook.pk]))
    webhook.refresh_from_db()
    assert webhook.ended_by == staff
    assert browser.post(reverse("people:try_webhook", args=[webhook.pk])).status_code == 404
    refused = browser.post(reverse("people:webhooks"), {"name": "Nearby", "url": "https://10.0.0.1:8443/"})
    assert refused.status_code == 422
    assert "Only addresses of the public internet are called" in refused.content.decode()


def test_nobody_else_finds_them(side, staff, stranger, client_of):
    webhook, _secret = webhooks.make("A mirror", side.url, by=staff, at=AT)
    assert client_of(stranger).get(reverse("people:webhooks")).status_code == 404
    assert client_of(stranger).get(reverse("people:webhook", args=[webhook.pk])).status_code == 404
    for act in (webhooks.end, webhooks.try_out, webhooks.renew):
        with pytest.raises(NotFound):
            act(webhook, by=stranger, at=AT)
