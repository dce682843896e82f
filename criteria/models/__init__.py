"""The rows of the rulebook."""

from criteria.models.criterion import (
    ChecklistItem,
    Criterion,
    CriterionLink,
    CriterionText,
    Effort,
    Frequency,
    LinkKind,
    Prerequisite,
    Provenance,
)
from criteria.models.standard import EditionStatus, PracticeArea, PracticeAreaText, Rounding, Standard
from criteria.models.tier import Tier, TierRequirement

__all__ = [
    "ChecklistItem",
    "Criterion",
    "CriterionLink",
    "CriterionText",
    "EditionStatus",
    "Effort",
    "Frequency",
    "LinkKind",
    "PracticeArea",
    "PracticeAreaText",
    "Prerequisite",
    "Provenance",
    "Rounding",
    "Standard",
    "Tier",
    "TierRequirement",
]
