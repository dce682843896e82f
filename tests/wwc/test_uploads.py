"""What may be uploaded: kind by content, size, names, pictures drawn anew, nothing unpacked."""

import hashlib
import zipfile
from io import BytesIO

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import RequestFactory
from PIL import Image

from wwc import uploads

ODT, ODS = b"application/vnd.oasis.opendocument.text", b"application/vnd.oasis.opendocument.spreadsheet"
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{}</Types>'


def _file(name: str, body: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body)


def _pdf(pages: int = 1) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(200, 200)
    kept = BytesIO()
    document.save(kept)
    document.close()
    return kept.getvalue()


def _zip(**members: bytes | str) -> bytes:
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, body in members.items():
            # One date for all: these bytes name test cases, and every process must find the same names.
            member = zipfile.ZipInfo(name.replace("__", "/").replace("_dot_", "."), (2026, 1, 1, 0, 0, 0))
            parts.writestr(member, body, zipfile.ZIP_DEFLATED)
    return kept.getvalue()


def _office(main: str, types: str = "", **more: bytes | str) -> bytes:
    return _zip(**{"[Content_Types].xml": TYPES.format(types), main: "<x/>", **more})


def _twice(main: str) -> bytes:
    kept = BytesIO(_office(main))
    with zipfile.ZipFile(kept, "a") as parts, pytest.warns(UserWarning, match="Duplicate name"):
        parts.writestr(zipfile.ZipInfo(main, (2026, 1, 1, 0, 0, 0)), "<another/>")
    return kept.getvalue()


def _picture(kind: str, size=(6, 4), **given) -> bytes:
    kept = BytesIO()
    Image.new("RGB", size, "#1c4a8c").save(kept, kind, **given)
    return kept.getvalue()


