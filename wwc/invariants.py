"""Truths of the whole database, each a check that must name nothing. The numbers are those of docs/lifecycle.md, "What must stay true"."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.files.storage import default_storage
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now

from assessments.lifecycle import CYCLE_MOVES, MOVES, Asked, CycleStatus, Lock, Status
from assessments.models import (
    Answer,
    AnswerEvidence,
    AnswerVersion,
    Assessment,
    Clarification,
    Conflict,
    ConflictState,
    Copy,
    Cycle,
    EvidenceVersion,
    Membership,
    Paper,
    ReopenRequest,
    Reply,
    Snapshot,
)
from assessments.queries import reopenings_now
from criteria import queries as rulebooks
from criteria.models import Criterion, Standard, Tier
from criteria.scoring import Rulebook, Verdict, as_data, fingerprint, score
from reviews.lifecycle import APPEAL_MOVES, AWARD_MOVES, BATCH_MOVES, AppealStatus, AwardStatus, Batch, How, Kind
from reviews.models import (
    Announcement,
    Appeal,
    Assignment,
    Award,
    ChangeKind,
    Finding,
    Hearing,
    PublishedAward,
    PublishedChange,
    Resolution,
    Score,
    Scorecard,
)
from wwc.audit import triggers
from wwc.audit.models import Event
from wwc.opendata.models import Package
from wwc.outbox.models import Letter, Work

CLOSED_STATES = (ConflictState.DECLARED, ConflictState.FOUND)
PAST_DECISION = (Status.DECIDED, Status.ANNOUNCED)


@dataclass(frozen=True)
class Truth:
    """One sentence that must hold, and the check that names the rows where it does not."""

    number: int
    sentence: str
    check: Callable[[], Iterator[str]]


def broken() -> Iterator[tuple[Truth, str]]:
    """Every truth that fails with the row where it does; nothing on a sound database."""
    for truth in TRUTHS:
        for row in truth.check():
            yield truth, row


def one_answer_a_criterion() -> Iterator[str]:
    """Each assessment has one answer for each criterion of its cycle's edition, and no other."""
    criteria = dict(Criterion.objects.values_list("standard_id").annotate(n=Count("pk")))
    counted = Assessment.objects.annotate(n=Count("answers")).values_list("pk", "n", "cycle__standard_id")
    for pk, n, standard in counted.iterator():
        if n != criteria.get(standard, 0):
            yield f"assessment {pk} has {n} answers for {criteria.get(standard, 0)} criteria"
    for pk in Answer.objects.exclude(criterion__standard_id=F("assessment__cycle__standard_id")).values_list("pk", flat=True).iterator():
        yield f"answer {pk} is to a criterion of another edition"


def nothing_can_change() -> Iterator[str]:
    """Every trigger that keeps a row from changing is there."""
    for name in sorted(triggers.expected() - triggers.installed()):
        yield f"trigger {name} is missing"


def versions_follow_locks() -> Iterator[str]:
    """The latest version is the current one, and after a submit only a reply or an answer opened again brings a newer one."""
    latest = AnswerVersion.objects.filter(answer=OuterRef("pk")).order_by("-number")
    wrong = Answer.objects.annotate(newest=Subquery(latest.values("number")[:1]), newest_pk=Subquery(latest.values("pk")[:1]))
    wrong = wrong.exclude(version=0, newest=None).exclude(version=F("newest"), current_id=F("newest_pk"))
    for pk in wrong.values_list("pk", flat=True).iterator():
        yield f"answer {pk} does not show its latest version"
    submitted = Snapshot.objects.filter(assessment=OuterRef("answer__assessment")).order_by("-number").values("submitted_at")[:1]
    late = AnswerVersion.objects.filter(answer__lock__in=[Lock.LOCKED, Lock.FINAL]).annotate(frozen=Subquery(submitted))
    late = late.filter(saved_at__gt=F("frozen")).exclude(pk__in=Reply.objects.values("version")).exclude(Exists(_opened_again()))
    for pk in late.values_list("pk", flat=True).iterator():
        yield f"answer version {pk} is newer than what was submitted, and neither a reply nor an answer opened again brought it"
    open_after = Answer.objects.filter(lock=Lock.OPEN).exclude(assessment__status__in=[Status.DRAFTING, Status.WITHDRAWN, Status.LAPSED])
    for pk in open_after.values_list("pk", flat=True).iterator():
        yield f"answer {pk} is open though its assessment was submitted"
    asked = Clarification.objects.filter(answer=OuterRef("answer"), status=Asked.SENT, due_at__gte=Now())
    for pk in reopenings_now().filter(Exists(asked)).values_list("answer_id", flat=True):
        yield f"answer {pk} is open both for a question and at the wish of the city"


