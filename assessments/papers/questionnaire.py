"""What a printed questionnaire shows, blank, filled or as submitted: every word ready for its template, nothing left to decide."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.template.loader import get_template
from django.utils import translation

from assessments import queries
from assessments.models import Answer, Assessment, PaperKind
from assessments.papers.words import Words
from assessments.papers.workbook import notes
from wwc import paper
from wwc.geography import paper_size
from wwc.templatetags.display import when_year

TEMPLATE = "assessments/questionnaire_pdf.html"


@dataclass(frozen=True)
class Line:
    """One line of a checklist; nobody has said anything of it on a blank one."""

    text: str
    ticked: bool | None


@dataclass(frozen=True)
class Asked:
    """One criterion with what the city says of it."""

    code: str
    title: str
    statement: str
    in_english: bool
    notes: tuple[str, ...]
    needed: str
    lines: tuple[Line, ...]
    claim: str = ""
    narrative: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """One practice area."""

    name: str
    asked: tuple[Asked, ...]


@dataclass(frozen=True)
class Questionnaire:
    """One paper for one reader."""

    kind: str
    language: str
    size: str
    title: str
    heading: str
    place: str
    over: str
    date: str
    foot: str
    facts: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]
    choices: tuple[str, ...]

    @property
    def blank(self) -> bool:
        """Whether there are lines to write on instead of answers."""
        return self.kind == PaperKind.BLANK

    @property
    def content_hash(self) -> str:
        """One hash of everything that is printed and of how it is laid out."""
        text = json.dumps([asdict(self), _layout()], ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class _Said:
    """What a city says of one criterion, from the answers of now or from those that were frozen."""

    claim: str
    ticks: Sequence[int]
    narrative: str
    evidence: tuple[str, ...]


def questionnaire(assessment: Assessment, kind: str, language: str, answers: Sequence[Answer] | None = None) -> Questionnaire | None:
    """The paper of a kind in a language; None where all answers as submitted are asked for and nothing was submitted.

    `answers` are those of `queries.answers_of` in the same language, where the caller has them.
    """
    words = Words(language)
    answers = queries.answers_of(assessment, words.language) if answers is None else answers
    with translation.override(words.language):
        if kind == PaperKind.ANSWERS:
            return _submitted(assessment, answers, words)
        if kind == PaperKind.BLANK:
            return _paper(assessment, kind, answers, words, {}, date=assessment.cycle.opens_at)
        said = {answer.criterion.code: _current(answer, words) for answer in answers}
        saved = [answer.current.saved_at for answer in answers if answer.current]
        return _paper(assessment, kind, answers, words, said, date=max(saved, default=assessment.cycle.opens_at))


def _submitted(assessment: Assessment, answers: Sequence[Answer], words: Words) -> Questionnaire | None:
    """All answers from what was frozen, with the receipt."""
    snapshot = queries.receipt_of(assessment)
    if snapshot is None:
        return None
    zone, attestation = assessment.city.timezone, snapshot.attestation
    facts = [
        (words["receipt"], snapshot.receipt),
        (words["submitted_at"], when_year(snapshot.submitted_at, zone)),
        (words["submitted_by"], str(snapshot.submitted_by)),
    ]
    if attestation is not None:
        facts.append((words["attested"], f"{attestation.attested_by}, {when_year(attestation.attested_at, zone)}"))
    facts.append((words["fingerprint"], snapshot.content_hash))
    said = {each["criterion"]: _frozen(each, words) for each in snapshot.content["answers"]}
    return _paper(assessment, PaperKind.ANSWERS, answers, words, said, date=snapshot.submitted_at, facts=facts)


def _current(answer: Answer, words: Words) -> _Said:
    version = answer.current
    evidence = tuple(_proof(use.evidence.title, use.pages, words) for use in answer.proof)
    return _Said(version.claim, version.ticks, version.narrative, evidence) if version else _Said("", (), "", evidence)


def _frozen(each: Mapping[str, Any], words: Words) -> _Said:
    evidence = tuple(_proof(proof["title"], proof["pages"], words) for proof in each["evidence"])
    return _Said(each["claim"], each["ticks"], each["narrative"], evidence)


def _proof(title: str, pages: str, words: Words) -> str:
    return f"{title}, {words.say('page', pages=pages)}" if pages else title


def _paper(
    assessment: Assessment,
    kind: str,
    answers: Iterable[Answer],
    words: Words,
    said: Mapping[str, _Said],
    *,
    date: datetime,
    facts: Iterable[tuple[str, str]] = (),
) -> Questionnaire:
    city, cycle = assessment.city, assessment.cycle
    blocks: dict[str, list[Asked]] = {}
    for answer in answers:
        blocks.setdefault(answer.criterion.area.name_shown, []).append(_asked(answer.criterion, said, words))
    heading = words[{PaperKind.ANSWERS: "as_submitted"}.get(PaperKind(kind), kind)]
    over = f"{cycle} · {words.say('edition', edition=cycle.standard.code)}"
    return Questionnaire(
        kind=kind,
        language=words.language,
        size=paper_size(city.country),
        title=f"{city}, {cycle}: {heading}",
        heading=heading,
        place=str(city),
        over=over,
        date=date.date().isoformat(),
        foot=" · ".join([city.name, over, *([words["invented"]] if city.is_invented else [])]),
        facts=tuple(facts),
        blocks=tuple(Block(name, tuple(asked)) for name, asked in blocks.items()),
        choices=tuple(words.claims.values()),
    )


def _asked(criterion: Any, said: Mapping[str, _Said], words: Words) -> Asked:
    own = said.get(criterion.code)
    ticks = own.ticks if own else ()
    lines = zip(criterion.items, criterion.lines, strict=True)
    return Asked(
        code=criterion.code,
        title=criterion.text.title,
        statement=criterion.text.statement,
        in_english=criterion.text_is_fallback,
        notes=tuple(notes(criterion, words)),
        needed=words.needed(criterion.checklist_required, len(criterion.items)),
        lines=tuple(Line(line, item.position in ticks if own else None) for item, line in lines),
        claim=words.claims.get(own.claim, "") if own else "",
        narrative=own.narrative.translate(_UNPRINTED) if own else "",
        evidence=own.evidence if own else (),
    )


# Marks that no font draws; lines and tabs stay.
_UNPRINTED = {code: " " for code in range(32) if code not in (9, 10)}


@cache
def _layout() -> str:
    """One hash of the template and the print rules, so that a change of either makes new papers."""
    text = str(get_template(TEMPLATE).template.source) + paper.style()  # type: ignore[attr-defined]
    return hashlib.sha256(text.encode()).hexdigest()
