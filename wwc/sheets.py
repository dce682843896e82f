"""A workbook of plain tables, written row by row: memory stays the same however many rows there are, and no cell is a formula.

openpyxl makes an object and an element of every cell, which for a cycle of thirteen hundred cities is a quarter of an hour; the
tables need none of what it can do. The file is what the standard (ECMA-376) asks of a workbook and nothing more.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from wwc import cells

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Cell formats by number: 0 as it comes, 1 text, 2 text that begins like a formula and shows no apostrophe.
_XF = '<xf numFmtId="{0}" fontId="0" fillId="0" borderId="0"{1}/>'
_TEXT = ' xfId="0" applyNumberFormat="1"'
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill>'
    '<patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/>'
    f'<right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1">{_XF.format(0, "")}</cellStyleXfs><cellXfs count="3">'
    f"""{_XF.format(0, ' xfId="0"')}{_XF.format(49, _TEXT)}{_XF.format(49, f'{_TEXT} quotePrefix="1"')}</cellXfs>"""
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


class Book:
    """A workbook that is being written: one sheet after the other, and closed by whoever opened it with `writing`."""

    def __init__(self, package: ZipFile) -> None:
        self._package, self._names = package, list[str]()

    def sheet(self, name: str, rows: Iterable[Sequence[Any]]) -> None:
        """Write a sheet. A number is a number, nothing is an empty cell, and anything else is text, whatever it begins with."""
        self._names.append(name)
        with self._package.open(f"xl/worksheets/sheet{len(self._names)}.xml", "w", force_zip64=True) as out:
            out.write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for row in rows:
                out.write(f"<row>{''.join(map(_cell, row))}</row>".encode("utf-8", "replace"))
            out.write(b"</sheetData></worksheet>")

    def close(self) -> None:
        """Write what names the sheets."""
        numbers = range(1, len(self._names) + 1)
        sheets = "".join(f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="s{n}"/>' for n, name in zip(numbers, self._names, strict=True))
        parts = "".join(f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_KIND}.worksheet+xml"/>' for n in numbers)
        ties = "".join(f'<Relationship Id="s{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers)
        for name, text in {
            "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{ties}'
            f'<Relationship Id="styles" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="book" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
            f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>{parts}</Types>',
        }.items():
            self._package.writestr(name, _XML + text)
        self._package.writestr("xl/styles.xml", _STYLES)


@contextmanager
def writing(out: IO[bytes]) -> Iterator[Book]:
    """Write a workbook into a file."""
    with ZipFile(out, "w", ZIP_DEFLATED) as package:
        book = Book(package)
        yield book
        book.close()


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    text = str(value)
    style = 2 if text.startswith(cells.FORMULA_STARTS) else 1
    return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{escape(cells.encoded(text))}</t></is></c>'
