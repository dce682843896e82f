"""Small documents to read, made anew: a PDF with a text a page, Word and OpenDocument with a paragraph a text."""

import zipfile
from io import BytesIO
from xml.sax.saxutils import escape

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OASIS = "urn:oasis:names:tc:opendocument:xmlns"


def pdf(*texts: str, size: tuple[int, int] = (612, 792)) -> bytes:
    """A PDF of one page for each text."""
    font = f"{3 + 2 * len(texts)} 0 R"  # the last object, after the pages and their contents
    kids = " ".join(f"{3 + 2 * n} 0 R" for n in range(len(texts)))
    bodies = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Count {len(texts)} /Kids [{kids}] >>"]
    for n, text in enumerate(texts):
        stream = f"BT /F1 24 Tf 40 {max(size[1] - 80, 1)} Td ({text}) Tj ET"
        bodies.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}] /Contents {4 + 2 * n} 0 R "
            f"/Resources << /Font << /F1 {font} >> >> >>"
        )
        bodies.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    bodies.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    kept, places = "%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(kept))
        kept += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size_of_it = len(bodies) + 1
    end = f"trailer << /Size {size_of_it} /Root 1 0 R >>\nstartxref\n{len(kept)}\n%%EOF\n"
    return f"{kept}xref\n0 {size_of_it}\n0000000000 65535 f \n{table}{end}".encode("latin-1")


def docx(*paragraphs: str) -> bytes:
    """A Word document, each paragraph in two runs."""
    runs = "".join(f"<w:p><w:r><w:t>{escape(text[:3])}</w:t></w:r><w:r><w:t>{escape(text[3:])}</w:t></w:r></w:p>" for text in paragraphs)
    types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    body = f'<w:document xmlns:w="{WORD}"><w:body>{runs}</w:body></w:document>'
    return _zip(**{"[Content_Types].xml": types, "word/document.xml": body})


def odt(*paragraphs: str) -> bytes:
    """An OpenDocument text, each paragraph with a span."""
    lines = "".join(f"<text:p>{escape(text[:3])}<text:span>{escape(text[3:])}</text:span></text:p>" for text in paragraphs)
    body = f'<office:doc xmlns:office="{OASIS}:office:1.0" xmlns:text="{OASIS}:text:1.0"><office:text>{lines}</office:text></office:doc>'
    return _zip(**{"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": body})


def _zip(**parts: str) -> bytes:
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as members:
        for name, body in parts.items():
            members.writestr(name, body)
    return kept.getvalue()
