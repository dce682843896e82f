"""All evidence of a city: found again, one document by itself, fetched, taken out as a whole."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from assessments import access, queries
from assessments.actions import documenting
from assessments.forms import DescribeForm, UseForm
from assessments.models import Answer, Assessment, Evidence, EvidenceVersion, Role
from assessments.views import frame
from assessments.views.documenting import today_in
from wwc.audit.record import record
from wwc.http import private_file, refusals_shown, sealed
from wwc.refusals import Refusal, require
from wwc.uploads import content_type_of

SHOWN = {
    "used": _("Used now"),
    "unused": _("Used nowhere now"),
    "expired": _("Past its date"),
    "confidential": _("Confidential"),
    "checking": _("Checking"),
    "refused": _("Refused"),
}
SORTS = {"newest": _("Newest first"), "title": _("Title"), "size": _("Largest first"), "expiry": _("Valid until")}


class NotOpen(Refusal):
    """A file that waits for the virus check, or that it stopped."""


@require_safe
def library(request: HttpRequest, slug: str) -> HttpResponse:
    """All evidence of a city, with where it is used."""
    city = frame.city_or_404(request, slug)
    asked = {"q": request.GET.get("q", "").strip()[:100], "show": request.GET.get("show", ""), "sort": request.GET.get("sort", "")}
    today = today_in(city)
    rows = queries.library_of(city, text=asked["q"], shown=asked["show"], sort=asked["sort"], today=today)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    for evidence in page.object_list:
        _apart(evidence, request.assessment)  # type: ignore[attr-defined]
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in asked.items() if value})
    context = {
        "city": city,
        "page": page,
        "asked": asked,
        "shown": SHOWN,
        "sorts": SORTS,
        "query": f"{query.urlencode()}&" if query else "",
        "today": today,
        "newest": request.assessment,  # type: ignore[attr-defined]
        "may_change": not request.roles.isdisjoint({Role.LEAD, Role.CONTRIBUTOR}),  # type: ignore[attr-defined]
    }
    return render(request, "assessments/documenting.html", context)


@require_safe
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """One document: its versions, what it proves, what it is called."""
    return render(request, "assessments/document.html", _document(request, pk))


@require_POST
def describe(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what a document is called, whether it is confidential, until when it is valid."""
    page = _document(request, pk)
    form = page["form"] = DescribeForm(request.POST)
    if not form.is_valid():
        return render(request, "assessments/document.html", page, status=422)
    with refusals_shown(request):
        documenting.describe(page["evidence"], **form.cleaned_data, by=request.user, at=now())
        messages.success(request, _t("Saved."))
    return redirect("assessments:document", pk)


@require_POST
def use(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a document prove several answers at once; each is an act of its own."""
    page = _document(request, pk)
    require(access.may_change_evidence(request.user, page["evidence"]))
    choices = {answer.pk: answer for answer in page["choices"]}
    form = page["use_form"] = UseForm(request.POST, choices=page["choices"])
    if not form.is_valid():
        return render(request, "assessments/document.html", page, status=422)
    for number in form.cleaned_data["answers"]:
        with refusals_shown(request):
            answer = choices[number]
            documenting.reuse(answer, evidence=page["evidence"], pages=form.cleaned_data["pages"], by=request.user, at=now())
            messages.success(request, _t("Added to %(criterion)s.") % {"criterion": answer.criterion.code})
    return redirect("assessments:document", pk)


def _document(request: HttpRequest, pk: int) -> dict[str, Any]:
    """A document the person may see, with the frame of its city's pages."""
    evidence = get_object_or_404(queries.with_uses(queries.evidence_visible_to(request.user)), pk=pk)
    city = frame.city_or_404(request, evidence.city.slug)
    _apart(evidence, request.assessment)  # type: ignore[attr-defined]
    may_change = bool(access.may_change_evidence(request.user, evidence))
    choices = _choices(evidence, request.assessment) if may_change else []  # type: ignore[attr-defined]
    told = {name: getattr(evidence, name) for name in ("title", "confidential", "expires_on")}
    return {
        "city": city,
        "evidence": evidence,
        "today": today_in(city),
        "may_change": may_change,
        "choices": choices,
        "form": DescribeForm(initial=told),
        "use_form": UseForm(choices=choices) if choices else None,
    }


def _apart(evidence: Evidence, newest: Assessment | None) -> None:
    """Tell apart which answers of the newest assessment a document proves, and which of earlier ones."""
    now = [use for use in evidence.proves if newest and use.answer.assessment_id == newest.pk]  # type: ignore[attr-defined]
    evidence.proves_now = now  # type: ignore[attr-defined]
    evidence.proved_before = [use for use in evidence.proves if use not in now]  # type: ignore[attr-defined]


def _choices(evidence: Evidence, newest: Assessment | None) -> list[Answer]:
    """The answers of the city's newest assessment that are open and without this document."""
    if newest is None or (evidence.current and evidence.current.is_refused):
        return []
    there = {each.answer_id for each in evidence.proves}  # type: ignore[attr-defined]
    answers = queries.answers_of(newest, frame.language())
    return [answer for answer in queries.open_among(newest, answers, now()) if answer.pk not in there]


@require_POST
def gather(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Everything the city added as one ZIP, with a list of what is in it and what is not. Asked by POST, since it goes on record."""
    city = frame.city_or_404(request, slug)
    at = now()
    versions = documenting.gather(city, by=request.user, at=at)
    response = StreamingHttpResponse(queries.archive_of(city, versions, at), content_type="application/zip")
    return sealed(response, f"evidence-{city.slug}-{at:%Y-%m-%d}.zip")


@require_safe
def download(request: HttpRequest, pk: int) -> FileResponse:
    """A file of the city, as a download; `?view` opens what a browser shows safely.

    Who of the program fetches it while they see the program as the city does goes on record.
    """
    version = get_object_or_404(queries.evidence_versions_visible_to(request.user), pk=pk)
    response = file_of(version, inline="view" in request.GET)
    if (held := getattr(request, "acting", None)) is not None and request.method == "GET":
        record("fetched", version, by=held.person, at=now(), city_id=version.evidence.city_id, acting=held.began.pk)
    return response


def file_of(version: EvidenceVersion, *, inline: bool = False) -> FileResponse:
    """The file of a version, for a view that has asked permission. PDF and pictures may be shown inside a page."""
    if version.kind == "link":
        raise Http404
    if version.is_refused:
        raise NotOpen(_t("The virus check stopped %(file)s, and it was deleted.") % {"file": version.filename})
    if not version.is_open:
        raise NotOpen(_t("%(file)s waits for the virus check, and nobody opens it before.") % {"file": version.filename})
    shown = inline and version.kind in ("pdf", "image")
    return private_file(version.stored, filename=version.filename, content_type=content_type_of(version.filename), inline=shown)
