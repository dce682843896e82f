"""The questionnaire as a workbook: one row a criterion, drop-downs, and hidden columns that say which answer a row belongs to.

The same content gives the same bytes. Nothing that a person wrote is ever a formula: every cell of text is stored as text, is formatted
as text, and where it begins like a formula it carries the mark of a quoted text, so that it stays text when it is edited. No letter is
added for that, so what comes back is what went out.
"""

import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from assessments.models import Answer, AnswerVersion, Assessment
from assessments.papers.words import Words
from wwc.cells import fits, put

# The names of columns in the hidden first row. A reader goes by them alone, so columns may be moved and renamed.
OF, CODE, VERSION, CLAIM, TICK, NARRATIVE = "wwc:of", "wwc:code", "wwc:version", "wwc:claim", "wwc:tick", "wwc:narrative"
NAMES_ROW, HEAD_ROW, FIRST_ROW = 1, 2, 3
TICKED = "x"

_STAMP = (1980, 1, 1, 0, 0, 0)

_INK, _LINE, _WASH, _SHEET = "FF17191E", "FFDEDBD2", "FFF1EFE8", "FFFFFFFF"
_FONT, _LINE_HEIGHT, _TALLEST = "Calibri", 15, 409
_EDGE = Border(*[Side("thin", color=_LINE)] * 4)
_TOP = Alignment(vertical="top", wrap_text=True)
_MIDDLE = Alignment(horizontal="center", vertical="top")


def workbook(assessment: Assessment, answers: Sequence[Answer], language: str, *, blank: bool = False) -> bytes:
    """The workbook of an assessment, with what is saved or blank, in the words of a language.

    `answers` are those of `queries.answers_of` in the same language. A blank one stands on no version, so that whatever
    is saved counts as newer than it.
    """
    words, book = Words(language), Workbook()
    sheet = book.active
    _how_to(sheet, assessment, words, blank)
    _answers(book.create_sheet(words["answers"]), assessment, answers, words, blank)
    lists = book.create_sheet("lists")
    lists.sheet_state = "hidden"
    for row, said in enumerate(words.claims.values(), 1):
        put(lists.cell(row, 1), said)
    book.properties.title = f"{assessment}: {words['blank' if blank else 'filled']}"
    book.properties.creator, book.properties.language = "What Works Cities Certification", language
    return _steady(book)


def of(assessment: Assessment) -> str:
    """What every row says of where it belongs: city, cycle, edition."""
    return "/".join((assessment.city.slug, assessment.cycle.slug, assessment.cycle.standard.code))


def narrative_cell(version: AnswerVersion | None, code: str, language: str) -> str:
    """What the cell of a narrative holds: the text, or that it is too long for a cell."""
    text = version.narrative if version else ""
    return text if fits(text) else Words(language).say("too_long", code=code)


def _how_to(sheet: Any, assessment: Assessment, words: Words, blank: bool) -> None:
    sheet.title = words["how_to"]
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 4, 96
    edition = words.say("edition", edition=assessment.cycle.standard.code)
    head = [(str(assessment.city), 20), (f"{assessment.cycle} · {edition}", 12), (words["blank" if blank else "filled"], 12)]
    if assessment.city.is_invented:
        head.append((words["invented"], 12))
    for row, (text, size) in enumerate(head, 1):
        put(sheet.cell(row, 1), text).font = Font(name=_FONT, size=size, bold=size > 12, color=_INK)
        sheet.row_dimensions[row].height = size * 1.5
    for n, text in enumerate(words.steps, 1):
        row = len(head) + 1 + n
        put(sheet.cell(row, 1), str(n)).alignment = _TOP
        put(sheet.cell(row, 2), text).alignment = _TOP
        sheet.row_dimensions[row].height = _height([(text, 96)])
    sheet.protection.sheet, sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage = True, 0, True


def _answers(sheet: Any, assessment: Assessment, answers: Sequence[Answer], words: Words, blank: bool) -> None:
    lines = max((len(answer.criterion.items) for answer in answers), default=0)
    columns = _columns(words, lines)
    for column, (name, head, width) in enumerate(columns, 1):
        letter = get_column_letter(column)
        put(sheet.cell(NAMES_ROW, column), name)
        top = put(sheet.cell(HEAD_ROW, column), head)
        top.font, top.fill, top.alignment, top.border = Font(name=_FONT, bold=True, color=_INK), PatternFill("solid", _WASH), _TOP, _EDGE
        sheet.column_dimensions[letter].width = width
        sheet.column_dimensions[letter].hidden = name in (OF, CODE, VERSION)
    sheet.row_dimensions[NAMES_ROW].hidden = True
    sheet.row_dimensions[HEAD_ROW].height = _height((head, width - 3) for _name, head, width in columns)
    for row, answer in enumerate(answers, FIRST_ROW):
        values = _values(answer, assessment, words, lines, blank)
        shown = [(text, width) for text, (_name, _head, width) in zip(values, columns, strict=True)][3:]
        sheet.row_dimensions[row].height = _height(shown)
        for column, ((name, _head, _width), text) in enumerate(zip(columns, values, strict=True), 1):
            _cell(sheet.cell(row, column), name, text, open_to_fill=_is_filled(name, text, answer, words))
    _rules(sheet, [name for name, _head, _width in columns], len(answers), words)
    sheet.freeze_panes = sheet.cell(FIRST_ROW, 6)
    sheet.auto_filter.ref = f"D{HEAD_ROW}:{get_column_letter(len(columns))}{FIRST_ROW + max(len(answers), 1) - 1}"
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    protection = sheet.protection
    protection.sheet, protection.formatColumns, protection.formatRows, protection.autoFilter = True, False, False, False


