"""The whole assessment on one page: where the city stands, what is asked of it, what happens next."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from assessments import access, queries
from assessments.clock import Window
from assessments.lifecycle import CITY_READS, Status
from assessments.models import Assessment, Role, Snapshot
from assessments.views import frame, requesting
from assessments.views.documenting import today_in
from wwc.templatetags.display import day, figure, when

Receipt = Callable[[], Snapshot | None]
Wait = tuple[str, str]
READ = (Status.SUBMITTED, Status.IN_REVIEW, Status.READY, Status.DECIDED)


@require_safe
def overview(request: HttpRequest, pk: int) -> HttpResponse:
    """A city's first page."""
    assessment = frame.assessment_or_404(request, pk)
    return render(request, "assessments/overview.html", _page(request, assessment, now()))


def _page(request: HttpRequest, assessment: Assessment, at: datetime) -> dict[str, Any]:
    """What the page shows: all of it, and what is told of it where the city still writes or is being read."""
    answers = queries.glances_of(assessment, frame.language())
    areas = queries.progress(assessment, answers, at)
    gaps = queries.gaps_in_answers(assessment, answers) if assessment.status == Status.DRAFTING else []
    shares = sorted(queries.shares(assessment, answers), key=lambda share: share.person.pk != request.user.pk)
    answers_at = reverse("assessments:answering", args=[assessment.pk, "-"]).removesuffix("-/")  # once for all links to criteria
    receipt = cache(lambda: queries.receipt_of(assessment))  # asked for where it is shown
    window = queries.window_of(assessment)
    return {
        "assessment": assessment,
        "city": assessment.city,
        "areas": _rows(areas, shares, answers_at, _waits(assessment)),
        "answers_at": answers_at,
        "answered": sum(area.answered for area in areas),
        "proven": sum(area.proven for area in areas),
        "unconfirmed": sum(area.unconfirmed for area in areas),
        "shares": shares,
        "today": today_in(assessment.city),
        "questions": [answer for answer in answers if answer.question and answer.question.due_at >= at],
        "standing": queries.standing(assessment, answers),
        "window": window,
        "following": _first_to_do(gaps),
        "receipt": receipt,
        "steps": _steps(assessment, gaps, receipt, window.due_at),
        "recent": _lately(queries.recent_of(assessment, answers)),
        **requesting.asked_shown(assessment, window, at),
        **_stage(request, assessment, window, at),
        **_cycles(request, assessment, answers, assessment.status == Status.DRAFTING and window.is_open(at)),
    }


def _stage(request: HttpRequest, assessment: Assessment, window: Window, at: datetime) -> dict[str, Any]:
    """Where it is, in the city's words, and what can be done now."""
    writing = window.is_open(at) and assessment.cycle.status in queries.WRITABLE
    return {
        "state": CITY_READS[Status(assessment.status)],
        "drafting": assessment.status == Status.DRAFTING,
        "under_review": assessment.status in READ,
        "wants_second_lead": writing and Role.LEAD in request.roles and queries.wants_second_lead(assessment.city),  # type: ignore[attr-defined]
        "can_write": bool(request.roles) and writing,  # type: ignore[attr-defined]
        "may_hand": writing and not request.roles.isdisjoint({Role.LEAD, Role.CONTRIBUTOR}),  # type: ignore[attr-defined]
        "may_withdraw": access.may_withdraw(request.user, assessment) and at <= assessment.cycle.withdraw_until,
    }


def _cycles(request: HttpRequest, assessment: Assessment, answers: list[Any], writing: bool) -> dict[str, Any]:
    """The city's other cycles and its targets; the assessment to start from for who may, while one is empty and no copy waits."""
    begins = writing and not all(answer.current for answer in answers) and not any(map(queries.is_unconfirmed, answers))
    if not (begins and access.may_copy(request.user, assessment)):
        names = queries.other_cycles(assessment)
        return {"others": names, "aims": _aims(assessment, names)}
    others = queries.others_of(assessment)
    return {"others": others, "aims": _aims(assessment, others), "earlier": next(iter(queries.earlier_of(assessment, others)), None)}


def _aims(assessment: Assessment, others: Sequence[Any]) -> list[queries.Aim]:
    """What the city aims at, while it writes; asked where it had a result before."""
    told = any(each.status == Status.ANNOUNCED for each in others)
    return queries.aims_of(assessment, frame.language()) if told and assessment.status == Status.DRAFTING else []


