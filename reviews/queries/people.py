"""The people of the program and its cities for staff, and what keeps one of them from being erased."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assessments.lifecycle import Status
from assessments.models import City, ClaimOutcome, ClaimRequest, JoinRequest, Membership, Role
from reviews.lifecycle import AppealStatus
from reviews.models import Appeal, Assignment, Erasure, PanelMember, Part
from reviews.queries import traces
from reviews.queries.declarations import closed_city_ids
from wwc.accounts.models import User

PARTS = {
    **{role.value: role.label for role in Role},
    "reviewer": Part.REVIEWER.label,
    "practice": Part.LEAD.label,
    "staff": _("program staff"),
    "director": _("program director"),
    "none": _("no part now"),
}
STATES = {"open": _("can sign in"), "closed": _("closed"), "asked": _("erasing asked for"), "erased": _("erased")}
# Where an answer that somebody reads still waits for its end.
BEING_READ = (Status.SUBMITTED, Status.IN_REVIEW, Status.READY)


def people_shown_to(user: Any) -> QuerySet[User]:
    """Everybody with an account, for the program. Whose only parts are in cities closed to the person is not shown to them."""
    if not (user.is_authenticated and user.of_programme):
        return User.objects.none()
    closed = closed_city_ids(user)
    if not closed:
        return User.objects.all()
    inside = Exists(Membership.objects.filter(person=OuterRef("pk"), city__in=closed))
    outside = Exists(Membership.objects.filter(person=OuterRef("pk")).exclude(city__in=closed))
    panel = Exists(PanelMember.objects.filter(person=OuterRef("pk")))
    return User.objects.filter(~inside | outside | panel | Q(is_staff=True) | Q(is_director=True))


def people_sought(rows: QuerySet[User], *, text: str = "", part: str = "", state: str = "") -> QuerySet[User]:
    """Of these people those with a text in name or address, with a part now, in a state; by name. Unknown words ask for all."""
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(email__icontains=text))
    if part in PARTS:
        rows = rows.filter(_has_part(part))
    asked = Exists(Erasure.objects.filter(person=OuterRef("pk"), confirmed_at=None, dropped_at=None))
    in_state: dict[str, Q | Exists] = {
        "open": Q(is_active=True),
        "closed": Q(is_active=False, erased_at=None),
        "asked": asked,
        "erased": Q(erased_at__isnull=False),
    }
    if state in in_state:
        rows = rows.filter(in_state[state])
    return rows.order_by("name", "pk")


def people_listed(user: Any, asked: Mapping[str, str]) -> QuerySet[User]:
    """The people that the person's list shows for what its address asks: `q`, `part`, `state`."""
    rows = people_shown_to(user)
    return people_sought(rows, text=asked.get("q", ""), part=asked.get("part", ""), state=asked.get("state", ""))


def _has_part(part: str) -> Any:
    teams = Membership.objects.filter(person=OuterRef("pk"), ended_at=None)
    panels = PanelMember.objects.filter(person=OuterRef("pk"), left_at=None)
    if part in Role.values:
        return Exists(teams.filter(role=part))
    if part == "staff":
        return Q(is_staff=True)
    if part == "director":
        return Q(is_director=True)
    if part == "none":
        return ~Exists(teams) & ~Exists(panels) & Q(is_staff=False, is_director=False)
    return Exists(panels.filter(part=Part.LEAD if part == "practice" else Part.REVIEWER))


def parts_of(people: list[User], user: Any) -> dict[int, list[Any]]:
    """What each of these people is now, in the cities open to the one who looks: by the number of the person."""
    found: dict[int, list[Any]] = {person.pk: [] for person in people}
    for person in people:
        found[person.pk] += [PARTS[flag] for flag in ("staff", "director") if getattr(person, f"is_{flag}")]
    teams = Membership.objects.filter(person__in=people, ended_at=None).exclude(city__in=closed_city_ids(user))
    for row in teams.select_related("city").order_by("city__folded", "pk"):
        found[row.person_id].append(f"{row.get_role_display()}, {row.city}")
    for seat in PanelMember.objects.filter(person__in=people, left_at=None).select_related("cycle").order_by("-cycle_id", "pk"):
        found[seat.person_id].append(f"{seat.get_part_display()}, {seat.cycle}")
    return found


def erasures_to(user: Any) -> QuerySet[Erasure]:
    """What was asked for and is neither confirmed nor dropped, of people shown to the person."""
    shown = people_shown_to(user).values("pk")
    return Erasure.objects.filter(confirmed_at=None, dropped_at=None, person__in=shown).select_related("person", "asked_by").order_by("pk")


def erasure_of(person: User) -> Erasure | None:
    """What was asked for and stands, or was confirmed."""
    return Erasure.objects.filter(person=person, dropped_at=None).select_related("asked_by", "confirmed_by").first()


def duties_of(person: User) -> list[str]:
    """What the person still has to do, or waits for, that keeps them from being erased: each in words that say what to do first."""
    known = traces.known_of(person)
    return [*_as_lead(person), *_as_reader(person), *_as_director(person), *_as_asker(known)]


def _as_lead(person: User) -> list[str]:
    others = Membership.objects.filter(city=OuterRef("pk"), role=Role.LEAD, ended_at=None, person__is_active=True).exclude(person=person)
    led = City.objects.filter(memberships__person=person, memberships__role=Role.LEAD, memberships__ended_at=None)
    n = led.filter(~Exists(others)).distinct().count()
    words = ngettext(
        "They are the only lead of %(n)s city. Invite another lead there, or name one, first.",
        "They are the only lead of %(n)s cities. Invite another lead in each, or name one, first.",
        n,
    )
    return [words % {"n": n}] if n else []


def _as_reader(person: User) -> list[str]:
    live = Assignment.objects.filter(member__person=person, ended_at=None, answer__assessment__status__in=BEING_READ).count()
    words = ngettext(
        "%(n)s answer that is not decided is assigned to them. Give it to somebody else first.",
        "%(n)s answers that are not decided are assigned to them. Give them to somebody else first.",
        live,
    )
    found = [words % {"n": live}] if live else []
    appeals = Appeal.objects.filter(reader__person=person, status=AppealStatus.ADMITTED).count()
    words = ngettext(
        "They read %(n)s appeal that is not settled. Hand it to another reader first.",
        "They read %(n)s appeals that are not settled. Hand them to other readers first.",
        appeals,
    )
    return [*found, words % {"n": appeals}] if appeals else found


def _as_director(person: User) -> list[str]:
    others = User.objects.filter(is_director=True, is_active=True).exclude(pk=person.pk).count()
    return [str(_("Two directors are needed for what two people decide. Make another director first."))] if directs(person, others) else []


def directs(person: User, others: int) -> bool:
    """Whether fewer than two directors would be left without the person."""
    return person.is_director and others < 2  # what one proposes another approves


def _as_asker(known: traces.Known) -> list[str]:
    claims = ClaimRequest.objects.filter(email__in=known.addresses, outcome=ClaimOutcome.OPEN).count()
    joins = JoinRequest.objects.filter(email__in=known.addresses, decided_at=None).count()
    n = claims + joins
    words = ngettext(
        "%(n)s request of theirs is not decided. Decide it first.", "%(n)s requests of theirs are not decided. Decide them first.", n
    )
    return [words % {"n": n}] if n else []
