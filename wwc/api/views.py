"""Read-only lists and details over what was announced, and what a token's own person may see."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_safe
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiParameter, extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from assessments import queries as case
from assessments.models import Assessment, Clarification, Cycle, Evidence
from criteria import queries as rulebooks
from criteria.models import Standard
from reviews.models import Award
from reviews.models.published import PublishedAward, PublishedChange, PublishedCity
from reviews.queries import announced, results
from wwc.accounts.models import ApiToken
from wwc.api import drawn, recipes, serializers
from wwc.api.doors import OfToken, Public, answers
from wwc.api.filters import SLUG, AwardFilters, CityFilters
from wwc.api.paging import MOST, ROWS, Onwards, by
from wwc.api.problems import BadParameter
from wwc.insights import queries as insights
from wwc.insights.models import Release

Scope = ApiToken.Scope
NEWEST_FIRST = by(("-announced_on", date.fromisoformat), "number")
OLDEST_FIRST = by(("announced_on", date.fromisoformat), "number")
AWARD_ORDERS = {"-announced_on": NEWEST_FIRST, "announced_on": OLDEST_FIRST, "number": by("number"), "-number": by("-number")}


def at(name: str, about: str) -> OpenApiParameter:
    """A part of an address, for the schema."""
    return OpenApiParameter(name, str, OpenApiParameter.PATH, description=about, pattern=SLUG)


class OfStandards(Public):
    """What reads editions."""

    follows = "editions"


@extend_schema(tags=["standards"], responses=answers(serializers.StandardRow(many=True)))
class Standards(OfStandards, ListAPIView):
    """The editions of the Standard, newest first."""

    serializer_class = serializers.StandardRow
    orders = {"-code": by("-code")}

    def get_queryset(self) -> QuerySet[Standard]:
        """Published and retired ones."""
        return rulebooks.standards_shown()


@extend_schema(tags=["standards"], parameters=[at("code", "Code of the edition.")], responses=answers(serializers.StandardWhole, 404))
class StandardDetail(OfStandards, RetrieveAPIView):
    """One edition with its areas, criteria, tiers and links to the edition before."""

    serializer_class = serializers.StandardWhole
    lookup_field = "code"

    def get_queryset(self) -> QuerySet[Standard]:
        """Published and retired ones."""
        return rulebooks.standards_shown().select_related("drafted_from")


class OfCycles(Public):
    """What reads cycles. A cycle does not say when it was changed, so it follows nothing."""

    def get_queryset(self) -> QuerySet[Cycle]:
        """Those that were opened to cities."""
        return case.cycles_opened()


@extend_schema(tags=["cycles"], responses=answers(serializers.CycleRow(many=True)))
class Cycles(OfCycles, ListAPIView):
    """The cycles that were opened to cities, newest first."""

    serializer_class = serializers.CycleRow
    orders = {"-opens_at": by(("-opens_at", datetime.fromisoformat), "slug")}


@extend_schema(tags=["cycles"], parameters=[at("slug", "Slug of the cycle.")], responses=answers(serializers.CycleRow, 404))
class CycleDetail(OfCycles, RetrieveAPIView):
    """One cycle."""

    serializer_class = serializers.CycleRow
    lookup_field = "slug"


@extend_schema(tags=["cities"], responses=answers(serializers.CityRow(many=True)))
class Cities(Public, ListAPIView):
    """The cities that an announced award names. Where the population is not known it sorts as none."""

    follows = "awards"
    serializer_class = serializers.CityRow
    filter_backends = [DjangoFilterBackend]
    filterset_class = CityFilters
    orders = {
        "name": by("folded", "slug"),
        "-name": by("-folded", "-slug"),
        "population": by(("people", int), "slug"),
        "-population": by(("-people", int), "slug"),
    }

    def get_queryset(self) -> QuerySet[PublishedCity]:
        """What the public door shows."""
        return announced.cities().annotate(people=Coalesce("population", 0))


@extend_schema(tags=["cities"], parameters=[at("slug", "Slug of the city.")], responses=answers(serializers.CityRow, 404))
class CityDetail(Public, RetrieveAPIView):
    """One city."""

    follows = "awards"
    serializer_class = serializers.CityRow
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet[PublishedCity]:
        """What the public door shows."""
        return announced.cities()


class OfAwards(Public):
    """What reads announced awards."""

    follows = "awards"

    def get_queryset(self) -> QuerySet[PublishedAward]:
        """What the public door shows."""
        return announced.awards()


class OfWholeAwards(OfAwards):
    """What tells an award with what it replaced and without the points."""

    def get_queryset(self) -> QuerySet[PublishedAward]:
        """The same."""
        aside = (f"{of}{column}" for of in ("", "replaces__") for column in ("areas", "criteria"))
        return announced.awards().select_related("replaces").defer(*aside)


@extend_schema(tags=["awards"], responses=answers(serializers.AwardRow(many=True)))
class Awards(OfWholeAwards, ListAPIView):
    """Every announced award, newest first; those of before this program with their sources."""

    serializer_class = serializers.AwardRow
    filter_backends = [DjangoFilterBackend]
    filterset_class = AwardFilters
    orders = AWARD_ORDERS


@extend_schema(tags=["awards"], parameters=[at("number", "Number of the award.")], responses=answers(serializers.AwardRow, 404))
class AwardDetail(OfWholeAwards, RetrieveAPIView):
    """One award."""

    serializer_class = serializers.AwardRow
    lookup_field = "number"


@extend_schema(tags=["changes"], responses=answers(serializers.ChangeRow(many=True)))
class Changes(Public, ListAPIView):
    """What became public, and what ended, in order and none missed. Ask again for what came after the last number you have."""

    follows = "awards"
    serializer_class = serializers.ChangeRow
    pagination_class = Onwards

    def get_queryset(self) -> QuerySet[PublishedChange]:
        """What the public door shows."""
        return announced.changes()


@extend_schema(tags=["scores"], responses=answers(serializers.ScoreRow(many=True)))
class Scores(OfAwards, ListAPIView):
    """The scores of announced awards, as far as each city agreed to show them, newest first."""

    serializer_class = serializers.ScoreRow
    filter_backends = [DjangoFilterBackend]
    filterset_class = AwardFilters
    orders = AWARD_ORDERS


@extend_schema(tags=["scores"], parameters=[at("number", "Number of the award.")], responses=answers(serializers.ScoreRow, 404))
class ScoreDetail(OfAwards, RetrieveAPIView):
    """The score of one announced award."""

    serializer_class = serializers.ScoreRow
    lookup_field = "number"


class OfInsights(Public):
    """What reads the public figures of cycles."""

    follows = "insights"

    def get_queryset(self) -> QuerySet[Release]:
        """The newest of each cycle."""
        return insights.releases()


@extend_schema(tags=["insights"], responses=answers(serializers.InsightsRow(many=True)))
class Insights(OfInsights, ListAPIView):
    """The cycles of which figures are public, by slug downward, each with the hash and the time of its dataset."""

    serializer_class = serializers.InsightsRow
    orders = {"-cycle": by("-cycle__slug")}


NARROWING = {
    "figure": "Key of a figure, as criteria: this one alone.",
    "area": "Code of a practice area: its rows alone.",
    "code": "Code of a criterion: its rows alone.",
}


@extend_schema(
    tags=["insights"],
    parameters=[
        at("cycle", "Slug of the cycle."),
        OpenApiParameter("figure", str, enum=[key for key, _name in serializers.FIGURES], description=NARROWING["figure"]),
        *(OpenApiParameter(name, str, description=NARROWING[name]) for name in ("area", "code")),
    ],
    responses=answers(serializers.InsightsWhole, 404),
)
class InsightsOfCycle(OfInsights, RetrieveAPIView):
    """The public figures of one cycle with their definitions, bases, intervals and rows; small groups are in none of them."""

    serializer_class = serializers.InsightsWhole
    lookup_field = "cycle__slug"
    lookup_url_kwarg = "cycle"

    def parameters(self) -> list[str]:
        """Those of a row, and what narrows its figures."""
        return [*super().parameters(), *NARROWING]

    def get_object(self) -> Release:
        """The release, once what narrows it is known to be of it."""
        release: Release = super().get_object()
        figures = serializers.figures_of(release.content)
        areas = rulebooks.kept_criteria(release.cycle.standard)
        known = {
            "figure": [figure["figure"] for figure in figures],
            "area": list(dict.fromkeys(each.area.code for each in areas)),
            "code": [each.code for each in areas],
        }
        for name, values in known.items():
            said = self.request.query_params.get(name, values[0])
            if said not in values:
                raise BadParameter(name, f"{said!r} is not one of {', '.join(values)}.")
        return release

    def get_serializer_context(self) -> dict[str, Any]:
        """What narrows the figures."""
        wanted = {name: said for name, said in self.request.query_params.items() if name in NARROWING}
        return {**super().get_serializer_context(), "wanted": wanted}


OF_CASE = [at("cycle", "Slug of the cycle."), at("city", "Slug of the city.")]


@extend_schema(tags=["your city"], responses=answers(serializers.AssessmentRow(many=True), 403))
class Assessments(OfToken, ListAPIView):
    """The assessments of the cities that the token's person works for. Any scope of a city will do."""

    serializer_class = serializers.AssessmentRow
    scopes = (Scope.DRAFT, Scope.EVIDENCE, Scope.QUESTIONS, Scope.RESULT)
    orders = {"-cycle": by("-cycle__slug", "city__slug")}

    def get_queryset(self) -> QuerySet[Assessment]:
        """Of the person's own cities."""
        return case.assessments_of_team(self.request.user).select_related("city", "cycle__standard")


