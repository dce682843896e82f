"""The releases that there are, and whether what is public has changed since."""

from datetime import datetime

from django.db.models import QuerySet

from criteria import queries as rulebooks
from reviews.queries import announced
from wwc.insights import queries as insights
from wwc.opendata.models import Package

LATEST = "latest"


def packages() -> QuerySet[Package]:
    """All releases, the newest first."""
    return Package.objects.order_by("-made_on")


def package(version: str) -> Package | None:
    """The release of that version; the newest by the name that always leads to it."""
    return (packages() if version == LATEST else packages().filter(version=version)).first()


def changed_at() -> datetime | None:
    """When anything that a release tells changed last: awards and cities, figures, editions. None where nothing ever did."""
    told = (announced.changed_at(), insights.changed_at(), rulebooks.changed_at())
    return max((at for at in told if at), default=None)
