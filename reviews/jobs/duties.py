"""Who of the program and the panel has something to do today; told once a day, without a name of a city."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef

from assessments.lifecycle import Status
from reviews import letters
from reviews.lifecycle import AwardStatus
from reviews.models import Award
from reviews.queries import declarations, digest, results
from wwc.accounts.models import User
from wwc.clock import under_lock
from wwc.outbox import post
from wwc.outbox.running import completing

# The daily letters are written in the morning of whoever reads them; what was missed until noon waits for the next day.
MORNING, NOON = time(8), time(12)


def tell_ready(day: str) -> None:
    """Write to staff how many assessments wait for a proposal in cities open to them."""
    live = Award.objects.filter(assessment=OuterRef("pk"), status__in=results.LIVE)
    with completing():
        counted = [
            (person, results.deciding_to(person).filter(~Exists(live), status=Status.READY).count())
            for person in User.objects.filter(is_staff=True, is_active=True).order_by("pk")
        ]
        letters.ready([(person, n) for person, n in counted if n], day=day, at=under_lock())


def tell_directors(day: str) -> None:
    """Write to directors how many proposals of other people wait for their approval."""
    with completing():
        counted = [
            (person, results.awards_to(person).filter(status=AwardStatus.PROPOSED).exclude(proposed_by=person).count())
            for person in User.objects.filter(is_director=True, is_active=True).order_by("pk")
        ]
        letters.approvals([(person, n) for person, n in counted if n], day=day, at=under_lock())


def ask_digests() -> int:
    """Ask for the daily letters of everybody whose morning it is, once a day for each; how many were new."""
    now = under_lock()
    people = list(digest.people())
    staff = [person for person in people if person.is_staff]
    return post.ask_many("tell_waiting", _this_morning("tell_waiting", people, now), at=now) + post.ask_many(
        "tell_bounced", _this_morning("tell_bounced", staff, now), at=now
    )


def tell_waiting(person_id: int, day: date) -> None:
    """Write to one person how much waits for them, and ask again for a word on cities that came late, if the day is not over."""
    with completing():
        person, now = User.objects.get(pk=person_id), under_lock()
        waiting = digest.waiting_for(person, now)
        if _morning_of(person, now) != day:
            return
        if waiting.n:
            letters.digest(person, waiting, day=day.isoformat(), at=now)
        for member, newest in declarations.came_late(person):
            due_at = now + timedelta(days=member.cycle.policy.get("declaring_days", 7))
            letters.conflict_request(member, due_at=due_at, newest=newest, at=now)


def tell_bounced(person_id: int, day: date) -> None:
    """Write to one of staff how many letters did not arrive since the morning before."""
    with completing():
        person, now = User.objects.get(pk=person_id), under_lock()
        end = datetime.combine(day, MORNING, ZoneInfo(person.zone))
        failed = digest.failed_between(person, end - timedelta(days=1), end)
        if failed and _morning_of(person, now) == day:
            letters.bounced(person, failed, day=day.isoformat(), at=now)


def _this_morning(kind: str, people: list[User], now: datetime) -> Iterator[post.Wanted]:
    for person in people:
        day = _morning_of(person, now)
        if day and now.astimezone(ZoneInfo(person.zone)).time() < NOON:
            yield post.Wanted(f"{kind}:{day}:{person.pk}", None, {"person_id": person.pk, "day": day.isoformat()})


def _morning_of(person: User, now: datetime) -> date | None:
    """The day of the person whose morning has begun; None before it."""
    there = now.astimezone(ZoneInfo(person.zone))
    return there.date() if there.time() >= MORNING else None
