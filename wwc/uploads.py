"""What may be uploaded: its size, its kind by content, a safe name, its hash. Nothing is unpacked, nothing is fetched.

A picture is drawn anew, so that position, owner and other hidden data never reach a reader. Everything else is kept
byte for byte.
"""

import codecs
import hashlib
import lzma
import re
import threading
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import SEEK_END, BytesIO
from pathlib import PurePath
from typing import Any, BinaryIO, NoReturn

import pypdfium2
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from wwc.pages import pdfium
from wwc.refusals import Refusal
from wwc.templatetags.display import file_size

MAX_PIXELS = 60_000_000
MAX_MEMBERS = 5_000
MAX_UNPACKED = 600 * 1024 * 1024
MAX_TYPES_PART = 1024 * 1024
MAX_DIRECTORY = 1024 * 1024
NAME_LENGTH = 120
OVER = "upload_over_limit"

Image.MAX_IMAGE_PIXELS = MAX_PIXELS  # Pillow looks at the stated size before it draws

OFFICE = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."


@dataclass(frozen=True)
class Kind:
    """A kind that is taken: its word on the page, the endings it comes with, and the ending it is kept with where that differs."""

    name: str
    word: Any
    endings: tuple[str, ...]
    content_types: tuple[str, ...]
    shown: str = ""


# The one list of what is taken: what is checked, what the chooser offers and what the page says are all read from here.
KINDS = (
    Kind("pdf", _("PDF"), (".pdf",), ("application/pdf",)),
    Kind("docx", _("Word"), (".docx",), (f"{OFFICE}wordprocessingml.document",), "DOCX"),
    Kind("xlsx", _("Excel"), (".xlsx",), (f"{OFFICE}spreadsheetml.sheet",), "XLSX"),
    Kind("pptx", _("PowerPoint"), (".pptx",), (f"{OFFICE}presentationml.presentation",), "PPTX"),
    Kind("odt", _("OpenDocument"), (".odt",), (f"{ODF}text",), "ODT"),
    Kind("ods", _("OpenDocument"), (".ods",), (f"{ODF}spreadsheet",), "ODS"),
    Kind("csv", _("CSV"), (".csv",), ("text/csv",)),
    Kind("text", _("text"), (".txt", ".md", ".tsv"), ("text/plain",) * 3, "TXT, MD, TSV"),
    Kind("image", _("picture"), (".jpg", ".jpeg", ".png"), ("image/jpeg", "image/jpeg", "image/png"), "JPEG, PNG, WEBP, GIF, TIFF, BMP"),
)
PICTURES = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP")  # all but JPEG are kept as PNG
PICTURE_ENDINGS = (".gif", ".webp", ".tif", ".tiff", ".bmp")
CONTENT_TYPES = {ending: served for kind in KINDS for ending, served in zip(kind.endings, kind.content_types, strict=True)}
ACCEPT = ",".join([*CONTENT_TYPES, *PICTURE_ENDINGS])
NOT_TEXT_NAMES = {*CONTENT_TYPES, *PICTURE_ENDINGS, ".doc", ".xls", ".ppt", ".zip"} - {".csv", ".txt", ".md", ".tsv"}
MARKUP_NAMES = {".html", ".htm", ".xhtml", ".svg", ".xml", ".mht"}


def kinds_in_words() -> str:
    """The stated list as a page says it: PDF, Word (DOCX), Excel (XLSX) and so on."""
    return ", ".join(f"{kind.word} ({kind.shown})" if kind.shown else str(kind.word) for kind in KINDS)


_drawing = threading.Lock()  # one picture at a time lies unpacked in memory


class UploadRefused(Refusal):
    """A file that was not taken. The words name it and say what to do."""

    def __init__(self, filename: str, **values: Any) -> None:
        super().__init__(str(self.message) % {"file": filename, **values}, filename=filename)


class TooLarge(UploadRefused):
    """Above the limit."""

    message = _("%(file)s has %(size)s; the limit is %(limit)s. Nothing was added. Split it, or paste a link with a note.")


