"""Staff edit a draft edition: each page one form, one action."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from criteria import access, queries
from criteria.actions import drafting
from criteria.forms import (
    AreaForm,
    ChecklistForm,
    CriterionForm,
    LinkForm,
    NewTierForm,
    NoteForm,
    PrerequisitesForm,
    RulesForm,
    StandardForm,
    TierForm,
    WordsForm,
)
from criteria.models import Criterion, CriterionLink, LinkKind, PracticeArea, Standard, Tier
from wwc.http import refusals_shown
from wwc.refusals import require


def edit_standard(request: HttpRequest, code: str) -> HttpResponse:
    """Name, rounding and notes of the draft."""
    draft = _draft(request, code)
    form = StandardForm(_posted(request), initial=StandardForm.values_of(draft))
    return _answer(request, draft, form, drafting.edit_standard, draft, title=_("Name, rounding and notes"))


def edit_area(request: HttpRequest, code: str, area: str) -> HttpResponse:
    """One practice area of the draft."""
    draft = _draft(request, code)
    found = get_object_or_404(PracticeArea.objects.select_related("standard"), standard=draft, code=area)
    form = AreaForm(_posted(request), initial=AreaForm.values_of(found))
    return _answer(request, draft, form, drafting.edit_area, found, title=found.name)


def edit_words(request: HttpRequest, code: str, criterion: str) -> HttpResponse:
    """The English words of a criterion."""
    draft, found = _criterion(request, code, criterion)
    form = WordsForm(_posted(request), initial=WordsForm.values_of(found.text))
    return _answer(request, draft, form, drafting.edit_words, found, criterion=found, tab="words", as_one="words")


def edit_rules(request: HttpRequest, code: str, criterion: str) -> HttpResponse:
    """What a criterion is worth and how it is read."""
    draft, found = _criterion(request, code, criterion)
    form = RulesForm(_posted(request), initial=RulesForm.values_of(found))
    return _answer(request, draft, form, drafting.edit_rules, found, criterion=found, tab="rules", as_one="rules")


def edit_checklist(request: HttpRequest, code: str, criterion: str) -> HttpResponse:
    """A checklist and how many of its lines are needed."""
    draft, found = _criterion(request, code, criterion)
    form = ChecklistForm(_posted(request), initial=ChecklistForm.values_of(found))
    return _answer(request, draft, form, drafting.edit_checklist, found, criterion=found, tab="checklist")


def set_prerequisites(request: HttpRequest, code: str, criterion: str) -> HttpResponse:
    """What a criterion needs."""
    draft, found = _criterion(request, code, criterion)
    form = PrerequisitesForm(_posted(request), initial={"needs": found.needs_codes})
    return _answer(request, draft, form, drafting.set_prerequisites, found, criterion=found, tab="prerequisites")


def set_link(request: HttpRequest, code: str, criterion: str) -> HttpResponse:
    """What a criterion comes from, with the words of then beside."""
    draft, found = _criterion(request, code, criterion)
    links = queries.links_back(found)
    form = LinkForm(_posted(request), initial=LinkForm.values_of(links))
    return _answer(request, draft, form, drafting.set_link, found, criterion=found, tab="link", links=links)


def withdraw_criterion(request: HttpRequest, code: str, criterion: str) -> HttpResponse:
    """Take a criterion out of the draft."""
    draft, found = _criterion(request, code, criterion)
    options = {"criterion": found, "tab": "withdraw", "button": _("Withdraw %(code)s") % {"code": found.code}}
    text = _("It leaves this draft with its checklist and links. The last edition keeps it, and its cities read that it was withdrawn.")
    return _answer(request, draft, forms.Form(_posted(request)), drafting.withdraw_criterion, found, text=text, up=True, **options)


def add_criterion(request: HttpRequest, code: str, area: str) -> HttpResponse:
    """A new criterion at the end of a practice area."""
    draft = _draft(request, code)
    found = get_object_or_404(PracticeArea.objects.select_related("standard"), standard=draft, code=area)
    title = _("A new criterion in %(area)s") % {"area": found.name}
    form = CriterionForm(_posted(request))
    return _answer(request, draft, form, drafting.add_criterion, found, title=title, button=_("Add the criterion"), up=True)


def explain_withdrawn(request: HttpRequest, code: str, criterion: str) -> HttpResponse:
    """What cities read about a criterion of the last edition that has no successor."""
    draft = _draft(request, code)
    links = CriterionLink.objects.select_related("to_standard", "origin")
    link = get_object_or_404(links, to_standard=draft, origin__code=criterion, kind=LinkKind.WITHDRAWN)
    form = NoteForm(_posted(request), initial={"note": link.note})
    return _answer(request, draft, form, drafting.explain_withdrawn, link, title=_("%(code)s was withdrawn") % {"code": criterion}, up=True)


def edit_tier(request: HttpRequest, code: str, tier: str) -> HttpResponse:
    """Where a tier begins and what it asks beyond points."""
    draft, found = _tier(request, code, tier)
    form = TierForm(_posted(request), initial=TierForm.values_of(found))
    return _answer(request, draft, form, drafting.edit_tier, found, title=found.name, tier=found, up=True)


def add_tier(request: HttpRequest, code: str) -> HttpResponse:
    """One more step of the ladder."""
    draft = _draft(request, code)
    form = NewTierForm(_posted(request))
    return _answer(request, draft, form, drafting.add_tier, draft, title=_("A new tier"), button=_("Add the tier"), up=True)


def remove_tier(request: HttpRequest, code: str, tier: str) -> HttpResponse:
    """One step of the ladder less."""
    draft, found = _tier(request, code, tier)
    options = {"title": found.name, "button": _("Remove the tier"), "text": _("Awards of the past keep the tier they were given.")}
    return _answer(request, draft, forms.Form(_posted(request)), drafting.remove_tier, found, up=True, **options)


def _answer(
    request: HttpRequest, draft: Standard, form: forms.Form, action: Callable[..., Any], thing: Any, *, up: bool = False, **context: Any
) -> HttpResponse:
    """Show the form, or do the one action and come back: to the draft where `up`, else to the same page."""
    as_one = context.pop("as_one", None)
    if request.method == "POST" and form.is_valid():
        values = {as_one: form.cleaned_data} if as_one else form.cleaned_data
        with refusals_shown(request):
            action(thing, **values, by=request.user, at=now())
            messages.success(request, _("Saved."))
            return redirect(reverse("criteria:draft", args=[draft.code]) if up else request.path)
    return render(request, "criteria/drafting.html", {"standard": draft, "form": form, **context})


def _draft(request: HttpRequest, code: str) -> Standard:
    require(access.may_draft(request.user))
    draft = get_object_or_404(queries.standards_shown(request.user).select_related("drafted_from"), code=code)
    require(access.may_edit(request.user, draft))
    return draft


def _criterion(request: HttpRequest, code: str, criterion: str) -> tuple[Standard, Criterion]:
    draft = _draft(request, code)
    found = queries.criterion_of(draft, criterion)
    if found is None:
        raise Http404
    found.standard = draft
    return draft, found


def _tier(request: HttpRequest, code: str, tier: str) -> tuple[Standard, Tier]:
    draft = _draft(request, code)
    found = next((each for each in queries.tiers_of(draft, 100) if each.key == tier), None)
    if found is None:
        raise Http404
    found.standard = draft
    return draft, found


def _posted(request: HttpRequest) -> QueryDict | None:
    """What was posted, if only a button; None where nothing was."""
    return request.POST if request.method == "POST" else None
