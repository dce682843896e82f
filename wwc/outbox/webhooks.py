"""Webhooks: which programs are called when something changes, what they are told, and how a call is signed (Standard Webhooks).

They are the one exception to "nothing is fetched from an address that somebody gave": only the program's own people register them, and a
call goes to a public address over TLS, resolved once, without redirects, and what is answered is not read.
"""

import contextlib
import hmac
import http.client
import ipaddress
import secrets
import socket
import ssl
from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wwc.audit.record import record
from wwc.outbox import access, post
from wwc.outbox.models import Webhook, WebhookCall
from wwc.refusals import Refusal, require

CALL = "call_webhook"
PAUSES = [timedelta(0), *(timedelta(minutes=each) for each in (1, 10, 60, 360, 1440))]  # before each try
WAIT = 5  # seconds for the other side to answer
BOTH_SIGN = timedelta(days=1)  # how long an old secret signs beside the new one


class NotCallable(Refusal):
    """An address that is not called."""

    message = _("Only addresses of the public internet are called: https, port 443, no name or password in it. Nothing was saved.")


class NotTaken(Exception):
    """A call that the other side did not take, and why."""


@transaction.atomic
def make(name: str, url: str, *, by: Any, at: datetime) -> tuple[Webhook, str]:
    """Register an address; its secret is shown once. Raises NotCallable."""
    require(access.may_hook(by))
    require_callable(url)
    webhook = Webhook.objects.create(name=name, url=url, salt=secrets.token_hex(16), made_at=at, made_by=by)
    record("made_webhook", webhook, by=by, at=at, after=url)
    return webhook, secret_of(webhook.salt)


@transaction.atomic
def renew(webhook: Webhook, *, by: Any, at: datetime) -> str:
    """Make a new secret, shown once; for a day the old one signs beside it."""
    require(access.may_hook(by))
    row = Webhook.objects.select_for_update(of=("self",)).get(pk=webhook.pk)
    row.previous_salt, row.salt, row.renewed_at = row.salt, secrets.token_hex(16), at
    row.save(update_fields=["previous_salt", "salt", "renewed_at"])
    record("renewed_webhook", row, by=by, at=at)
    return secret_of(row.salt)


@transaction.atomic
def end(webhook: Webhook, *, by: Any, at: datetime) -> None:
    """Call an address no more. What waits for it is canceled."""
    require(access.may_hook(by))
    _end(webhook, by=by, at=at)


@transaction.atomic
def try_out(webhook: Webhook, *, by: Any, at: datetime) -> None:
    """Send a message that says nothing, to see whether it arrives."""
    require(access.may_hook(by))
    _write(webhook, f"ping_{secrets.token_hex(8)}", {"type": "ping", "timestamp": at.isoformat(), "data": {}}, at=at, due_at=at)
    record("tried_webhook", webhook, by=by, at=at)


@transaction.atomic
def call_again(call: WebhookCall, *, by: Any, at: datetime) -> None:
    """Give a message that failed its tries again, now."""
    require(access.may_hook(by))
    if WebhookCall.objects.filter(pk=call.pk, failed_at__isnull=False, webhook__ended_at=None).update(failed_at=None, due_at=at):
        _ask(call, at=at, due_at=at)
        record("called_again", call.webhook, by=by, at=at, after=call.message)


def tell(message: str, kind: str, data: dict[str, Any], *, at: datetime, due_at: datetime) -> None:
    """Write one message to every live webhook, inside the caller's transaction."""
    said = {"type": kind, "timestamp": at.isoformat(), "data": data}
    for webhook in Webhook.objects.filter(ended_at=None):
        _write(webhook, message, said, at=at, due_at=due_at)


def cancel(messages: Iterable[str], *, at: datetime) -> int:
    """Cancel those of the messages that were not tried yet; how many calls that were."""
    return WebhookCall.objects.filter(message__in=list(messages), taken_at=None, canceled_at=None, tries=[]).update(canceled_at=at)


def secret_of(salt: str) -> str:
    """The secret that a salt stands for, as the other side keeps it."""
    return "whsec_" + b64encode(_key(salt, settings.SECRET_KEY)).decode()


