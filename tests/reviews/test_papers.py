"""What papers show, to whom, in whose language, and what a machine reads from their tags."""

from datetime import date
from io import BytesIO

import pypdf
import pytest
from django.utils import translation

from assessments.models import Consent
from reviews import papers
from reviews.jobs.scorecard import rendered
from reviews.models import Audience, Award, PublishedAward, PublishedCity, Resolution, Scorecard
from reviews.queries import results
from tests.factories import people
from tests.factories import results as make


def card_of(case, *, audience=Audience.CITY, consent=Consent.CRITERIA, kind=None, kind_of_paper="scorecard", language="en", **fields):
    score = results.current_score(case)
    follows = results.suggest(case, score)
    award, _ = Award.objects.get_or_create(
        assessment=case,
        version=1,
        defaults={
            "score": score,
            "kind": kind or follows.kind,
            "tier": "" if kind else follows.tier,
            "previous_tier": follows.previous_tier,
            "valid_until": date(2029, 4, 14) if follows.tier else None,
            "proposed_at": make.NOW,
            "proposed_by": people.person("staff", is_staff=True),
        },
    )
    defaults = {"kind": kind_of_paper, "announced_on": date(2026, 4, 14), "code": "7F3K-Q2MD", "asked_at": make.NOW}
    return Scorecard.objects.create(award=award, audience=audience, consent=consent, language=language, **defaults | fields)


def text_of(body):
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(body)).pages)


@pytest.fixture
def case(db):
    return make.scored(make.city("Alder Reach"), 31)


def test_the_first_page_says_who_when_what_and_how_far(case):
    paper = papers.scorecard(card_of(case))
    assert (paper.place, paper.tier, paper.headline, paper.points, paper.possible) == ("Alder Reach, Ohio", "gold", "Gold", 31, 43)
    assert paper.lead == "31 of 43 points, 72%. Certified for the first time."
    assert [(fact.text, fact.more) for fact in paper.facts] == [
        ("6 points more reach Platinum", "37 of 43"),
        ("All core criteria are met", "DM1, LC1, PA1"),
        ("Stands until April 14, 2029", "then the city is assessed again"),
        ("Population 148,310", "council-manager government"),
        ("Every point was validated", "by experts who read the evidence"),
    ]
    assert [step["at"] for step in paper.ladder] == [15, 22, 30, 37]
    assert len(paper.areas) == 8
    assert sum(len(block.lines) for column in paper.columns for block in column) == 43
    assert paper.verify.endswith("/verify/7F3K-Q2MD/")


def test_reasons_and_the_way_up_are_for_the_city_alone(case):
    own, public = papers.scorecard(card_of(case)), papers.scorecard(card_of(case, audience=Audience.PUBLIC))
    assert len(own.way) == 6
    assert sum(len(block.lines) for block in own.reasons) == 43
    assert (public.way, public.reasons) == ((), ())
    assert not any(line.reasons for column in public.columns for block in column for line in block.lines)


@pytest.mark.parametrize(("consent", "points", "areas", "criteria"), [("tier", None, 0, 0), ("areas", 31, 8, 0), ("criteria", 31, 8, 43)])
def test_the_public_sees_what_the_city_agreed_to(case, consent, points, areas, criteria):
    paper = papers.scorecard(card_of(case, audience=Audience.PUBLIC, consent=consent))
    assert paper.points == points
    assert len(paper.areas) == areas
    assert sum(len(block.lines) for column in paper.columns for block in column) == criteria
    if consent == "tier":
        assert [fact.text for fact in paper.facts] == ["Stands until April 14, 2029"]
        assert "31" not in paper.lead


def test_squares_are_sorted_where_the_criteria_are_not_public(case):
    def squares(paper):
        return [list(area.states) for area in paper.areas]

    own = papers.scorecard(card_of(case))
    public = papers.scorecard(card_of(case, audience=Audience.PUBLIC, consent="areas"))
    assert squares(public) == [sorted(area, reverse=True) for area in squares(own)]
    assert squares(public) != squares(own)


def test_what_the_public_paper_hides_is_not_in_its_bytes_either(case):
    hidden = rendered(card_of(case, audience=Audience.PUBLIC, consent="tier"))
    shown = rendered(card_of(case, audience=Audience.PUBLIC, consent="criteria"))
    for word in ("31 of 43", "Data Management", "DM3", "Population"):
        assert word not in text_of(hidden)
        assert word in text_of(shown)
    assert "Reasons for DM3" not in text_of(shown)
    assert "Reasons for DM3" in text_of(rendered(card_of(case)))


