"""Who works on it in a city: invited, joined, handed over, ended."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments import access, letters, queries
from assessments.lifecycle import Status
from assessments.models import Assessment, City, Invitation, Membership, Role
from wwc.accounts import people
from wwc.accounts.models import User
from wwc.audit.record import record
from wwc.clock import under_lock
from wwc.refusals import Refusal, require


class NotARole(Refusal):
    """A part that does not exist."""

    message = _("Choose what this person may do. Nothing was sent.")


class AlreadyThere(Refusal):
    """The person has this part already."""

    message = _("This person has this part in the team already. Nothing was sent.")


class InvitationUsed(Refusal):
    """Accepted, canceled or expired."""

    message = _("This invitation was used or has expired. Ask for a new one where it came from.")


class NameMissing(Refusal):
    """A new person without a name or a password."""

    message = _("A new person needs a name and a password. Nothing was changed.")


class LastLead(Refusal):
    """A city would be left without a lead."""

    message = _("A city needs at least one lead. Nothing was changed. Invite or name another lead first.")


class AddressTaken(Refusal):
    """Somebody else signs in with it."""

    message = _("Somebody else signs in with this address. Nothing was changed.")


class ReasonMissing(Refusal):
    """No words why."""

    message = _("Say why, in a few words. Nothing was changed.")


class NotInTheTeam(Refusal):
    """The person does not belong to the team."""

    message = _("Only somebody of the team can take over. Nothing was changed. Invite the person first.")


@transaction.atomic
def add_member(city: City, *, person: User, role: str, by: Any, at: datetime) -> Membership:
    """Staff put a person into a city's team; there already, the same membership is returned."""
    require(access.may_add_member(by, city))
    _check_role(role)
    return join(city, person, role, added_by=by, at=at)


@transaction.atomic
def invite(city: City, *, email: str, role: str, language: str = "", by: Any, at: datetime) -> Invitation:
    """Send one link to an address, in the city's language or another. An earlier invitation of it to the same part is void from then on."""
    require(access.may_invite(by, city))
    _check_role(role)
    email = email.strip().lower()
    if Membership.objects.filter(city=city, person__email__iexact=email, role=role, ended_at=None).exists():
        raise AlreadyThere(field="email")
    earlier = Invitation.objects.select_for_update().filter(city=city, email__iexact=email, role=role, accepted_at=None, canceled_at=None)
    for invitation in earlier:
        _cancel(invitation, by=by, at=at)
    invitation = Invitation.objects.create(
        city=city, email=email, role=role, invited_at=at, invited_by=by, expires_at=at + settings.INVITATION_LIFE
    )
    record("invited", invitation, by=by, at=at, city_id=city.pk, after=role)
    letters.invited(invitation, language=language, at=at)
    return invitation


@transaction.atomic
def resend(invitation: Invitation, *, by: Any, at: datetime) -> Invitation:
    """Send a new link in place of one that is open or has expired; the old one no longer works."""
    require(access.may_invite(by, invitation.city))
    held = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if held.accepted_at or held.canceled_at:
        raise InvitationUsed()
    language = queries.language_of_invitation(invitation)
    return invite(invitation.city, email=held.email, role=held.role, language=language, by=by, at=at)


@transaction.atomic
def cancel_invitation(invitation: Invitation, *, by: Any, at: datetime) -> None:
    """Take an invitation back; its link no longer works."""
    require(access.may_invite(by, invitation.city))
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if invitation.accepted_at or invitation.canceled_at:
        raise InvitationUsed()
    _cancel(invitation, by=by, at=at)


@transaction.atomic
def accept(invitation: Invitation, *, name: str = "", password: str | None = None, at: datetime, by: Any = None) -> User:
    """Join the team by the link of an invitation, once. Who has an account joins with it; a new person is made.

    The link proves the address, so nothing else is asked; `by` is who is signed in, if anybody.
    """
    require(access.may_accept(by, invitation))
    Invitation.objects.select_for_update().only("pk").get(pk=invitation.pk)
    invitation = Invitation.objects.select_related("city", "invited_by").get(pk=invitation.pk)
    if invitation.accepted_at or invitation.canceled_at or under_lock() > invitation.expires_at:
        raise InvitationUsed()
    person = User.objects.filter(email__iexact=invitation.email).first()
    if person is not None and not person.is_active:
        raise InvitationUsed()
    if person is None:
        language = queries.language_of_invitation(invitation)
        person = new_person(invitation.city, invitation.email, name, password, language=language)
    Invitation.objects.filter(pk=invitation.pk).update(accepted_at=at, accepted_by=person)
    record("accepted", invitation, by=person, at=at, city_id=invitation.city_id, after=invitation.role)
    join(invitation.city, person, invitation.role, added_by=invitation.invited_by, at=at)
    _tell_first_lead(invitation.city, at)
    return person


