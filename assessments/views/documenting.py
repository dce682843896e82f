"""Proof: added to an answer, taken off, pointed at, replaced, described."""

from datetime import date
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST

from assessments import access, queries
from assessments.actions import documenting
from assessments.forms import FileForm, LinkForm, PagesForm, ReuseForm
from assessments.models import Answer, AnswerEvidence, City, FileState
from assessments.views import frame
from wwc.http import refusals_shown
from wwc.refusals import require
from wwc.templatetags.display import file_size, when
from wwc.templatetags.drawing import state
from wwc.templatetags.once import blank
from wwc.uploads import UploadRefused, all_received, kinds_in_words, received


def evidence_section(one: Answer, writable: bool, uses: list[queries.Use] | None = None) -> dict[str, Any]:
    """What the section of evidence on a page shows: what is there, the ways to add more, the limits that are said first."""
    shown = {"uses": _lines(queries.uses_on([one.pk]) if uses is None else uses, one), "today": today_in(one.assessment.city)}
    if not writable:
        return shown
    return {
        **shown,
        "file_fields": blank(FileForm, "file", "assessments/_file_fields.html"),
        "handling_fields": blank(FileForm, "file", "assessments/_handling_fields.html"),
        "link_fields": blank(LinkForm, "link", "assessments/_link_fields.html"),
        "limits": _limits(settings.UPLOAD_MAX_BYTES, settings.UPLOAD_MAX_FILES, frame.language()),
    }


@cache
def _limits(size: int, most: int, language: str) -> str:
    """What may be added, in words that are the same for everybody in each language."""
    words = _t("Choose or drop one or several: %(kinds)s. Up to %(size)s each, %(most)s on one answer. No archives, no macros.")
    return words % {"kinds": kinds_in_words(), "size": file_size(size), "most": most}


# A state of a file as a mark.
MARKS = {FileState.ADDED: "met", FileState.REFUSED: "not", FileState.CHECKING: "wait"}


def _lines(uses: list[queries.Use], one: Answer) -> list[dict[str, Any]]:
    """Each document on the answer as a line of the list: its state, what there is to know of it, and its addresses."""
    if not uses:
        return []
    newest, zone = queries.newest_of(uses), one.assessment.city.timezone
    way = {name: frame.way_to(f"assessments:{name}", 0) for name in ("document", "download", "point", "take_off")}
    lines = []
    for use in uses:
        latest = newest[use.evidence_id]
        href = use.url if use.kind == "link" else way["download"](use.current_id) if use.is_open else ""
        lines.append({
            "use": use,
            "href": href,
            "state": state(MARKS[use.state], str(use.state.label)),
            "about": _about(use, zone),
            "latest": latest,
            "noted": use.confidential or use.expires_on or not latest.is_open,
            "document": way["document"](use.evidence_id),
            "point": way["point"](use.pk),
            "take_off": way["take_off"](use.pk),
        })  # fmt: skip
    return lines


def _about(use: queries.Use, zone: str) -> str:
    """Where to look, what it is, which version, who added it and when."""
    parts = [_t("see page %(pages)s") % {"pages": use.pages}] if use.pages else []
    parts += [part for part in (_t("link"), use.note) if part] if use.kind == "link" else [file_size(use.size)]
    if use.number > 1:
        parts.append(_t("version %(n)s") % {"n": use.number})
    return " · ".join([*parts, _t("%(person)s, %(at)s") % {"person": use.added_by, "at": when(use.added_at, zone)}])


def today_in(city: City) -> date:
    """The day it is now in a city."""
    return localdate(timezone=ZoneInfo(city.timezone))


