"""One criterion a page: what is asked, what the city says, what proves it, what helps."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods

from assessments import access, queries
from assessments.actions import answering, drafting
from assessments.differences import difference
from assessments.forms import AnswerForm, as_typed, too_long_in_words
from assessments.lifecycle import Status
from assessments.models import Answer, AnswerVersion, Assessment
from assessments.views import frame, requesting
from assessments.views.documenting import evidence_section
from assessments.views.drafting import typed_on
from assessments.views.noting import shared_on
from criteria import queries as rulebooks
from criteria.models import Criterion
from wwc.http import refusals_shown
from wwc.refusals import Refusal
from wwc.templatetags.display import when
from wwc.templatetags.drawing import square


@frame.text_kept
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Show one answer, or save it."""
    if request.method == "POST":
        return _save(request, _worded(frame.answer_or_404(request, pk, code)))
    sheet = _sheet(frame.assessment_or_404(request, pk), code)
    typed = typed_on(request, sheet.answer, now())
    form = AnswerForm(answer=sheet.answer, **_kept(request, typed))
    return render(request, "assessments/answering.html", _page(request, sheet, form, typed))


def _save(request: HttpRequest, one: Answer) -> HttpResponse:
    """Save what was said; what cannot be saved is kept as the person's draft, and stays on the page."""
    form = AnswerForm(request.POST, answer=one)
    by, at, code = request.user, now(), one.criterion.code
    with refusals_shown(request):
        try:
            if form.is_valid():
                answering.save(one, **form.values(), by=by, at=at)
                frame.forget_kept(request)
                return redirect("assessments:answering", one.assessment_id, _following(one, request.POST.get("then", "")) or code)
        except answering.StaleSave as stale:
            drafting.keep(one, **as_typed(request.POST), by=by, at=at)
            return render(request, "assessments/answering_stale.html", two_texts(request, one, stale), status=409)
        except answering.AnswerClosed as closed:
            raise _closed_meanwhile(closed, one) from None
    drafting.keep(one, **as_typed(request.POST), by=by, at=at)
    status = 409 if form.is_valid() else 422
    sheet = _sheet(one.assessment, code)
    return render(request, "assessments/answering.html", _page(request, sheet, form, typed_on(request, sheet.answer, at)), status=status)


def _closed_meanwhile(closed: answering.AnswerClosed, one: Answer) -> Refusal:
    """The refusal with what became of the text, where the answer closed under the person's hands."""
    at = closed.details.get("closed_at")
    if at is None:
        return closed
    words = _t("This answer closed at %(time)s, before your save. Your text is kept as your draft; you can ask to reopen.")
    return Refusal(words % {"time": when(at, one.assessment.city.timezone)})


def _kept(request: HttpRequest, typed: dict[str, Any]) -> dict[str, Any]:
    """The first values of the form: what was written before the session ended, else the person's draft; saved only when they say so."""
    kept = frame.kept_text(request)
    if kept is not None:
        return {"initial": as_typed(kept)}
    draft = None if typed["saved_shown"] else typed["draft"]
    return {"initial": {name: getattr(draft, name) for name in ("claim", "ticks", "narrative", "based_on")}} if draft else {}


def _sheet(assessment: Assessment, code: str) -> queries.Sheet:
    """What there is on one criterion and its area; where the edition has none of this code, 404."""
    asked = asked_by(assessment, code)
    area = [criterion for criterion in _criteria(assessment) if criterion.area_id == asked.area_id]
    return queries.sheet_of(assessment, asked, area, frame.language())


def asked_by(assessment: Assessment, code: str) -> Criterion:
    """The criterion of this code, in the reader's words; where the edition has none, 404."""
    asked = next((criterion for criterion in _criteria(assessment) if criterion.code == code), None)
    if asked is None:
        raise Http404
    return asked


def _worded(one: Answer) -> Answer:
    """The answer with its criterion in the reader's words."""
    one.criterion = next(criterion for criterion in _criteria(one.assessment) if criterion.pk == one.criterion_id)
    return one


def _criteria(assessment: Assessment) -> list[Criterion]:
    """The criteria of the edition in their order, in the reader's words."""
    return rulebooks.kept_criteria(assessment.cycle.standard, frame.language())


def _following(one: Answer, code: str) -> str:
    """The code to go on with, if it is one of this assessment's."""
    return code if any(criterion.code == code for criterion in _criteria(one.assessment)) else ""


