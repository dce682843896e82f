"""Where a person is in the database: what an erasure blanks, what it leaves, and the words of the record that may name them.

docs/decisions/0029 says why each goes or stays. A test plants a name in every column of text and holds this page to it.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from assessments import models as case
from reviews import models as judgement
from wwc.accounts.models import ApiToken, User
from wwc.audit.models import Event
from wwc.outbox.models import NOWHERE, Letter, Work

# Words that people wrote, in rows that are the record of a case or of the judgement: they stay as they were written. Sealed,
# attested or never changed by law of the database, or the words of somebody else about their own work.
WORDS: dict[str, tuple[str, ...]] = {
    "assessments.AnswerVersion": ("narrative",),
    "assessments.BrokenGlass": ("reason",),
    "assessments.CityRecord": ("source", "text"),
    "assessments.Clarification": ("text",),
    "assessments.Conflict": ("reason",),
    "assessments.Draft": ("narrative",),
    "assessments.Evidence": ("title",),
    "assessments.EvidenceVersion": ("filename", "url", "note"),
    "assessments.Extension": ("reason",),
    "assessments.ExtensionRequest": ("reason", "words"),
    "assessments.Import": ("filename", "rows", "problems", "outcome"),
    "assessments.Note": ("text",),
    "assessments.PreviewSheet": ("name", "text", "cells"),
    "assessments.AnswerEvidence": ("pages",),
    "assessments.ReopenRequest": ("reason", "words"),
    "assessments.Reply": ("text",),
    "assessments.ReplyDraft": ("text",),
    "assessments.Snapshot": ("content",),
    "audit.Event": ("reason", "data"),
    "reviews.Accord": ("rationale",),
    "reviews.Appeal": ("reason", "on_behalf", "words"),
    "reviews.Assignment": ("ended_because", "put_off_because"),
    "reviews.Award": ("reason", "note"),
    "reviews.Calibration": ("talk",),
    "reviews.CalibrationItem": ("narrative", "proof", "why"),
    "reviews.Call": ("participants", "said"),
    "reviews.Finding": ("rationale", "internal_note"),
    "reviews.FindingDraft": ("rationale", "internal_note"),
    "reviews.Hearing": ("rationale", "internal_note"),
    "reviews.InternalNote": ("text",),
    "reviews.PracticeFinding": ("rationale",),
    "reviews.PublishedAward": ("note",),
    "reviews.Resolution": ("rationale",),
    "reviews.Revocation": ("reason", "note"),
}
WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Known:
    """What a person is known by: their names, and the addresses they have or had, in lower case."""

    names: frozenset[str]
    addresses: frozenset[str]

    @property
    def sure(self) -> list[str]:
        """What can only be the person, the longest first: addresses, and names of two words or more."""
        full = [name for name in self.names if len(WORD.findall(name)) > 1]
        return sorted([*self.addresses, *full], key=len, reverse=True)

    def replaced(self, text: str, by: str) -> str:
        """The text with `by` in place of each of them, whatever its capitals."""
        for each in self.sure:
            longer = r"\.?[\w@-]" if "@" in each else r"[\w@-]"  # a.b@c.example is no part of a.b@c.example.org
            text = re.sub(rf"(?<![\w.@-]){re.escape(each)}(?!{longer})", lambda _found: by, text, flags=re.IGNORECASE)
        return text


def known_of(person: User) -> Known:
    """By what a person is known: the account, the letters to them, and what they accepted, claimed or asked for by those addresses."""
    addresses = {person.email, *EmailAddress.objects.filter(user=person).values_list("email", flat=True)}
    addresses |= set(Letter.objects.filter(to=person).values_list("address", flat=True))
    addresses |= set(case.Invitation.objects.filter(accepted_by=person).values_list("email", flat=True))
    taken = case.ClaimRequest.objects.filter(taken_by=person)
    addresses |= set(taken.values_list("email", flat=True))
    mine = {each.lower() for each in addresses if each and not each.endswith(f"@{NOWHERE}")}
    names = {person.name, *taken.values_list("name", flat=True)}
    for model in (case.ClaimRequest, case.JoinRequest):
        names |= set(model._default_manager.filter(email__in=mine).values_list("name", flat=True))
    return Known(frozenset(name for name in names if name), frozenset(mine))


# The rows that an erasure blanks, by the name under which it counts them. The addresses that are stored are in lower case.


def letters_to(person: User, known: Known) -> QuerySet[Letter]:
    """The letters to the person, and to an address of theirs."""
    return Letter.objects.filter(Q(to=person) | Q(to=None, address__in=known.addresses)).exclude(address__endswith=f"@{NOWHERE}")


def letters_about(person: User, known: Known) -> QuerySet[Letter]:
    """Letters to others that the program wrote with the person's name in it: who invited, handed over, claimed, broke glass."""
    invited = case.Invitation.objects.filter(invited_by=person).values_list("pk", flat=True)
    claimed = case.ClaimRequest.objects.filter(email__in=known.addresses).values_list("pk", flat=True)
    handed = case.Delegation.objects.filter(handed_by=person).values_list("pk", flat=True)
    broke = case.BrokenGlass.objects.filter(person=person).values_list("pk", flat=True)
    keys = Q(key__in=[f"invited:{pk}" for pk in invited])
    for kind, numbers in (("claim", claimed), ("handed", handed), ("glass_broken", broke)):
        for pk in numbers:
            keys |= Q(key__startswith=f"{kind}:{pk}:")
    return Letter.objects.filter(keys).exclude(to=person).exclude(body="")