@transaction.atomic
def remove(membership: Membership, *, by: Any, at: datetime) -> None:
    """End a person's part in a team; what they wrote stays. The last lead stays until there is another."""
    require(access.may_remove(by, membership))
    City.objects.select_for_update().get(pk=membership.city_id)  # two leads leaving at once leave one
    membership = Membership.objects.select_related("city").get(pk=membership.pk)
    if membership.ended_at:
        return
    others = Membership.objects.filter(city=membership.city, role=Role.LEAD, ended_at=None, person__is_active=True)
    if membership.role == Role.LEAD and not others.exclude(pk=membership.pk).exists():
        raise LastLead()
    _end(membership, by=by, at=at)


@transaction.atomic
def correct_address(membership: Membership, *, email: str, reason: str, by: Any, at: datetime) -> User:
    """Staff correct the address with which somebody of a team signs in; both addresses hear of it. The record holds no address."""
    require(access.may_correct_address(by, membership))
    person = User.objects.select_for_update().get(pk=membership.person_id)
    before, after = person.email, email.strip().lower()
    if not reason.strip():
        raise ReasonMissing(field="reason")
    if after == before:
        return person
    if User.objects.filter(email__iexact=after).exclude(pk=person.pk).exists():
        raise AddressTaken(field="email")
    people.set_address(person, after)
    record("address_corrected", person, by=by, at=at, city_id=membership.city_id, reason=reason.strip())
    letters.address_changed(membership, before, after, at=at)
    return person


@transaction.atomic
def hand_over_lead(city: City, *, to: User, by: Any, at: datetime) -> Membership:
    """Make somebody of the team a lead in one's own place; who hands over stays as a contributor."""
    require(access.may_invite(by, city))
    City.objects.select_for_update().get(pk=city.pk)
    if not queries.roles_of(to, city):
        raise NotInTheTeam()
    lead = join(city, to, Role.LEAD, added_by=by, at=at)
    own = Membership.objects.filter(city=city, person=by, role=Role.LEAD, ended_at=None).first()
    if own is not None and to.pk != by.pk:
        _end(own, by=by, at=at)
        join(city, by, Role.CONTRIBUTOR, added_by=by, at=at)
    return lead


def _check_role(role: str) -> None:
    if role not in Role.values:
        raise NotARole(field="role")


def _cancel(invitation: Invitation, *, by: Any, at: datetime) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(canceled_at=at, canceled_by=by)
    record("canceled", invitation, by=by, at=at, city_id=invitation.city_id)


def new_person(city: City, email: str, name: str, password: str | None, *, language: str = "") -> User:
    """A person whose address is proved by the link they followed; in the language of the letter that held it."""
    if not name.strip() or not password:
        raise NameMissing(field="name")
    return User.objects.create_user(email, password, name=name.strip(), language=language or city.language, timezone=city.timezone)


def join(city: City, person: User, role: str, *, added_by: Any, at: datetime) -> Membership:
    """Give a person a part in a team; who has it keeps it."""
    membership, new = Membership.objects.get_or_create(
        city=city, person=person, role=role, ended_at=None, defaults={"added_at": at, "added_by": added_by}
    )
    if new:
        record("joined", membership, by=added_by, at=at, city_id=city.pk, after=role)
    return membership


def _tell_first_lead(city: City, at: datetime) -> None:
    """The first lead of an assessment that staff started learns that the city can begin."""
    begun = Assessment.objects.filter(city=city, status=Status.DRAFTING).select_related("city", "cycle").order_by("-pk").first()
    if begun is not None and len(queries.people_with(city, Role.LEAD)) == 1:
        letters.joined(begun, at=at)


def _end(membership: Membership, *, by: Any, at: datetime) -> None:
    Membership.objects.filter(pk=membership.pk).update(ended_at=at, ended_by=by)
    record("left", membership, by=by, at=at, city_id=membership.city_id, before=membership.role)
