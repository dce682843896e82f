"""Workbooks out and in: lossless, never a formula, the same bytes, bounded, and every fault told by its row."""

import random
import re
import zipfile
from copy import deepcopy
from datetime import date, datetime
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments import queries
from assessments.models import AnswerVersion, Claim, Import
from assessments.papers import reading
from assessments.papers.words import LANGUAGES, Words
from assessments.papers.workbook import CLAIM, CODE, NARRATIVE, OF, TICK, VERSION, of, workbook
from tests.factories import assessments as cases
from tests.factories import workbooks as make
from wwc.cells import CELL_LENGTH, fits
from wwc.refusals import Refusal

HOSTILE = [
    "=1+1", '=HYPERLINK("http://example.org","x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'quoted", "=", "_x0041_", "_x005F_x0041_",
    "x005F_", "_x000D_", "a\x0bb\x1fc", "one\ntwo\n\nthree", "one\rtwo",
    "e\u0301 ñ ção", "😀👩\u200d👧",
    "שלום \u202e abc", "\ufeffmark", "\ufffe\uffff",
    "1,5", "2026-01-02", "TRUE", "#REF!", "<b>&amp;</b>", "]]>", "x" * 30_000, "😀" * 16_000,
]  # fmt: skip
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60))


@pytest.fixture(scope="module")
def case_once(shared):
    return cases.started()


@pytest.fixture
def case(case_once, db):
    """The assessment, as each test finds it."""
    return deepcopy(case_once)


@pytest.fixture
def answers(case):
    return queries.answers_of(case)[:3]


def checklists(answers):
    return {answer.criterion.code: [item.position for item in answer.criterion.items] for answer in answers}


def back(body, case, answers):
    return reading.read(BytesIO(body), "answers.xlsx", of=of(case), checklists=checklists(answers))


def say(answer, narrative="", claim="", ticks=()):
    answer.current = AnswerVersion(number=1, claim=claim, ticks=list(ticks), narrative=narrative)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(text=TEXTS, claim=st.sampled_from(["", *Claim.values]), language=st.sampled_from(LANGUAGES), data=st.data())
def test_what_goes_out_comes_back_to_the_letter(case, answers, text, claim, language, data):
    first = answers[0]
    ticks = data.draw(st.lists(st.sampled_from(checklists(answers)[first.criterion.code]), unique=True).map(sorted))
    kept = text.replace("\r\n", "\n").strip()
    say(first, kept, claim, ticks)
    sheet = back(workbook(case, answers[:1], language), case, answers)
    assert sheet.problems == ()
    row = sheet.rows[0]
    said = kept if fits(kept) else Words(language).say("too_long", code=first.criterion.code)
    assert (row.code, row.base, row.claim, list(row.ticks), row.narrative) == (first.criterion.code, 1, claim, ticks, said)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_text_is_a_formula(case, answers, start):
    """Whatever begins like one is stored as text, formatted as text, and marked as quoted, so that editing keeps it text."""
    say(answers[0], f"{start}1+1|cmd")
    answers[0].criterion.text.title = "=1+1"
    body = workbook(case, answers, "en")
    with zipfile.ZipFile(BytesIO(body)) as parts:
        assert not any(b"<f>" in parts.read(name) or b"<f " in parts.read(name) for name in parts.namelist())
    _book, sheet, columns = make.opened(body)
    cell = sheet.cell(3, columns[NARRATIVE])
    assert (cell.data_type, cell.number_format, cell.quotePrefix) == ("s", "@", True)
    assert (sheet.cell(3, 5).data_type, sheet.cell(3, 5).value) == ("s", "=1+1")


def test_the_same_content_gives_the_same_bytes(case, answers):
    say(answers[0], "Words.", "met", [1])
    assert workbook(case, answers, "es") == workbook(case, answers, "es")
    assert workbook(case, answers, "es") != workbook(case, answers, "es", blank=True)