class WrongKind(UploadRefused):
    """A kind that cannot be shown safely."""

    message = _("%(file)s is not a kind we can show safely. Nothing was added. Use PDF, Word, Excel, CSV, text or a picture.")


class OldFormat(WrongKind):
    """Word or Excel of before 2007."""

    message = _("%(file)s is in an old format of Word or Excel. Nothing was added. Save it as DOCX, XLSX or PDF, then add it again.")


class SeveralPictures(WrongKind):
    """A picture file with several pages or frames, of which only one would be kept."""

    message = _("%(file)s holds several pictures in one, and only the first would be kept. Nothing was added. Save it as PDF and add that.")


class TooManyAtOnce(UploadRefused):
    """More files in one go than one answer may have."""

    message = _("%(file)s was not added: %(max)s files at once are the limit. Add it in a second go.")


class HasMacros(UploadRefused):
    """A document with a program inside."""

    message = _("%(file)s contains macros. Nothing was added. Save it without macros or as PDF, then add it again.")


class Empty(UploadRefused):
    """No bytes."""

    message = _("%(file)s is empty. Nothing was added. Check the original and choose it again.")


class Damaged(UploadRefused):
    """It does not open as what it says it is."""

    message = _("%(file)s does not open. Nothing was added. Save a new copy and add that.")


class AsksForPassword(UploadRefused):
    """Encrypted."""

    message = _("%(file)s asks for a password, so nobody could read it. Nothing was added. Add a copy without one.")


@dataclass(frozen=True)
class Upload:
    """A file that may be kept: its kind, what to call it, and the bytes to keep."""

    kind: str
    filename: str
    size: int
    sha256: str
    content_type: str
    content: File


class StopAtLimit(FileUploadHandler):
    """Drops a file as soon as it is above the limit, so that nothing of it is kept, in memory or on disk; so too one file too many."""

    count = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        super().new_file(*args, **kwargs)
        self.seen = 0
        self.count += 1

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the bytes on until there are too many."""
        self.seen += len(raw_data)
        name = safe_name(self.file_name or "")
        if self.count > settings.UPLOAD_MAX_FILES:
            self._drop(TooManyAtOnce(name, max=settings.UPLOAD_MAX_FILES))
        if self.seen > settings.UPLOAD_MAX_BYTES:
            self._drop(TooLarge(name, size=file_size(max(self.whole or 0, self.seen)), limit=file_size(settings.UPLOAD_MAX_BYTES)))
        return raw_data

    def _drop(self, why: UploadRefused) -> NoReturn:
        if self.request is not None:
            dropped = self.request.__dict__.setdefault(OVER, [])
            dropped.append((self.field_name, why))
        raise SkipFile

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers that keep it."""

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, boundary: str, encoding: str | None = None) -> None:
        """Keep the stated length of the whole, which is what a person is told."""
        self.whole = content_length


def received(request: HttpRequest, field: str = "file") -> UploadedFile | None:
    """The one file of a form, None where none was chosen; a refusal where it was dropped on the way in."""
    chosen = next(iter(all_received(request, field)), None)
    if isinstance(chosen, UploadRefused):
        raise chosen
    return chosen


def all_received(request: HttpRequest, field: str = "file") -> list[UploadedFile | UploadRefused]:
    """The files of a form in the order they came, then why each of those was refused that was dropped on the way in."""
    chosen: list[Any] = request.FILES.getlist(field)  # reading the body is what finds out
    return chosen + [why for name, why in getattr(request, OVER, []) if name == field]


def checked(upload: UploadedFile) -> Upload:
    """The upload as it may be kept; an UploadRefused says why not, and then nothing was kept."""
    name = safe_name(upload.name or "")
    size = upload.size or 0
    if size > settings.UPLOAD_MAX_BYTES:
        raise TooLarge(name, size=file_size(size), limit=file_size(settings.UPLOAD_MAX_BYTES))
    if size == 0:
        raise Empty(name)
    upload.seek(0)
    head = upload.read(2048)
    upload.seek(0)
    kind, suffixes, content = _reader_of(head)(upload, name)
    content.seek(0)
    digest = hashlib.sha256()
    for chunk in content.chunks():
        digest.update(chunk)
    content.seek(0)
    filename = with_suffix(name, suffixes)
    return Upload(kind, filename, content.size, digest.hexdigest(), content_type_of(filename), content)