def headers_of(call: WebhookCall, at: datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks: id, time and signature over both and the body."""
    webhook, stamp = call.webhook, str(int(at.timestamp()))
    salts = [webhook.salt]
    if webhook.previous_salt and webhook.renewed_at and at - webhook.renewed_at < BOTH_SIGN:
        salts.append(webhook.previous_salt)
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)  # whoever keeps a secret of an earlier key can check it still
    signed = f"{call.message}.{stamp}.{call.body}".encode()
    signatures = (b64encode(hmac.digest(_key(salt, key), signed, "sha256")).decode() for salt in salts for key in keys)
    return {"webhook-id": call.message, "webhook-timestamp": stamp, "webhook-signature": " ".join(f"v1,{each}" for each in signatures)}


def deliver(call: WebhookCall, at: datetime) -> int:
    """Call once; the status that was answered. Raises NotTaken where none was, or where the address is not one that is called."""
    headers = headers_of(call, at) | {"content-type": "application/json", "user-agent": "WhatWorksCities-Webhooks/1"}
    parts = urlsplit(call.webhook.url)
    try:
        connection = _connected(parts.hostname or "", parts.port or 443, plain=parts.scheme == "http")
    except (OSError, UnicodeError, NotCallable) as error:
        raise NotTaken(str(getattr(error, "message", error))) from error
    cut = Timer(WAIT, _cut, [connection.sock])  # a side that answers a byte at a time would hold the worker
    cut.start()
    try:
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), call.body.encode(), headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise NotTaken(f"{type(error).__name__}: {error}") from error
    finally:
        cut.cancel()
        connection.close()


def require_callable(url: str) -> None:
    """Raise NotCallable unless an address may be called, as far as it can be said without asking the network."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotCallable() from None
    if _on_loopback(parts.hostname) and parts.scheme == "http":
        return
    if parts.scheme != "https" or port not in (None, 443) or not parts.hostname or parts.username or parts.password or parts.fragment:
        raise NotCallable()
    if not url.isascii() or any(each <= " " or each == "\\" for each in url) or "." not in parts.hostname:
        raise NotCallable()


def _connected(host: str, port: int, *, plain: bool) -> http.client.HTTPConnection:
    """A connection to the first of the addresses of a host, all of which must be public."""
    found = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(_is_public(each) or _on_loopback(each) for each in found):
        raise NotCallable()
    line = socket.create_connection((found[0], port), timeout=WAIT)
    connection = http.client.HTTPConnection(host, port, timeout=WAIT)
    try:
        connection.sock = line if plain else ssl.create_default_context().wrap_socket(line, server_hostname=host)
    except OSError:
        line.close()
        raise
    return connection


def _cut(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _is_public(address: str) -> bool:
    known = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(known, "ipv4_mapped", None) or getattr(known, "sixtofour", None)
    return known.is_global and not known.is_multicast and (inner is None or inner.is_global)


def _on_loopback(host: str | None) -> bool:
    return bool(settings.WEBHOOKS_ON_LOOPBACK) and host == "127.0.0.1"


def _write(webhook: Webhook, message: str, said: dict[str, Any], *, at: datetime, due_at: datetime) -> None:
    body = orjson.dumps(said).decode()
    row = WebhookCall.objects.create(webhook=webhook, message=message, body=body, written_at=at, due_at=due_at)
    _ask(row, at=at, due_at=due_at)


def _ask(call: WebhookCall, *, at: datetime, due_at: datetime) -> None:
    post.ask(CALL, key=f"{CALL}:{call.pk}:{len(call.tries)}:{int(at.timestamp())}", at=at, due_at=due_at, call_id=call.pk)


def noted(call_id: int, said: dict[str, Any], *, at: datetime) -> None:
    """Write down what became of a try: taken, to be tried again after a pause, given up; gone for good ends the webhook."""
    row = WebhookCall.objects.select_for_update(of=("self",)).select_related("webhook").get(pk=call_id)
    row.tries = [*row.tries, {"at": at.isoformat(), **said}]
    status = said.get("status", 0)
    if 200 <= status < 300:
        row.taken_at = at
    elif status == http.HTTPStatus.GONE or len(row.tries) % len(PAUSES) == 0:
        row.failed_at = at
    else:
        row.due_at = at + PAUSES[len(row.tries) % len(PAUSES)]
        _ask(row, at=at, due_at=row.due_at)
    row.save(update_fields=["tries", "taken_at", "failed_at", "due_at"])
    if status == http.HTTPStatus.GONE:
        _end(row.webhook, by=None, at=at)


def _end(webhook: Webhook, *, by: Any, at: datetime) -> None:
    if Webhook.objects.filter(pk=webhook.pk, ended_at=None).update(ended_at=at, ended_by=by):
        WebhookCall.objects.filter(webhook=webhook, taken_at=None, failed_at=None, canceled_at=None).update(canceled_at=at)
        record("ended_webhook", webhook, by=by, at=at)


def _key(salt: str, key: str) -> bytes:
    return HKDF(SHA256(), 32, salt=bytes.fromhex(salt), info=b"wwc webhook").derive(key.encode())
