"""A paper rendered once: template, PDF, file, row."""

from django.template.loader import render_to_string
from django.utils import translation

from reviews import papers
from reviews.models import PaperKind, Scorecard
from wwc import paper
from wwc.outbox import files


def render_scorecard(scorecard_id: int) -> None:
    """Render the paper and note its file and hash; a second run writes nothing."""
    card = Scorecard.objects.select_related(
        "award__assessment__city", "award__assessment__cycle__standard", "award__score", "award__announcement"
    ).get(pk=scorecard_id)
    files.make(card, moment="rendered_at", draw=lambda: rendered(card))


def rendered(card: Scorecard) -> bytes:
    """The bytes of the paper, the same each time."""
    with translation.override(card.language):
        sheet = papers.certificate(card) if card.kind == PaperKind.CERTIFICATE else papers.scorecard(card)
        html = render_to_string(f"reviews/{card.kind}_pdf.html", {"paper": sheet})
    return paper.pdf(html, css=paper.style(), identifier=sheet.identifier)
