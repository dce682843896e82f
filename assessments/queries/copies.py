"""What a city said last time: what a start from it would copy, and what stands beside an answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from assessments.models import Answer, AnswerEvidence, Assessment
from assessments.queries.answers import answers_of
from assessments.queries.cities import others_of
from criteria import queries as rulebooks
from criteria.models import Criterion, LinkKind


@dataclass(frozen=True)
class Begun:
    """How the answer to one criterion begins from last time.

    Where several criteria became one, their texts are joined, each under its old number. The claim comes along only where
    it can speak for the whole criterion: not from a part, and not where the old claims differ. A tick comes along where the
    checklist of now has a line of the same words.
    """

    answer: Answer
    kind: str
    notes: tuple[str, ...]
    sources: tuple[Answer, ...]
    claim: str
    ticks: tuple[int, ...]
    narrative: str
    proof: tuple[AnswerEvidence, ...]

    @property
    def kind_shown(self) -> str:
        """The kind of change in words."""
        return str(LinkKind(self.kind).label)

    @property
    def says_something(self) -> bool:
        """Whether there is anything to copy."""
        return any(said_something(source) for source in self.sources)

    @property
    def is_copied(self) -> bool:
        """Whether a start from last time would fill this answer: there is something, and nothing is written yet."""
        return self.says_something and self.answer.version == 0


@dataclass(frozen=True)
class Beginning:
    """A whole assessment begun from another: each criterion of now, and what was withdrawn with its note."""

    source: Assessment
    rows: tuple[Begun, ...]
    withdrawn: tuple[tuple[Answer, str], ...]

    @property
    def copied(self) -> list[Begun]:
        """What would be copied."""
        return [row for row in self.rows if row.is_copied]

    @property
    def kept(self) -> list[Begun]:
        """What stays as it is, since something is written there already."""
        return [row for row in self.rows if row.says_something and row.answer.version]

    @property
    def silent(self) -> list[Begun]:
        """What has an origin that was never answered."""
        return [row for row in self.rows if row.sources and not row.says_something]

    @property
    def new(self) -> list[Begun]:
        """What was not asked last time."""
        return [row for row in self.rows if not row.sources]


def said_something(answer: Answer) -> bool:
    """Whether an answer from `answers_of` has a version or evidence."""
    return answer.current is not None or bool(answer.proof)


def earlier_of(assessment: Assessment, others: Sequence[Assessment] | None = None) -> list[Assessment]:
    """The city's earlier assessments from whose edition the crosswalk leads to this one, the newest first, whatever became of them."""
    return [other for other, _way in _ways(assessment, others)]


def _ways(assessment: Assessment, others: Sequence[Assessment] | None = None) -> list[tuple[Assessment, rulebooks.Crosswalk]]:
    """Those earlier assessments, each with the way from its edition."""
    began = (assessment.started_at, assessment.pk)
    found = [other for other in (others_of(assessment) if others is None else others) if (other.started_at, other.pk) < began]
    ways = [(other, rulebooks.kept_crosswalk(other.cycle.standard, assessment.cycle.standard)) for other in found]
    return [(other, way) for other, way in ways if way is not None]


def copied_from(assessment: Assessment) -> Assessment | None:
    """The earlier assessment that was copied from last."""
    rows = Assessment.objects.filter(answers__copied_to__answer__assessment=assessment).select_related("city", "cycle__standard")
    return rows.order_by("-answers__copied_to__pk").first()


def beginning(assessment: Assessment, source: Assessment, language: str = "en", answers: Sequence[Answer] | None = None) -> Beginning:
    """What a start from an earlier assessment does to each criterion, from its current versions."""
    old = answers_of(source, language)
    answers = answers_of(assessment, language) if answers is None else answers
    way = rulebooks.kept_crosswalk(source.cycle.standard, assessment.cycle.standard) or rulebooks.Crosswalk({}, {})
    by_criterion = {answer.criterion_id: answer for answer in old}
    rows = tuple(begun(answer, way.origin_of.get(answer.criterion_id), by_criterion) for answer in answers)
    withdrawn = tuple((answer, way.withdrawn[answer.criterion_id]) for answer in old if answer.criterion_id in way.withdrawn)
    return Beginning(source, rows, withdrawn)