def _columns(words: Words, lines: int) -> list[tuple[str, str, float]]:
    """Each column: its hidden name (none where nothing is read from it), its head, its width."""
    return [
        (OF, "", 8), (CODE, "", 8), (VERSION, "", 8),
        ("", words["code"], 8), ("", words["criterion"], 26), ("", words["area"], 18), ("", words["asked"], 46),
        ("", words["checklist"], 46), ("", words["needed"], 12), ("", words["notes"], 18),
        (CLAIM, words["claim"], 18),
        *((f"{TICK}{n}", words.say("line", n=n), 8) for n in range(1, lines + 1)),
        (NARRATIVE, words["narrative"], 70), ("", words["evidence"], 34),
    ]  # fmt: skip


def _values(answer: Answer, assessment: Assessment, words: Words, lines: int, blank: bool) -> list[str]:
    """What a row says, column by column."""
    criterion, version = answer.criterion, None if blank else answer.current
    checklist = "\n".join(f"{n}. {line}" for n, line in enumerate(criterion.lines, 1))
    ticks = version.ticks if version else []
    places = [item.position for item in criterion.items]
    return [
        of(assessment), criterion.code, str(version.number if version else 0),
        criterion.code, criterion.text.title, criterion.area.name_shown, criterion.text.statement,
        checklist, words.needed(criterion.checklist_required, len(places)), "\n".join(notes(criterion, words)),
        words.claims.get(version.claim, "") if version else "",
        *(TICKED if place in ticks else "" for place in places), *[""] * (lines - len(places)),
        narrative_cell(version, criterion.code, words.language), "" if blank else "\n".join(_proof(answer, words)),
    ]  # fmt: skip


def notes(criterion: Any, words: Words) -> list[str]:
    """What stands beside a criterion: core, what it needs, whose words it is."""
    said = [words["core"]] if criterion.core else []
    if criterion.needs_codes:
        said.append(words.say("needs", codes=", ".join(criterion.needs_codes)))
    if criterion.provenance in ("reconstructed", "partly"):
        said.append(words[criterion.provenance])
    return said


def _proof(answer: Answer, words: Words) -> list[str]:
    pages = [f", {words.say('page', pages=use.pages)}" if use.pages else "" for use in answer.proof]
    return [f"{use.evidence.title}{page}" for use, page in zip(answer.proof, pages, strict=True)]


def _height(cells: Iterable[tuple[str, float]]) -> float:
    """How high a row must be for its texts in columns of these widths: programs do not agree on who works that out."""
    lines = max(sum(max(math.ceil(len(part) / width), 1) for part in text.split("\n")) for text, width in cells)
    return float(min(lines * _LINE_HEIGHT + 3, _TALLEST))


def _is_filled(name: str, text: str, answer: Answer, words: Words) -> bool:
    """Whether a person fills the cell: not a line beyond the checklist, nor a text that did not fit."""
    if name.startswith(TICK):
        return int(name.removeprefix(TICK)) <= len(answer.criterion.items)
    if name == NARRATIVE:
        return text != words.say("too_long", code=answer.criterion.code)
    return name == CLAIM


def _cell(cell: Any, name: str, text: str, *, open_to_fill: bool) -> None:
    put(cell, text)
    cell.border, cell.alignment = _EDGE, _MIDDLE if name.startswith(TICK) else _TOP
    cell.fill = PatternFill("solid", _SHEET if open_to_fill else _WASH)
    cell.protection = Protection(locked=not open_to_fill)


def _rules(sheet: Any, names: Sequence[str], rows: int, words: Words) -> None:
    """Drop-downs for the claim and for each line of the checklist."""
    if not rows:
        return
    for column, name in enumerate(names, 1):
        if name == CLAIM:
            rule = DataValidation("list", formula1=f"lists!$A$1:$A${len(words.claims)}", allow_blank=True, showErrorMessage=True)
            rule.prompt = rule.error = words["choose"]
        elif name.startswith(TICK):
            rule = DataValidation("list", formula1=f'"{TICKED}"', allow_blank=True, showErrorMessage=True)
            rule.prompt = rule.error = words.say("tick", n=name.removeprefix(TICK))
        else:
            continue
        rule.showInputMessage = True
        letter = get_column_letter(column)
        rule.add(f"{letter}{FIRST_ROW}:{letter}{FIRST_ROW + rows - 1}")
        sheet.add_data_validation(rule)


def _steady(book: Workbook) -> bytes:
    """The bytes of the workbook without the hour at which they were made."""
    made, steady = BytesIO(), BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in parts.namelist():
            body = parts.read(name)
            if name == "docProps/core.xml":
                body = re.sub(rb"(<dcterms:(created|modified)[^>]*>)[^<]*", rb"\g<1>1980-01-01T00:00:00Z", body)
            part = zipfile.ZipInfo(name, _STAMP)
            part.compress_type = zipfile.ZIP_DEFLATED
            kept.writestr(part, body)
    return steady.getvalue()
