"""What the review team asks, and what the city replies."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import access, queries
from assessments.actions import clarifying, drafting
from assessments.forms import ReplyForm, as_typed
from assessments.lifecycle import Asked
from assessments.models import Answer, AnswerVersion, Clarification, Draft, ReplyDraft
from assessments.views import frame
from assessments.views.answering import changes, said_lines
from assessments.views.documenting import evidence_section
from assessments.views.drafting import here_too
from wwc.http import refusals_shown
from wwc.templatetags.display import at_time, figure


@require_safe
def questions(request: HttpRequest, pk: int) -> HttpResponse:
    """All questions to the city, the open ones first, with what is ready to be sent."""
    assessment = frame.assessment_or_404(request, pk)
    at = now()
    asked = list(queries.questions_of(assessment))
    waiting = [each for each in asked if _is_open(each, at)]
    ready = [each for each in waiting if _draft_of(each) and _draft_of(each).ready_at]  # type: ignore[union-attr]
    context = {
        "assessment": assessment,
        "city": assessment.city,
        "waiting": [{"asked": each, "written": _draft_of(each)} for each in waiting],
        "ready": ready,
        "not_ready": len(waiting) - len(ready),
        "may_send": bool(access.may_send_replies(request.user, assessment)),
        "ended": [each for each in asked if each not in waiting],
    }
    return render(request, "assessments/questions.html", context)


@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send every answer that is ready, at once."""
    assessment = frame.assessment_or_404(request, pk)
    with refusals_shown(request):
        given = clarifying.send_replies(assessment, by=request.user, at=now())
        words = ngettext(
            "%(n)s answer is sent. It is closed again, and its earlier versions are kept.",
            "%(n)s answers are sent. They are closed again, and earlier versions are kept.",
            len(given),
        )
        messages.success(request, words % {"n": figure(len(given))})
    return redirect("assessments:clarifying", pk)


@frame.text_kept
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, pk: int) -> HttpResponse:
    """One question: what is asked, the answer before it beside the new one; kept while it is written, then marked ready."""
    asked = get_object_or_404(queries.clarifications_visible_to(request.user), pk=pk)
    frame.set_frame(request, asked.answer.assessment.city, asked.answer.assessment)
    one = _answer(asked)
    if request.method == "POST":
        return _written(request, asked, one)
    return render(request, "assessments/question.html", _page(request, asked, one, None))


def _written(request: HttpRequest, asked: Clarification, one: Answer) -> HttpResponse:
    """Keep what was written; where it is marked ready, go on to all questions."""
    form, by, at, moved = ReplyForm(request.POST, answer=one), request.user, now(), None
    with refusals_shown(request):
        try:
            clarifying.keep_reply(asked, **_as_typed(request), by=by, at=at)
            frame.forget_kept(request)
            if "ready" not in request.POST:
                return redirect("assessments:question", asked.pk)
            if form.is_valid():
                clarifying.mark_ready(asked, by=by, at=at)
                messages.success(request, _t("%(criterion)s is ready. It is sent with the others.") % {"criterion": one.criterion.code})
                return redirect("assessments:clarifying", one.assessment_id)
        except clarifying.ReplyMoved as refusal:
            moved = refusal.theirs
            drafting.keep(one, **as_typed(request.POST), by=by, at=at)
            raise
    status = 409 if moved or form.is_valid() else 422
    return render(request, "assessments/question.html", _page(request, asked, one, form, moved), status=status)


@require_POST
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what is typed to a question, as the page sends it; without any fields, only say that the person is here."""
    asked = get_object_or_404(queries.clarifications_visible_to(request.user), pk=pk)
    at, answer = now(), asked.answer
    here = here_too(request, queries.drafts_on(answer, request.user), at)
    if "narrative" not in request.POST:
        drafting.be_here(answer, by=request.user, at=at)
    else:
        try:
            clarifying.keep_reply(asked, **_as_typed(request), by=request.user, at=at)
        except clarifying.ReplyMoved as moved:
            drafting.keep(answer, **as_typed(request.POST), by=request.user, at=at)
            return JsonResponse({"said": "", "draft": False, "here": str(moved.message)}, status=409)
    said = _t("Saved %(at)s") % {"at": at_time(at, answer.assessment.city.timezone)}
    return JsonResponse({"said": said, "draft": True, "here": here})


@require_POST
def write_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the mark back and write on."""
    asked = get_object_or_404(queries.clarifications_visible_to(request.user), pk=pk)
    clarifying.write_on(asked, by=request.user, at=now())
    return redirect("assessments:question", pk)


