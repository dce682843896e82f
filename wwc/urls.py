"""The street plan."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from wwc import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("healthz", views.health, name="health"),
    # Open to everybody and without a token: choosing a language harms nobody, and public pages stay the same for all.
    path("language/", csrf_exempt(login_not_required(set_language)), name="set_language"),
    path("accounts/", include("wwc.accounts.signing_in")),
    path("people/", include("wwc.accounts.urls")),
    path("standard/", include("criteria.urls")),
    path("assessments/", include("assessments.urls")),
    path("reviews/", include("reviews.urls")),
    path("insights/", include("wwc.insights.urls")),
    path("data/", include("wwc.opendata.urls")),
    path("api/", include("wwc.api.urls")),
    path("", include("wwc.directory.urls")),
]
