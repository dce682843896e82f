"""The rows of the case."""

from assessments.models.answer import NARRATIVE_LENGTH, Answer, AnswerEvidence, AnswerVersion, Claim, Method
from assessments.models.assessment import Assessment, Attestation, Consent, Snapshot
from assessments.models.city import City, CityRecord, Fact, GovernmentForm, Invitation, Membership, PlaceList, Role
from assessments.models.clarification import Clarification, Reply, ReplyDraft
from assessments.models.conflict import BrokenGlass, Conflict, ConflictState
from assessments.models.copy import Copy
from assessments.models.cycle import Cycle, Extension
from assessments.models.delegation import Delegation, Note
from assessments.models.draft import Draft
from assessments.models.evidence import Evidence, EvidenceVersion, FileCheck, FileState, Stated, file_state
from assessments.models.newcomer import ClaimOutcome, ClaimRequest, JoinRequest
from assessments.models.preview import Outcome, Preview, PreviewSheet
from assessments.models.request import ExtensionRequest, ReopenRequest
from assessments.models.target import Target
from assessments.models.workbook import Import, Paper, PaperKind

__all__ = [
    "NARRATIVE_LENGTH",
    "Answer",
    "AnswerEvidence",
    "AnswerVersion",
    "Assessment",
    "Attestation",
    "BrokenGlass",
    "City",
    "CityRecord",
    "Claim",
    "ClaimOutcome",
    "ClaimRequest",
    "Clarification",
    "Conflict",
    "ConflictState",
    "Consent",
    "Copy",
    "Cycle",
    "Delegation",
    "Draft",
    "Evidence",
    "EvidenceVersion",
    "Extension",
    "ExtensionRequest",
    "Fact",
    "FileCheck",
    "FileState",
    "GovernmentForm",
    "Import",
    "Invitation",
    "JoinRequest",
    "Membership",
    "Method",
    "Note",
    "Outcome",
    "Paper",
    "PaperKind",
    "PlaceList",
    "Preview",
    "PreviewSheet",
    "ReopenRequest",
    "Reply",
    "ReplyDraft",
    "Role",
    "Snapshot",
    "Stated",
    "Target",
    "file_state",
]
