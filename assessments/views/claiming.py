"""Becoming a lead of a city whose leads have gone. Who asks is never told whether the city takes part: same pages, same timing."""

from typing import Any

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import access, queries
from assessments.actions import claiming, listing
from assessments.forms import AskerForm, DomainForm, JoinForm, WordsForm
from assessments.letters import CLAIM
from assessments.models import City, ClaimRequest, Role
from assessments.views.inviting import SIGN_IN
from assessments.views.joining import TRAP
from wwc.accounts.models import User
from wwc.http import refusals_shown, typed
from wwc.refusals import require


@login_not_required
@require_safe
def look(request: HttpRequest) -> HttpResponse:
    """What to do when the lead of one's city has left, and a search for the city."""
    wanted = request.GET.get("q", "").strip()[:100]
    return render(request, "assessments/claim.html", {"wanted": wanted, "found": queries.places_called(wanted), "wait": _wait()})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask to become a lead of one city. The next page is the same whatever is on record of it."""
    city = get_object_or_404(City, slug=slug)
    form = AskerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        limited = ratelimit.consume_or_429(request, action="claim", key=form.cleaned_data["email"].lower())
        if limited or request.POST.get(TRAP):
            return limited or redirect("assessments:claim_sent", slug)
        with refusals_shown(request):
            claiming.ask(city, **form.cleaned_data, language=get_language() or "en", by=request.user, at=now())
            return redirect("assessments:claim_sent", slug)
    context = {"city": city, "form": form, "wait": _wait()}
    return render(request, "assessments/claim_place.html", context, status=422 if form.errors else 200)


@login_not_required
@require_safe
def sent(request: HttpRequest, slug: str) -> HttpResponse:
    """What happens now; the same words for every city."""
    city = get_object_or_404(City, slug=slug)
    by_then = now() + settings.CLAIM_PROOF + settings.CLAIM_WAIT
    return render(request, "assessments/claim_sent.html", {"city": city, "by_then": by_then, "proof": settings.CLAIM_PROOF.days})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link: prove the address, read how it stands, begin. Only a button does anything."""
    claim, at = _claimed(token), now()
    stands, signed_in = queries.where_claim_stands(claim, at), request.user if request.user.is_authenticated else None
    known = User.objects.filter(email__iexact=claim.email).exists()
    typed = request.POST if request.method == "POST" and stands == "granted" else None
    form = JoinForm(typed, email=claim.email) if stands == "granted" and not known else None
    if request.method == "POST" and (form is None or form.is_valid()):
        with refusals_shown(request):
            if stands != "granted":
                claiming.prove(claim, by=signed_in, at=at)
                return redirect("assessments:follow_claim", token)
            return _begins(request, claim, form)
    ruling = access.may_prove_claim(signed_in, claim)
    context = {"claim": claim, "city": claim.city, "stands": stands, "form": form, "known": known, "ruling": ruling}
    return render(request, "assessments/claim_link.html", context)


def _begins(request: HttpRequest, claim: ClaimRequest, form: JoinForm | None) -> HttpResponse:
    """Join the team; a new person is signed in at once."""
    by = request.user if request.user.is_authenticated else None
    person = claiming.take(claim, **(form.cleaned_data if form else {}), by=by, at=now())
    if form:
        login(request, person, backend=SIGN_IN)
    messages.success(request, _t("Welcome to the team of %(city)s.") % {"city": claim.city})
    return redirect("assessments:team", claim.city.slug)


def _claimed(token: str) -> ClaimRequest:
    """The claim that a link stands for; a link that was not made here leads nowhere."""
    try:
        pk = signing.loads(token, salt=CLAIM)
    except signing.BadSignature:
        raise Http404 from None
    return get_object_or_404(ClaimRequest.objects.select_related("city", "ended_by"), pk=pk)


def _wait() -> int:
    """The days in which leads and staff may object."""
    return settings.CLAIM_WAIT.days


# Leads


@require_POST
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    """A lead agrees."""
    claim = _of_my_city(request, pk)
    with refusals_shown(request):
        claiming.agree(claim, by=request.user, at=now())
        messages.success(request, _t("%(person)s gets a link to begin as a lead. You keep your access.") % {"person": claim.name})
    return redirect("assessments:team", claim.city.slug)


