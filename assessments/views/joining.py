"""Taking part: look your city up, read at once whether it may, and ask; staff decide. Nothing here tells who takes part."""

from typing import Any

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import access, queries
from assessments.actions import joining
from assessments.forms import ChosenCityForm, NotListedForm, TakePartForm, WordsForm
from assessments.models import City, JoinRequest
from wwc.http import refusals_shown
from wwc.refusals import require

# A field that no person sees; what fills it in is a machine, which is thanked and not heard.
TRAP = "website"


@login_not_required
@require_safe
def join(request: HttpRequest) -> HttpResponse:
    """What taking part means, which cycle is open, and a search for one's city."""
    wanted = request.GET.get("q", "").strip()[:100]
    context = {
        "wanted": wanted,
        "zone": settings.PROGRAM_ZONE,
        "found": queries.places_called(wanted),
        "cycle": queries.cycle_to_join(now()),
    }
    return render(request, "assessments/join.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: HttpRequest, slug: str) -> HttpResponse:
    """Whether one city may take part, why, and who says so; then the form to ask."""
    city = get_object_or_404(City, slug=slug)
    return _asking(request, TakePartForm(request.POST or None), city)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def elsewhere(request: HttpRequest) -> HttpResponse:
    """Ask for a city that is not on our list."""
    return _asking(request, NotListedForm(request.POST or None, initial={"place": request.GET.get("name", "")[:80]}), None)


def _asking(request: HttpRequest, form: TakePartForm, city: City | None) -> HttpResponse:
    """The form, and what becomes of it: the same page follows whatever is on record of the city."""
    cycle = queries.cycle_to_join(now())
    if request.method == "POST" and cycle and form.is_valid():
        limited = ratelimit.consume_or_429(request, action="join", key=form.cleaned_data["email"].lower())
        if limited or request.POST.get(TRAP):
            return limited or redirect("assessments:join_asked")
        with refusals_shown(request):
            joining.ask(cycle, city=city, **form.values(), language=get_language() or "en", by=request.user, at=now())
            return redirect("assessments:join_asked")
    context: dict[str, Any] = {"city": city, "cycle": cycle, "form": form, "zone": city.timezone if city else settings.PROGRAM_ZONE}
    context["eligible"] = queries.eligibility(city, cycle) if city and cycle else None
    return render(request, "assessments/join_place.html", context, status=422 if form.errors else 200)


@login_not_required
@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """What happens now; the same words for everybody."""
    return render(request, "assessments/join_asked.html")


@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """Staff: the requests to take part, those that wait first."""
    require(access.may_schedule(request.user))
    decided = request.GET.get("show") == "decided"
    page = Paginator(queries.join_requests_listed(request.user, request.GET), 50).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "decided": decided,
        "query": "show=decided&" if decided else "",
    }
    return render(request, "assessments/join_requests.html", context)


@require_safe
def request(request: HttpRequest, pk: int) -> HttpResponse:
    """Staff: one request with what is known of the city, to approve or refuse."""
    return _one(request, _request_or_404(request, pk), WordsForm())


def _request_or_404(request: HttpRequest, pk: int) -> JoinRequest:
    return get_object_or_404(queries.join_requests_visible_to(request.user).select_related("decided_by"), pk=pk)


def _one(request: HttpRequest, one: JoinRequest, form: WordsForm) -> HttpResponse:
    wanted = request.GET.get("q", "" if one.city else one.place.partition(",")[0]).strip()[:100]
    context: dict[str, Any] = {"asked": one, "form": form, "wanted": wanted, "zone": request.user.zone}  # type: ignore[union-attr]
    if one.city:
        context |= {"eligible": queries.eligibility(one.city, one.cycle), "team": queries.people_with(one.city, "lead")}
        context["taking_part"] = queries.assessments_visible_to(request.user).filter(city=one.city, cycle=one.cycle).first()
    elif not one.decided_at:
        context["found"] = queries.cities_to_join(request.user, one.cycle, wanted) if wanted else []
    return render(request, "assessments/join_request.html", context, status=422 if form.errors else 200)


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Start the assessment and invite who asked as the first lead."""
    one = _request_or_404(request, pk)
    form = ChosenCityForm(request.POST)
    if not form.is_valid():
        raise Http404
    slug = form.cleaned_data["city"]
    city = get_object_or_404(queries.cities_for_programme(request.user), slug=slug) if slug else None
    with refusals_shown(request):
        assessment = joining.approve(one, city=city, by=request.user, at=now())
        messages.success(request, _t("The assessment is started, and an invitation is on its way to %(email)s.") % {"email": one.email})
        return redirect("assessments:case", assessment.pk)
    return redirect("assessments:join_request", pk)


@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse, with words that go to who asked."""
    one = _request_or_404(request, pk)
    form = WordsForm(request.POST)
    if not form.is_valid():
        return _one(request, one, form)
    with refusals_shown(request):
        joining.refuse(one, **form.cleaned_data, by=request.user, at=now())
        messages.success(request, _t("Refused; your words are on their way to %(email)s.") % {"email": one.email})
        return redirect("assessments:join_requests")
    return redirect("assessments:join_request", pk)
