"""What invented cities and their readers write."""

from django.core.files.uploadedfile import SimpleUploadedFile

from assessments.models import City, Claim
from criteria.models import Criterion
from reviews.lifecycle import Found


def narrative(city: City, criterion: Criterion, claim: str) -> str:
    """What a city says of a criterion."""
    if claim == Claim.NOT_PURSUING:
        return ""
    who = criterion.text.departments[0] if criterion.text.departments else "Chief executive's office"
    statement = criterion.text.statement.replace("The city", city.name, 1)
    if claim == Claim.NOT_YET:
        return f"Not in place yet. The {who.lower()} has taken the first step: {criterion.text.first_steps[0].rstrip('.').lower()}."
    return f"{statement} The {who.lower()} is in charge and reviews it every year."


def title(criterion: Criterion) -> str:
    """What a document that proves a criterion is called."""
    return criterion.text.evidence[0][:180] if criterion.text.evidence else criterion.text.title


def rationale(criterion: Criterion, verdict: str) -> str:
    """Why a reader finds a criterion not met."""
    if verdict == Found.MET:
        return ""
    missing = list(criterion.checklist.all())[-1].text.rstrip(".")
    return f"The evidence does not show this point: {missing[0].lower()}{missing[1:]}."


def handbook(city: City) -> SimpleUploadedFile:
    """A document that proves many criteria."""
    text = f"{city.name}: data handbook\n\nWho governs data, how it is shared, reviewed and published. Invented for a demonstration.\n" * 6
    return SimpleUploadedFile("data-handbook.txt", text.encode(), content_type="text/plain")