def content_type_of(filename: str) -> str:
    """How a kept file is served, by the ending that its kind gave it."""
    return CONTENT_TYPES.get(PurePath(filename).suffix.lower(), "application/octet-stream")


def safe_name(name: str) -> str:
    """The name without folders, control or direction marks, of a length that every system takes."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(" " if unicodedata.category(letter)[0] == "C" else letter for letter in unicodedata.normalize("NFC", last))
    clean = re.sub(r'[<>:"|?*\s]+', " ", kept).strip(" .")
    stem, dot, suffix = clean.rpartition(".")
    if dot and stem and len(suffix) <= 10:
        return f"{stem[:NAME_LENGTH].rstrip(' .')}.{suffix}"
    return clean[:NAME_LENGTH] or "file"


def with_suffix(name: str, suffixes: tuple[str, ...]) -> str:
    """The name with an ending that says what the content is."""
    path = PurePath(name)
    if path.suffix.lower() in suffixes:
        return name
    known = path.suffix.lower() in NOT_TEXT_NAMES | set(CONTENT_TYPES)
    return f"{path.stem if known else name}{suffixes[0]}"


Read = tuple[str, tuple[str, ...], File]


def _reader_of(head: bytes) -> Callable[[UploadedFile, str], Read]:
    """Which reader understands bytes that begin like this."""
    if head.startswith(b"%PDF-"):
        return _pdf
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _office
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _old_office
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*")) or (
        (head.startswith(b"RIFF") and head[8:12] == b"WEBP") or (head.startswith(b"BM") and head[6:10] == bytes(4))
    ):
        return _picture
    return _text


def _pdf(upload: UploadedFile, name: str) -> Read:
    """A PDF that opens, without a password, with at least one page."""
    with pdfium:
        try:
            document = pypdfium2.PdfDocument(_seekable(upload))
            pages = len(document)
            document.close()
        except pypdfium2.PdfiumError as error:
            if "password" in str(error).lower():
                raise AsksForPassword(name) from None
            raise Damaged(name) from None
    if not pages:
        raise Damaged(name)
    return "pdf", (".pdf",), upload


class _Sparing:
    """A file that is read in small bites only: a list of parts that is longer than any document has is not loaded."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, count: int = -1) -> bytes:
        """The next bytes, no more than a bite."""
        here = self.tell()
        left = self.seek(0, SEEK_END) - here
        self.seek(here)
        if (left if count < 0 else min(count, left)) > MAX_DIRECTORY:
            raise ValueError("more than a bite")
        return self._file.read(count)


def _office(upload: UploadedFile, name: str) -> Read:
    """A document in parts, judged by its list of parts; only the small part that names types is read."""
    try:
        with zipfile.ZipFile(_Sparing(_seekable(upload))) as parts:
            members = parts.infolist()
            if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
                raise WrongKind(name)
            if any(member.flag_bits & 1 for member in members):
                raise AsksForPassword(name)
            names = {member.filename.lower(): member for member in members}
            listed = names.get("[content_types].xml") or names.get("mimetype")
            if listed is None:
                raise WrongKind(name)
            if len(names) < len(members):  # two parts of one name: a reader and this check might read different ones
                raise Damaged(name)
            with parts.open(listed) as part:
                types = part.read(MAX_TYPES_PART).lower()
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError, ValueError, zlib.error, lzma.LZMAError):
        raise Damaged(name) from None
    programs = (".bin", ".xml", ".xlb")
    if b"macroenabled" in types or b"vbaproject" in types or any("vbaproject" in part and part.endswith(programs) for part in names):
        raise HasMacros(name)
    if listed.filename.lower() == "mimetype":
        if any(part.startswith(("basic/", "scripts/")) for part in names):
            raise HasMacros(name)
        kind = {f"{ODF}text".encode(): "odt", f"{ODF}spreadsheet".encode(): "ods"}.get(types.strip(), "")
        kind = kind if "content.xml" in names else ""
    else:
        kind = next((kind for part, kind in MAIN_PARTS if part in names), "")
    if not kind:
        raise WrongKind(name)
    return kind, (f".{kind}",), upload