@pytest.mark.parametrize(("language", "choice"), [("en", "Not yet"), ("es", "Todavía no"), ("pt-br", "Ainda não")])
def test_it_speaks_the_language_of_the_person_and_guides_the_hand(case, language, choice):
    answers = queries.answers_of(case, language)
    book, sheet, columns = make.opened(workbook(case, answers, language))
    assert book.worksheets[0].title == Words(language)["how_to"]
    assert [cell.value for cell in book["lists"]["A"]] == list(Words(language).claims.values())
    assert choice in [cell.value for cell in book["lists"]["A"]]
    assert [book.worksheets[0].protection.sheet, sheet.protection.sheet, sheet.protection.password] == [True, True, None]
    assert sheet.freeze_panes == "F3"
    assert [sheet.column_dimensions[letter].hidden for letter in "ABCD"] == [True, True, True, False]
    assert sheet.row_dimensions[1].hidden
    open_cells = {name for name, column in columns.items() if not sheet.cell(3, column).protection.locked}
    lines = len(answers[0].criterion.items)
    assert open_cells == {CLAIM, NARRATIVE, *(f"{TICK}{n}" for n in range(1, lines + 1))}
    rules = {rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert rules == {"lists!$A$1:$A$3", '"x"'}
    assert len(make.rows(sheet, columns)) == 43


def test_a_text_that_fits_no_cell_is_never_cut(case, answers):
    say(answers[0], "y" * (CELL_LENGTH + 1), "met")
    body = workbook(case, answers, "en")
    _book, sheet, columns = make.opened(body)
    cell = sheet.cell(3, columns[NARRATIVE])
    assert cell.value == "This text is too long for a cell. It stays as it is; change it on the page of DM1."
    assert cell.protection.locked


# What people type


def test_every_way_to_say_a_choice_and_a_tick_is_understood(case, answers):
    typed = {
        "DM1": {CLAIM: "  sí, LO hacemos ", f"{TICK}1": "X", f"{TICK}2": "✓", f"{TICK}3": 3, f"{TICK}4": "no"},
        "DM2": {CLAIM: "Ainda não", f"{TICK}1": True, f"{TICK}2": 0},
        "DM3": {CLAIM: None, NARRATIVE: 2021},
    }
    rows = {row.code: row for row in back(make.filled(workbook(case, answers, "en"), typed), case, answers).rows}
    assert (rows["DM1"].claim, rows["DM1"].ticks) == ("met", (1, 2, 3))
    assert (rows["DM2"].claim, rows["DM2"].ticks) == ("not_met", (1,))
    assert (rows["DM3"].claim, rows["DM3"].narrative) == ("", "2021")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (2021.0, "2021"), (2.5, "2.5"), (date(2026, 3, 2), "2026-03-02"), (datetime(2026, 3, 2, 9, 30), "2026-03-02 09:30"),  # noqa: DTZ001
        (True, "1"), ("a\r\nb", "a\nb"),
    ],
)  # fmt: skip
def test_numbers_and_dates_typed_into_a_text_stay_readable(case, answers, typed, said):
    body = make.filled(workbook(case, answers, "en"), {"DM1": {NARRATIVE: typed}})
    assert back(body, case, answers).rows[0].narrative == said


FAULTS = [
    ({CLAIM: "Perhaps"}, "choice", "Perhaps"),
    ({CLAIM: "=1+1"}, "formula", "K3"),
    ({NARRATIVE: "=A1"}, "formula", "Q3"),
    ({NARRATIVE: "#REF!"}, "error", "Q3"),
    ({f"{TICK}1": "maybe"}, "tick", "maybe"),
    ({f"{TICK}5": "x"}, "off_checklist", "5"),
    ({CODE: "ZZ9"}, "unknown", "ZZ9"),
    ({CODE: None}, "unknown", ""),
    ({VERSION: "two"}, "hidden", "DM1"),
    ({OF: "other/2026/2022"}, "elsewhere", "other/2026/2022"),
    ({CLAIM: "z" * 200}, "choice", "z" * 59 + "…"),
]


@pytest.mark.parametrize(("typed", "kind", "value"), FAULTS, ids=[f"{kind} {value[:9]}" for _typed, kind, value in FAULTS])
def test_a_row_that_cannot_be_read_is_named_and_takes_no_other_with_it(case, answers, typed, kind, value):
    body = make.filled(workbook(case, answers, "en"), {"DM1": typed})
    if kind == "error":
        body = _as_error(body)
    sheet = back(body, case, answers)
    assert [(each.row, each.kind, each.value) for each in sheet.problems] == [(3, kind, value)]
    assert [row.code for row in sheet.rows] == ["DM2", "DM3"]


def _as_error(body):
    """The library takes the words of an error for one by itself; a calculated one is written so too."""
    with zipfile.ZipFile(BytesIO(body)) as parts:
        assert b'<c r="Q3" s=' in parts.read("xl/worksheets/sheet2.xml")
        assert b't="e"><v>#REF!' in parts.read("xl/worksheets/sheet2.xml")
    return body