def letters_naming(person: User, known: Known) -> QuerySet[Letter]:
    """Letters to others in whose words the person is named beyond doubt."""
    return Letter.objects.filter(_holds(("subject", "body", "error"), known)).exclude(to=person)


def work_naming(known: Known) -> QuerySet[Work]:
    """The work whose error names the person, as a mail server says whom it refused."""
    return Work.objects.filter(_holds(("error",), known))


def invitations_to(known: Known) -> QuerySet[case.Invitation]:
    """The invitations to an address of theirs."""
    return case.Invitation.objects.filter(email__in=known.addresses)


def join_requests_of(known: Known) -> QuerySet[case.JoinRequest]:
    """What was asked from an address of theirs: that a city take part."""
    return case.JoinRequest.objects.filter(email__in=known.addresses)


def claims_of(known: Known) -> QuerySet[case.ClaimRequest]:
    """What was asked from an address of theirs: to become a lead."""
    return case.ClaimRequest.objects.filter(email__in=known.addresses)


def papers_naming(person: User) -> QuerySet[case.Paper]:
    """Printed answers that say that the person submitted or attested; they are drawn again whenever somebody asks."""
    acts = case.Snapshot.objects.filter(Q(submitted_by=person) | Q(attestation__attested_by=person))
    return case.Paper.objects.filter(kind=case.PaperKind.ANSWERS, assessment__in=acts.values("assessment"))


def exports_kept() -> QuerySet[judgement.Export]:
    """Exports whose file is still here or still being written: tables of people are in them, whoever asked."""
    return judgement.Export.objects.filter(gone_at=None)


def gone(person: User) -> list[tuple[Any, int]]:
    """What an erasure blanks or deletes, each with how many there are now, those of none left out."""
    known = known_of(person)
    counts: list[tuple[Any, QuerySet[Any]]] = [
        (_("ways to sign in by a second step"), Authenticator.objects.filter(user=person)),
        (_("tokens"), ApiToken.objects.filter(person=person)),
        (_("letters to them: address and words"), letters_to(person, known)),
        (_("letters to others that name them: the name in their words"), _about_or_naming(person, known)),
        (_("invitations to their address"), invitations_to(known)),
        (_("requests that a city take part: name, address, words"), join_requests_of(known)),
        (_("requests to become a lead: name, address, words"), claims_of(known)),
        (_("phrases of their own for reading"), judgement.Phrase.objects.filter(person=person)),
        (_("printed answers that name them, drawn again without the name"), papers_naming(person)),
        (_("files of exports"), exports_kept()),
    ]
    return [(label, n) for label, rows in counts if (n := rows.count())]


def _about_or_naming(person: User, known: Known) -> QuerySet[Letter]:
    about, naming = letters_about(person, known).values("pk"), letters_naming(person, known).values("pk")
    return Letter.objects.filter(Q(pk__in=about) | Q(pk__in=naming))


def stays(person: User) -> list[tuple[Any, int]]:
    """What of the person stays under the words by which they are called from then on."""
    counts: list[tuple[Any, QuerySet[Any]]] = [
        (_("parts in city teams"), case.Membership.objects.filter(person=person)),
        (_("versions of answers"), case.AnswerVersion.objects.filter(saved_by=person)),
        (_("pieces of evidence"), case.EvidenceVersion.objects.filter(added_by=person)),
        (_("attestations"), case.Attestation.objects.filter(attested_by=person)),
        (_("parts in review teams"), judgement.PanelMember.objects.filter(person=person)),
        (_("assignments"), judgement.Assignment.objects.filter(member__person=person)),
        (_("verdicts"), judgement.Finding.objects.filter(filed_by=person)),
        (_("declarations of conflicts"), case.Conflict.objects.filter(person=person)),
        (_("events of the record"), Event.objects.filter(by=person)),
    ]
    return [(label, n) for label, rows in counts if (n := rows.count())]


def mentions(person: User) -> list[tuple[Any, int]]:
    """The kinds of row in whose words the person is named beyond doubt, each with how many; these words stay (WORDS)."""
    known, found = known_of(person), []
    for label, columns in WORDS.items():
        model: type[Model] = apps.get_model(label)
        if n := model._default_manager.filter(_holds(columns, known)).count():
            found.append((model._meta.verbose_name_plural, n))
    return found


def _holds(columns: Iterable[str], known: Known) -> Q:
    """A condition that one of the columns holds one of the sure words, also as JSON writes it on SQLite."""
    found = Q(pk__in=[])
    as_json: Callable[[str], str] = lambda text: json.dumps(text)[1:-1]  # noqa: E731
    for column in columns:
        for each in known.sure:
            found |= Q(**{f"{column}__icontains": each})
            if as_json(each) != each:
                found |= Q(**{f"{column}__icontains": as_json(each)})
    return found


def formerly(person: User) -> str:
    """How the person is called from then on: a key of `wwc.accounts.models.FORMER`.

    A place is named only where it is the only one and the person had no other part: everybody who meets what they did there
    knows it anyway. Of whoever had several parts one would tell the people of the one of the other, and who takes part is secret.
    """
    of_program = person.is_staff or person.is_director
    of_panel = judgement.PanelMember.objects.filter(person=person).exists()
    cities = list(case.City.objects.filter(memberships__person=person).distinct().order_by("pk")[:2])
    if len(cities) == 1 and not of_program and not of_panel:
        return f"city:{cities[0]}"
    if cities:
        return "somewhere"
    return "program" if of_program else "panel" if of_panel else "somewhere"
