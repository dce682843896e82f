"""A city's evidence: on one answer, as a library, as everything there is."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from assessments.models import Answer, AnswerEvidence, City, Evidence, EvidenceVersion

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


def evidence_with_history(answer: Answer) -> list[AnswerEvidence]:
    """The same, each document with its newest version first in `evidence.history`: the one in use, or one that waits or was stopped."""
    uses: list[Any] = evidence_of(answer)
    documents = [use.evidence for use in uses if use.evidence.current]
    older = {document.pk: document.version for document in documents if document.current.number < document.version}
    rows = EvidenceVersion.objects.filter(evidence__in=older).select_related("checked").order_by("-number") if older else ()
    newest = {version.evidence_id: version for version in rows if version.number == older[version.evidence_id]}
    for use in uses:
        use.evidence.history = [newest.get(use.evidence_id, use.evidence.current)]
    return uses


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
