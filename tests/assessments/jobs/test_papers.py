"""Questionnaires on paper: drawn once per content, tagged, the same bytes, what was submitted as it was."""

from dataclasses import replace
from hashlib import sha256
from io import BytesIO

import pypdf
import pytest
from django.core.files.storage import default_storage

from assessments.actions import printing
from assessments.jobs import papers
from assessments.models import Paper
from assessments.papers.questionnaire import questionnaire
from tests.factories import assessments as cases
from tests.reviews.test_papers import tree_of
from wwc.outbox import running
from wwc.outbox.files import folder_of
from wwc.outbox.models import Work

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return cases.started()


@pytest.fixture
def quick(monkeypatch):
    """Bytes without the time that real ones take."""
    drawn = []

    def draw(sheet):
        drawn.append(sheet.content_hash)
        return f"%PDF {sheet.content_hash}".encode()

    monkeypatch.setattr(papers, "rendered", draw)
    return drawn


def ask(case, now, kind="filled", language="en"):
    return printing.ask(case, kind=kind, language=language, by=cases.lead(case.city), at=now)


def test_the_same_content_is_drawn_once(case, now, quick):
    assert ask(case, now) == ask(case, now)
    assert running.drain(["draw_paper"]) == 1
    assert ask(case, now) == Paper.objects.get()
    assert running.drain(["draw_paper"]) == 0
    cases.said(case)
    assert ask(case, now) != Paper.objects.order_by("pk")[0]
    assert ask(case, now, language="es") not in Paper.objects.filter(language="en")
    running.drain(["draw_paper"])
    assert len(quick) == 3
    for paper in Paper.objects.all():
        with default_storage.open(paper.stored) as file:
            assert sha256(file.read()).hexdigest() == paper.sha256
        assert default_storage.listdir(folder_of(paper))[1] == [paper.stored.rsplit("/", 1)[1]]


def test_what_was_saved_since_is_on_it_and_the_row_says_so(case, now, quick):
    paper = ask(case, now)
    cases.said(case)
    running.drain(["draw_paper"])
    paper.refresh_from_db()
    assert paper.content_hash == questionnaire(case, "filled", "en").content_hash == quick[0]
    assert ask(case, now) == paper


def test_two_rows_that_came_to_say_the_same_are_one(case, now, quick):
    ask(case, now)
    cases.said(case)
    later = ask(case, now)
    assert running.drain(["draw_paper"]) == 2
    assert Paper.objects.get() == later
    assert len(quick) == 1


def test_a_failure_leaves_no_file_and_is_tried_again(case, now, monkeypatch):
    paper = ask(case, now)

    def lose(sheet):
        Work.objects.update(claim="another worker")
        return b"%PDF"

    monkeypatch.setattr(papers, "rendered", lose)
    running.load_entrances()
    running.run(Work.objects.get(kind="draw_paper").pk)
    paper.refresh_from_db()
    assert (paper.made_at, paper.stored) == (None, "")
    assert default_storage.listdir(folder_of(paper))[1] == []


@pytest.fixture
def answered(case):
    """Everything submitted, one answer with much in it."""
    cases.said(case, "DM1", narrative="# Head\n\nWe meet *monthly* = always.\x0b\n\n- one\n- <b>two</b>", ticks=[1, 3])
    cases.proven(case, "DM1", pages="4", upload=cases.text_file(body="Another."))
    cases.submitted(case)
    return case


def text_of(reader):
    return "\n".join(page.extract_text() for page in reader.pages)


def drawn(case, kind, language):
    """The paper of the first practice area: the others say the same in more pages."""
    sheet = questionnaire(case, kind, language)
    sheet = replace(sheet, blocks=sheet.blocks[:1])
    return sheet, papers.rendered(sheet)


def test_all_answers_as_submitted_are_tagged_and_steady(answered):
    sheet, body = drawn(answered, "answers", "en")
    assert papers.rendered(sheet) == body
    reader = pypdf.PdfReader(BytesIO(body))
    root = reader.trailer["/Root"]
    assert (root["/MarkInfo"]["/Marked"], root["/Lang"], reader.metadata.title) == (True, "en", sheet.title)
    tags = [kind for kind, _alt in tree_of(reader)]
    assert tags.count("/H1") == 1
    assert tags.count("/H2") == 1
    assert tags.count("/H3") == len(sheet.blocks[0].asked) + 1, "its criteria, and the head that somebody wrote"
    assert {"/P", "/L", "/LI", "/TH", "/TD"} <= set(tags)
    assert all(alt for kind, alt in tree_of(reader) if kind == "/Figure")
    outline = [each.title for each in reader.outline[0:1]]
    assert outline == ["Port Lindell, Ohio"]
    text = text_of(reader)
    receipt = answered.snapshots.get()
    for words in (receipt.receipt, receipt.content_hash[:20], "Attested by", "We meet monthly", "policy.txt, page 4", "in place:", "1 of "):
        assert words in text
    fonts = {font.get_object()["/BaseFont"] for page in reader.pages for font in page["/Resources"]["/Font"].values()}
    assert all("+" in name for name in fonts), "a font that is not inside"


def test_what_is_submitted_does_not_change_on_paper(answered, now):
    before = questionnaire(answered, "answers", "en").content_hash
    answered.refresh_from_db()
    answered.answers.update(lock="open")
    answered.move_to("drafting", by=cases.staff(), at=now, reason="Once more.")
    cases.said(answered, "DM1", narrative="Something else.")
    assert questionnaire(answered, "answers", "en").content_hash == before


@pytest.mark.parametrize(("country", "language", "words", "width"), [
    ("MX", "es", "¿Su ciudad lo cumple?", 612), ("BR", "pt-br", "Sua cidade atende a isto?", 595),
])  # fmt: skip
def test_a_blank_one_has_boxes_and_lines_in_the_language_and_paper_of_the_city(country, language, words, width):
    case = cases.started("Nueva Lira", country=country, language=language)
    _sheet, body = drawn(case, "blank", language)
    reader = pypdf.PdfReader(BytesIO(body))
    assert reader.trailer["/Root"]["/Lang"] == language
    assert round(reader.pages[0].mediabox.width) == width
    assert words in text_of(reader)
