"""The rows of the judgement."""

from reviews.models.appeal import APPEAL_LENGTH, Appeal, Hearing
from reviews.models.assignment import Assignment
from reviews.models.award import Announcement, Award
from reviews.models.calibration import Calibration, CalibrationItem, PracticeFinding
from reviews.models.call import Call, InternalNote
from reviews.models.erasure import Erasure
from reviews.models.export import Export, Format
from reviews.models.finding import Accord, Finding, Resolution
from reviews.models.panel import PanelMember, Part
from reviews.models.plan import PlanDraft
from reviews.models.published import ChangeKind, PublishedAward, PublishedChange, PublishedCity
from reviews.models.reading import PHRASE_LENGTH, FindingDraft, Habit, Look, Order, Phrase
from reviews.models.recomputation import Recomputation, ScoreDifference
from reviews.models.revocation import Revocation
from reviews.models.score import Score
from reviews.models.scorecard import Audience, PaperKind, Scorecard

__all__ = [
    "APPEAL_LENGTH",
    "PHRASE_LENGTH",
    "Accord",
    "Announcement",
    "Appeal",
    "Assignment",
    "Audience",
    "Award",
    "Calibration",
    "CalibrationItem",
    "Call",
    "ChangeKind",
    "Erasure",
    "Export",
    "Finding",
    "FindingDraft",
    "Format",
    "Habit",
    "Hearing",
    "InternalNote",
    "Look",
    "Order",
    "PanelMember",
    "PaperKind",
    "Part",
    "Phrase",
    "PlanDraft",
    "PracticeFinding",
    "PublishedAward",
    "PublishedChange",
    "PublishedCity",
    "Recomputation",
    "Resolution",
    "Revocation",
    "Score",
    "ScoreDifference",
    "Scorecard",
]
