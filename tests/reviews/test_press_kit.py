"""The press kit: what is in it, in whose language, and that it says no more than the public may know."""

import re
import zipfile
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import translation
from PIL import Image

from reviews import papers
from reviews.models import Award
from tests.factories import results as make
from tests.reviews.test_papers import card_of


def kit_of(case, *, consent="criteria", language="en", **fields):
    """The archive of a decision on this assessment, opened."""
    cards = []
    for kind in ("scorecard", "certificate"):
        card = card_of(case, kind_of_paper=kind, audience="public", consent=consent, language=language, **fields)
        card.stored = default_storage.save(f"papers/{kind}.pdf", ContentFile(f"%PDF {kind}".encode()))
        cards.append(card)
    body = b"".join(papers.press_kit(cards[0].award, *cards))
    assert body == b"".join(papers.press_kit(cards[0].award, *cards)), "the same bytes each time"
    with zipfile.ZipFile(BytesIO(body)) as kit:
        assert kit.testzip() is None
        return {name: kit.read(name) for name in kit.namelist()}


def texts_of(kit):
    return " ".join(" ".join(body.decode().split()) for name, body in kit.items() if name.endswith((".txt", ".svg")))


@pytest.fixture
def case(db):
    return make.scored(make.city("Alder Reach"), 31)


def test_it_holds_both_papers_the_mark_a_text_and_what_may_be_used_how(case):
    kit = kit_of(case)
    assert list(kit) == [
        "README.txt", "press-release.txt", "alder-reach-ohio-certificate.pdf", "alder-reach-ohio-scorecard.pdf",
        "gold-mark.svg", "gold-mark.png",
    ]  # fmt: skip
    assert kit["alder-reach-ohio-certificate.pdf"] == b"%PDF certificate"
    assert kit["alder-reach-ohio-scorecard.pdf"] == b"%PDF scorecard"
    readme = kit["README.txt"].decode()
    assert all(name in readme for name in kit if name != "README.txt")
    assert "HOW IT MAY BE USED" in readme


def test_the_text_tells_the_facts_of_the_city(case):
    said = kit_of(case)["press-release.txt"].decode()
    for words in (
        "Alder Reach is certified Gold by What Works Cities Certification\n",
        "Alder Reach, Ohio, April 14, 2026\n",
        "under the 2022 Standard. The tier is Gold. The city is certified for the first time.",
        "31 of 43 points were validated, 72%.",
        "- Data Management: 9 of 9 points\n",
        "stands until April 14, 2029",
        "(code 7F3K-Q2MD)",
        "- Population 148,310\n",
        "43 criteria in 8 practice areas",
        "Invented city, for demonstration.",
    ):
        assert words in said
    assert "{" not in said
    assert "\n\n\n" not in said


def test_at_the_tier_alone_no_point_is_in_it(case):
    said = texts_of(kit_of(case, consent="tier"))
    assert "The tier is Gold." in said
    for words in (r"\b31\b", "72%", "of 43", "Data Management"):
        assert not re.search(words, said)


@pytest.mark.parametrize(
    ("kind", "previous", "words"),
    [("level_up", "silver", "Before, its tier was Silver."), ("recertified", "gold", "The city was certified before and is recertified.")],
)
def test_the_way_here_is_told(case, kind, previous, words):
    card_of(case, kind_of_paper="certificate")
    Award.objects.update(kind=kind, previous_tier=previous)
    said = texts_of(kit_of(case))
    assert words in said
    assert "for the first time" not in said


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", "Alder Reach obtiene What Works Cities Certification en el nivel Oro"),
        ("pt-br", "Alder Reach obtém a What Works Cities Certification no nível Ouro"),
    ],
)
def test_it_speaks_the_language_of_its_city_whoever_asks(db, language, words):
    case = make.scored(make.city("Alder Reach", language=language), 31)
    with translation.override("en"):
        said = texts_of(kit_of(case, language=language))
    assert words in said
    assert "Certification has" not in said


def test_names_are_written_as_they_are(db):
    """Plain text: nothing in it is escaped as in a page."""
    case = make.scored(make.city("O'Fallon & Mills"), 31)
    assert "O'Fallon & Mills is certified Gold" in kit_of(case)["press-release.txt"].decode()


def test_the_mark_is_one_drawing_and_one_picture_without_ground(case):
    kit = kit_of(case)
    drawn = kit["gold-mark.svg"].decode()
    assert drawn.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert "<title>Gold</title>" in drawn
    with Image.open(BytesIO(kit["gold-mark.png"])) as picture:
        assert (picture.size, picture.mode) == ((1200, 1200), "RGBA")
        corner, ground, full, faint = (picture.getpixel(place) for place in ((2, 2), (600, 100), (360, 800), (825, 500)))
    assert corner[3] == 0
    assert ground == (0x96, 0x63, 0x00, 255)
    assert full == (255, 255, 255, 255)
    assert faint not in (ground, full)


def test_a_file_that_is_gone_is_said_at_once(case):
    cards = [
        card_of(
            case,
            kind_of_paper=kind,
            audience="public",
        )
        for kind in ("scorecard", "certificate")
    ]
    for card in cards:
        card.stored = "papers/nothing.pdf"
    with pytest.raises(FileNotFoundError):
        papers.press_kit(cards[0].award, *cards)
