"""What an export of a cycle holds: its tables column by column, what of a row stays here and why, and the rows open to a person."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from assessments import models as case
from assessments.models import Assessment, City, Cycle
from reviews import models as judgement
from reviews.models import Export
from reviews.queries.declarations import closed_city_ids
from wwc.accounts.models import User
from wwc.audit.models import Event
from wwc.outbox.models import Letter, Work

CHUNK = 1000
KIND = "write_export"

# Why a column stays here.
WHERE_IT_LIES = gettext_noop("where a file lies is a secret of the site; its hash and size are there")
IN_VERSIONS = gettext_noop("the versions of the answers carry it, each in a row of its own; the hash of the whole is there")
OWN_WORDS = gettext_noop("words between a person and the program; the page of the letter shows them")
WAS_HERE = gettext_noop("says when somebody was here, not what they did")
OPENS = gettext_noop("opens something, so it is nobody's to carry")


@dataclass(frozen=True)
class Table:
    """One table of an export.

    `columns` are the names of columns of its model, carried as they are; `also` are further ones by name and path; `omitted`
    says of the others why they stay here. `of(cycle, cities)` are its rows, where `cities` are the open ones.
    """

    name: str
    label: str | Promise
    model: type[Model]
    columns: str
    of: Callable[[Cycle, QuerySet[City]], QuerySet[Any]]
    also: Mapping[str, str] = field(default_factory=dict)
    omitted: Mapping[str, str] = field(default_factory=dict)

    @property
    def head(self) -> tuple[str, ...]:
        """The names of its columns, what says whose row it is first."""
        return (*self.also, *self.columns.split())

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of its columns in the same order."""
        return (*self.also.values(), *self.columns.split())


def _of(model: type[Model], path: str) -> Callable[[Cycle, QuerySet[City]], QuerySet[Any]]:
    """The rows whose assessment, by this path, is of the cycle and of an open city."""

    def rows(cycle: Cycle, cities: QuerySet[City]) -> QuerySet[Any]:
        return model._default_manager.filter(**{f"{path}cycle": cycle, f"{path}city__in": cities})

    return rows


def _of_city(model: type[Model], path: str = "city") -> Callable[[Cycle, QuerySet[City]], QuerySet[Any]]:
    """The rows of the open cities, whatever the cycle."""
    return lambda cycle, cities: model._default_manager.filter(**{f"{path}__in": cities})


def _evidence(model: type[Model], path: str) -> Callable[[Cycle, QuerySet[City]], QuerySet[Any]]:
    """The evidence that answers of the cycle used, or what hangs on it by this path."""

    def rows(cycle: Cycle, cities: QuerySet[City]) -> QuerySet[Any]:
        used = case.AnswerEvidence.objects.filter(answer__assessment__cycle=cycle, answer__assessment__city__in=cities)
        return model._default_manager.filter(**{f"{path}__in": used.values("evidence")})

    return rows


def _people(cycle: Cycle, cities: QuerySet[City]) -> QuerySet[User]:
    """Who has or had a part in an open city or in the panel of the cycle, and the program's own people."""
    teams = case.Membership.objects.filter(city__in=cities).values("person")
    panel = judgement.PanelMember.objects.filter(cycle=cycle).values("person")
    return User.objects.filter(Q(pk__in=teams) | Q(pk__in=panel) | Q(is_staff=True) | Q(is_director=True))


CITY = {"city": "city__slug"}
CASE = {"city": "assessment__city__slug"}
ANSWER = {"city": "answer__assessment__city__slug", "criterion": "answer__criterion__code"}


def _as_of(prefix: str) -> dict[str, str]:
    """City and criterion of what hangs on an answer further down."""
    return {name: f"{prefix}__{path}" for name, path in ANSWER.items()}


