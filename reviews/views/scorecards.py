"""The city's own result, when it is its to know, with its scorecard, its certificate and its press kit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import localdate, now
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from assessments import queries as case
from assessments.lifecycle import CITY_READS, Status
from assessments.models import Assessment
from assessments.views.frame import set_frame
from reviews import access, papers
from reviews.lifecycle import APPEAL_READS, AppealStatus, AwardStatus
from reviews.models import Award
from reviews.queries import alike, appeals, results
from wwc.http import private_file, sealed


@require_safe
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """What was given, the shortest way up, the reason for every verdict; before its day the same words for everyone."""
    assessment = get_object_or_404(_own(request), pk=pk)
    set_frame(request, assessment.city, assessment)
    award = results.result_to(request.user, assessment)
    if award is None:
        state = CITY_READS[Status(assessment.status)]
        under_review = assessment.status in (Status.SUBMITTED, Status.IN_REVIEW, Status.READY, Status.DECIDED, Status.ANNOUNCED)
        return render(request, "reviews/scorecards_waiting.html", {"assessment": assessment, "state": state, "under_review": under_review})
    context = results.shown_to(award, "city", get_language() or "en")
    context |= {
        "assessment": assessment,
        "award": award,
        "papers": results.rendered_papers(award),
        "announced": award.status == AwardStatus.RELEASED,
        **_after(assessment, award, now()),
        **_around(award, context["areas"]),
        **_next(request, assessment, context["areas"]),
    }
    return render(request, "reviews/scorecards.html", context)


@require_safe
def scorecard(request: HttpRequest, pk: int, version: int | None = None) -> FileResponse:
    """The city's scorecard as PDF; with a number that of an earlier version, as it was given."""
    assessment = get_object_or_404(_own(request), pk=pk)
    award: Award | None = results.result_to(request.user, assessment)
    if award is not None and version is not None:
        award = next((each for each in results.told_versions(assessment) if each.version == version), None)
    card = results.rendered_papers(award).own if award else None
    if card is None:
        raise Http404
    name = f"{assessment.city.slug}-{assessment.cycle.slug}-scorecard{f'-{version}' if version else ''}.pdf"
    return private_file(card.stored, filename=name, content_type="application/pdf")


@require_safe
def certificate(request: HttpRequest, pk: int) -> FileResponse:
    """The certificate of the award that the city has now; none of an award that was revoked."""
    assessment = get_object_or_404(_own(request), pk=pk)
    award = results.result_to(request.user, assessment)
    card = results.rendered_papers(award).certificate if award else None
    if card is None:
        raise Http404
    name = f"{assessment.city.slug}-{assessment.cycle.slug}-certificate.pdf"
    return private_file(card.stored, filename=name, content_type="application/pdf")


@require_safe
def press_kit(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """What the city hands to the press: from the announcement on, and not while only its leads know."""
    assessment = get_object_or_404(_own(request), pk=pk)
    award = results.result_to(request.user, assessment)
    if award is None or award.status != AwardStatus.RELEASED:
        raise Http404
    return kit_of(award)


def kit_of(award: Award) -> StreamingHttpResponse:
    """The press kit of an award, for a view that has asked permission. 404 where it has none, or a file is gone."""
    found = results.kit_papers(award)
    if found is None:
        raise Http404
    try:
        pieces = papers.press_kit(award, *found)
    except FileNotFoundError:
        raise Http404 from None
    response = StreamingHttpResponse(pieces, content_type="application/zip")
    return sealed(response, f"{award.assessment.city.slug}-{award.assessment.cycle.slug}-press-kit.zip")


def _after(assessment: Assessment, award: Award, at: datetime) -> dict[str, Any]:
    """What became of the result since: its appeals and until when there can be more, and the versions before."""
    filed, window = appeals.of_assessment(assessment), appeals.window_of(award)
    live = [each for each in filed if each.status != AppealStatus.WITHDRAWN]
    return {
        "filed": [(each, APPEAL_READS[AppealStatus(each.status)]) for each in filed],
        "appealed": {each.answer.criterion.code for each in live},
        "window": window,
        "can_appeal": window is not None and window.is_open(at),
        "revocation": results.revocation_of(award),
        "contact": settings.CONTACT_EMAIL,
        "earlier": [each for each in results.told_versions(assessment) if each.version < award.version],
    }


def _around(award: Award, areas: Sequence[results.AreaLines]) -> dict[str, Any]:
    """Beside which cities the result can be seen, and what the city was given over the years."""
    city = award.assessment.city
    return {"beside": alike.beside(award, areas, localdate()), "history": results.histories([city])[city.pk]}


def _next(request: HttpRequest, assessment: Assessment, areas: Sequence[results.AreaLines]) -> dict[str, Any]:
    """What the city aims at next, from the announcement on, and whether this person chooses it."""
    if assessment.status != Status.ANNOUNCED:
        return {"targets": []}
    titles = {line.code: line.title for area in areas for line in area.lines}
    chosen = [target.answer.criterion.code for target in case.targets_of(assessment)]
    left = any(not line.met for area in areas for line in area.lines)
    may = bool(access.may_target(request.user, assessment)) and (left or bool(chosen))
    return {"targets": [(code, titles[code]) for code in chosen], "may_target": may}


def _own(request: HttpRequest) -> QuerySet[Assessment]:
    """The assessments of the person's own cities; staff look through the round."""
    return case.assessments_visible_to(request.user).filter(city__in=case.own_city_ids(request.user))