def _opened_again() -> QuerySet[ReopenRequest]:
    """The time in which an answer was opened again and this version of it was saved."""
    in_time = Q(decided_at__lte=OuterRef("saved_at"), open_until__gte=OuterRef("saved_at"))
    before_closing = Q(closed_at=None) | Q(closed_at__gte=OuterRef("saved_at"))
    return ReopenRequest.objects.filter(in_time & before_closing, answer=OuterRef("answer"), granted=True)


def findings_fit() -> Iterator[str]:
    """A finding judges a version of its own answer, under an assignment of its reader that was live."""
    fits = Q(answer_id=F("assignment__answer_id"), filed_by_id=F("assignment__member__person_id"))
    fits &= Q(version__answer_id=F("answer_id")) | Q(version=None)
    fits &= Q(assignment__assigned_at__lte=F("filed_at"))
    fits &= Q(assignment__ended_at=None) | Q(assignment__ended_at__gte=F("filed_at"))
    for pk in Finding.objects.exclude(fits).values_list("pk", flat=True).iterator():
        yield f"finding {pk} does not fit its assignment"


def nobody_in_conflict() -> Iterator[str]:
    """After a conflict is known, its person has no assignment and files no finding there; members of a city never do."""
    known = Conflict.objects.filter(state__in=CLOSED_STATES)
    for conflict in known.iterator():
        theirs = Q(answer__assessment__city_id=conflict.city_id, answer__assessment__cycle_id=conflict.cycle_id)
        live = Assignment.objects.filter(theirs, member__person_id=conflict.person_id, ended_at=None)
        filed = Finding.objects.filter(theirs, filed_by_id=conflict.person_id, filed_at__gt=conflict.said_at)
        for row in [*live, *filed]:
            yield f"{row._meta.verbose_name} {row.pk} of a person in conflict"
    member = Membership.objects.filter(ended_at=None, person=OuterRef("member__person"), city=OuterRef("answer__assessment__city"))
    inside = Assignment.objects.filter(ended_at=None).annotate(inside=Subquery(member.values("pk")[:1])).exclude(inside=None)
    for pk in inside.values_list("pk", flat=True).iterator():
        yield f"assignment {pk} is to a member of the city itself"


def words_and_hands() -> Iterator[str]:
    """Not met has its reason; who settles a split is not one of its readers."""
    silent = Resolution.objects.filter(rationale="").exclude(how__in=[How.SINGLE, How.AGREED, How.AS_CITY_SAYS], verdict="met")
    for pk in silent.values_list("pk", flat=True).iterator():
        yield f"resolution {pk} has no reason"
    settled = Resolution.objects.filter(how=How.LEAD, answer__findings__filed_by=F("resolved_by"))
    for pk in settled.values_list("pk", flat=True).distinct().iterator():
        yield f"resolution {pk} was settled by one of the readers"