TABLES: tuple[Table, ...] = (
    Table(
        "cities", _("Cities"), City,
        "id slug name official_name folded kind country subdivision subdivision_name region geoid geonames_id latitude "
        "longitude timezone language is_invented source",
        lambda cycle, cities: cities,
    ),
    Table(
        "city_facts", _("Facts of cities"), case.CityRecord,
        "id city_id fact text number as_of source checked", _of_city(case.CityRecord), CITY,
    ),
    Table(
        "people", _("People"), User,
        "id email name language timezone is_active is_staff is_director is_invented joined_at erased_at formerly",
        _people, omitted={"password": OPENS, "second_factor": OPENS, "last_login": WAS_HERE},
    ),
    Table(
        "teams", _("City teams"), case.Membership,
        "id city_id person_id role added_at added_by_id ended_at ended_by_id", _of_city(case.Membership), CITY,
    ),
    Table(
        "assessments", _("Assessments"), Assessment, "id city_id cycle_id status consent started_at started_by_id",
        _of(Assessment, ""), {**CITY, "cycle": "cycle__slug", "edition": "cycle__standard__code"},
    ),
    Table(
        "extensions", _("Dates that were moved"), case.Extension,
        "id assessment_id due_at reason granted_at granted_by_id", _of(case.Extension, "assessment__"), CASE,
    ),
    Table(
        "time_requests", _("Requests for more time"), case.ExtensionRequest,
        "id assessment_id clarification_id until reason asked_at asked_by_id decided_at decided_by_id granted words",
        _of(case.ExtensionRequest, "assessment__"), CASE,
    ),
    Table(
        "attestations", _("Attestations"), case.Attestation, "id assessment_id content_hash attested_at attested_by_id",
        _of(case.Attestation, "assessment__"), CASE,
    ),
    Table(
        "submissions", _("Submissions"), case.Snapshot,
        "id assessment_id number receipt content_hash attestation_id late submitted_at submitted_by_id",
        _of(case.Snapshot, "assessment__"), CASE, {"content": IN_VERSIONS},
    ),
    Table(
        "answers", _("Answers"), case.Answer, "id assessment_id criterion_id lock version current_id",
        _of(case.Answer, "assessment__"), {"city": "assessment__city__slug", "criterion": "criterion__code"},
    ),
    Table(
        "answer_versions", _("Versions of answers"), case.AnswerVersion,
        "id answer_id number claim ticks narrative method late saved_at saved_by_id",
        _of(case.AnswerVersion, "answer__assessment__"), ANSWER,
    ),
    Table(
        "reopenings", _("Requests to reopen an answer"), case.ReopenRequest,
        "id answer_id reason to_appeal asked_at asked_by_id decided_at decided_by_id granted words open_until closed_at "
        "closed_by_id",
        _of(case.ReopenRequest, "answer__assessment__"), ANSWER,
    ),
    Table(
        "evidence", _("Evidence"), case.Evidence,
        "id city_id title confidential expires_on version current_id added_at added_by_id", _evidence(case.Evidence, "pk"), CITY,
    ),
    Table(
        "evidence_versions", _("Versions of evidence"), case.EvidenceVersion,
        "id evidence_id number kind filename size sha256 url note awaits_check added_at added_by_id",
        _evidence(case.EvidenceVersion, "evidence"), {"city": "evidence__city__slug"}, {"stored": WHERE_IT_LIES},
    ),
    Table(
        "file_checks", _("Virus checks"), case.FileCheck, "id version_id is_clean found checked_at",
        _evidence(case.FileCheck, "version__evidence"), {"city": "version__evidence__city__slug"},
    ),
    Table(
        "evidence_used", _("Where evidence is used"), case.AnswerEvidence,
        "id answer_id evidence_id pages added_at added_by_id ended_at ended_by_id",
        _of(case.AnswerEvidence, "answer__assessment__"), ANSWER,
    ),
    Table(
        "questions", _("Questions to cities"), case.Clarification,
        "id answer_id status required round position voice text asked_at asked_by_id sent_at sent_by_id due_at "
        "closed_at closed_by_id",
        _of(case.Clarification, "answer__assessment__"), ANSWER,
    ),
    Table(
        "replies", _("Replies of cities"), case.Reply, "id clarification_id version_id text replied_at replied_by_id",
        _of(case.Reply, "clarification__answer__assessment__"), _as_of("clarification"),
    ),
    Table(
        "declarations", _("Conflicts of interest"), case.Conflict,
        "id person_id city_id cycle_id state reason said_at said_by_id", _of(case.Conflict, ""), CITY,
    ),
    Table(
        "emergency_looks", _("Emergency access"), case.BrokenGlass,
        "id person_id city_id reason broken_at until ended_at ended_by_id", _of_city(case.BrokenGlass), CITY,
    ),
    Table(
        "panel", _("Review team"), judgement.PanelMember,
        "id cycle_id person_id part cap languages employers joined_at joined_by_id left_at left_by_id",
        lambda cycle, cities: judgement.PanelMember.objects.filter(cycle=cycle),
    ),
    Table(
        "assignments", _("Assignments"), judgement.Assignment,
        "id answer_id member_id slot due_at assigned_at assigned_by_id ended_at ended_by_id ended_because put_off_at "
        "put_off_because",
        _of(judgement.Assignment, "answer__assessment__"), ANSWER,
    ),
    Table(
        "findings", _("Verdicts of readers"), judgement.Finding,
        "id assignment_id answer_id version_id verdict ticks rationale confidence internal_note wants_second filed_at "
        "filed_by_id",
        _of(judgement.Finding, "answer__assessment__"), ANSWER,
    ),
    Table(
        "accords", _("Proposals of consensus"), judgement.Accord,
        "id answer_id version_id verdict rationale proposed_at proposed_by_id",
        _of(judgement.Accord, "answer__assessment__"), ANSWER,
    ),
    Table(
        "resolutions", _("Settled verdicts"), judgement.Resolution,
        "id answer_id version_id how verdict rationale findings resolved_at resolved_by_id",
        _of(judgement.Resolution, "answer__assessment__"), ANSWER,
    ),
    Table(
        "calls", _("Calls with cities"), judgement.Call,
        "id assessment_id held_at participants said corrects_id logged_at logged_by_id",
        _of(judgement.Call, "assessment__"), CASE,
    ),
    Table(
        "notes", _("Notes of the review team"), judgement.InternalNote,
        "id assessment_id answer_id text written_at written_by_id",
        _of(judgement.InternalNote, "assessment__"), {**CASE, "criterion": "answer__criterion__code"},
    ),
    Table(
        "scores", _("Scores"), judgement.Score,
        "id assessment_id fingerprint engine edition points possible tier verdicts result computed_at",
        _of(judgement.Score, "assessment__"), CASE,
    ),
    Table(
        "recomputations", _("Times it was scored again"), judgement.Recomputation,
        "id cycle_id asked_at asked_by_id engine total done reached finished_at",
        lambda cycle, cities: judgement.Recomputation.objects.filter(cycle=cycle),
    ),
    Table(
        "score_differences", _("What differed when it was scored again"), judgement.ScoreDifference,
        "id recomputation_id assessment_id before_id after_id missing award_id", _of(judgement.ScoreDifference, "assessment__"), CASE,
    ),
    Table(
        "decisions", _("Decisions"), judgement.Award,
        "id assessment_id score_id version kind tier status reason previous_tier valid_until corrects note announcement_id "
        "proposed_at proposed_by_id approved_at approved_by_id",
        _of(judgement.Award, "assessment__"), CASE,
    ),
    Table(
        "rounds", _("Rounds"), judgement.Announcement,
        "id cycle_id appeals_of_id slug name status announce_at cities_told_at number prepared_at prepared_by_id approved_at "
        "approved_by_id released_at released_by_id",
        lambda cycle, cities: judgement.Announcement.objects.filter(cycle=cycle),
    ),
    Table(
        "scorecards", _("Scorecards and certificates"), judgement.Scorecard,
        "id award_id kind announced_on language audience consent sha256 size code asked_at rendered_at",
        _of(judgement.Scorecard, "award__assessment__"), {"city": "award__assessment__city__slug"}, {"stored": WHERE_IT_LIES},
    ),
    Table(
        "appeals", _("Appeals"), judgement.Appeal,
        "id award_id answer_id status receipt reason brings_evidence on_behalf filed_at filed_by_id decided_at decided_by_id "
        "words opened_id reader_id due_at confirmed_at confirmed_by_id resolution_id told_at",
        _of(judgement.Appeal, "answer__assessment__"), ANSWER,
    ),
    Table(
        "hearings", _("Readings of appeals"), judgement.Hearing,
        "id appeal_id verdict rationale internal_note heard_at heard_by_id",
        _of(judgement.Hearing, "appeal__answer__assessment__"), _as_of("appeal"),
    ),
    Table(
        "revocations", _("Revocations"), judgement.Revocation,
        "id award_id reason note answer_by proposed_at proposed_by_id confirmed_at confirmed_by_id dropped_at dropped_by_id",
        _of(judgement.Revocation, "award__assessment__"), {"city": "award__assessment__city__slug"},
    ),
    Table(
        "letters", _("Letters"), Letter,
        "id key kind to_id address language subject city_id written_at due_at sent_at failed_at canceled_at error",
        _of_city(Letter, "city_id"), omitted={"body": OWN_WORDS, "link": OWN_WORDS},
    ),
    Table(
        "events", _("The record"), Event,
        "id at by_id on_behalf_of channel verb subject subject_id city_id before after reason data",
        _of_city(Event, "city_id"),
    ),
)  # fmt: skip
NAMES = tuple(table.name for table in TABLES)