def _rows(areas: list[queries.AreaProgress], shares: list[queries.Share], answers_at: str, waits: Callable[..., Wait]) -> list[dict]:
    """Each area as a row of the table, in words that are found once for all rows, with the colleagues who have one of its criteria."""
    words, count = _t("%(answered)s of %(total)s answered, %(proven)s with evidence"), _t("%(answered)s of %(total)s")
    held = [(str(share.person), {answer.criterion.area_id for answer in share.answers}) for share in shares]
    rows = []
    for area in areas:
        numbers = {"answered": area.answered, "total": area.total, "proven": area.proven}
        text, waits_at = waits(area)
        row = {
            "name": area.area.name_shown,
            "at": f"{answers_at}{area.answers[0].criterion.code}/",
            "states": area.states,
            "words": words % numbers,
            "count": count % numbers,
            "proven": str(area.proven),
            "people": ", ".join(name for name, areas_held in held if area.area.pk in areas_held),
            "waits": text,
            "waits_at": waits_at,
        }
        rows.append(row)
    return rows


def _waits(assessment: Assessment) -> Callable[[queries.AreaProgress], Wait]:
    """What waits for the city in an area, and where: copies to confirm while it writes, questions while it is read."""
    if assessment.status == Status.DRAFTING:
        text, at = _t("%(n)s to confirm"), reverse("assessments:copied", args=[assessment.pk])
        return lambda area: (text % {"n": area.unconfirmed}, f"{at}#area-{area.area.pk}") if area.unconfirmed else ("", "")
    asked_at = reverse("assessments:clarifying", args=[assessment.pk]) if assessment.status in READ else ""
    return lambda area: (_questions(area.questions), asked_at) if area.questions and asked_at else ("", "")


def _questions(n: int) -> str:
    return ngettext("1 question", "%(n)s questions", n) % {"n": figure(n)}


def _lately(recent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was done lately, in words."""
    words = {"added": _t("%(title)s added to %(code)s"), "copied": _t("%(code)s copied from last time"), "saved": _t("%(code)s saved")}
    return [{**row, "text": words[row["kind"]] % row} for row in recent]


def _first_to_do(gaps: list[queries.Gap]) -> Any:
    """The first criterion that is not answered, else the first that is not proven or not confirmed."""
    first = next((gap for gap in gaps if gap.kind == "unanswered"), gaps[0] if gaps else None)
    return first.criterion if first else None


def _steps(assessment: Assessment, gaps: list[queries.Gap], receipt: Receipt, due_at: datetime) -> list[dict[str, Any]]:
    """What lies behind and ahead, in the same words for every city at the same moment."""
    zone = assessment.city.timezone
    done = {Status.DRAFTING: 1, Status.ANNOUNCED: 5}.get(Status(assessment.status), 3)
    last = receipt() if done > 1 else None
    submitted = when(last.submitted_at, zone) if last else day(due_at, zone)
    result = assessment.cycle.results_expected
    rows = [
        (_t("Joined the cycle"), day(assessment.started_at, zone)),
        (_t("Answer and prove"), _left(gaps) if done == 1 else ""),
        (_t("Submit") if done == 1 else _t("Submitted"), submitted),
        (_t("The review team reads"), _t("questions come as they arise") if done < 5 else ""),
        (_t("Result"), _t("about %(date)s, for every city of the round in the same minute") % {"date": day(result)} if result else ""),
    ]
    if assessment.status in (Status.WITHDRAWN, Status.LAPSED):
        return [{"label": rows[0][0], "note": rows[0][1], "state": "done"}, {"label": _t("Closed"), "note": "", "state": "now"}]
    states = ["done" if place < done else "now" if place == done else "" for place in range(len(rows))]
    return [{"label": label, "note": note, "state": state} for (label, note), state in zip(rows, states, strict=True)]


def _left(gaps: list[queries.Gap]) -> str:
    """How much is left: criteria not answered, how many lack evidence, and how many copies wait to be confirmed."""
    open_ones = sum(1 for gap in gaps if gap.kind == "unanswered")
    without = sum(1 for gap in gaps if gap.kind == "no_evidence")
    parts = []
    if open_ones:
        parts.append(ngettext("%(n)s criterion left", "%(n)s criteria left", open_ones) % {"n": figure(open_ones)})
    if without:
        parts.append(_t("%(n)s without evidence") % {"n": figure(without)})
    if waiting := sum(1 for gap in gaps if gap.kind == "unconfirmed"):
        parts.append(_t("%(n)s to confirm") % {"n": figure(waiting)})
    return ", ".join(parts) or _t("everything is answered and proven")
