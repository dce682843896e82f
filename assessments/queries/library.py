"""A city's evidence: on one answer, as a library, as everything there is."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from assessments.models import Answer, AnswerEvidence, City, Evidence, EvidenceVersion, FileState, Stated, file_state
from wwc.accounts.models import called

# How the library may be sorted; the first is the usual one.
SORTS = {
    "newest": ("-pk",),
    "title": ("title", "pk"),
    "size": ("-current__size", "pk"),
    "expiry": (F("expires_on").asc(nulls_last=True), "pk"),
}


def evidence_of(answer: Answer) -> list[AnswerEvidence]:
    """What is on an answer now, in the order it was added."""
    live = AnswerEvidence.objects.filter(answer=answer, ended_at=None)
    return list(live.select_related("evidence__current__checked", "added_by").order_by("pk"))


class _UseRow(NamedTuple):
    """The columns of it."""

    pk: int
    answer_id: int
    pages: str
    added_at: datetime
    name: str
    email: str
    formerly: str
    evidence_id: int
    title: str
    confidential: bool
    expires_on: date | None
    newest: int
    current_id: int
    number: int
    kind: str
    filename: str
    size: int
    url: str
    note: str
    awaits_check: bool
    is_clean: bool | None


class Use(Stated, _UseRow):
    """One document on one answer as a page shows it: a row of what is shown, which is much cheaper than five rows made whole."""

    __slots__ = ()

    @property
    def added_by(self) -> str:
        """Who added it."""
        return called(self.name, self.email, self.formerly)

    @property
    def state(self) -> FileState:
        """The state of the version in use."""
        return file_state(self.awaits_check, self.is_clean)


_OF_USE = ("pk", "answer_id", "pages", "added_at", "added_by__name", "added_by__email", "added_by__formerly", "evidence_id")
_OF_EVIDENCE = ("title", "confidential", "expires_on", "version", "current_id")
_OF_VERSION = ("number", "kind", "filename", "size", "url", "note", "awaits_check", "checked__is_clean")
_COLUMNS = (
    *_OF_USE,
    *(f"evidence__{name}" for name in _OF_EVIDENCE),
    *(f"evidence__current__{name}" for name in _OF_VERSION),
)
# Never read itself and only narrowed: where twenty columns lie is worked out once, and holds no rows.
_LIVE = AnswerEvidence.objects.filter(ended_at=None).values_list(*_COLUMNS)


def uses_on(answers: Iterable[int]) -> list[Use]:
    """What is on these answers now, in the order it was added."""
    return [Use._make(row) for row in sorted(_LIVE.filter(answer__in=list(answers)))]


def newest_of(uses: Iterable[Use]) -> dict[int, Use | EvidenceVersion]:
    """The newest version of each document by its key: the one in use, or one that waits for the virus check or was stopped by it."""
    found: dict[int, Use | EvidenceVersion] = {use.evidence_id: use for use in uses}
    behind = {use.evidence_id: use.newest for use in uses if use.number < use.newest}
    rows = EvidenceVersion.objects.filter(evidence__in=behind).select_related("checked") if behind else ()
    return found | {version.evidence_id: version for version in rows if version.number == behind[version.evidence_id]}


def library_of(city: City, *, text: str = "", shown: str = "", sort: str = "", today: date | None = None) -> QuerySet[Evidence]:
    """All evidence of a city, the newest first, each as `with_uses` gives it; narrowed by a text, by a word for what is shown."""
    rows = Evidence.objects.filter(city=city)
    if text:
        versions = EvidenceVersion.objects.filter(evidence=OuterRef("pk"))
        named = versions.filter(Q(filename__icontains=text) | Q(url__icontains=text) | Q(note__icontains=text))
        rows = rows.filter(Q(title__icontains=text) | Exists(named))
    return with_uses(_narrowed(rows, shown, today)).order_by(*SORTS.get(sort, SORTS["newest"]))


def with_uses(rows: QuerySet[Evidence]) -> QuerySet[Evidence]:
    """Documents with the answers they are on (`proves`) and their versions (`history`), in a constant number of queries."""
    live = AnswerEvidence.objects.filter(ended_at=None).select_related("answer__criterion", "answer__assessment__cycle").order_by("pk")
    versions = EvidenceVersion.objects.select_related("checked", "added_by").order_by("-number")
    return rows.select_related("current__checked", "added_by").prefetch_related(
        Prefetch("uses", live, to_attr="proves"), Prefetch("versions", versions, to_attr="history")
    )


def choices_for(answer: Answer) -> list[Evidence]:
    """The documents of the city that are not on this answer yet and may be used for it."""
    there = AnswerEvidence.objects.filter(answer=answer, ended_at=None).values("evidence")
    rows = Evidence.objects.filter(city=answer.assessment.city).exclude(pk__in=there)
    return list(rows.exclude(current__checked__is_clean=False).only("title").order_by("-pk"))


def evidence_versions_of(city: City) -> list[EvidenceVersion]:
    """Every version of every document of a city, the oldest document first, each document with the answers it is on."""
    live = AnswerEvidence.objects.filter(ended_at=None).select_related("answer__criterion", "answer__assessment__cycle").order_by("pk")
    rows = EvidenceVersion.objects.filter(evidence__city=city).select_related("evidence", "checked", "added_by")
    return list(rows.prefetch_related(Prefetch("evidence__uses", live, to_attr="proves")).order_by("evidence_id", "number"))


def expired(answers: Iterable[Answer], on: date) -> list[Evidence]:
    """The documents behind these answers that were valid until a day before this one, each once."""
    found = {use.evidence_id: use.evidence for answer in answers for use in _uses(answer)}
    return [evidence for evidence in found.values() if evidence.expires_on and evidence.expires_on < on]


def _uses(answer: Any) -> Sequence[AnswerEvidence]:
    return answer.live


def _narrowed(rows: QuerySet[Evidence], shown: str, today: date | None) -> QuerySet[Evidence]:
    used = Exists(AnswerEvidence.objects.filter(evidence=OuterRef("pk"), ended_at=None))
    which = {
        "used": Q(used),
        "unused": ~Q(used),
        "expired": Q(expires_on__lt=today) if today else Q(),
        "confidential": Q(confidential=True),
        "checking": Q(current__awaits_check=True, current__checked=None),
        "refused": Q(current__checked__is_clean=False),
    }
    return rows.filter(which.get(shown, Q()))
