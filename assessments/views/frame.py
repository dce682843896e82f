"""What the pages of one city share: the way round, the line that says who one is, and how a row is looked up."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext as _t

from assessments import queries
from assessments.models import Answer, Assessment, City, Role
from wwc.accounts import carrying
from wwc.accounts.views import sign_in_page
from wwc.templatetags.frame import SHARED, mounted

View = Callable[..., HttpResponse]


def text_kept(view: View) -> View:
    """Keep what a person wrote when their session has ended, or when the form came from an old page.

    They sign in if they must, and it is back in its fields, not saved: a failed check of the form never saves anything.
    """

    @login_not_required
    @wraps(view)
    def keeping(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs) if request.user.is_authenticated else carrying.to_sign_in(request)

    def unsent(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        messages.warning(request, _t("This was sent from an old page, so nothing was saved. Your text is kept here."))
        return carrying.back(request) if request.user.is_authenticated else sign_in_page(request)

    keeping.unsent = unsent  # type: ignore[attr-defined]
    return keeping


def kept_text(request: HttpRequest, path: str = "") -> QueryDict | None:
    """The fields that were kept for a page, this one if no other is named."""
    return carrying.kept(request, path or request.path)


def forget_kept(request: HttpRequest, path: str = "") -> None:
    """What was kept for a page, this one if no other is named, is in better hands now."""
    carrying.forget(request, path or request.path)


def assessment_or_404(request: HttpRequest, pk: int) -> Assessment:
    """An assessment the person may see, with the frame of its city's pages."""
    _keep_parts(request)
    assessment = get_object_or_404(queries.assessments_visible_to(request.user), pk=pk)
    set_frame(request, assessment.city, assessment)
    return assessment


def _keep_parts(request: HttpRequest) -> None:
    """A page changes nothing, so it asks once who the person is."""
    if request.method in {"GET", "HEAD"} and request.user.is_authenticated:
        queries.keep_parts(request.user)


def city_or_404(request: HttpRequest, slug: str) -> City:
    """A city the person may see, with the frame of its pages."""
    _keep_parts(request)
    city = get_object_or_404(queries.cities_visible_to(request.user), slug=slug)
    set_frame(request, city, queries.newest_case_of(city))
    return city


def answer_or_404(request: HttpRequest, pk: int, code: str) -> Answer:
    """One answer of an assessment the person may see."""
    assessment = assessment_or_404(request, pk)
    rows = Answer.objects.filter(assessment=assessment, criterion__code=code)
    answer = get_object_or_404(rows.select_related("criterion", "current"))
    answer.assessment = assessment
    return answer


def set_frame(request: HttpRequest, city: City, assessment: Assessment | None) -> None:
    """Give people of the city the city's own way round; the program keeps its own, and is told where it looks in an emergency.

    Who one is and the way round are found when they are shown: a save shows none.
    """
    request.assessment = assessment  # type: ignore[attr-defined]
    request.glass = queries.glass_of(request.user, city)  # type: ignore[attr-defined]
    request.roles = roles = cast("set[str]", SimpleLazyObject(lambda: queries.roles_of(request.user, city)))  # type: ignore[attr-defined]
    others_nav, others_me = getattr(request, "nav", None), getattr(request, "me", "")
    request.nav = SimpleLazyObject(lambda: _way(city, assessment) if roles else others_nav)  # type: ignore[attr-defined]
    request.me = SimpleLazyObject(lambda: f"{city.name} · {_parts(roles)}" if roles else others_me)  # type: ignore[attr-defined]


def _parts(roles: set[str]) -> str:
    return ", ".join(str(label) for value, label in Role.choices if value in roles).capitalize()


def _way(city: City, assessment: Assessment | None) -> list[tuple[Any, str]]:
    """The rooms of a city, then what is everybody's."""
    own: list[tuple[Any, str]] = []
    if assessment is not None:
        own.append((_t("Assessment"), reverse("assessments:overview", args=[assessment.pk])))
        own.append((_t("Questions"), reverse("assessments:clarifying", args=[assessment.pk])))
    own.append((_t("Evidence"), reverse("assessments:documenting", args=[city.slug])))
    own.append((_t("Team"), reverse("assessments:team", args=[city.slug])))
    own.append((_t("Letters"), reverse("assessments:letters", args=[city.slug])))
    return [*own, *mounted(SHARED)]


def way_to(route: str, *arguments: Any) -> Callable[[Any], str]:
    """Addresses of a route that differ in the last argument alone, of which a sample is given: it is looked up once, not once a line."""
    before, after = reverse(route, args=arguments).rsplit(str(arguments[-1]), 1)
    return lambda value: f"{before}{quote(str(value))}{after}"


def language() -> str:
    """The reader's language, as the texts of the Standard name it."""
    return get_language() or "en"