class OfCase(OfToken):
    """About one assessment of a city that the token's person works for."""

    def assessment(self) -> Assessment:
        """The one that the address names; any other is nowhere."""
        own = case.assessments_of_team(self.request.user).select_related("city", "cycle__standard")
        return get_object_or_404(own, cycle__slug=self.kwargs["cycle"], city__slug=self.kwargs["city"])


class Draft(OfCase):
    """The draft score of a city."""

    serializer_class = serializers.DraftScore
    scopes = (Scope.DRAFT,)

    @extend_schema(tags=["your city"], operation_id="draft_score", parameters=OF_CASE, responses=answers(serializers.DraftScore, 403, 404))
    def get(self, request: Request, cycle: str, city: str) -> Response:
        """What the claims of the token's own city come to if every one of them is validated."""
        return Response(serializers.draft_score(case.provisional(self.assessment())))


@extend_schema(tags=["your city"], parameters=OF_CASE, responses=answers(serializers.EvidenceRow(many=True), 403, 404))
class EvidenceOfCity(OfCase, ListAPIView):
    """The evidence of the token's own city, newest first: what is there and what it proves, no files."""

    queryset = Evidence.objects.none()
    serializer_class = serializers.EvidenceRow
    scopes = (Scope.EVIDENCE,)
    orders = {"-id": by(("-pk", int))}

    def get_queryset(self) -> QuerySet[Evidence]:
        """All that the city has, as its own page lists it."""
        return case.library_of(self.assessment().city)


