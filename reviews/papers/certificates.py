"""What a certificate shows: the one page of an award that is framed, in the language that is active."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from assessments.models import Consent
from reviews.models import Scorecard
from reviews.papers.scorecards import address_of, page_of
from wwc.geography import paper_size
from wwc.templatetags.display import day_year, figure, tier_word

# How many letters a name has at most to be set in each size; the longest that a city may have stays above the foot of the page.
LENGTHS = ((22, ""), (52, "long"), (110, "longer"))


@dataclass(frozen=True)
class Certificate:
    """One award as one page."""

    language: str
    size: str
    identifier: str
    title: str
    date: str
    place: str
    length: str
    tier: str
    word: str
    edition: str
    points: str
    possible: str
    announced: str
    until: str
    verify: str
    code: str
    squares: str
    side: int
    invented: bool = False


def certificate(card: Scorecard) -> Certificate:
    """The certificate of an award with a tier. Points are on it only where the city lets the public see them."""
    award, city = card.award, card.award.assessment.city
    shows_points = card.consent in (Consent.AREAS, Consent.CRITERIA)
    tier, day = tier_word(award.tier), day_year(card.announced_on)
    squares, side = modules(page_of(card.code))
    return Certificate(
        language=card.language,
        size=paper_size(city.country),
        identifier=f"certificate-{card.code}-{card.announced_on}",
        title=_("Certificate: %(city)s, %(tier)s, %(year)d") % {"city": city, "tier": tier, "year": card.announced_on.year},
        date=card.announced_on.isoformat(),
        place=str(city),
        length=length_of(str(city)),
        tier=award.tier,
        word=tier,
        edition=str(award.assessment.cycle.standard),
        points=figure(award.score.points) if shows_points else "",
        possible=figure(award.score.possible) if shows_points else "",
        announced=_("Announced %(day)s") % {"day": day},
        until=_("Stands until %(day)s") % {"day": day_year(award.valid_until)} if award.valid_until else "",
        verify=address_of(card.code),
        code=card.code,
        squares=squares,
        side=side,
        invented=city.is_invented,
    )


def length_of(name: str) -> str:
    """How a name is set, by its letters: "" as most are, long, longer or longest."""
    return next((length for most, length in LENGTHS if len(name) <= most), "longest")


def modules(text: str) -> tuple[str, int]:
    """A QR code as one line to draw, and how many modules a side has. Its quiet edge is the white of the page around it."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    runs = [run for y, row in enumerate(rows) for run in _runs(row, y)]
    return "".join(runs), len(rows)


def _runs(row: list[bool], y: int) -> list[str]:
    """The dark stretches of one row."""
    found, begins = [], None
    for x, dark in enumerate([*row, False]):
        if dark and begins is None:
            begins = x
        elif not dark and begins is not None:
            found.append(f"M{begins} {y}h{x - begins}v1h-{x - begins}z")
            begins = None
    return found
