"""What an assessment says as a whole: what is missing, its hash, who attested it, its receipt."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from assessments.models import Answer, AnswerEvidence, Assessment, Attestation, Snapshot
from assessments.queries.answers import answers_of, claimed_state, is_unconfirmed


@dataclass(frozen=True)
class Gap:
    """One thing that is missing, in words, with the page where it can be added."""

    kind: str
    criterion: Any
    text: str
    url_name: str
    url_args: tuple


def missing(assessment: Assessment, answers: Sequence[Answer] | None = None) -> list[Gap]:
    """Everything that keeps an assessment from being submitted: answers, evidence, and at last the signature."""
    gaps = gaps_in_answers(assessment, answers)
    if live_attestation(assessment, answers) is None:
        text = gettext("Signature of %(city)s missing.") % {"city": assessment.city}
        gaps.append(Gap("signature", None, text, "assessments:submitting", (assessment.pk,)))
    return gaps


def gaps_in_answers(assessment: Assessment, answers: Sequence[Answer] | None = None) -> list[Gap]:
    """The criteria that are not answered, those marked Yes without evidence, and those copied and not confirmed."""
    gaps = []
    for answer in answers_of(assessment) if answers is None else answers:
        state, code = claimed_state(answer), answer.criterion.code
        if state == "dashed":
            text = gettext("%(criterion)s: not answered.") % {"criterion": code}
            gaps.append(Gap("unanswered", answer.criterion, text, "assessments:answering", (assessment.pk, code)))
        elif state == "half":
            text = gettext("%(criterion)s: marked Yes, no evidence.") % {"criterion": code}
            gaps.append(Gap("no_evidence", answer.criterion, text, "assessments:answering", (assessment.pk, code)))
        if state != "dashed" and is_unconfirmed(answer):  # answering it confirms it
            text = gettext("%(criterion)s: copied from last time, not confirmed.") % {"criterion": code}
            gaps.append(Gap("unconfirmed", answer.criterion, text, "assessments:answering", (assessment.pk, code)))
    return gaps


# The whole content, its hash, who attested it


def content_of(assessment: Assessment, answers: Sequence[Answer] | None = None) -> dict[str, Any]:
    """Everything the city says, as plain values in a fixed order: what is frozen and attested."""
    return {
        "city": {"slug": assessment.city.slug, "name": str(assessment.city)},
        "cycle": assessment.cycle.slug,
        "edition": assessment.cycle.standard.code,
        "answers": [_answer_as_data(answer) for answer in (answers_of(assessment) if answers is None else answers)],
    }


def _answer_as_data(answer: Answer) -> dict[str, Any]:
    version = answer.current
    return {
        "criterion": answer.criterion.code,
        "version": answer.version,
        "claim": version.claim if version else "",
        "ticks": version.ticks if version else [],
        "narrative": version.narrative if version else "",
        "evidence": [_evidence_as_data(use) for use in answer.proof],
    }


def _evidence_as_data(use: AnswerEvidence) -> dict[str, Any]:
    """What proves an answer. Confidential and valid until are not in it: they say how to handle a document, and may change later."""
    evidence = use.evidence
    names = {"number": "version", "kind": "kind", "filename": "file", "sha256": "sha256", "url": "url", "note": "note"}
    return {"title": evidence.title, "pages": use.pages, **{name: getattr(evidence.current, column) for column, name in names.items()}}


def content_hash(assessment: Assessment, answers: Sequence[Answer] | None = None) -> str:
    """One hash of the whole content; any save changes it."""
    return hash_of(content_of(assessment, answers))


def hash_of(content: dict[str, Any]) -> str:
    """The SHA-256 of plain values, whatever the order of their keys."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def live_attestation(assessment: Assessment, answers: Sequence[Answer] | None = None) -> Attestation | None:
    """The signatory's word on the content as it is now; None where none was given or something was saved since."""
    latest = Attestation.objects.filter(assessment=assessment).select_related("attested_by").order_by("-pk").first()
    return latest if latest and latest.content_hash == content_hash(assessment, answers) else None


def receipt_of(assessment: Assessment) -> Snapshot | None:
    """What was submitted last, with its receipt."""
    return (
        Snapshot.objects.filter(assessment=assessment)
        .select_related("submitted_by", "attestation__attested_by")
        .order_by("-number")
        .first()
    )
