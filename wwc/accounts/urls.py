"""/people/..."""

from django.urls import path

from wwc.accounts import views

app_name = "people"

urlpatterns = [
    path("", views.account, name="account"),
    path("letters/", views.letters, name="letters"),
    path("letters/stop/<str:token>/", views.stop_letters, name="stop_letters"),
    path("tokens/", views.token_list, name="tokens"),
    path("tokens/<int:pk>/revoke/", views.revoke, name="revoke"),
]
