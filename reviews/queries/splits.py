"""Who settles a split, and by when."""

from datetime import date, datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from assessments.clock import business_days_after
from assessments.models import Answer, Cycle
from reviews.models import PanelMember, Part
from reviews.queries import desk, verdicts
from reviews.queries.verdicts import Standing
from wwc.accounts.models import User

DAYS = 5  # business days for two readers to settle a split, where the cycle says nothing else


def settle_by(cycle: Cycle, at: datetime) -> datetime:
    """By when two readers settle what is split now, in business days of the program."""
    days = int(cycle.policy.get("settling_days", DAYS))
    return business_days_after(at, days, settings.PROGRAM_ZONE, [date.fromisoformat(day) for day in cycle.holidays])


def readers_of(standing: Standing) -> list[User]:
    """Those whose verdicts differ."""
    people = [reading.person for reading in standing.filed]
    return list(User.objects.filter(pk__in=people, is_active=True).order_by("pk"))


def settlers_of(answer: Answer) -> list[User]:
    """Who can settle it: the leads of its area who are no readers of it and to whom the city is open; else staff, who assign a third."""
    leads = PanelMember.objects.filter(cycle=answer.assessment.cycle_id, part=Part.LEAD, left_at=None, person=OuterRef("pk"))
    of_area = leads.filter(Q(areas=None) | Q(areas=answer.criterion.area_id))
    read = {reading.person for reading in verdicts.standing_of(answer).readings}
    people = User.objects.filter(Exists(of_area), is_active=True).order_by("pk")
    found = [person for person in people if person.pk not in read and desk.led_by(person).filter(pk=answer.pk).exists()]
    if found:
        return found
    staff = User.objects.filter(is_staff=True, is_active=True).order_by("pk")
    return [person for person in staff if desk.answers_readable_by(person).filter(pk=answer.pk).exists()]
