"""Work of the post office: send one letter, once; say that one was given up; load the first texts of all letters."""

import json
from datetime import UTC, datetime
from pathlib import Path
from smtplib import SMTPDataError, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage

from wwc.outbox import texts, webhooks
from wwc.outbox.links import address_of, stop_address_of
from wwc.outbox.models import Letter, LetterText, WebhookCall
from wwc.outbox.running import completing


def send_letter(letter_id: int) -> None:
    """Send a letter that is neither sent nor canceled. The secret of its link is made here and stored nowhere.

    What the other side refuses for good is not tried again: the letter has failed, and staff read why.
    """
    with completing():
        letter = Letter.objects.select_for_update(of=("self",)).select_related("to").get(pk=letter_id)
        if letter.sent_at or letter.canceled_at:
            return
        try:
            _mail_of(letter).send()
        except (SMTPRecipientsRefused, SMTPDataError) as error:
            refused = _refusal_in(error)
            if not refused:
                raise
            letter.failed_at, letter.error = datetime.now(UTC), refused
        else:
            letter.sent_at, letter.failed_at, letter.error = datetime.now(UTC), None, ""
        letter.save(update_fields=["sent_at", "failed_at", "error"])


def letter_given_up(error: str, *, letter_id: int) -> None:
    """Note that a letter could not be sent in all its tries, and why."""
    waiting = Letter.objects.filter(pk=letter_id, sent_at=None, canceled_at=None)
    waiting.update(failed_at=datetime.now(UTC), error=error)


def call_webhook(call_id: int) -> None:
    """Call a webhook once, if its message still waits; what became of it is written down, and the next try is asked where one is due.

    The call is made outside any transaction. A worker that is killed after it calls again, with the same id.
    """
    call = WebhookCall.objects.select_related("webhook").get(pk=call_id)
    if call.is_over or call.webhook.ended_at:
        return
    said: dict[str, object]
    try:
        said = {"status": webhooks.deliver(call, datetime.now(UTC))}
    except webhooks.NotTaken as error:
        said = {"error": str(error)[:300]}
    with completing():
        webhooks.noted(call_id, said, at=datetime.now(UTC))


def _mail_of(letter: Letter) -> EmailMessage:
    """The mail that a letter is."""
    parts = [letter.body, address_of(letter), f"-- \n{texts.footer_of(letter)}\n"]
    mail = EmailMessage(letter.subject, "\n\n".join(filter(None, parts)), settings.DEFAULT_FROM_EMAIL, [letter.address])
    mail.extra_headers["Auto-Submitted"] = "auto-generated"  # so that no machine answers
    mail.extra_headers["Message-ID"] = f"<letter-{letter.pk}@{settings.SITE_URL.split('//')[-1].split(':')[0]}>"
    stop = stop_address_of(letter)
    if stop:  # one click in the reader's own mail program, RFC 8058
        mail.extra_headers["List-Unsubscribe"] = f"<{stop}>"
        mail.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return mail


def _refusal_in(error: SMTPRecipientsRefused | SMTPDataError) -> str:
    """The answer of the other side where it is final (5xx); "" where trying again may help."""
    answers = error.recipients.values() if isinstance(error, SMTPRecipientsRefused) else [(error.smtp_code, error.smtp_error)]
    code, words = next(iter(answers), (0, b""))
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f"{code} {text}" if 500 <= code < 600 else ""


def load_texts(path: Path) -> int:
    """Load the first texts of letters: those of a key and language that are there stay as staff left them. How many were new."""
    known = set(LetterText.objects.values_list("key", "language"))
    rows = [LetterText(**row) for row in json.loads(path.read_text()) if (row["key"], row["language"]) not in known]
    LetterText.objects.bulk_create(rows)
    return len(rows)
