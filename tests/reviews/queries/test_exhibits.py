"""Evidence beside the answer: text and tables inline, long ones cut, old encodings read, lost files named."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from assessments.models import EvidenceVersion
from reviews.queries import exhibits


def kept(kind, content, name="x/file"):
    return EvidenceVersion(kind=kind, filename=f"file.{kind}", stored=default_storage.save(name, ContentFile(content)))


def test_text_as_it_is():
    shown = exhibits.shown(kept("text", "\ufeffAño nuevo".encode()))
    assert (shown.kind, shown.text, shown.cut) == ("text", "Año nuevo", False)


def test_an_older_encoding_is_read():
    assert exhibits.shown(kept("text", "Año".encode("cp1252"))).text == "Año"


def test_a_long_text_is_cut_between_letters():
    shown = exhibits.shown(kept("text", b"x" + "ñ".encode() * exhibits.MOST_BYTES))
    assert shown.cut
    assert set(shown.text) == {"x", "ñ"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_sheet_by_its_own_delimiter(delimiter):
    rows = [["Dataset", "Owner"], ["Permits", "Planning"], ["Trees", "Parks"]]
    shown = exhibits.shown(kept("csv", "\n".join(delimiter.join(row) for row in rows).encode()))
    assert (shown.head, shown.rows, shown.cut) == (("Dataset", "Owner"), (("Permits", "Planning"), ("Trees", "Parks")), False)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_any_system_ends_them(ending):
    shown = exhibits.shown(kept("csv", ending.join(["Dataset,Owner", 'Permits,"Planning\rand zoning"', "Trees,Parks"]).encode()))
    assert (shown.head, shown.rows) == (("Dataset", "Owner"), (("Permits", "Planning\nand zoning"), ("Trees", "Parks")))


def test_a_long_sheet_is_cut_and_an_empty_one_is_empty():
    shown = exhibits.shown(kept("csv", b"a,b\n" + b"1,2\n" * 500))
    assert shown.cut
    assert len(shown.rows) == exhibits.MOST_ROWS
    assert exhibits.shown(kept("csv", b"\n\n")).rows == ()


def test_a_lost_file_is_named():
    assert exhibits.shown(EvidenceVersion(kind="text", filename="a.txt", stored="nowhere")).kind == "gone"