def decided_is_whole() -> Iterator[str]:
    """Decided means every answer resolved as it stands, or as it stood before an appeal, and no required question open."""
    latest = Resolution.objects.filter(answer=OuterRef("pk")).order_by("-pk").values("version_id")[:1]
    answers = Answer.objects.filter(assessment__status__in=PAST_DECISION).annotate(resolved=Subquery(latest))
    unsettled = [AppealStatus.ADMITTED, AppealStatus.SETTLED, AppealStatus.WITHDRAWN]
    appealed = Exists(Appeal.objects.filter(answer=OuterRef("pk"), status__in=unsettled))
    for pk in answers.exclude(resolved=F("current_id")).exclude(appealed, resolved__isnull=False).values_list("pk", flat=True).iterator():
        yield f"answer {pk} is decided and not resolved as it stands"
    for pk in answers.exclude(lock=Lock.FINAL).values_list("pk", flat=True).iterator():
        yield f"answer {pk} is decided and not final"
    again = ReopenRequest.objects.filter(granted=True, closed_at=None, to_appeal=False, answer__assessment__status__in=PAST_DECISION)
    for pk in again.filter(open_until__gte=Now()).values_list("pk", flat=True):
        yield f"request {pk} holds an answer of a decided assessment open"
    asked = Clarification.objects.filter(status=Asked.SENT, required=True, answer__assessment__status__in=PAST_DECISION)
    for pk in asked.values_list("pk", flat=True):
        yield f"question {pk} is open on a decided assessment"


def scores_recompute() -> Iterator[str]:
    """A score equals what the core says of the same verdicts today, tier and fingerprint included."""
    editions: dict[str, Rulebook] = {}
    for row in Score.objects.order_by("pk").iterator(500):
        if row.edition not in editions:
            editions[row.edition] = rulebooks.rulebook(Standard.objects.get(code=row.edition))
        rulebook = editions[row.edition]
        verdicts = {code: Verdict(value) for code, value in row.verdicts.items()}
        again = score(rulebook, verdicts)
        if (row.points, row.possible, row.tier) != (again.points, again.possible, again.tier or "") or row.result != as_data(again):
            yield f"score {row.pk} says {row.points} {row.tier}, recomputed {again.points} of {again.possible} {again.tier}"
        if row.fingerprint != fingerprint(rulebook, verdicts):
            yield f"score {row.pk} has another fingerprint"


def tiers_follow() -> Iterator[str]:
    """A tier follows from points and gates in whole numbers, here counted without the core."""
    tiers: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for code, key, floor in Tier.objects.order_by("position").values_list("standard__code", "key", "floor_percent"):
        tiers[code].append((key, floor))
    exact = set(Standard.objects.filter(rounding="exact").values_list("code", flat=True))
    for row in Score.objects.exclude(tier="").iterator(500):
        begins = dict(tiers[row.edition]).get(row.tier)
        if begins is None or (row.edition in exact and 100 * row.points < begins * row.possible):
            yield f"score {row.pk} has the tier {row.tier} below its floor"


def awards_have_two_hands_and_papers() -> Iterator[str]:
    """The approver is not the proposer; what is released has its batch and every paper with the hash that is stored."""
    same = Award.objects.filter(approved_by=F("proposed_by")) | Award.objects.filter(
        status__in=[AwardStatus.APPROVED, AwardStatus.IN_BATCH, AwardStatus.RELEASED], approved_by=None
    )
    for pk in same.values_list("pk", flat=True):
        yield f"award {pk} was not approved by a second person"
    released = Award.objects.filter(status=AwardStatus.RELEASED).select_related("announcement").prefetch_related("scorecards")
    for award in released.iterator(500):
        if award.announcement is None or award.announcement.status != Batch.RELEASED:
            yield f"award {award.pk} is released without a released batch"
        elif not award.scorecards.all():
            yield f"award {award.pk} is released without a scorecard"
    for card in Scorecard.objects.exclude(rendered_at=None).iterator(500):
        if not _holds(card.stored, card.sha256, card.size):
            yield f"scorecard {card.pk} does not match its file"
    announced = Assessment.objects.filter(status=Status.ANNOUNCED).exclude(awards__status__in=_TOLD)
    for pk in announced.values_list("pk", flat=True):
        yield f"assessment {pk} is announced without a released decision"


