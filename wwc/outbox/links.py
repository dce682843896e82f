"""The addresses in letters: secrets in them are made when a letter is sent and stored nowhere."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core import signing
from django.urls import reverse

from wwc.outbox import preferences
from wwc.outbox.models import Letter

# What stands for an address that only its reader may hold.
HIDDEN = "[link]"


def address_of(letter: Letter) -> str:
    """The full address that a letter's one link stands for, with its secret where it has one; "" without a link."""
    link = letter.link
    if not link:
        return ""
    args = list(link.get("args", []))
    if "sign" in link:
        args.append(signing.dumps(link["pk"], salt=link["sign"]))
    if "reset" in link:
        args += [user_pk_to_url_str(letter.to), default_token_generator.make_token(letter.to)]
    return settings.SITE_URL + reverse(link["to"], args=args, query=link.get("query"))


def has_secret(letter: Letter) -> bool:
    """Whether the letter's link opens a door to whoever holds it."""
    return "sign" in letter.link or "reset" in letter.link


def stop_address_of(letter: Letter) -> str:
    """Where letters of this kind are switched off without signing in; "" where they always come."""
    switch = preferences.BY_KIND.get(letter.kind)
    if switch is None or letter.to is None:
        return ""
    return settings.SITE_URL + reverse("people:stop_letters", args=[preferences.token_of(letter.to, switch)])
