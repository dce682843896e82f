"""A city asks to take part, often by somebody without an account; staff approve and the first lead is invited, or refuse."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from assessments import access, letters, queries
from assessments.actions import inviting, submitting
from assessments.lifecycle import CycleStatus
from assessments.models import Assessment, City, Cycle, JoinRequest, Membership, Role
from wwc.audit.record import record
from wwc.clock import under_lock
from wwc.refusals import Refusal, require
from wwc.templatetags.display import figure


class CycleClosed(Refusal):
    """The cycle takes no requests now."""

    message = _("This cycle takes no cities now. Nothing was sent. Ask us which cycle comes next.")


class NotEligible(Refusal):
    """The place is below the line, or lies outside the Americas."""


class PlaceMissing(Refusal):
    """No place was named, or one on no list was not put on record yet."""

    message = _("This place is not on record yet. Nothing was changed. Choose it from the directory, or add it first.")


class WordsMissing(Refusal):
    """A refusal without words."""

    message = _("Say why, in a few words; who asked reads them. Nothing was sent.")


class AlreadyDecided(Refusal):
    """Somebody of staff was quicker."""

    message = _("This request was decided already. Nothing was changed.")


@transaction.atomic
def ask(
    cycle: Cycle,
    *,
    name: str,
    email: str,
    city: City | None = None,
    place: str = "",
    work: str = "",
    message: str = "",
    language: str = "en",
    by: Any,
    at: datetime,
) -> JoinRequest:
    """Ask that a city take part; asked already by the same address and still open, the same request is returned.

    `by` may be a visitor without an account. What comes back says nothing of whether the city takes part.
    """
    require(access.may_ask_to_join(by))
    cycle = Cycle.objects.get(pk=cycle.pk)
    if cycle.status != CycleStatus.OPEN or under_lock() > cycle.due_at + cycle.grace:
        raise CycleClosed()
    _require_possible(city, place, cycle)
    email, place = email.strip().lower(), place.strip() or str(city)
    same = JoinRequest.objects.filter(cycle=cycle, email__iexact=email, decided_at=None, city=city, **({} if city else {"place": place}))
    found = same.first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            asked = JoinRequest.objects.create(
                cycle=cycle, city=city, place=place, name=name.strip(), email=email, work=work.strip(), message=message.strip(),
                language=language, asked_at=at,
            )  # fmt: skip
    except IntegrityError:  # pressed twice at once
        return same.get()
    record("asked_to_join", asked, by=by, at=at, city_id=asked.city_id)
    letters.join_received(asked, at=at)
    return asked


@transaction.atomic
def approve(asked: JoinRequest, *, city: City | None = None, by: Any, at: datetime) -> Assessment:
    """Start the assessment of the city and invite who asked as a lead. `city` names a place that was on no list when it was typed."""
    require(access.may_decide_joining(by, asked))
    asked = _held(asked)
    place = asked.city or city
    if place is None:
        raise PlaceMissing()
    assessment = submitting.start(place, asked.cycle, by=by, at=at)
    if not Membership.objects.filter(city=place, person__email__iexact=asked.email, role=Role.LEAD, ended_at=None).exists():
        inviting.invite(place, email=asked.email, role=Role.LEAD, language=asked.language, by=by, at=at)
    _decide(asked, accepted=True, city=place, by=by, at=at)
    return assessment


@transaction.atomic
def refuse(asked: JoinRequest, *, words: str, by: Any, at: datetime) -> JoinRequest:
    """Refuse a request, with words that go to who asked."""
    require(access.may_decide_joining(by, asked))
    asked = _held(asked)
    if not words.strip():
        raise WordsMissing(field="words")
    _decide(asked, accepted=False, city=asked.city, words=words.strip(), by=by, at=at)
    letters.join_refused(asked, at=at)
    return asked


def _held(asked: JoinRequest) -> JoinRequest:
    """The request as it is now, held until the end of the transaction; refused where it is decided."""
    JoinRequest.objects.select_for_update().only("pk").get(pk=asked.pk)
    asked = JoinRequest.objects.select_related("city", "cycle").get(pk=asked.pk)
    if asked.decided_at:
        raise AlreadyDecided()
    return asked


def _decide(asked: JoinRequest, *, accepted: bool, city: City | None, words: str = "", by: Any, at: datetime) -> None:
    asked.city, asked.accepted, asked.words, asked.decided_at, asked.decided_by = city, accepted, words, at, by
    asked.save(update_fields=["city", "accepted", "words", "decided_at", "decided_by"])
    record("decided", asked, by=by, at=at, city_id=asked.city_id, after="approved" if accepted else "refused", reason=words)


def _require_possible(city: City | None, place: str, cycle: Cycle) -> None:
    """Refuse what the directory rules out. A population that is not on record is for staff to find."""
    if city is None:
        if not place.strip():
            raise PlaceMissing(_t("Say which city. Nothing was sent."), field="place")
        return
    found = queries.eligibility(city, cycle)
    if found.verdict == "outside":
        raise NotEligible(_t("%(city)s lies outside the Americas, for which this certification is. Nothing was sent.") % {"city": city})
    if found.verdict == "below" and found.known is not None:
        text = _t("%(city)s has %(population)s people (%(source)s); this cycle is for %(minimum)s or more. Nothing was sent.")
        figures = {"population": figure(found.known.number), "minimum": figure(found.minimum)}
        raise NotEligible(text % {"city": city, "source": found.known.source, **figures})