_TOLD = [AwardStatus.RELEASED, AwardStatus.SUPERSEDED, AwardStatus.CORRECTED, AwardStatus.REVOKED]


def nothing_public_before_its_day() -> Iterator[str]:
    """Each open public row comes from a source of the past or from one released award, and each of those has its row."""
    told = Scorecard.objects.filter(award__status=AwardStatus.RELEASED, award__announcement__status=Batch.RELEASED)
    codes = set(told.exclude(award__kind=Kind.NO_TIER).values_list("code", flat=True))
    shown = {code for code in PublishedAward.objects.filter(closed_at=None).values_list("code", flat=True) if code}
    for code in sorted(shown - codes):
        yield f"published award {code} was never released"
    for code in sorted(codes - shown):
        yield f"released award {code} is not published"
    for row in PublishedAward.objects.filter(closed_at=None).exclude(document="").iterator(500):
        if not _holds(row.document, row.document_sha256):
            yield f"published award {row.number} does not match its scorecard"
        if row.certificate and not _holds(row.certificate, row.certificate_sha256):
            yield f"published award {row.number} does not match its certificate"


def changes_lead_to_what_is_public() -> Iterator[str]:
    """The numbers of the public changes have no gap, and the last one of each public row is how that row is."""
    counted = PublishedChange.objects.aggregate(n=Count("pk"), last=Max("number"))
    if counted["n"] != (counted["last"] or 0):
        yield f"the public changes end with number {counted['last']} and are {counted['n']}"
    kinds = ChangeKind
    last = PublishedChange.objects.filter(award=OuterRef("pk")).exclude(kind__in=[kinds.REWRITTEN, kinds.LAPSED]).order_by("-number")
    rows = PublishedAward.objects.annotate(last=Subquery(last.values("kind")[:1])).values_list("number", "closed_because", "last")
    for number, because, kind in rows.iterator(500):
        if kind != because if because else kind not in (kinds.ANNOUNCED, kinds.RESTORED):
            yield f"published award {number} is {because or 'open'} and its last change is {kind}"


def moves_have_events() -> Iterator[str]:
    """Every change of state has exactly one event: each history leads without a gap from the first state to the present one."""
    yield from _walks(Assessment, MOVES, Status.DRAFTING)
    yield from _walks(Award, AWARD_MOVES, AwardStatus.PROPOSED)
    yield from _walks(Announcement, BATCH_MOVES, Batch.DRAFT)
    yield from _walks(Cycle, CYCLE_MOVES, CycleStatus.DRAFT)
    yield from _walks(Appeal, APPEAL_MOVES, AppealStatus.FILED)


def letters_go_once() -> Iterator[str]:
    """No letter is both sent and canceled; each that waits has its piece of work."""
    for pk in Letter.objects.filter(sent_at__isnull=False, canceled_at__isnull=False).values_list("pk", flat=True):
        yield f"letter {pk} is sent and canceled"
    asked = set(Work.objects.filter(kind="send_letter").values_list("args__letter_id", flat=True))
    for pk in Letter.objects.filter(sent_at=None, canceled_at=None).values_list("pk", flat=True).iterator():
        if pk not in asked:
            yield f"letter {pk} waits and nobody was asked to send it"


def evidence_is_there() -> Iterator[str]:
    """Every file of evidence is there as it was stored, and belongs to one city; what the virus check stopped is gone."""
    files = EvidenceVersion.objects.exclude(kind="link")
    for row in files.exclude(checked__is_clean=False).iterator(500):
        if not _holds(row.stored, row.sha256, row.size):
            yield f"evidence version {row.pk} does not match its file"
    for row in files.filter(checked__is_clean=False).iterator(500):
        if default_storage.exists(row.stored):
            yield f"evidence version {row.pk} was stopped by the virus check and its file is still there"
    asked = set(Work.objects.filter(kind="check_file", done_at=None).values_list("args__version_id", flat=True))
    for pk in files.filter(awaits_check=True, checked=None).values_list("pk", flat=True).iterator():
        if pk not in asked:
            yield f"evidence version {pk} waits for the virus check and nobody was asked to do it"
    yield from _files_nobody_knows()
    shared = EvidenceVersion.objects.exclude(stored="").values("stored").annotate(n=Count("evidence__city", distinct=True)).filter(n__gt=1)
    for stored in shared.values_list("stored", flat=True):
        yield f"file {stored} is reachable from two cities"
    foreign = AnswerEvidence.objects.exclude(evidence__city_id=F("answer__assessment__city_id"))
    for pk in foreign.values_list("pk", flat=True):
        yield f"evidence use {pk} crosses cities"


