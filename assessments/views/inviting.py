"""Who works on it in a city, and joining by the link of an invitation."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST

from assessments import access, queries
from assessments.actions import inviting
from assessments.forms import AddressForm, InviteForm, JoinForm
from assessments.letters import INVITATION
from assessments.models import Invitation, Role
from assessments.views import frame
from wwc.accounts.models import User
from wwc.http import refusals_shown
from wwc.refusals import require

SIGN_IN = "allauth.account.auth_backends.AuthenticationBackend"


@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest, slug: str) -> HttpResponse:
    """The people of a city, the invitations on their way, and a form to invite."""
    city = frame.city_or_404(request, slug)
    form = InviteForm(
        request.POST if request.method == "POST" else None, initial={"role": request.GET.get("part"), "language": city.language}
    )
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request):
            sent = inviting.invite(city, **form.cleaned_data, by=request.user, at=now())
            messages.success(request, _t("An invitation is on its way to %(email)s.") % {"email": sent.email})
            return redirect("assessments:team", slug)
    members = list(queries.memberships_visible_to(request.user).filter(city=city).order_by("person__name", "person__email", "pk"))
    context = {
        "city": city,
        "members": members,
        "leads": sum(1 for member in members if member.role == Role.LEAD),
        "invitations": queries.invitations_visible_to(request.user).filter(city=city).order_by("-pk"),
        "claims": queries.claims_to_answer(request.user, city),
        "wants_second_lead": queries.wants_second_lead(city),
        "may_invite": access.may_invite(request.user, city),
        "form": form,
        "at": now(),
    }
    return render(request, "assessments/inviting.html", context)


@require_POST
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a new link in place of the old one."""
    invitation = get_object_or_404(queries.invitations_visible_to(request.user), pk=pk)
    with refusals_shown(request):
        sent = inviting.resend(invitation, by=request.user, at=now())
        messages.success(request, _t("A new link is on its way to %(email)s; the old one no longer works.") % {"email": sent.email})
    return redirect("assessments:team", invitation.city.slug)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an invitation back."""
    invitation = get_object_or_404(queries.invitations_visible_to(request.user), pk=pk)
    with refusals_shown(request):
        inviting.cancel_invitation(invitation, by=request.user, at=now())
        messages.success(request, _t("The invitation is taken back; its link no longer works."))
    return redirect("assessments:team", invitation.city.slug)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """End a person's part in the team."""
    membership = get_object_or_404(queries.memberships_visible_to(request.user), pk=pk)
    with refusals_shown(request):
        inviting.remove(membership, by=request.user, at=now())
        messages.success(request, _t("%(person)s no longer has this part. What they wrote is kept.") % {"person": membership.person})
    still_there = access.may_see(request.user, membership.city)
    return redirect("assessments:team", membership.city.slug) if still_there else redirect("home")


@require_http_methods(["GET", "HEAD", "POST"])
def correct_address(request: HttpRequest, pk: int) -> HttpResponse:
    """Staff correct the address of somebody in a team."""
    membership = get_object_or_404(queries.memberships_visible_to(request.user), pk=pk)
    require(access.may_correct_address(request.user, membership))
    form = AddressForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request):
            person = inviting.correct_address(membership, **form.cleaned_data, by=request.user, at=now())
            messages.success(request, _t("%(person)s signs in with %(email)s from now on.") % {"person": person, "email": person.email})
            return redirect("assessments:team", membership.city.slug)
    context = {"city": membership.city, "member": membership, "form": form}
    return render(request, "assessments/correct_address.html", context, status=422 if form.errors else 200)


@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Make somebody of the team the lead in one's own place."""
    membership = get_object_or_404(queries.memberships_visible_to(request.user), pk=pk)
    with refusals_shown(request):
        inviting.hand_over_lead(membership.city, to=membership.person, by=request.user, at=now())
        messages.success(request, _t("%(person)s is a city lead now.") % {"person": membership.person})
    return redirect("assessments:team", membership.city.slug)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation; joining happens only when the button is pressed."""
    invitation = _invited(token)
    person = User.objects.filter(email__iexact=invitation.email).first()
    signed_in = request.user if request.user.is_authenticated else None
    form = None if person else JoinForm(request.POST if request.method == "POST" else None, email=invitation.email)
    if request.method == "POST" and (form is None or form.is_valid()):
        with refusals_shown(request):
            joined = inviting.accept(invitation, **(form.cleaned_data if form else {}), by=signed_in, at=now())
            if form:
                login(request, joined, backend=SIGN_IN)
            messages.success(request, _t("Welcome to the team of %(city)s.") % {"city": invitation.city})
            return redirect("assessments:team", invitation.city.slug)
    context = {
        "invitation": invitation,
        "city": invitation.city,
        "cycle": queries.cycle_of(invitation.city),
        "form": form,
        "person": person,
        "ruling": access.may_accept(signed_in, invitation),
        "is_over": invitation.accepted_at or invitation.canceled_at or invitation.expires_at < now(),
    }
    return render(request, "assessments/accepting.html", context)


def _invited(token: str) -> Invitation:
    """The invitation that a link stands for; a link that was not made here leads nowhere."""
    try:
        pk = signing.loads(token, salt=INVITATION)
    except signing.BadSignature:
        raise Http404 from None
    return get_object_or_404(Invitation.objects.select_related("city", "invited_by"), pk=pk)