@require_POST
def add_file(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Add files to an answer. Each is an act of its own: what was added and what not, and why, is said file by file."""
    answer = frame.answer_or_404(request, pk, code)
    files = all_received(request, "file-file")
    form = FileForm(request.POST, prefix="file")
    if not files:
        messages.error(request, _t("Choose a file first. Nothing was added."))
    elif not form.is_valid():
        _say(request, form)
    else:
        for file in files:
            _add(request, answer, file, form.values())
    return redirect(_back(request, answer))


def _add(request: HttpRequest, answer: Answer, file: UploadedFile | UploadRefused, about: dict[str, Any]) -> None:
    """Add one file and say what became of it."""
    with refusals_shown(request):
        if isinstance(file, UploadRefused):
            raise file
        _say_added(request, documenting.attach_file(answer, upload=file, **about, by=request.user, at=now()))


def _say_added(request: HttpRequest, use: AnswerEvidence) -> None:
    version = use.evidence.current
    if version is not None and not version.is_open:
        messages.info(request, waits_in_words(version.filename))
    else:
        messages.success(request, _t("Added: %(title)s.") % {"title": use.evidence.title})


def waits_in_words(filename: str) -> str:
    """What a person reads of a file that nobody opens yet."""
    return _t("%(file)s is kept and waits for the virus check. Go on; its state changes here by itself.") % {"file": filename}


@require_POST
def add_link(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Add a link to an answer."""
    answer = frame.answer_or_404(request, pk, code)
    form = LinkForm(request.POST, prefix="link")
    if form.is_valid():
        with refusals_shown(request):
            _say_added(request, documenting.attach_link(answer, **form.cleaned_data, by=request.user, at=now()))
    else:
        _say(request, form)
    return redirect(_back(request, answer))


@require_http_methods(["GET", "HEAD", "POST"])
def add_known(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Let a document that the city already has prove this answer too: on a page of its own, since there may be hundreds."""
    answer = frame.answer_or_404(request, pk, code)
    require(access.may_answer(request.user, answer))
    choices = queries.choices_for(answer)
    form = ReuseForm(request.POST if request.method == "POST" else None, prefix="reuse", choices=choices)
    if form.is_bound and form.is_valid():
        with refusals_shown(request):
            _say_added(request, documenting.reuse(answer, **form.cleaned_data, by=request.user, at=now()))
        return redirect(_back(request, answer))
    context = {"answer": answer, "assessment": answer.assessment, "city": answer.assessment.city, "form": form, "choices": choices}
    back = {"question": _question(request), "back": _back(request, answer)}
    return render(request, "assessments/add_known.html", {**context, **back}, status=422 if form.is_bound else 200)


@require_POST
def take_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a document off an answer."""
    use = get_object_or_404(queries.uses_visible_to(request.user), pk=pk)
    with refusals_shown(request):
        documenting.detach(use, by=request.user, at=now())
        messages.success(request, _t("Taken off. The document stays in your evidence."))
    return redirect(_back(request, use.answer))


@require_POST
def point(request: HttpRequest, pk: int) -> HttpResponse:
    """Say on which page of a document a reader should look."""
    use = get_object_or_404(queries.uses_visible_to(request.user), pk=pk)
    form = PagesForm(request.POST)
    if form.is_valid():
        with refusals_shown(request):
            documenting.point(use, **form.cleaned_data, by=request.user, at=now())
            messages.success(request, _t("Saved: where to look in %(title)s.") % {"title": use.evidence.title})
    else:
        _say(request, form, _t("Nothing was changed."))
    return redirect(_back(request, use.answer))


@require_POST
def replace(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a newer file in a document's place."""
    evidence = get_object_or_404(queries.evidence_visible_to(request.user), pk=pk)
    with refusals_shown(request):
        file = received(request)
        if file is None:
            messages.error(request, _t("Choose a file first. Nothing was changed."))
        else:
            version = documenting.replace(evidence, upload=file, by=request.user, at=now())
            said = _t("Version %(n)s is in place; the earlier one is kept.") % {"n": version.number}
            messages.success(request, said if version.is_open else waits_in_words(version.filename))
    return redirect("assessments:document", pk)


def _back(request: HttpRequest, answer: Answer) -> str:
    """The page the evidence was added on: the answer's, or that of a question about it."""
    if question := _question(request):
        return reverse("assessments:question", args=[question]) + "#evidence"
    return reverse("assessments:answering", args=[answer.assessment_id, answer.criterion.code]) + "#evidence"


def _question(request: HttpRequest) -> int | None:
    """The question on whose page evidence is added, if it is one."""
    question = request.POST.get("question", request.GET.get("question", ""))
    return int(question) if question.isdecimal() and len(question) < 19 else None


def _say(request: HttpRequest, form: forms.Form, kept: str = "") -> None:
    """The first thing to correct, as a message: the page itself keeps the answer's form."""
    first = next(iter(form.errors.values()))[0]
    kept = kept or _t("Nothing was added.")
    messages.error(request, f"{first} {kept}")