def _as_typed(request: HttpRequest) -> dict[str, Any]:
    """What the fields hold, and when the page was opened; without that it is as old as can be."""
    try:
        seen_at = datetime.fromisoformat(request.POST.get("seen_at", ""))
    except ValueError:
        seen_at = datetime.min.replace(tzinfo=UTC)
    seen_at = seen_at if seen_at.tzinfo else seen_at.replace(tzinfo=UTC)
    return {**as_typed(request.POST), "text": request.POST.get("text", "")[:4000], "seen_at": seen_at}


def _draft_of(asked: Clarification) -> ReplyDraft | None:
    """What is being written to a question."""
    return getattr(asked, "draft", None)


def _is_open(asked: Clarification, at: datetime) -> bool:
    """Whether the city can still answer."""
    return asked.status == Asked.SENT and asked.due_at is not None and asked.due_at >= at


def _answer(asked: Clarification) -> Answer:
    """The answer asked about, with its criterion in words."""
    answers = queries.answers_of(asked.answer.assessment, frame.language())
    return next(answer for answer in answers if answer.pk == asked.answer_id)


def _page(
    request: HttpRequest, asked: Clarification, one: Answer, form: ReplyForm | None, moved: ReplyDraft | None = None
) -> dict[str, Any]:
    """The question, the answer as it was, and what is written or was replied."""
    at = now()
    is_open = _is_open(asked, at)
    writable = is_open and bool(access.may_reply(request.user, asked))
    reply = asked.replies.select_related("version__saved_by").order_by("-pk").first()
    written, typed = queries.written_to(asked) if request.roles else (None, None)  # type: ignore[attr-defined]
    before = _before(reply.version if reply else None, one)
    return {
        **_about(asked, one),
        "is_open": is_open,
        "writable": writable,
        "reply": reply,
        "written": written,
        "is_ready": bool(writable and written and written.ready_at and form is None),
        "moved": moved,
        "before_lines": said_lines(one, before),
        "before": before,
        "changed": changes(one, before, reply.version if reply else _as_version(typed)) if reply or typed else None,
        "form": form or ReplyForm(answer=one, **_begun(request, one, written, typed)),
        "opened_at": at.isoformat(),
        "kept": frame.kept_text(request) is not None and form is None,
        "here": here_too(request, queries.drafts_on(one, request.user), at) if writable else "",
        "back": asked.pk,
        **_more_time(asked, one, at),
        **evidence_section(one, writable),
    }


def _about(asked: Clarification, one: Answer) -> dict[str, Any]:
    """What the page is about."""
    case = asked.answer.assessment
    return {"asked": asked, "question": asked, "answer": one, "criterion": one.criterion, "assessment": case, "city": case.city}


def _more_time(asked: Clarification, one: Answer, at: datetime) -> dict[str, Any]:
    """Whether more time can be asked for, and what waits."""
    waiting = (each for each in queries.time_requests_of(one.assessment, asked) if each.decided_at is None)
    can = asked.status in queries.UNANSWERED and at <= queries.ask_by(one.assessment, asked)
    return {"time_waits": next(waiting, None), "can_ask_for_time": can}


def _begun(request: HttpRequest, one: Answer, written: ReplyDraft | None, typed: Draft | None) -> dict[str, Any]:
    """The first values of the form: what was kept when the session ended, else what is written so far."""
    kept = frame.kept_text(request)
    if kept is not None:
        return {"initial": {**as_typed(kept), "text": kept.get("text", "")}}
    said = typed or one.current
    answer = {"claim": said.claim, "ticks": said.ticks, "narrative": said.narrative} if said else {}
    return {"initial": {"text": written.text if written else "", "based_on": one.version, **answer}}


def _as_version(typed: Draft | None) -> AnswerVersion | None:
    """What is typed, to be compared like a version; written nowhere."""
    return AnswerVersion(claim=typed.claim, ticks=typed.ticks, narrative=typed.narrative) if typed else None


def _before(replied: AnswerVersion | None, one: Answer) -> AnswerVersion | None:
    """The answer as it stood when it was asked about."""
    if replied is None:
        return one.current
    return AnswerVersion.objects.filter(answer=one, number__lt=replied.number).order_by("-number").first()
