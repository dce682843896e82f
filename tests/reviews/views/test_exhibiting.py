"""Evidence beside the answer: pages, tables, text, opened where the city points; and who may see a page."""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from openpyxl import Workbook

from assessments.jobs import previews
from assessments.models import AnswerEvidence, Preview
from reviews.queries import exhibits
from tests.factories import reviews as make
from tests.support.counting import queries_of
from tests.support.documents import docx, pdf
from wwc.audit.models import Event


@pytest.fixture
def answer(assessment):
    return make.answer(assessment, "A1")


@pytest.fixture
def mine(answer, member):
    return make.assign(answer, member)


def added(answer, body, filename="policy.pdf", kind="pdf", pages="4", drawn=True):
    stored = default_storage.save(f"aa/{filename}", ContentFile(body))
    version = make.document(answer, filename, kind, stored)
    AnswerEvidence.objects.filter(evidence=version.evidence).update(pages=pages)
    if drawn:
        previews.draw_preview(version.pk)
    return version


def page_of(client_of, mine, query=""):
    return client_of(mine.member.person).get(reverse("reviews:validating", args=[mine.pk]) + query).content.decode()


@pytest.mark.parametrize(
    ("pages", "asked", "page"),
    [("", "", 1), ("4, 7", "", 4), ("see annex B, page 12", "", 12), ("4", "9", 9), ("iv", "", 1), ("0", "", 1), ("4", "x", 4)],
)
def test_where_it_opens(pages, asked, page):
    assert exhibits.pointed_at(pages, asked) == page


def test_pages_open_at_the_pointed_one_with_their_text(client_of, mine, answer):
    version = added(answer, pdf(*(f"Words of page {n}" for n in range(1, 31))), pages="15, 20")
    page = page_of(client_of, mine)
    shown = [n for n in range(1, 31) if f"Words of page {n}<" in page or f"Words of page {n}\n" in page]
    assert shown == list(range(14, 26))  # one before the pointed page, and as many as are shown at once
    assert f'<figure class="sheet" id="page-15" data-pointed><img src="/reviews/evidence/{version.pk}/pages/15.webp" width="1240"' in page
    assert "30 pages" in page
    assert "Pages up to 13" in page
    assert "Pages from 26 on" in page
    use = AnswerEvidence.objects.get()
    last = page_of(client_of, mine, f"?e={use.pk}&page=26")
    assert "Pages from" not in last
    assert "Words of page 30" in last


def test_a_long_document_says_what_is_left_out(client_of, mine, answer):
    version = added(answer, pdf("one", "two"), pages="900")
    Preview.objects.filter(version=version).update(of=900)
    page = page_of(client_of, mine)
    assert "The first 2 of 900 pages are shown here; the download has all of them." in page
    assert 'id="page-2" data-pointed' in page


@pytest.mark.parametrize(
    ("body", "words"),
    [(None, "The pages are being drawn"), (b"%PDF-1.4 and no more", "This file does not open as what it says it is")],
)
def test_what_is_not_there_to_show_says_so(client_of, mine, answer, body, words):
    added(answer, body or pdf("x"), drawn=body is not None)
    assert words in page_of(client_of, mine)


def test_a_workbook_is_sheets_with_formulas_as_text(client_of, mine, answer):
    book, body = Workbook(), BytesIO()
    book.active.append(["<b>Dataset</b>", 3, "=B1*2"])
    book.create_sheet("Owners").append(["Parks"])
    book.save(body)
    added(answer, body.getvalue(), "list.xlsx", "xlsx", pages="see sheet Owners")
    page = page_of(client_of, mine)
    assert "<td>Parks</td>" in page
    assert "Dataset" not in page
    use = AnswerEvidence.objects.get()
    first = page_of(client_of, mine, f"?e={use.pk}&page=1")
    assert "<td>&lt;b&gt;Dataset&lt;/b&gt;</td>" in first
    assert "<code>=B1*2</code>" in first


def test_text_documents_are_text_and_markdown_has_structure(client_of, mine, answer):
    added(answer, docx("Data policy", "Signed & dated"), "plan.docx", "docx")
    assert "Data policy\nSigned &amp; dated" in page_of(client_of, mine)
    notes = added(answer, b"# Minutes\n\n<script>x</script> *agreed*", "notes.md", "text")
    page = page_of(client_of, mine, f"?e={AnswerEvidence.objects.get(evidence=notes.evidence).pk}")
    assert "<em>agreed</em>" in page
    assert "<script>x" not in page


def test_a_page_is_for_who_may_read_the_answer_and_kept_by_their_browser_alone(client_of, mine, answer, second, stranger, staff):
    version = added(answer, pdf("x"))
    address = reverse("reviews:evidence_page", args=[version.pk, 1])
    for who in (second.person, stranger, make.lead_of(answer.assessment.city)):
        assert client_of(who).get(address).status_code == 404
    for who in (mine.member.person, staff):
        shown = client_of(who).get(address)
        assert b"".join(shown.streaming_content)[8:12] == b"WEBP"
        assert (shown["Content-Type"], shown["Cache-Control"]) == ("image/webp", "private, max-age=600")
        assert shown["Content-Security-Policy"].startswith("sandbox")
        assert shown["Cross-Origin-Resource-Policy"] == "same-origin"
    assert client_of(mine.member.person).get(reverse("reviews:evidence_page", args=[version.pk, 2])).status_code == 404
    assert not Event.objects.filter(verb="fetched").exists()  # a look at the item is what counts
    make.declaring.declare(
        answer.assessment.cycle, city=answer.assessment.city, state="declared", reason="x", by=mine.member.person, at=make.NOW
    )
    assert client_of(mine.member.person).get(address).status_code == 404


def test_a_page_of_what_waits_for_the_virus_check_is_not_shown(client_of, mine, answer):
    version = added(answer, pdf("x"))
    values = {name: getattr(version, name) for name in ("evidence", "kind", "filename", "stored", "size", "sha256", "added_at", "added_by")}
    waits = type(version).objects.create(number=2, awaits_check=True, **values)
    preview = Preview.objects.create(version=waits, outcome="drawn", of=1, drawn=1, made_at=make.NOW)
    preview.sheets.create(number=1, stored=version.preview.sheets.get().stored)
    assert client_of(mine.member.person).get(reverse("reviews:evidence_page", args=[waits.pk, 1])).status_code == 404
    shown = client_of(mine.member.person).get(reverse("reviews:evidence_page", args=[version.pk, 1]))
    assert (shown.status_code, len(b"".join(shown.streaming_content)) > 100) == (200, True)


def test_a_long_document_takes_as_many_queries_as_a_short_one(client_of, mine, answer):
    version = added(answer, pdf("one"), pages="1")
    client, address = client_of(mine.member.person), reverse("reviews:validating", args=[mine.pk])
    few = queries_of(client, address)
    first = version.preview.sheets.get()
    Preview.objects.filter(version=version).update(of=40, drawn=40)
    first.__class__.objects.bulk_create(first.__class__(preview=version.preview, number=n, stored=first.stored) for n in range(2, 41))
    assert len(queries_of(client, address)) == len(few) == 29
