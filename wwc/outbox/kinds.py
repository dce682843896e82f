"""What people call each kind of letter."""

from typing import Any

from django.utils.translation import gettext_lazy as _

NAMES: dict[str, Any] = {
    "invited": _("Invitation"),
    "address_changed": _("Address changed"),
    "joined": _("Taking part"),
    "handed": _("Criteria handed to you"),
    "attest": _("Signature asked for"),
    "deadline_near_7": _("Reminder, 7 days"),
    "deadline_near_2": _("Reminder, 2 days"),
    "deadline_near_0": _("Reminder, last day"),
    "deadline_passed": _("Due date passed"),
    "received": _("Receipt"),
    "clarification_waiting": _("Questions of the review team"),
    "clarification_near": _("Reminder of questions"),
    "answers_received": _("Answers received"),
    "clarification_closed": _("Question closed"),
    "extended": _("New date"),
    "extension_refused": _("Date not moved"),
    "reopened": _("Reopened"),
    "reopen_refused": _("Not reopened"),
    "withdrawn": _("Withdrawn"),
    "message": _("Letter of the program"),
    "preview": _("Result on the city's page"),
    "appeal_received": _("Appeal received"),
    "appeal_admitted": _("Appeal being read"),
    "appeal_not_admitted": _("Appeal not taken up"),
    "appeal_settled": _("Appeal settled"),
    "renewal": _("Certification to renew"),
    "lapsed": _("Certification ended"),
    "revoked": _("A change to a certification"),
    "appeal_to_read": _("An appeal to read"),
    "join_received": _("Request to take part received"),
    "join_refused": _("Not taking part this time"),
    "claim": _("Someone asks to become a lead"),
    "claim_outside": _("Someone asks to become a lead"),
    "claim_proof": _("Proof of an address"),
    "claim_granted": _("Access as a lead"),
    "claim_refused": _("No access as a lead"),
    "conflict_request": _("Conflicts of interest to declare"),
    "glass_broken": _("Emergency access despite a conflict"),
    "assigned": _("Answers to read"),
    "digest": _("Daily summary"),
    "digest_program": _("Daily summary for staff"),
    "split": _("Split readings"),
    "ready": _("Ready for decision"),
    "approval": _("Waiting for approval"),
    "bounced": _("Letters that did not arrive"),
    "password": _("New password"),
}


# What a city may read of its assessment between the receipt and the announcement; anything else would tell of its result.
DURING_REVIEW = frozenset({
    "received", "clarification_waiting", "clarification_near", "answers_received", "clarification_closed", "extended",
    "extension_refused", "reopened", "reopen_refused", "withdrawn", "message",
})  # fmt: skip


def name_of(kind: str) -> Any:
    """The kind in words; all results are called the same, so that a list tells no outcome."""
    return _("Result") if kind.startswith("result") else NAMES.get(kind, kind.replace("_", " ").capitalize())