MAIN_PARTS = (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("ppt/presentation.xml", "pptx"))


def _old_office(upload: UploadedFile, name: str) -> Read:
    """Word and Excel of before 2007, and newer ones behind a password, which wear the same coat."""
    sought, tail = "EncryptedPackage".encode("utf-16-le"), b""
    for chunk in upload.chunks():
        if sought in tail + chunk:
            raise AsksForPassword(name)
        tail = chunk[-len(sought) :]
    raise OldFormat(name)


def _picture(upload: UploadedFile, name: str) -> Read:
    """A picture, drawn anew the right way up: nothing but its pixels is kept."""
    kept = BytesIO()
    try:
        with _drawing, Image.open(_seekable(upload), formats=PICTURES) as original:
            if original.width * original.height > MAX_PIXELS:
                raise WrongKind(name)
            lossy = original.format in ("JPEG", "MPO")
            if not lossy and getattr(original, "is_animated", False):
                raise SeveralPictures(name)
            _draw(original, lossy).save(kept, "JPEG" if lossy else "PNG", **({"quality": 90} if lossy else {}))
    except UploadRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise WrongKind(name) from None
    except Exception:  # a decoder that stumbles over broken bytes may raise anything
        raise Damaged(name) from None
    return "image", (".jpg", ".jpeg") if lossy else (".png",), ContentFile(kept.getvalue())


def _draw(original: Image.Image, lossy: bool) -> Image.Image:
    """The pixels alone, the right way up."""
    turned = ImageOps.exif_transpose(original)
    mode = "RGB" if lossy or not turned.has_transparency_data else "RGBA"
    drawn = turned.convert("L" if turned.mode in ("L", "1") else mode)
    drawn.info.clear()
    return drawn


MARKUP = re.compile(r"<\s*(!doctype|\?xml|html|head|body|script|svg|iframe|object|embed|meta|link|xsl)", re.IGNORECASE)


def _text(upload: UploadedFile, name: str) -> Read:
    """Plain text or a table of text: readable, and no markup that a browser would run."""
    beginning = _beginning(upload)
    if beginning is None:
        raise WrongKind(name)
    suffix = PurePath(name).suffix.lower()
    upload.seek(0)
    # Read as single bytes too: a mark of 16-bit letters before a page would hide it from us, and not from everybody.
    if (
        MARKUP.search(upload.read(4096).decode("latin-1"))
        or MARKUP.search(beginning)
        or re.match(r"\s*<[a-z]", beginning, re.IGNORECASE)
        or beginning.startswith(("{\\rtf", "%!PS"))
    ):
        raise WrongKind(name)
    if suffix in MARKUP_NAMES:
        raise WrongKind(name)
    if suffix in NOT_TEXT_NAMES:
        raise Damaged(name)
    if not beginning.strip():
        raise Empty(name)
    if suffix == ".csv":
        return "csv", (".csv",), upload
    return "text", (".txt", ".md", ".tsv"), upload


def encodings_of(head: bytes) -> tuple[str, ...]:
    """In which letters a text may be written that begins so: as its mark says, else UTF-8, else Western ones."""
    marked = next((code for mark, code in BYTE_ORDER_MARKS if head.startswith(mark)), "")
    return (marked,) if marked else ("utf-8", "cp1252")


def _beginning(upload: UploadedFile) -> str | None:
    """How a text begins (past blank space), read through to its end to see that it is one; None where it is none."""
    upload.seek(0)
    for code in encodings_of(upload.read(4)):
        decoder, beginning = codecs.getincrementaldecoder(code)(), ""
        try:
            for chunk in upload.chunks():
                text = decoder.decode(chunk)
                if CONTROL.search(text):
                    return None
                if len(beginning) < 4096:
                    beginning = (beginning + text).lstrip()[:4096]
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return beginning
    return None


BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def _seekable(upload: UploadedFile) -> BinaryIO:
    """The bytes under Django's wrapper, which readers of files understand."""
    upload.seek(0)
    return upload.file  # type: ignore[return-value]
