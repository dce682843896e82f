"""/api/..."""

from django.urls import path, re_path

from wwc.api import views

app_name = "api"

urlpatterns = [
    path("schema/", views.Schema.as_view(), name="schema"),
    path("docs/", views.docs, name="docs"),
    path("recipes/", views.cookbook, name="recipes"),
    path("v1/standards/", views.Standards.as_view(), name="standards"),
    path("v1/standards/<slug:code>/", views.StandardDetail.as_view(), name="standard"),
    path("v1/cycles/", views.Cycles.as_view(), name="cycles"),
    path("v1/cycles/<slug:slug>/", views.CycleDetail.as_view(), name="cycle"),
    path("v1/cities/", views.Cities.as_view(), name="cities"),
    path("v1/cities/<slug:slug>/", views.CityDetail.as_view(), name="city"),
    path("v1/awards/", views.Awards.as_view(), name="awards"),
    path("v1/awards/<slug:number>/", views.AwardDetail.as_view(), name="award"),
    path("v1/changes/", views.Changes.as_view(), name="changes"),
    path("v1/scores/", views.Scores.as_view(), name="scores"),
    path("v1/scores/<slug:number>/", views.ScoreDetail.as_view(), name="score"),
    path("v1/insights/", views.Insights.as_view(), name="insights"),
    path("v1/insights/<slug:cycle>/", views.InsightsOfCycle.as_view(), name="cycle-insights"),
    path("v1/assessments/", views.Assessments.as_view(), name="assessments"),
    path("v1/assessments/<slug:cycle>/<slug:city>/draft-score/", views.Draft.as_view(), name="draft-score"),
    path("v1/assessments/<slug:cycle>/<slug:city>/evidence/", views.EvidenceOfCity.as_view(), name="evidence"),
    path("v1/assessments/<slug:cycle>/<slug:city>/questions/", views.QuestionsToCity.as_view(), name="questions"),
    path("v1/assessments/<slug:cycle>/<slug:city>/result/", views.Result.as_view(), name="result"),
    path("v1/cycles/<slug:cycle>/assessments/", views.CasesOfCycle.as_view(), name="cycle-assessments"),
    path("v1/cycles/<slug:cycle>/scores/", views.ScoresOfCycle.as_view(), name="cycle-scores"),
    path("v1/cycles/<slug:cycle>/awards/", views.AwardsOfCycle.as_view(), name="cycle-awards"),
    re_path(r"^(?P<rest>[\s\S]*)\Z", views.elsewhere, name="elsewhere"),
]
