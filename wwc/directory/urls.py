"""The addresses of the public pages: slugs and codes, never primary keys."""

from django.urls import path

from wwc.directory import about, badges, credentials, feed, views

app_name = "directory"

urlpatterns = [
    path("cities/", views.cities, name="cities"),
    path("cities/feed.atom", feed.feed, name="feed"),
    path("cities/<slug:slug>/", views.city, name="city"),
    path("cities/<slug:slug>/scorecard-<slug:key>.pdf", views.scorecard, name="scorecard"),
    path("cities/<slug:slug>/certificate-<slug:key>.pdf", views.certificate, name="certificate"),
    path("cities/<slug:slug>/badge.svg", badges.badge, name="badge"),
    path("cities/<slug:slug>/badge/", badges.embedding, name="embedding"),
    path("rounds/", views.rounds, name="rounds"),
    path("rounds/<slug:slug>/", views.round_, name="round"),
    path("verify/", views.verify, name="verify"),
    path("verify/issuer.json", credentials.issuer, name="issuer"),
    path("verify/keys.json", credentials.keys, name="keys"),
    path("verify/revoked.json", credentials.revoked, name="revoked"),
    path("verify/<str:code>/credential.jwt", credentials.credential, name="credential"),
    path("verify/<str:code>/", views.verification, name="verification"),
    path("privacy/", about.privacy, name="privacy"),
    path("accessibility/", about.accessibility, name="accessibility"),
    path("status/", about.status, name="status"),
    path("help/", about.help_, name="help"),
]
