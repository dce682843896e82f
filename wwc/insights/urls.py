"""The addresses of the insights: /insights/..., the program's own below /insights/program/."""

from django.urls import path

from wwc.insights import views

app_name = "insights"

urlpatterns = [
    path("", views.index, name="index"),
    path("program/", views.whole, name="whole"),
    path("program/<slug:cycle>/", views.whole, name="whole_of"),
    path("program/<slug:cycle>/compute/", views.recompute, name="recompute"),
    path("program/<slug:cycle>/<slug:figure>/", views.whole_figure, name="whole_figure"),
    path("program/<slug:cycle>/<slug:figure>.csv", views.whole_table, name="whole_table"),
    path("<slug:cycle>/", views.index, name="cycle"),
    path("<slug:cycle>/dataset.json", views.dataset, name="dataset"),
    path("<slug:cycle>/<slug:figure>/", views.figure, name="figure"),
    path("<slug:cycle>/<slug:figure>.csv", views.table, name="table"),
]