@extend_schema(tags=["your city"], parameters=OF_CASE, responses=answers(serializers.QuestionRow(many=True), 403, 404))
class QuestionsToCity(OfCase, ListAPIView):
    """The questions that the review team sent to the token's own city, and what it replied, in the order in which they were asked."""

    queryset = Clarification.objects.none()
    serializer_class = serializers.QuestionRow
    scopes = (Scope.QUESTIONS,)
    orders = {"id": by(("pk", int))}

    def get_queryset(self) -> QuerySet[Clarification]:
        """What was sent, by either side; what is being written is nobody's yet."""
        return case.questions_of(self.assessment()).prefetch_related("replies")


class Result(OfCase):
    """The result of a city."""

    serializer_class = serializers.ResultRow
    scopes = (Scope.RESULT,)

    @extend_schema(tags=["your city"], operation_id="result", parameters=OF_CASE, responses=answers(serializers.ResultRow, 403, 404))
    def get(self, request: Request, cycle: str, city: str) -> Response:
        """The result of the token's own city. Before its day it is null whatever was decided; lead and signatory may be told earlier."""
        assessment = self.assessment()
        return Response(serializers.result(assessment, results.result_to(request.user, assessment)))


IN_CYCLE = [at("cycle", "Slug of the cycle.")]