def begun(answer: Answer, origin: rulebooks.Origin | None, old: dict[int, Answer]) -> Begun:
    """How one answer begins from the answers of last time, which are named by their criterion."""
    if origin is None:
        return Begun(answer, LinkKind.NEW, (), (), "", (), "", ())
    sources = tuple(old[pk] for pk in origin.origins if pk in old)
    claims = {source.current.claim if source.current else "" for source in sources}
    proof = {use.evidence_id: use for source in reversed(sources) for use in reversed(source.proof)}
    return Begun(
        answer=answer,
        kind=origin.kind,
        notes=origin.notes,
        sources=sources,
        claim=claims.pop() if origin.whole and len(claims) == 1 else "",
        ticks=_ticks(answer.criterion, sources),
        narrative=_joined(sources),
        proof=tuple(sorted(proof.values(), key=lambda use: use.pk)),
    )


def _ticks(criterion: Criterion, sources: Sequence[Answer]) -> tuple[int, ...]:
    """The lines of the checklist whose words were ticked last time."""
    ticked = {
        _plain(item.text)
        for source in sources
        if source.current
        for item in source.criterion.items
        if item.position in source.current.ticks
    }
    return tuple(item.position for item in criterion.items if _plain(item.text) in ticked)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")


def _joined(sources: Sequence[Answer]) -> str:
    """The texts of last time; several are joined, each under the number of its criterion."""
    texts = [(source.criterion.code, source.current.narrative) for source in sources if source.current and source.current.narrative]
    if len(sources) == 1:
        return texts[0][1] if texts else ""
    return "\n\n".join(f"{code}:\n{text}" for code, text in texts)


@dataclass(frozen=True)
class Before:
    """One answer of last time, with the words that it answered, beside the criterion of now."""

    answer: Answer
    since: Criterion

    @property
    def then(self) -> Criterion:
        """The words that it answered."""
        return self.answer.criterion

    @property
    def changed(self) -> list[tuple[object, str, str]]:
        """What differs between the words of then and of now, besides the number, which stands over both."""
        codes = (self.then.code, self.since.code)
        return [row for row in rulebooks.differences(self.then, self.since) if row[1:] != codes]


@dataclass(frozen=True)
class LastTime:
    """What stands beside an answer: the assessment of last time, the kind of change, and each old answer."""

    source: Assessment
    kind_shown: str
    kind: str
    notes: tuple[str, ...]
    before: tuple[Before, ...]


def last_time(answer: Answer, language: str = "en", copy: int | None = None) -> LastTime | None:
    """What the city said last time of what one criterion asks; None where it has no earlier assessment.

    Last time is the assessment that the answer was copied from (`copy` names the copy), else the newest earlier one. What
    proved the old answers is not fetched.
    """
    now = answer.assessment
    old = _copied(now, copy) if copy else []
    source = old[0].assessment if old else None
    way = rulebooks.kept_crosswalk(source.cycle.standard, now.cycle.standard) if source else None
    if source is None or way is None:
        earlier = _ways(now)
        if not earlier:
            return None
        (source, way), old = earlier[0], []
    origin = way.origin_of.get(answer.criterion_id)
    if origin is None:
        return LastTime(source, str(LinkKind.NEW.label), LinkKind.NEW, (), ())
    old = old or list(Answer.objects.filter(assessment=source, criterion__in=origin.origins).select_related("current"))
    worded = {criterion.pk: criterion for criterion in rulebooks.kept_criteria(source.cycle.standard, language)}
    for each in old:
        each.assessment, each.criterion = source, worded[each.criterion_id]
    by_criterion = {each.criterion_id: each for each in old}
    before = tuple(Before(by_criterion[pk], answer.criterion) for pk in origin.origins if pk in by_criterion)
    return LastTime(source, str(LinkKind(origin.kind).label), origin.kind, origin.notes, before)


_EDITION = [f"assessment__cycle__standard__{name}" for name in ("code", "name", "status", "published_at")]
_SAID = [f"current__{name}" for name in ("claim", "ticks", "narrative")]
_CYCLE = ("criterion", "assessment__city", "assessment__cycle__name", "assessment__cycle__slug")
# Never read itself and only narrowed: its columns are worked out once, and it holds no rows.
_SOURCES = Answer.objects.select_related("current", "assessment__cycle__standard").only(*_CYCLE, *_EDITION, *_SAID)


def _copied(assessment: Assessment, copy: int) -> list[Answer]:
    """The answers that one was copied from, with what they say and their assessment, in one statement."""
    found = list(_SOURCES.filter(copied_to=copy))
    for each in found:
        each.assessment.city = assessment.city
    return found
