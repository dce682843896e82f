"""The addresses of the open data: /data/... A release keeps its own for ever; `latest` always leads to the newest one's files."""

from django.urls import path

from wwc.opendata import views

app_name = "opendata"

urlpatterns = [
    path("", views.index, name="index"),
    path("<str:version>/", views.index, name="release"),
    path("<str:version>/<str:name>", views.file, name="file"),
]