class OfProgram(OfToken):
    """A cycle, for a person of the program: less the cities that are closed to them by a conflict, as on the pages."""

    scopes = (Scope.CYCLE,)

    def cycle(self) -> Cycle:
        """The one that the address names, for who works for the program; to anybody else it is nowhere."""
        return get_object_or_404(case.cycles_visible_to(self.request.user), slug=self.kwargs["cycle"])


@extend_schema(tags=["the program"], parameters=IN_CYCLE, responses=answers(serializers.CaseRow(many=True), 403, 404))
class CasesOfCycle(OfProgram, ListAPIView):
    """The assessments of a cycle with their stages, less the cities closed to the token's person."""

    queryset = Assessment.objects.none()
    serializer_class = serializers.CaseRow
    orders = {"city": by("city__slug")}

    def get_queryset(self) -> QuerySet[Assessment]:
        """Those that the person may see as one of the program."""
        return case.assessments_for_programme(self.request.user).filter(cycle=self.cycle())


@extend_schema(tags=["the program"], parameters=IN_CYCLE, responses=answers(serializers.CaseScoreRow(many=True), 403, 404))
class ScoresOfCycle(OfProgram, ListAPIView):
    """What the settled verdicts of each assessment of a cycle come to, from the moment that it is ready for a decision."""

    queryset = Assessment.objects.none()
    serializer_class = serializers.CaseScoreRow
    orders = {"city": by("city__slug")}

    def get_queryset(self) -> QuerySet[Assessment]:
        """Those that the person decides on."""
        return results.deciding_to(self.request.user, self.cycle())

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        """Each assessment of the page with its current score."""
        rows = super().paginate_queryset(queryset) or []
        scores = results.current_scores(rows)
        return [{"assessment": row, "score": scores[row.pk]} for row in rows]


@extend_schema(tags=["the program"], parameters=IN_CYCLE, responses=answers(serializers.DecisionRow(many=True), 403, 404))
class AwardsOfCycle(OfProgram, ListAPIView):
    """Every version of a decision in a cycle, told or not."""

    queryset = Award.objects.none()
    serializer_class = serializers.DecisionRow
    orders = {"city": by("assessment__city__slug", ("version", int))}

    def get_queryset(self) -> QuerySet[Award]:
        """Those that the person may see."""
        rows = results.awards_to(self.request.user).filter(assessment__cycle=self.cycle())
        return rows.select_related("assessment__city", "announcement")


@extend_schema(exclude=True)
class Schema(Public):
    """The OpenAPI schema of all this, as JSON or YAML."""

    renderer_classes = SpectacularAPIView.renderer_classes
    follows = "program"

    def get(self, request: Request) -> Response:
        """The same for everybody."""
        return Response(drawn.schema())


@extend_schema(exclude=True)
class Nothing(Public):
    """Whatever else is asked for here: an error that programs can read."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Nothing, whatever the method and the parameters are."""
        raise Http404


@login_not_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The schema as a page that people read."""
    return render(request, "api/docs.html", {"groups": drawn.groups(), "site": settings.SITE_URL, "rows": ROWS, "most": MOST})


@login_not_required
@require_safe
def cookbook(request: HttpRequest) -> HttpResponse:
    """Lines to copy for what programs are mostly written for."""
    return render(request, "api/recipes.html", {"recipes": recipes.here()})


@login_not_required
def elsewhere(request: HttpRequest, rest: str) -> HttpResponse:
    """An address that is nowhere; one that lacks its last stroke only is sent on."""
    if request.method in ("GET", "HEAD") and not rest.endswith("/"):
        try:
            there = resolve(f"{request.path_info}/").url_name != "elsewhere"
        except Resolver404:
            there = False
        if there:
            query = request.META.get("QUERY_STRING")
            return HttpResponsePermanentRedirect(f"{request.path}/" + (f"?{query}" if query else ""))
    return Nothing.as_view()(request)