@require_POST
def oppose(request: HttpRequest, pk: int) -> HttpResponse:
    """A lead objects."""
    claim = _of_my_city(request, pk)
    with refusals_shown(request):
        claiming.oppose(claim, by=request.user, at=now())
        messages.success(request, _t("You objected, so nothing begins by itself. Program staff see it."))
    return redirect("assessments:team", claim.city.slug)


def _of_my_city(request: HttpRequest, pk: int) -> ClaimRequest:
    """A claim on a city whose team the person belongs to."""
    claims = ClaimRequest.objects.exclude(confirmed_at=None).select_related("city")
    return get_object_or_404(claims.filter(city__in=queries.own_city_ids(request.user)), pk=pk)


# Staff


@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """The claims that wait, or those that ended; and the cities that have no lead."""
    require(access.may_schedule(request.user))
    ended = request.GET.get("show") == "ended"
    page = Paginator(queries.claims_listed(request.user, request.GET), 50).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "ended": ended,
        "query": "show=ended&" if ended else "",
        "orphaned": [] if ended else queries.cities_without_lead(request.user)[:100],
    }
    return render(request, "assessments/claims.html", context)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One claim with what is known of the city and its domains, to grant or refuse."""
    return _one(request, _claim_or_404(request, pk), WordsForm(), DomainForm())


def _claim_or_404(request: HttpRequest, pk: int) -> ClaimRequest:
    return get_object_or_404(queries.claims_visible_to(request.user), pk=pk)


def _one(request: HttpRequest, claim: ClaimRequest, words: WordsForm, domain: DomainForm) -> HttpResponse:
    context: dict[str, Any] = {
        "claim": claim,
        "city": claim.city,
        "zone": request.user.zone,  # type: ignore[union-attr]
        "own": queries.is_own_address(claim.city, claim.email),
        "domains": queries.domains_of(claim.city),
        "taken_back": queries.domains_taken_back(claim.city),
        "had_a_team": queries.had_a_team(claim.city),
        "barred": queries.may_not_join(claim.city, claim.email),
        "leads": queries.people_with(claim.city, Role.LEAD),
        "words": words,
        "domain": domain,
    }
    return render(request, "assessments/claim_one.html", context, status=422 if words.errors or domain.errors else 200)


@require_POST
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    """Staff grant."""
    claim = _claim_or_404(request, pk)
    with refusals_shown(request):
        claiming.grant(claim, by=request.user, at=now())
        messages.success(request, _t("Granted; a link to begin is on its way to %(email)s.") % {"email": claim.email})
    return redirect("assessments:claim_one", pk)


@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Staff refuse, with words."""
    claim = _claim_or_404(request, pk)
    form = WordsForm(request.POST)
    if not form.is_valid():
        return _one(request, claim, form, DomainForm())
    with refusals_shown(request):
        claiming.refuse(claim, **form.cleaned_data, by=request.user, at=now())
        messages.success(request, _t("Refused; your words go out on the day that was told."))
    return redirect("assessments:claim_one", pk)


@require_POST
def record_domain(request: HttpRequest, pk: int) -> HttpResponse:
    """Staff record a domain as the city's own."""
    claim = _claim_or_404(request, pk)
    form = DomainForm(request.POST)
    if form.is_valid():
        try:
            listing.record_domain(claim.city, **form.cleaned_data, by=request.user, at=now())
        except listing.NotADomain as refusal:
            form.add_error("domain", str(refusal.message))
        else:
            messages.success(request, _t("The domain is on record as the city's own."))
            return redirect("assessments:claim_one", pk)
    return _one(request, claim, WordsForm(), form)


@require_POST
def take_domain_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Staff say that a domain is not the city's own."""
    claim = _claim_or_404(request, pk)
    domain, reason = typed(request, "domain", 253), typed(request, "reason", 1000)
    with refusals_shown(request):
        listing.take_domain_back(claim.city, domain=domain, reason=reason, by=request.user, at=now())
        messages.success(request, _t("%(domain)s does not count as the city's own any more.") % {"domain": domain})
    return redirect("assessments:claim_one", pk)