def cities_open(cycle: Cycle, closed: Sequence[int]) -> QuerySet[City]:
    """The cities of the cycle less the ones with these numbers."""
    taking_part = Assessment.objects.filter(cycle=cycle).exclude(city__in=closed)
    return City.objects.filter(pk__in=taking_part.values("city"))


def closed_in(cycle: Cycle | None, user: Any) -> list[int]:
    """The numbers of the cities of the cycle that are closed to the person; without a cycle, of all cities."""
    if cycle is None:
        return sorted(closed_city_ids(user))
    return sorted(Assessment.objects.filter(cycle=cycle, city__in=closed_city_ids(user)).values_list("city", flat=True))


def count(table: Table, cycle: Cycle, closed: Sequence[int]) -> int:
    """How many rows it has now."""
    return table.of(cycle, cities_open(cycle, closed)).count()


def rows(table: Table, cycle: Cycle, closed: Sequence[int]) -> Iterator[list[tuple[Any, ...]]]:
    """Its rows in the order of their numbers, piece by piece; a row that comes meanwhile is there or not, never twice."""
    found = table.of(cycle, cities_open(cycle, closed)).order_by("pk").values_list("pk", *table.paths)
    last = 0
    while chunk := list(found.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1][0]
        yield [row[1:] for row in chunk]


def of_rows(table: Table, numbers: Sequence[int]) -> Iterator[list[tuple[Any, ...]]]:
    """The rows with these numbers, piece by piece in the order of the numbers; one that went meanwhile is not there."""
    found = table.model._default_manager.order_by("pk").values_list(*table.paths)
    for start in range(0, len(numbers), CHUNK):
        yield list(found.filter(pk__in=numbers[start : start + CHUNK]))


def exports_of(user: Any) -> QuerySet[Export]:
    """What the person asked for, the newest first. Nobody sees an export of anybody else: other cities are closed to them."""
    return Export.objects.filter(asked_by=user).select_related("cycle__standard").order_by("-pk")


def work_of(export: Export) -> Work | None:
    """The piece of work that writes it."""
    return Work.objects.filter(kind=KIND, key=Work.key_of(KIND, export_id=export.pk)).first()


def closed_since(export: Export, user: Any) -> bool:
    """Whether a city that is in it has been closed to the person since it was made."""
    return bool(set(closed_in(export.cycle, user)) - set(export.left_out))
