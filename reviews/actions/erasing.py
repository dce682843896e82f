"""Erase a person for good: staff ask, a director confirms. Who it was goes from every row; what they did stays, with its record."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from assessments import models as case
from assessments.models.assessment import ReasonMissing
from reviews import access
from reviews.models import Erasure, Export, PanelMember, Phrase
from reviews.queries import people, traces
from wwc.accounts import people as accounts
from wwc.accounts.models import User, called
from wwc.audit.record import record
from wwc.outbox import files, post
from wwc.outbox.models import NOWHERE, Work
from wwc.refusals import Refusal, require


class AskedAlready(Refusal):
    """One at a time, and once."""

    message = _("Erasing this person is asked for already, or done. Nothing was changed.")


class Ended(Refusal):
    """It was confirmed or dropped."""

    message = _("This was confirmed or dropped already. Nothing was changed.")


class OpenDuties(Refusal):
    """Somebody would wait for the person for ever."""


@transaction.atomic
def ask(person: User, *, reason: str, by: Any, at: datetime) -> Erasure:
    """Ask that a person be erased, and say why. Nothing goes before a director who did not ask confirms it."""
    require(access.may_ask_to_erase(by, person))
    person = User.objects.select_for_update().get(pk=person.pk)
    if not reason.strip():
        raise ReasonMissing()
    if person.erased_at or Erasure.objects.filter(person=person, dropped_at=None).exists():
        raise AskedAlready()
    made = Erasure.objects.create(person=person, reason=reason.strip(), asked_at=at, asked_by=by)
    record("erasure_asked", person, by=by, at=at)
    return made


@transaction.atomic
def drop(erasure: Erasure, *, by: Any, at: datetime) -> Erasure:
    """Let it be: the account stays as it is."""
    require(access.may_ask_to_erase(by, erasure.person))
    held = _pending(erasure)
    Erasure.objects.filter(pk=held.pk).update(dropped_at=at, dropped_by=by)
    record("erasure_dropped", held.person, by=by, at=at)
    held.refresh_from_db()
    return held


@transaction.atomic
def confirm(erasure: Erasure, *, by: Any, at: datetime) -> Erasure:
    """Erase the person, at once and for good. Refused while they have an open duty, in words that say what to do first.

    The event says how much went, and neither who it was nor why: the reason stays with the request.
    """
    require(access.may_confirm_erasure(by, erasure))
    held = _pending(erasure)
    person = User.objects.select_for_update().get(pk=held.person_id)
    # Held as in leaving a team or the panel, so that nobody else goes, and nothing is given to them, while this looks.
    list(case.City.objects.select_for_update().filter(memberships__person=person, memberships__ended_at=None).order_by("pk"))
    list(PanelMember.objects.select_for_update().filter(person=person).order_by("pk"))
    list(User.objects.select_for_update().filter(is_director=True).order_by("pk"))
    if duties := people.duties_of(person):
        raise OpenDuties(" ".join(duties))
    known, formerly = traces.known_of(person), traces.formerly(person)
    went: dict[str, Any] = {
        "parts": _end_parts(person, by=by, at=at),
        "requests": _blank_requests(person, known, by=by, at=at),
        "letters": _blank_letters(person, known, formerly, at=at),
        "files": _take_files(person, by=by, at=at),
        "phrases": Phrase.objects.filter(person=person, ended_at=None).update(ended_at=at, ended_by=by),
    }
    Phrase.objects.filter(person=person).update(text="")
    PanelMember.objects.filter(person=person).update(languages=[], employers=[])
    accounts.erase(person, formerly=formerly, by=by, at=at)
    for each in Erasure.objects.filter(person=person):
        reason = known.replaced(each.reason, called("", "", formerly))
        Erasure.objects.filter(pk=each.pk).update(reason=reason)
    Erasure.objects.filter(pk=held.pk).update(confirmed_at=at, confirmed_by=by, went=went)
    record("erased", person, by=by, at=at, **went)
    held.refresh_from_db()
    return held


def _pending(erasure: Erasure) -> Erasure:
    """The request as it is now, held until the end of the transaction."""
    held = Erasure.objects.select_for_update().get(pk=erasure.pk)
    if held.confirmed_at is not None or held.dropped_at is not None:
        raise Ended()
    return held


def _end_parts(person: User, *, by: Any, at: datetime) -> int:
    """End every part in a team or panel and what is in the person's hands there; how many parts."""
    parts = list(case.Membership.objects.filter(person=person, ended_at=None).order_by("pk"))
    case.Membership.objects.filter(pk__in=[part.pk for part in parts]).update(ended_at=at, ended_by=by)
    for part in parts:
        record("left", part, by=by, at=at, city_id=part.city_id, before=part.role)
    handed = case.Delegation.objects.filter(person=person, ended_at=None).select_related("answer__assessment", "answer__criterion")
    for each in list(handed.order_by("pk")):
        case.Delegation.objects.filter(pk=each.pk).update(ended_at=at, ended_by=by)
        assessment = each.answer.assessment
        record("taken_back", assessment, by=by, at=at, city_id=assessment.city_id, criteria=[each.answer.criterion.code])
    seats = list(PanelMember.objects.filter(person=person, left_at=None).order_by("pk"))
    PanelMember.objects.filter(pk__in=[seat.pk for seat in seats]).update(left_at=at, left_by=by)
    for seat in seats:
        record("left_panel", seat, by=by, at=at, ended=0)
    for glass in case.BrokenGlass.objects.filter(person=person, ended_at=None, until__gt=at).order_by("pk"):
        case.BrokenGlass.objects.filter(pk=glass.pk).update(ended_at=at, ended_by=by)
        record("mended_glass", glass, by=by, at=at, city_id=glass.city_id)
    return len(parts) + len(seats)


