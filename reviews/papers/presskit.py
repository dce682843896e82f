"""What a city hands to the press of an award: its papers, the mark, a text with its own facts, and what may be used how."""

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from PIL import Image, ImageColor, ImageDraw

from assessments import queries as case
from assessments.models import Consent, GovernmentForm
from reviews.models import Award, Scorecard
from reviews.papers.scorecards import address_of
from reviews.queries import results
from wwc.archive import zipped
from wwc.templatetags import drawing
from wwc.templatetags.display import day_year, figure, percent, tier_word

# The mark as a picture: pixels a side, how much finer it is drawn, and the side of the square that its geometry is given in.
MARK_SIZE, FINER, SIDE = 1200, 4, 40


def press_kit(award: Award, scorecard: Scorecard, certificate: Scorecard) -> Iterator[bytes]:
    """The ZIP of an award with a tier, in the language of its city: the same bytes for the same award.

    It holds what the public may read of it and nothing more. Raises FileNotFoundError where a paper's file is gone.
    """
    slug, at = award.assessment.city.slug, certificate.asked_at
    with translation.override(certificate.language):
        given = told(award, certificate)
        parts = {
            "README.txt": render_to_string("reviews/press_readme.txt", given).encode(),
            "press-release.txt": render_to_string("reviews/press_release.txt", given).encode(),
            f"{slug}-certificate.pdf": _read(certificate),
            f"{slug}-scorecard.pdf": _read(scorecard),
            f"{award.tier}-mark.svg": mark_drawn(award.tier, given["tier"]).encode(),
            f"{award.tier}-mark.png": mark_pictured(award.tier),
        }
    return zipped((name, at, len(body), iter([body])) for name, body in parts.items())


def told(award: Award, card: Scorecard) -> dict[str, Any]:
    """The facts of the award for the texts, as words; what the city keeps to itself is empty."""
    score, city, consent = award.score, award.assessment.city, card.consent
    shows_points = consent in (Consent.AREAS, Consent.CRITERIA)
    areas = results.areas_of(score, card.language) if shows_points else []
    population, form = case.population(city, card.announced_on), case.form_of_government(city, card.announced_on)
    known = form is not None and form.text != GovernmentForm.UNKNOWN
    words = _("%(area)s: %(points)s of %(possible)s points")
    return {
        "slug": city.slug,
        "city": city.name,
        "place": str(city),
        "kind": award.kind,
        "key": award.tier,
        "tier": tier_word(award.tier),
        "previous": tier_word(award.previous_tier) if award.previous_tier else "",
        "day": day_year(card.announced_on),
        "until": day_year(award.valid_until) if award.valid_until else "",
        "year": card.announced_on.year,
        "edition": str(award.assessment.cycle.standard),
        "criteria": figure(len(score.verdicts)),
        "areas": figure(len(score.result["by_area"])),
        "tiers": ", ".join(tier_word(reach["key"]) for reach in score.result["tiers"]),
        "points": figure(score.points) if shows_points else "",
        "possible": figure(score.possible) if shows_points else "",
        "share": percent(score.points / score.possible) if shows_points else "",
        "by_area": [words % {"area": area.name, "points": figure(area.points), "possible": figure(area.possible)} for area in areas],
        "population": figure(population.number) if population else "",
        "form": dict(GovernmentForm.choices).get(form.text, "") if form and known else "",
        "verify": address_of(card.code),
        "code": card.code,
        "contact": settings.CONTACT_EMAIL,
        "invented": city.is_invented,
    }


def mark_drawn(tier: str, word: str) -> str:
    """The mark of a tier as an SVG file of its own."""
    drawn = drawing.tier_mark(tier, size=512, title=word, paper=True)
    return str(drawn).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1) + "\n"


@cache
def mark_pictured(tier: str) -> bytes:
    """The mark of a tier as a PNG with nothing around it, for programs that take no drawings."""
    scale = MARK_SIZE * FINER / SIDE
    picture = Image.new("RGBA", (MARK_SIZE * FINER, MARK_SIZE * FINER), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture, "RGBA")
    ground = ImageColor.getrgb(drawing.PAPER[f"f-{tier}"]["fill"])
    pen.polygon([(x * scale, y * scale) for x, y in drawing.OCTAGON], fill=ground)
    for step in drawing.steps_of(tier):
        x, y = step.x * scale, step.y * scale
        share = 1 if step.full else drawing.FAINT
        colour = tuple(round(255 * share + part * (1 - share)) for part in ground)
        pen.rectangle((x, y, x + drawing.STEP_WIDTH * scale - 1, y + step.height * scale - 1), fill=colour)
    file = BytesIO()
    picture.resize((MARK_SIZE, MARK_SIZE), Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()


def _read(card: Scorecard) -> bytes:
    with default_storage.open(card.stored, "rb") as file:
        return bytes(file.read())
