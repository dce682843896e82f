"""/people/..."""

from django.urls import path

from wwc.accounts import hooking, views

app_name = "people"

urlpatterns = [
    path("", views.account, name="account"),
    path("letters/", views.letters, name="letters"),
    path("letters/stop/<str:token>/", views.stop_letters, name="stop_letters"),
    path("tokens/", views.token_list, name="tokens"),
    path("tokens/<int:pk>/revoke/", views.revoke, name="revoke"),
    path("webhooks/", hooking.webhooks, name="webhooks"),
    path("webhooks/<int:pk>/", hooking.webhook, name="webhook"),
    path("webhooks/<int:pk>/renew/", hooking.renew, name="renew_webhook"),
    path("webhooks/<int:pk>/try/", hooking.try_out, name="try_webhook"),
    path("webhooks/<int:pk>/end/", hooking.end, name="end_webhook"),
    path("webhooks/calls/<int:pk>/again/", hooking.call_again, name="call_again"),
]