def _blank_requests(person: User, known: traces.Known, *, by: Any, at: datetime) -> int:
    """Blank what stands as text of the person in invitations, requests to take part and requests to lead; how many rows."""
    invitations = list(traces.invitations_to(known).order_by("pk"))
    for each in invitations:
        if each.accepted_at is None and each.canceled_at is None:
            case.Invitation.objects.filter(pk=each.pk).update(canceled_at=at, canceled_by=by)
            record("canceled", each, by=by, at=at, city_id=each.city_id)
        case.Invitation.objects.filter(pk=each.pk).update(email=_nowhere("invitation", each))
    claims, joins = list(traces.claims_of(known).order_by("pk")), list(traces.join_requests_of(known).order_by("pk"))
    for claim in claims:
        case.ClaimRequest.objects.filter(pk=claim.pk).update(name="", email=_nowhere("claim", claim), words="")
    for join in joins:
        case.JoinRequest.objects.filter(pk=join.pk).update(name="", email=_nowhere("request", join), work="", message="", words="")
    return len(invitations) + len(claims) + len(joins)


def _nowhere(kind: str, row: Any) -> str:
    """An address that is nobody's, for a column that wants one of its own for each row."""
    return f"{kind}-{row.pk}@{NOWHERE}"


def _blank_letters(person: User, known: traces.Known, formerly: str, *, at: datetime) -> int:
    """Blank every letter to the person, and take the name out of the letters to others; how many letters."""
    about = traces.letters_about(person, known)
    rows = post.blank(traces.letters_to(person, known), at=at)
    # A letter that waits still goes, without the name. What was sent is blanked whole: it may hold an earlier name.
    rows += post.blank(about.filter(sent_at__isnull=False), at=at, keep_address=True)
    naming = list(traces.letters_naming(person, known))
    for letter in naming:
        with override(letter.language):
            instead = called("", "", formerly)
        post.reword(letter, partial(known.replaced, by=instead))
    for work in traces.work_naming(known):
        Work.objects.filter(pk=work.pk).update(error=known.replaced(work.error, called("", "", formerly)))
    return rows + len(naming)


def _take_files(person: User, *, by: Any, at: datetime) -> int:
    """Take away the files in which the person may be named: exports of tables, and printed answers; how many."""
    exports: QuerySet[Export] = traces.exports_kept()
    taken = list(exports.order_by("pk"))
    for export in taken:
        Export.objects.filter(pk=export.pk).update(stored="", gone_at=at)
        record("export_removed", export, by=by, at=at)
        files.forget(export)
    papers = list(traces.papers_naming(person).order_by("pk"))
    case.Paper.objects.filter(pk__in=[paper.pk for paper in papers]).delete()
    for paper in papers:
        files.forget(paper)
    return len(taken) + len(papers)