def test_the_same_criterion_twice_is_left_out_twice(case, answers):
    sheet = back(make.filled(workbook(case, answers, "en"), {"DM2": {CODE: "DM1"}}), case, answers)
    assert [(each.row, each.kind, each.value) for each in sheet.problems] == [(3, "twice", "DM1"), (4, "twice", "DM1")]
    assert [row.code for row in sheet.rows] == ["DM3"]


def shared(body):
    """The same workbook with its texts in a table of their own, some of them in runs, as Excel and LibreOffice write it."""
    with zipfile.ZipFile(BytesIO(body)) as parts:
        sheet, types, links = (parts.read(name).decode() for name in (SHEET, "[Content_Types].xml", "xl/_rels/workbook.xml.rels"))
    texts = []

    def take(found):
        texts.append(found[2])
        return f'<c{found[1]} t="s"><v>{len(texts) - 1}</v></c>'

    sheet = re.sub(r'<c([^>]*) t="inlineStr"><is><t[^>]*>(.*?)</t></is></c>', take, sheet, flags=re.DOTALL)
    runs = (f'<r><t xml:space="preserve">{text[:3]}</t></r><rPh sb="0" eb="1"><t>no</t></rPh><r><t>{text[3:]}</t></r>' for text in texts)
    whole = (f"<t>{text}</t>" for text in texts)
    items = "".join(
        f"<si>{run if n % 2 and '&' not in run and '_x' not in run else one}</si>"
        for n, (run, one) in enumerate(zip(runs, whole, strict=True))
    )
    table = f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{items}</sst>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    types = types.replace("</Types>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>')
    changed = {SHEET: sheet, "[Content_Types].xml": types, "xl/sharedStrings.xml": table, "xl/_rels/workbook.xml.rels": links}
    return zipped(body, **{name: part.encode() for name, part in changed.items()})


def test_a_workbook_saved_by_another_program_reads_the_same(case, answers):
    for answer, text in zip(answers, HOSTILE[9:12], strict=True):
        say(answer, f"{text}\nand more words", "met", [1])
    body = workbook(case, answers, "en")
    again = shared(body)
    assert b't="s"><v>' in zipfile.ZipFile(BytesIO(again)).read(SHEET)
    assert back(again, case, answers) == back(body, case, answers)
    assert back(again, case, answers).rows[0].narrative == "_x0041_\nand more words"


def test_columns_and_rows_may_be_moved_renamed_and_removed(case, answers):
    say(answers[1], "Two.", "not_met")

    def change(book, sheet):
        sheet.move_range("Q1:Q5", cols=6)  # the narrative to the far right
        sheet.delete_cols(5, 3)  # title, area, what is asked
        sheet.delete_rows(3)  # the first criterion
        sheet["D2"] = "My own head"
        book.create_sheet("Notes", 0)["A1"] = "Somebody's"

    sheet = back(make.filled(workbook(case, answers, "en"), {}, change), case, answers)
    assert [(row.row, row.code, row.claim, row.narrative) for row in sheet.rows] == [(3, "DM2", "not_met", "Two."), (4, "DM3", "", "")]
    assert sheet.problems == ()


# What is refused as a whole


def zipped(body, **changed):
    """The workbook with parts put in the place of others."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(body)) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in {**dict.fromkeys(parts.namelist()), **changed}:
            kept.writestr(name, changed[name] if name in changed else parts.read(name))
    return out.getvalue()


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
SHEET = "xl/worksheets/sheet2.xml"
EMPTY = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
TEXT = b'<row r="1"><c r="A1" t="inlineStr"><is><t>%s</t></is></c></row>'

WHOLE = {
    "no zip": (lambda body: b"code,claim\nDM1,met\n", reading.DamagedWorkbook),
    "half": (lambda body: body[: len(body) // 2], reading.DamagedWorkbook),
    "entities": (lambda body: zipped(body, **{SHEET: BOMB}), reading.DamagedWorkbook),
    "entities in the list of parts": (lambda body: zipped(body, **{"[Content_Types].xml": BOMB}), reading.DamagedWorkbook),
    "ten million letters": (lambda body: zipped(body, **{SHEET: EMPTY % (TEXT % (b"a" * 10_000_000))}), reading.TooMuch),
    "a million empty cells": (lambda body: zipped(body, **{SHEET: EMPTY % (b"<row>" + b"<c/>" * 1_000_000 + b"</row>")}), reading.TooMuch),
    "attributes without end": (
        lambda body: zipped(body, **{SHEET: EMPTY % (b"<row " + b" ".join(b'a%d=""' % n for n in range(20_000)) + b"/>")}),
        reading.TooMuch,
    ),
    "large styles": (lambda body: zipped(body, **{"xl/styles.xml": b" " * 3_000_000}), reading.TooMuch),
    "many parts": (lambda body: zipped(body, **{f"xl/{n}.bin": b"" for n in range(401)}), reading.TooMuch),
    "another book": (lambda body: zipped(body, **{SHEET: EMPTY % b""}), reading.NotOurs),
    "a far row": (
        lambda body: make.filled(body, {}, lambda book, sheet: sheet.__setitem__("A501", "wwc")),
        reading.TooMuch,
    ),
    "a lost column": (lambda body: make.filled(body, {}, lambda book, sheet: sheet.delete_cols(3)), reading.ColumnGone),
    "the hidden line removed": (lambda body: make.filled(body, {}, lambda book, sheet: sheet.delete_rows(1)), reading.NotOurs),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_no_workbook_of_ours_is_refused_in_words(case, answers, name):
    change, refusal = WHOLE[name]
    with pytest.raises(refusal) as refused:
        back(change(workbook(case, answers, "en")), case, answers)
    assert str(refused.value.message).startswith("answers.xlsx ")
    assert "Nothing was read." in str(refused.value.message)


def test_the_workbook_of_another_assessment_is_refused(case, answers):
    other = cases.started("Alder Reach")
    with pytest.raises(reading.OfAnother, match="another assessment"):
        back(workbook(other, queries.answers_of(other)[:3], "en"), case, answers)


def mutated(body, seed):
    """A workbook with something broken: bytes, or a part within."""
    chance = random.Random(seed)
    if chance.random() < 0.3:
        broken = bytearray(body)
        for _each in range(chance.randint(1, 40)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        return bytes(broken[: chance.randint(1, len(broken))] if chance.random() < 0.2 else broken)
    with zipfile.ZipFile(BytesIO(body)) as parts:
        name = chance.choice(parts.namelist() + [SHEET] * 6)
        part = bytearray(parts.read(name))
    for _each in range(chance.randint(1, 12)):
        at = chance.randrange(len(part))
        kind = chance.randrange(6)
        if kind == 0:
            part[at] = chance.randrange(256)
        elif kind == 1:
            del part[at : at + chance.randint(1, 60)]
        elif kind == 2:
            part[at:at] = chance.choice([b"9" * 400, b"<c/>", b"\x00", b"&x;", b"_xD800_", b"-1", b'"', b"1e999", b"\xff\xfe"])
        elif kind > 3:
            ends = [found.end() for found in re.finditer(rb"<t[^>/]*>|<v>", part)] or [at]
            part[(at := chance.choice(ends)) : at + 2] = chance.choice([b"9" * 400, b"_xD800_", b"-1", b"1e999", b"x", b"_x0000_", b""])
        else:
            part[at:at] = part[max(at - 80, 0) : at]
        part = part or bytearray(b" ")
    return zipped(body, **{name: bytes(part)})


@pytest.mark.heavy
def test_two_thousand_broken_workbooks_through_the_page(case, client_of):
    cases.said(case, narrative="Some words.")
    client, body = client_of(cases.lead(case.city)), make.taken(case)
    for seed in range(2_000):
        before = Import.objects.count(), AnswerVersion.objects.count()
        answer = client.post(reverse("assessments:import", args=[case.pk]), {"file": make.file(mutated(body, seed))})
        assert answer.status_code == 302, seed
        after = Import.objects.count(), AnswerVersion.objects.count()
        if "/imports/" in answer["Location"]:
            assert client.get(answer["Location"]).status_code == 200, seed
        else:
            assert after == before, seed
        assert after[1] == before[1], seed


def test_broken_workbooks_are_read_or_refused(case, answers):
    say(answers[0], "Some words.", "met", [1, 2])
    body, outcomes = workbook(case, answers, "en"), set()
    for seed in range(300):
        try:
            outcomes.add(bool(back(mutated(body, seed), case, answers).problems))
        except Refusal as refusal:
            outcomes.add(type(refusal).__name__)
    assert {True, False, "DamagedWorkbook"} <= outcomes


def test_words_are_there_in_each_language():
    for language in LANGUAGES:
        words = Words(language)
        with translation.override(language.lower()):
            assert words.claims == {value: str(label) for value, label in Claim.choices}, "the words of the pages"
        assert all(step.strip() for step in words.steps)
        assert len(set(words.claims.values())) == 3
        assert max(len(words.say("tick", n=1)), len(words["choose"])) <= 225, "what a drop-down shows at most"
        assert all(len(title) <= 31 and not re.search(r"[\[\]:*?/\\]", title) for title in (words["answers"], words["how_to"]))
