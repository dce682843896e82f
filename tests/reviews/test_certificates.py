"""The certificate: one page in the language and on the paper of its city, the same each time, no more than the public may know."""

from datetime import date
from io import BytesIO

import pypdf
import pytest
from django.utils import translation

from assessments.models import Assessment, City
from reviews import papers
from reviews.jobs.scorecard import rendered
from reviews.models import Scorecard
from reviews.papers.certificates import length_of, modules
from tests.factories import results as make
from tests.reviews.test_papers import card_of, text_of, tree_of


def certificate_of(case, *, consent="criteria", language="en", **fields):
    return card_of(case, kind_of_paper="certificate", audience="public", consent=consent, language=language, **fields)


@pytest.fixture
def case(db):
    return make.scored(make.city("Alder Reach"), 31)


def test_it_says_who_what_when_and_where_it_is_verified(case):
    paper = papers.certificate(certificate_of(case))
    assert (paper.place, paper.tier, paper.word, paper.edition) == ("Alder Reach, Ohio", "gold", "Gold", "2022 Standard")
    assert (paper.points, paper.possible) == ("31", "43")
    assert (paper.announced, paper.until) == ("Announced April 14, 2026", "Stands until April 14, 2029")
    assert paper.verify.endswith("/verify/7F3K-Q2MD/")
    assert paper.title == "Certificate: Alder Reach, Ohio, Gold, 2026"


@pytest.mark.parametrize(("consent", "shown"), [("tier", False), ("areas", True), ("criteria", True)])
def test_points_are_on_it_only_where_the_city_shows_them(case, consent, shown):
    said = " ".join(text_of(rendered(certificate_of(case, consent=consent))).split())
    assert "is a Gold city of What Works Cities Certification for its exceptional use of data, under the 2022 Standard" in said
    assert ("31 of 43 points validated" in said) == shown
    assert ("31" in said) == shown


@pytest.mark.parametrize(("country", "size"), [("US", (792, 612)), ("MX", (792, 612)), ("BR", (842, 595)), ("AR", (842, 595))])
def test_it_is_one_page_across_of_the_paper_of_its_country(db, country, size):
    case = make.scored(make.city("Alder Reach", country=country), 31)
    (page,) = pypdf.PdfReader(BytesIO(rendered(certificate_of(case)))).pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == size


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", "Se certifica que Nueva Lira, Ohio es una ciudad de nivel Oro de What Works Cities Certification"),
        ("pt-br", "Certifica-se que Nueva Lira, Ohio é uma cidade de nível Ouro da What Works Cities Certification"),
    ],
)
def test_it_speaks_the_language_of_its_city_whoever_renders_it(db, language, words):
    case = make.scored(make.city("Nueva Lira", country="MX", language=language), 31)
    card = certificate_of(case, language=language)
    with translation.override("en"):
        body = rendered(card)
    assert words in " ".join(text_of(body).split())
    assert pypdf.PdfReader(BytesIO(body)).trailer["/Root"]["/Lang"] == language


def test_the_same_award_makes_the_same_bytes_and_another_day_makes_others(case):
    card = certificate_of(case)
    assert rendered(card) == rendered(Scorecard.objects.get(pk=card.pk))
    card.announced_on = date(2026, 4, 15)
    assert rendered(card) != rendered(Scorecard.objects.get(pk=card.pk))


def test_a_machine_reads_its_tags_and_its_pictures(case):
    reader = pypdf.PdfReader(BytesIO(rendered(certificate_of(case))))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.metadata.title == "Certificate: Alder Reach, Ohio, Gold, 2026"
    assert "pdfuaid:part" in reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    tags = tree_of(reader)
    assert [kind for kind, _alt in tags].count("/H1") == 1
    figures = [alt for kind, alt in tags if kind == "/Figure"]
    assert figures[0] == "Gold"
    assert figures[1].startswith("Code that leads to ")
    for font in reader.pages[0]["/Resources"]["/Font"].values():
        for each in font.get_object()["/DescendantFonts"]:
            assert {"/FontFile2", "/FontFile3"} & each.get_object()["/FontDescriptor"].keys()


@pytest.mark.parametrize(
    "name", ["Wilmington Junction", "Saint Mary of the Mountain and the Old Mill", "Villagrande de la Sierra " * 4, "w" * 109, "w" * 120]
)
def test_the_longest_name_ends_above_the_foot(case, name):
    """A name has at most 120 letters, its state 80; the words end before the rule over the foot begins."""
    state = "North Ohio " * 7 if len(name) == 120 else "Ohio"
    City.objects.update(name=name.strip(), subdivision_name=state.strip())
    case = Assessment.objects.get(pk=case.pk)
    (page,) = pypdf.PdfReader(BytesIO(rendered(certificate_of(case)))).pages
    found = []

    def visit(text, cm, tm, _font, _size):
        if text.strip():
            found.append((cm[3] * tm[5] + cm[5], text.strip()))

    page.extract_text(visitor_text=visit)
    last = min(y for y, text in found if "validated" in text)
    foot = max(y for y, text in found if "Announced" in text)
    assert last > foot + 20, found


@pytest.mark.parametrize(("letters", "length"), [(22, ""), (23, "long"), (52, "long"), (53, "longer"), (110, "longer"), (111, "longest")])
def test_a_long_name_is_set_smaller(letters, length):
    assert length_of("x" * letters) == length


def test_the_code_is_drawn_from_its_modules():
    """The three corners of a QR code are squares of seven; version 1 has 21 modules a side."""
    drawn, side = modules("wwc")
    assert side == 21
    assert drawn.startswith("M0 0h7v1h-7z")
    assert "M14 0h7v1h-7z" in drawn
    assert "M0 20h7v1h-7z" in drawn