def test_the_way_here_counts_what_was_announced_before(case):
    city = PublishedCity.objects.create(slug=case.city.slug, name="Alder Reach", folded="alder reach", country="US")
    for year, tier in ((2019, "certified"), (2023, "silver"), (2027, "platinum")):
        PublishedAward.objects.create(
            number=str(year),
            city=city,
            kind="new",
            tier=tier,
            round_slug="r",
            round_name="r",
            announced_on=date(year, 4, 14),
            edition="2022",
            published_at=make.NOW,
        )
    PublishedAward.objects.filter(number="2027").update(closed_at=make.NOW, closed_because="taken_back")
    paper = papers.scorecard(card_of(case))
    assert [(step.tier, step.year) for step in paper.past] == [("certified", 2019), ("silver", 2023), ("gold", 2026)]
    assert paper.lead.endswith("Level-up from Silver in 2023.")


def test_no_tier_says_what_is_missing_and_is_not_to_be_verified(db):
    codes = [code for code in make.met(20) if code != "PA1"]
    case = make.settled(make.city("Quillon"), codes)
    make.score_assessment(case.pk)
    paper = papers.scorecard(card_of(case, code=""))
    assert (paper.tier, paper.headline) == ("none", "No tier")
    assert ("1 core criterion is not met", "PA1; every tier needs them all") in [(fact.text, fact.more) for fact in paper.facts]
    assert paper.verify == "For the city. Not published."


def test_the_honor_roll_has_its_own_mark_and_no_validity(db):
    case = make.scored(make.city("Quillon"), 9)
    paper = papers.scorecard(card_of(case, kind="honor_roll", audience=Audience.PUBLIC, consent="tier"))
    assert (paper.tier, paper.headline, paper.facts) == ("honor_roll", "Honor Roll", ())


@pytest.mark.parametrize(("country", "size"), [("US", "letter"), ("CA", "letter"), ("MX", "letter"), ("BR", "a4"), ("AR", "a4")])
def test_the_paper_is_that_of_the_country(db, country, size):
    case = make.scored(make.city("Alder Reach", country=country), 31)
    card = card_of(case, audience=Audience.PUBLIC, consent="tier")
    assert papers.scorecard(card).size == size
    page = pypdf.PdfReader(BytesIO(rendered(card))).pages[0].mediabox
    assert (round(page.width), round(page.height)) == ((612, 792) if size == "letter" else (595, 842))


def test_the_paper_speaks_the_language_of_its_city(db):
    case = make.scored(make.city("Nueva Lira", country="MX", language="es"), 31)
    settled = Resolution.objects.filter(answer__assessment=case, verdict="not_met").first()
    settled.pk, settled.how, settled.rationale = None, "as_city_says", "Not met, as the city says."
    settled.save()
    with translation.override("es"):
        paper = papers.scorecard(card_of(case, language="es"))
    assert paper.language == "es"
    assert paper.announced.endswith("14 de abril de 2026")
    assert paper.areas[0].name == "Gestión de datos"
    assert paper.foot.endswith("Estándar 2022")
    code = settled.answer.criterion.code
    said = {line.code: line.reasons for block in paper.reasons for line in block.lines}
    assert said[code] == "No cumplido, como dice la ciudad."
    assert "Not met, as the city says." not in said.values()


def tree_of(reader):
    """Every structure element: its kind, its text alternative, its attributes."""
    found = []

    def walk(node):
        node = node.get_object()
        if isinstance(node, pypdf.generic.ArrayObject):
            for each in node:
                walk(each)
        elif isinstance(node, pypdf.generic.DictionaryObject):
            if "/S" in node:
                found.append((node["/S"], str(node.get("/Alt", ""))))
            if "/K" in node:
                walk(node["/K"])

    walk(reader.trailer["/Root"]["/StructTreeRoot"])
    return found


@pytest.mark.parametrize("audience", ["city", "public"])
def test_tags_title_language_and_text_alternatives(case, audience):
    reader = pypdf.PdfReader(BytesIO(rendered(card_of(case, audience=audience))))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == "Scorecard: Alder Reach, Ohio, Gold, 2026 cycle"
    assert reader.metadata.author == "What Works Cities Certification"
    tags = tree_of(reader)
    kinds = [kind for kind, _alt in tags]
    assert kinds.count("/H1") == 1
    assert {"/H2", "/Table", "/TR", "/TH", "/TD", "/P"} <= set(kinds)
    figures = [alt for kind, alt in tags if kind == "/Figure"]
    assert all(figures), "a figure without its text alternative"
    assert "Gold" in figures
    assert "31 of 43 points. Certified from 15, Silver from 22, Gold from 30, Platinum from 37." in figures
    assert figures.count("met") == 31
    assert figures.count("not met") == 12


def test_every_font_is_inside(case):
    reader = pypdf.PdfReader(BytesIO(rendered(card_of(case))))
    fonts = {}
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            for descendant in font.get_object()["/DescendantFonts"]:
                descriptor = descendant.get_object()["/FontDescriptor"]
                fonts[descriptor["/FontName"]] = any(key in descriptor for key in ("/FontFile2", "/FontFile3"))
    assert fonts
    assert all(fonts.values())
    assert all("Public" in name for name in fonts)