@pytest.mark.parametrize(
    ("name", "body", "kind", "kept_as", "content_type"),
    [
        ("policy.pdf", _pdf(), "pdf", "policy.pdf", "application/pdf"),
        ("policy", _pdf(), "pdf", "policy.pdf", "application/pdf"),
        ("policy.txt", _pdf(), "pdf", "policy.pdf", "application/pdf"),
        ("plan.docx", _office("word/document.xml"), "docx", "plan.docx", uploads.CONTENT_TYPES[".docx"]),
        ("list.xlsx", _office("xl/workbook.xml"), "xlsx", "list.xlsx", uploads.CONTENT_TYPES[".xlsx"]),
        ("list.docx", _office("xl/workbook.xml"), "xlsx", "list.xlsx", uploads.CONTENT_TYPES[".xlsx"]),
        ("slides.pptx", _office("ppt/presentation.xml"), "pptx", "slides.pptx", uploads.CONTENT_TYPES[".pptx"]),
        ("plan.odt", _zip(mimetype=ODT, content_dot_xml="<x/>"), "odt", "plan.odt", ODT.decode()),
        ("list.ods", _zip(mimetype=ODS, content_dot_xml="<x/>"), "ods", "list.ods", ODS.decode()),
        ("BMW.csv", b"BMW,1\n", "csv", "BMW.csv", "text/csv"),
        ("late.txt", b" " * 70_000 + b"words", "text", "late.txt", "text/plain"),
        ("photo.bmp", _picture("BMP"), "image", "photo.png", "image/png"),
        ("data.csv", b"a,b\r\n=1+1,2\r\n", "csv", "data.csv", "text/csv"),
        ("data.csv", "a;b\nñ;2\n".encode("utf-16"), "csv", "data.csv", "text/csv"),
        ("data.csv", b"\xef\xbb\xbfa,b\n", "csv", "data.csv", "text/csv"),
        ("notes.md", "# Politique d’accès".encode(), "text", "notes.md", "text/plain"),
        ("notes.txt", "Année".encode("cp1252"), "text", "notes.txt", "text/plain"),
        ("run.sh", b"echo hello\n", "text", "run.sh.txt", "text/plain"),
        ("photo.jpg", _picture("JPEG"), "image", "photo.jpg", "image/jpeg"),
        ("photo.jpeg", _picture("JPEG"), "image", "photo.jpeg", "image/jpeg"),
        ("chart.png", _picture("PNG"), "image", "chart.png", "image/png"),
        ("chart.gif", _picture("GIF"), "image", "chart.png", "image/png"),
        ("scan.tiff", _picture("TIFF"), "image", "scan.png", "image/png"),
        ("photo.webp", _picture("WEBP"), "image", "photo.png", "image/png"),
    ],
)
def test_a_kind_is_decided_by_content(name, body, kind, kept_as, content_type):
    upload = uploads.checked(_file(name, body))
    content = upload.content.read()
    assert (upload.kind, upload.filename) == (kind, kept_as)
    assert upload.content_type.startswith(content_type)
    assert (upload.size, upload.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    if kind != "image":
        assert content == body


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("name", "body", "refusal"),
    [
        ("page.pdf", b"<!doctype html><html><body>Hello</body></html>", uploads.WrongKind),
        ("page.txt", b"Hello <script>alert(1)</script>", uploads.WrongKind),
        ("wide.txt", b"\xff\xfe<!doctype html><script>alert(1)</script>", uploads.WrongKind),
        ("drawing.svg", SVG, uploads.WrongKind),
        ("drawing.png", b"\xef\xbb\xbf  " + SVG, uploads.WrongKind),
        ("drawing.png", SVG.decode().encode("utf-16"), uploads.WrongKind),
        ("part.txt", b"\n<div>Hello</div>", uploads.WrongKind),
        ("page.html", b"Hello", uploads.WrongKind),
        ("feed.xml", b"<?xml version='1.0'?><a/>", uploads.WrongKind),
        ("archive.zip", _zip(a_dot_txt=b"\0" * 5_000_000), uploads.WrongKind),
        ("archive.docx", _zip(a_dot_txt=b"hello"), uploads.WrongKind),
        ("drawing.odg", _zip(mimetype=b"application/vnd.oasis.opendocument.graphics", content_dot_xml="<x/>"), uploads.WrongKind),
        ("macro.odt", _zip(mimetype=ODT, content_dot_xml="<x/>", Basic__script_dot_xml="<x/>"), uploads.HasMacros),
        ("frames.gif", _picture("GIF", save_all=True, append_images=[Image.new("RGB", (6, 4), "red")]), uploads.SeveralPictures),
        ("scans.tiff", _picture("TIFF", save_all=True, append_images=[Image.new("RGB", (6, 4), "red")]), uploads.SeveralPictures),
        ("twice.docx", _twice("word/document.xml"), uploads.Damaged),
        ("program.exe", b"MZ\x90\x00\x03\x00\x00\x00", uploads.WrongKind),
        ("letter.rtf", b"{\\rtf1 hello}", uploads.WrongKind),
        ("print.ps", b"%!PS-Adobe-3.0", uploads.WrongKind),
        ("sound.mp3", bytes(range(256)), uploads.WrongKind),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, uploads.OldFormat),
        ("macro.xlsm", _office("xl/workbook.xml", xl__vbaProject_dot_bin=b"x"), uploads.HasMacros),
        (
            "macro.xlsx",
            _office("xl/workbook.xml", '<Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/>'),
            uploads.HasMacros,
        ),
        ("macro.docx", _office("word/document.xml", "", **{"word/VBAPROJECT.BIN": b"x"}), uploads.HasMacros),
        ("zero.docx", b"", uploads.Empty),
        ("blank.txt", b"  \n\t ", uploads.Empty),
        ("cut.pdf", b"%PDF-1.7\nnothing more", uploads.Damaged),
        ("cut.docx", _office("word/document.xml")[:60], uploads.Damaged),
        ("cut.png", _picture("PNG")[:40], uploads.Damaged),
        ("words.pdf", b"These are only words.", uploads.Damaged),
        ("words.docx", b"These are only words.", uploads.Damaged),
    ],
)
def test_what_cannot_be_shown_safely_is_refused(name, body, refusal):
    with pytest.raises(refusal) as refused:
        uploads.checked(_file(name, body))
    assert type(refused.value) is refusal
    assert name in str(refused.value)
    assert "Nothing was added" in str(refused.value)


def test_a_pdf_behind_a_password_says_so():
    document = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
        b"4 0 obj<</Filter/Standard/V 1/R 2/P -4/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>endobj\n"
        b"trailer<</Root 1 0 R/Encrypt 4 0 R/ID[<00><00>]/Size 5>>\nstartxref\n0\n%%EOF"
    )
    with pytest.raises(uploads.AsksForPassword, match="asks for a password"):
        uploads.checked(_file("locked.pdf", document))


def test_an_office_document_behind_a_password_says_so():
    body = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(uploads.AsksForPassword):
        uploads.checked(_file("locked.docx", body))


def test_parts_of_a_document_behind_a_password_say_so():
    kept = bytearray(_office("word/document.xml"))
    for place in (i for i in range(len(kept) - 4) if kept[i : i + 4] == b"PK\x01\x02"):
        kept[place + 8] |= 1  # the flag of encryption in the list of parts
    with pytest.raises(uploads.AsksForPassword):
        uploads.checked(_file("locked.docx", bytes(kept)))


