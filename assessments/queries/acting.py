"""The program reading as a city's team does: what holds it open, and who the pages take the person for meanwhile."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assessments.models import City, Role
from assessments.queries.visible import cities_for_programme
from wwc.accounts.models import User
from wwc.audit.models import Event
from wwc.audit.record import history_of
from wwc.clock import under_lock

BEGAN, ENDED = "began_acting", "ended_acting"
KEPT = "acting"
"""Where a session keeps the number of the event with which it began."""


@dataclass(frozen=True)
class Acting:
    """Somebody of the program who sees the pages as a city does: who, as which city, why, until when."""

    began: Event
    person: User
    city: City

    @property
    def until(self) -> datetime:
        """When it ends by itself."""
        return until_of(self.began)


def acting_of(person: Any, began_id: int) -> Acting | None:
    """What a person began with that event while it lasts: until its hour, as long as the city is open to them as one of the program."""
    began = Event.objects.filter(pk=began_id, verb=BEGAN, by=person).first()
    if began is None or until_of(began) <= under_lock() or has_ended(began):
        return None
    city = cities_for_programme(person).filter(pk=began.subject_id).first()
    return Acting(began, person, city) if city else None


def until_of(began: Event) -> datetime:
    """The hour that the beginning names."""
    return datetime.fromisoformat(began.data["until"])


def has_ended(began: Event) -> bool:
    """Whether somebody, or its time, has ended it."""
    return history_of(City(pk=began.subject_id)).filter(verb=ENDED, data__began=began.pk).exists()


def stand_in(acting: Acting) -> User:
    """A lead of the city for the pages to answer to: no row is theirs and no part but this one, and they are never stored.

    What belongs to the person of the program (a panel, conflicts, letters, tokens) is out of reach, as are the flags of the program.
    """
    of = acting.person
    lead = User(pk=0, email=of.email, name=of.name, language=of.language, timezone=of.timezone, joined_at=of.joined_at)
    lead.stands_in_for = acting.city
    lead.parts_kept = {acting.city.pk: {str(Role.LEAD)}}  # type: ignore[attr-defined]
    return lead
