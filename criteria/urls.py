"""The addresses of the rulebook."""

from django.urls import path

from criteria.views import calculating, checking, drafting, publishing, standard

app_name = "criteria"

CRITERION = "drafts/<str:code>/criteria/<str:criterion>/"

urlpatterns = [
    path("drafts/", publishing.drafts, name="drafts"),
    path("drafts/<str:code>/", publishing.draft, name="draft"),
    path("drafts/<str:code>/next/", publishing.draft_next, name="draft_next"),
    path("drafts/<str:code>/compare/", publishing.compare, name="compare"),
    path("drafts/<str:code>/publish/", publishing.publish, name="publish"),
    path("drafts/<str:code>/retire/", publishing.retire, name="retire"),
    path("drafts/<str:code>/settings/", drafting.edit_standard, name="edit_standard"),
    path("drafts/<str:code>/areas/<str:area>/", drafting.edit_area, name="edit_area"),
    path("drafts/<str:code>/areas/<str:area>/new/", drafting.add_criterion, name="add_criterion"),
    path("drafts/<str:code>/tiers/", drafting.add_tier, name="add_tier"),
    path("drafts/<str:code>/tiers/<str:tier>/", drafting.edit_tier, name="edit_tier"),
    path("drafts/<str:code>/tiers/<str:tier>/remove/", drafting.remove_tier, name="remove_tier"),
    path("drafts/<str:code>/withdrawn/<str:criterion>/", drafting.explain_withdrawn, name="explain_withdrawn"),
    path(CRITERION, drafting.edit_words, name="edit_words"),
    path(f"{CRITERION}rules/", drafting.edit_rules, name="edit_rules"),
    path(f"{CRITERION}checklist/", drafting.edit_checklist, name="edit_checklist"),
    path(f"{CRITERION}prerequisites/", drafting.set_prerequisites, name="set_prerequisites"),
    path(f"{CRITERION}link/", drafting.set_link, name="set_link"),
    path(f"{CRITERION}withdraw/", drafting.withdraw_criterion, name="withdraw_criterion"),
    path("", standard.standards, name="standards"),
    path("self-check/", checking.self_check, name="self_check"),
    path("<str:code>/", standard.standard, name="standard"),
    path("<str:code>/calculator/", calculating.calculator, name="calculator"),
    path("<str:code>/<str:criterion>/", standard.criterion, name="criterion"),
    path("<str:code>/to/<str:later>/", standard.changes, name="changes"),
]