def test_a_document_that_would_unpack_to_too_much_is_refused_by_its_list(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_UNPACKED", 1_000_000)
    with pytest.raises(uploads.WrongKind):
        uploads.checked(_file("bomb.docx", _office("word/document.xml", word__media_dot_bin=b"\0" * 2_000_000)))


def test_a_document_of_too_many_parts_is_refused(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_MEMBERS", 3)
    more = {f"word/part{n}.xml": "<x/>" for n in range(3)}
    with pytest.raises(uploads.WrongKind):
        uploads.checked(_file("bomb.docx", _office("word/document.xml", "", **more)))


def test_a_list_of_types_that_unpacks_to_too_much_is_read_no_further(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_TYPES_PART", 100)
    types = " " * 1_000_000 + "macroEnabled"
    assert uploads.checked(_file("plan.docx", _office("word/document.xml", types))).kind == "docx"


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_drawn(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_PIXELS", 20)
    with pytest.raises(uploads.WrongKind):
        uploads.checked(_file("huge.png", _picture("PNG")))


def test_a_picture_that_states_a_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 5)
    with pytest.raises(uploads.WrongKind):
        uploads.checked(_file("bomb.png", _picture("PNG")))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_picture_keeps_its_pixels_and_nothing_else(kind):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x013B] = "The photographer"
    exif.get_ifd(0x8825)[1] = "N"
    given = {"comment": b"Secret words"} if kind == "JPEG" else {}
    upload = uploads.checked(_file("photo.x", _picture(kind, (60, 40), exif=exif, **given)))
    body = upload.content.read()
    with Image.open(BytesIO(body)) as kept:
        assert kept.size == (40, 60)
        assert dict(kept.getexif()) == {}
        assert "comment" not in kept.info
        assert "xmp" not in kept.info
    assert b"photographer" not in body
    assert b"Secret" not in body


def test_a_picture_keeps_what_is_see_through():
    kept = BytesIO()
    Image.new("RGBA", (4, 4), (10, 20, 30, 0)).save(kept, "PNG")
    upload = uploads.checked(_file("mark.png", kept.getvalue()))
    with Image.open(upload.content) as drawn:
        assert drawn.getpixel((0, 0))[3] == 0


def test_what_is_above_the_limit_is_refused(settings):
    settings.UPLOAD_MAX_BYTES = 1_000_000
    with pytest.raises(uploads.TooLarge, match=r"big.txt has 1.1 MB; the limit is 1.0 MB"):
        uploads.checked(_file("big.txt", b"x" * 1_100_000))


def _sent(*files: tuple[str, bytes]) -> HttpRequest:
    return RequestFactory().post("/", {"file": [_file(*each) for each in files], "pages": "4"})


def test_a_file_is_dropped_on_the_way_in_as_soon_as_it_is_too_large(settings):
    settings.UPLOAD_MAX_BYTES = 200_000
    request = _sent(("big.txt", b"x" * 3_000_000), ("small.txt", b"y"))
    assert request.POST["pages"] == "4"
    small, big = uploads.all_received(request)
    with small:
        assert small.read() == b"y"
    assert isinstance(big, uploads.TooLarge)
    assert "big.txt has 3.0 MB; the limit is 200 kB" in str(big)


def test_a_file_within_the_limit_comes_through(settings):
    settings.UPLOAD_MAX_BYTES = 200_000
    request = _sent(("small.txt", b"x" * 200_000))
    assert uploads.received(request).size == 200_000
    assert uploads.received(RequestFactory().post("/", {"pages": "4"})) is None


def test_the_one_file_of_a_form_that_was_dropped_says_why(settings):
    settings.UPLOAD_MAX_BYTES = 200_000
    with pytest.raises(uploads.TooLarge):
        uploads.received(_sent(("big.txt", b"x" * 300_000)))


def test_one_file_too_many_is_named_and_the_others_come_through(settings):
    settings.UPLOAD_MAX_FILES = 2
    one, two, three = uploads.all_received(_sent(("a.txt", b"a"), ("b.txt", b"b"), ("c.txt", b"c")))
    assert (one.read(), two.read()) == (b"a", b"b")
    assert str(three) == "c.txt was not added: 2 files at once are the limit. Add it in a second go."


def test_a_list_of_parts_longer_than_any_document_has_is_not_loaded(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_DIRECTORY", 2_000)
    more = {f"word/part{n}.xml": "<x/>" for n in range(100)}
    with pytest.raises(uploads.Damaged):
        uploads.checked(_file("bomb.docx", _office("word/document.xml", "", **more)))


def test_the_list_in_words_names_every_kind_that_is_taken():
    said = uploads.kinds_in_words()
    assert said.startswith("PDF, Word (DOCX), Excel (XLSX)")
    for ending in uploads.ACCEPT.replace(".jpg", ".jpeg").replace(".tif,", "").split(","):
        assert ending[1:].upper() in said


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\Plan 2026.pdf", "Plan 2026.pdf"),
        ("a\u202egnp.exe", "a gnp.exe"),
        ("a\x00b\r\nc.txt", "a b c.txt"),
        (".htaccess", "htaccess"),
        ("Política de datos.pdf", "Política de datos.pdf"),
        ("", "file"),
        ("///", "file"),
        ('we"ird<name>?.txt', "we ird name.txt"),
    ],
)
def test_a_name_is_safe_everywhere(name, safe):
    assert uploads.safe_name(name) == safe


def test_a_long_name_keeps_its_ending():
    name = uploads.safe_name("x" * 400 + ".pdf")
    assert name.endswith(".pdf")
    assert len(name) == uploads.NAME_LENGTH + 4