def papers_are_there() -> Iterator[str]:
    """Every questionnaire that was drawn for a city is there as it was stored, and no file belongs to two papers."""
    for row in Paper.objects.exclude(made_at=None).iterator(500):
        if not _holds(row.stored, row.sha256, row.size):
            yield f"paper {row.pk} does not match its file"
    shared = Paper.objects.exclude(stored="").values("stored").annotate(n=Count("pk")).filter(n__gt=1)
    for stored in shared.values_list("stored", flat=True):
        yield f"file {stored} belongs to two papers"


def _files_nobody_knows() -> Iterator[str]:
    """Files under the folder of evidence without a version; one that is being added now has an hour to get its row."""
    known = set(EvidenceVersion.objects.exclude(stored="").values_list("stored", flat=True))
    begun = datetime.now(UTC) - timedelta(hours=1)
    try:
        folders = default_storage.listdir("evidence")[0]
    except FileNotFoundError:
        return
    for folder in folders:
        for name in default_storage.listdir(f"evidence/{folder}")[1]:
            stored = f"evidence/{folder}/{name}"
            if stored not in known and default_storage.get_modified_time(stored) < begun:
                yield f"file {stored} belongs to no version of evidence"


def _walks(model: type, moves: dict[str, frozenset[str]], first: str) -> Iterator[str]:
    name = model._meta.label_lower  # type: ignore[attr-defined]
    at: dict[int, str] = {}
    events = Event.objects.filter(subject=name, verb="moved").order_by("pk").values_list("subject_id", "before", "after")
    for pk, before, after in events.iterator():
        if before != at.get(pk, first) or after not in moves[before]:
            yield f"{name} {pk} went from {at.get(pk, first)} by an event that says {before} to {after}"
        at[pk] = after
    for pk, status in model._default_manager.values_list("pk", "status").iterator():  # type: ignore[attr-defined]
        if status != at.get(pk, first):
            yield f"{name} {pk} is {status} and its events end at {at.get(pk, first)}"