def _page(request: HttpRequest, sheet: queries.Sheet, form: AnswerForm, typed: dict[str, Any]) -> dict[str, Any]:
    """What the page shows besides the form."""
    one, at = sheet.answer, now()
    writable = bool(access.may_answer(request.user, one)) and queries.is_open(one, at)
    return {
        "answer": one,
        "assessment": one.assessment,
        "city": one.assessment.city,
        "criterion": one.criterion,
        "said": said_lines(one, one.current),
        "form": form,
        "writable": writable,
        "question": one.question if one.question and one.question.due_at >= at else None,
        "unconfirmed": any(queries.is_unconfirmed(each) for each in sheet.area if each.pk == one.pk),
        "last": _last_time(sheet),
        "aims": _aims(one) if sheet.last else [],
        "versions": sheet.earlier,
        "back": "",
        **_way_round(sheet, at),
        "kept": frame.kept_text(request) is not None and not form.is_bound,
        **typed,
        **shared_on(request, one),
        **requesting.reopening_shown(one, at),
        **evidence_section(one, writable, sheet.uses),
    }


def _way_round(sheet: queries.Sheet, at: datetime) -> dict[str, Any]:
    """The criteria of the area with their squares, and the one before and after in the edition's order."""
    one, way = sheet.answer, frame.way_to("assessments:answering", sheet.answer.assessment_id, "CODE")
    codes = [criterion.code for criterion in _criteria(one.assessment)]
    place = codes.index(one.criterion.code)
    around = {"previous": codes[max(place - 1, 0) : place], "next": codes[place + 1 : place + 2]}
    return {
        "side": [_square(each, at, way) for each in sheet.area],
        **{name: {"code": found[0], "url": way(found[0])} if found else None for name, found in around.items()},
    }


def _square(each: Any, at: datetime, way: Callable[[str], str]) -> dict[str, Any]:
    """One criterion of the area as a line of the side list."""
    criterion = each.criterion
    mark = square(queries.state_of_claim(each, at))
    return {"pk": each.pk, "code": criterion.code, "title": criterion.text.title, "url": way(criterion.code), "square": mark}


def _last_time(sheet: queries.Sheet) -> dict[str, Any] | None:
    """What the city said last time, while it writes, with the lines of each old checklist."""
    found = sheet.last
    if found is None:
        return None
    return {"found": found, "lines": [(each, said_lines(each.answer, each.answer.current)) for each in found.before]}


def _aims(one: Answer) -> list[queries.Aim]:
    """The targets of last time that this criterion asks for, while the city writes; asked where there was a last time."""
    if one.assessment.status != Status.DRAFTING:
        return []
    return [aim for aim in queries.aims_of(one.assessment, frame.language()) if one.criterion_id in {each.pk for each in aim.now}]


def two_texts(request: HttpRequest, one: Answer, stale: answering.StaleSave) -> dict[str, Any]:
    """Both texts beside the one that both began from, and a form that takes either, or a third."""
    mine = AnswerVersion(claim=stale.mine.claim, ticks=list(stale.mine.ticks), narrative=stale.mine.narrative)
    fresh = {"claim": mine.claim, "ticks": mine.ticks, "narrative": mine.narrative, "based_on": stale.theirs.number}
    return {
        "answer": one,
        "assessment": one.assessment,
        "city": one.assessment.city,
        "criterion": one.criterion,
        "said": str(stale.message),
        "theirs": stale.theirs,
        "their_changes": changes(one, stale.base, stale.theirs),
        "mine": mine,
        "my_changes": changes(one, stale.base, mine),
        "base": stale.base,
        "base_lines": said_lines(one, stale.base),
        "form": AnswerForm(answer=one, initial=fresh),
        "too_long": too_long_in_words(len(mine.narrative) + len(stale.theirs.narrative)),
        **typed_on(request, one, now()),
    }


def changes(one: Answer, before: AnswerVersion | None, after: AnswerVersion | None) -> dict[str, Any]:
    """What two versions of an answer say differently: the claim, each tick, and the words piece by piece."""
    old, new = said_lines(one, before), said_lines(one, after)
    return {
        "claim": after.get_claim_display() if after else "",
        "claim_before": before.get_claim_display() if before and (after is None or before.claim != after.claim) else "",
        "claim_changed": (before.claim if before else "") != (after.claim if after else ""),
        "lines": [{**line, "changed": line["ticked"] != was["ticked"]} for was, line in zip(old, new, strict=True)],
        "words": difference(before.narrative if before else "", after.narrative if after else ""),
    }


def said_lines(one: Answer, version: AnswerVersion | None) -> list[dict[str, Any]]:
    """The checklist with what a version ticks."""
    ticks = version.ticks if version else []
    return [{"text": line, "ticked": item.position in ticks} for item, line in zip(one.criterion.items, one.criterion.lines, strict=True)]
