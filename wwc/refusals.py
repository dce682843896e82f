"""How the house says no: a ruling answers a question, a refusal stops an action. Both carry words a person can read."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Ruling:
    """Yes, or no with a reason. `hidden` says that the thing itself is not this person's to know (404, never 403)."""

    allowed: bool
    reason: Any = ""
    hidden: bool = False

    def __bool__(self) -> bool:
        return self.allowed


YES = Ruling(True)


def no(reason: Any) -> Ruling:
    """Yours, but not now or not by you: answered as 403 with the reason."""
    return Ruling(False, reason)


HIDDEN = Ruling(False, _("Nothing is here, or it is not open to you."), hidden=True)


class Refusal(Exception):
    """An action that was not done. The message says what happened, what is kept and what to do."""

    message: Any = _("This cannot be done now. Nothing was changed.")

    def __init__(self, message: Any = "", **details: Any) -> None:
        self.message = message or self.message
        self.details = details
        super().__init__(str(self.message))


class NotAllowed(Refusal):
    """The person may see this but not do that."""


class NotFound(Refusal):
    """The person may not even know of it."""


def require(ruling: Ruling) -> None:
    """Pass on a yes; raise NotFound for what is hidden, NotAllowed with the reason otherwise."""
    if ruling:
        return
    raise (NotFound if ruling.hidden else NotAllowed)(ruling.reason)
