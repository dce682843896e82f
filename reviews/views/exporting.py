"""Exports: choose what, see how far it is, fetch the file."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.models import Cycle
from reviews import access
from reviews.actions import exporting as actions
from reviews.forms import ExportForm, ListForm
from reviews.models import Export
from reviews.queries import exports as queries
from reviews.queries import lists
from wwc.http import private_file, refusals_shown, render_running
from wwc.refusals import require

LABELS = {table.name: table.label for table in (*queries.TABLES, *lists.OWN_TABLES)}


@require_http_methods(["GET", "HEAD", "POST"])
def exporting(request: HttpRequest) -> HttpResponse:
    """What one asked for before, and a new one."""
    require(access.may_export(request.user))
    cycles = Cycle.objects.select_related("standard").order_by("-opens_at", "-pk")
    form = ExportForm(request.POST or None, cycles=cycles)
    if form.is_valid():
        with refusals_shown(request):
            made = actions.ask(**form.cleaned_data, by=request.user, at=now())
            messages.success(request, _("A worker writes it now. You may leave this page."))
            return redirect("reviews:export", made.pk)
    page = Paginator(queries.exports_of(request.user), 20).get_page(request.GET.get("page"))
    return render(
        request,
        "reviews/exporting.html",
        {"form": form, "page": page, "rows": [(each, _label(each)) for each in page]},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def export_list(request: HttpRequest, name: str) -> HttpResponse:
    """Take away a list that one looks at: what its address asks for, how many rows that is now, and in which form."""
    require(access.may_export(request.user))
    if name not in lists.LISTS:
        raise Http404
    listing = lists.LISTS[name]
    asked = lists.asked_of(listing, request.GET)
    try:
        found = lists.found(name, asked, request.user, now())
    except ObjectDoesNotExist as error:
        raise Http404 from error
    form = ListForm(request.POST or None)
    if form.is_valid():
        with refusals_shown(request):
            made = actions.ask_list(name, asked=asked, **form.cleaned_data, by=request.user, at=now())
            messages.success(request, _("A worker writes it now. You may leave this page."))
            return redirect("reviews:export", made.pk)
    context = {
        "form": form, "listing": listing, "asked": lists.named(asked), "back": f"{listing.page(asked)}?{urlencode(asked)}",
        "tables": [(table, len(numbers)) for table, numbers in found],
    }  # fmt: skip
    return render(request, "reviews/export_list.html", context, status=422 if form.errors else 200)


def _label(row: Export) -> Any:
    """What an export is of, in words."""
    return row.cycle or lists.LISTS[row.listed["list"]].label


@require_safe
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is, and its manifest; while it is written the browser asks again by itself, unless told to stay."""
    require(access.may_export(request.user))
    row = get_object_or_404(queries.exports_of(request.user), pk=pk)
    work = queries.work_of(row) if row.made_at is None else None
    context = {
        "export": row, "label": _label(row), "asked": lists.named(row.listed.get("asked", {})),
        "work": work, "may_fetch": access.may_fetch(request.user, row),
        "labels": [LABELS[name] for name in row.tables],
        "tables": [(LABELS[each["table"]], each) for each in row.manifest.get("tables", [])],
    }  # fmt: skip
    return render_running(request, "reviews/export.html", context, runs=bool(work and not work.parked_at))


@require_POST
def fetch(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The file, noted in the record."""
    row = get_object_or_404(queries.exports_of(request.user), pk=pk)
    with refusals_shown(request):
        there = actions.fetch(row, by=request.user, at=now())
        name = f"{row.name}-{row.form}-{row.asked_at:%Y-%m-%d}.zip"
        return private_file(there.stored, filename=name, content_type="application/zip")
    return redirect("reviews:export", pk)
