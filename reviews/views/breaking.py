"""Emergency access: a director looks at one city despite a conflict; the program sees who did, when and why."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from reviews import access
from reviews.actions import breaking
from reviews.forms import GlassForm
from reviews.queries import declarations
from wwc.http import refusals_shown
from wwc.refusals import require


@require_http_methods(["GET", "HEAD", "POST"])
def glass(request: HttpRequest) -> HttpResponse:
    """The list of emergency accesses; a director with a conflict opens one."""
    require(access.may_see_glass(request.user))
    cities = declarations.cities_in_conflict(request.user)
    form = GlassForm(request.POST if request.method == "POST" else None, cities=cities)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request):
            broken = breaking.break_glass(**form.cleaned_data, by=request.user, at=now())
            messages.success(request, _("%(city)s is open to you to look at. The other directors were told.") % {"city": broken.city})
            return redirect("assessments:documenting", broken.city.slug)
    context = {
        "form": form,
        "can_open": request.user.is_director and cities.exists(),  # type: ignore[union-attr]
        "rows": declarations.glass_shown(request.user)[:200],
    }
    return render(request, "reviews/breaking.html", context, status=422 if form.errors else 200)


@require_POST
def end_glass(request: HttpRequest, pk: int) -> HttpResponse:
    """End an emergency access before its time."""
    broken = get_object_or_404(declarations.glass_shown(request.user), pk=pk)
    with refusals_shown(request):
        breaking.end_glass(broken, by=request.user, at=now())
        messages.success(request, _("The emergency access has ended."))
    return redirect("reviews:glass")
