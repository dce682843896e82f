"""The addresses of the public pages: slugs and codes, never primary keys."""

from django.urls import path

from wwc.directory import about, views

app_name = "directory"

urlpatterns = [
    path("cities/", views.cities, name="cities"),
    path("cities/<slug:slug>/", views.city, name="city"),
    path("cities/<slug:slug>/scorecard-<slug:key>.pdf", views.scorecard, name="scorecard"),
    path("rounds/", views.rounds, name="rounds"),
    path("rounds/<slug:slug>/", views.round_, name="round"),
    path("verify/", views.verify, name="verify"),
    path("verify/<str:code>/", views.verification, name="verification"),
    path("privacy/", about.privacy, name="privacy"),
    path("accessibility/", about.accessibility, name="accessibility"),
    path("status/", about.status, name="status"),
    path("help/", about.help_, name="help"),
]