def _holds(stored: str, sha256: str, size: int | None = None) -> bool:
    if not stored or not default_storage.exists(stored):
        return False
    digest, length = hashlib.sha256(), 0
    with default_storage.open(stored, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            length += len(block)
    return digest.hexdigest() == sha256 and (size is None or size == length)


def open_data_is_there() -> Iterator[str]:
    """Every file of every release of the open data is there as it was released; a file of several is looked at once."""
    seen: set[tuple[str, str, int]] = set()
    for package in Package.objects.defer("descriptor").order_by("made_on"):
        for name, said in package.files.items():
            key = said["stored"], said["sha256"], said["bytes"]
            if key not in seen and not _holds(*key):
                yield f"file {name} of open data {package.version} does not match what was released"
            seen.add(key)


def copies_are_confirmed() -> Iterator[str]:
    """Whatever was copied comes from the same city, and was confirmed before it was submitted."""
    waiting = Copy.objects.filter(confirmed_at=None, answer__lock__in=[Lock.LOCKED, Lock.FINAL])
    for pk in waiting.values_list("pk", flat=True).iterator():
        yield f"copy {pk} was submitted and not confirmed"
    foreign = Copy.objects.exclude(sources__assessment__city_id=F("answer__assessment__city_id"))
    for pk in foreign.values_list("pk", flat=True).iterator():
        yield f"copy {pk} has no source in its own city"


def appeals_have_other_hands() -> Iterator[str]:
    """Who reads an appeal read or settled nothing of it before, another person confirms it, and it is told with its round's appeals."""
    read = Finding.objects.filter(answer=OuterRef("appeal__answer"), filed_by=OuterRef("heard_by"))
    for pk in Hearing.objects.filter(Exists(read)).values_list("pk", flat=True).iterator():
        yield f"hearing {pk} is by somebody who read the answer before"
    for pk in Appeal.objects.filter(hearings__heard_by=F("confirmed_by")).values_list("pk", flat=True).distinct().iterator():
        yield f"appeal {pk} was read and confirmed by one person"
    opened = Q(opened__answer_id=F("answer_id"), opened__to_appeal=True)
    for pk in Appeal.objects.exclude(opened=None).exclude(opened).values_list("pk", flat=True).iterator():
        yield f"appeal {pk} opened another answer than its own"
    held = ReopenRequest.objects.filter(to_appeal=True).exclude(pk__in=Appeal.objects.exclude(opened=None).values("opened"))
    for pk in held.values_list("pk", flat=True).iterator():
        yield f"request {pk} opened an answer to no appeal"
    batch = Announcement.objects.filter(appeals_of=OuterRef("award__announcement"), status=Batch.RELEASED)
    for pk in Appeal.objects.filter(status=AppealStatus.TOLD).exclude(Exists(batch)).values_list("pk", flat=True).iterator():
        yield f"appeal {pk} is told without the appeals of its round"
    for pk in Appeal.objects.filter(~Q(status=AppealStatus.TOLD) & Exists(batch), resolution__isnull=False).values_list("pk", flat=True):
        yield f"appeal {pk} was left out when its round was told"
    silent = Resolution.objects.filter(how=How.APPEAL).exclude(pk__in=Appeal.objects.exclude(resolution=None).values("resolution"))
    for pk in silent.values_list("pk", flat=True).iterator():
        yield f"resolution {pk} was settled on no appeal"


TRUTHS = (
    Truth(1, "One assessment per city and cycle, one answer per assessment and criterion of that cycle's edition.", one_answer_a_criterion),
    Truth(2, "What is append-only is never updated and never deleted.", nothing_can_change),
    Truth(
        3,
        "A locked answer has no newer version but by a reply or while it was opened again, and one thing opens it at a time.",
        versions_follow_locks,
    ),
    Truth(4, "A finding names a version of its own answer and an assignment that was live.", findings_fit),
    Truth(5, "Nobody in conflict with a city works there after the declaration.", nobody_in_conflict),
    Truth(6, "Not met has a reason, and who settles is not one of the readers.", words_and_hands),
    Truth(7, "Decided means every answer resolved and no required question open.", decided_is_whole),
    Truth(8, "A score equals its recomputation, once per fingerprint.", scores_recompute),
    Truth(9, "A tier follows from points, gates and rounding in whole numbers.", tiers_follow),
    Truth(10, "The approver is not the proposer; what is announced has its batch and its papers.", awards_have_two_hands_and_papers),
    Truth(11, "Nothing unannounced is public, and everything announced is.", nothing_public_before_its_day),
    Truth(12, "Every change of state has exactly one event.", moves_have_events),
    Truth(13, "Every mail is a letter and goes once.", letters_go_once),
    Truth(14, "Every piece of evidence has its file, in one city, unless the virus check stopped it.", evidence_is_there),
    Truth(15, "What was copied is of the same city, and somebody confirmed it before it was submitted.", copies_are_confirmed),
    Truth(16, "Every paper of a city that was drawn has its file, of its own.", papers_are_there),
    Truth(17, "An appeal is read by somebody not involved, confirmed by another, told with its round.", appeals_have_other_hands),
    Truth(18, "Who follows the public changes ends with what is public.", changes_lead_to_what_is_public),
    Truth(19, "Every release of the open data has its files, byte for byte.", open_data_is_there),
)
