"""HTML to PDF: tagged, with its fonts inside, the same bytes for the same input. The only module that knows WeasyPrint."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders

from wwc import fonts

# The one input that WeasyPrint would otherwise make up from the content.
IDENTIFIER_BYTES = 16


class OutsideRefused(RuntimeError):
    """The page asked for something that is not inside it. Rendering fetches nothing, neither from the net nor from the disk."""


def pdf(html: str, *, css: str, identifier: str) -> bytes:
    """One document as PDF/UA. `html` holds title, language and date; `css` is parsed once per process.

    `identifier` names the document inside the file; the same three give the same bytes. Raises OutsideRefused when html or
    css name anything that is not a data: address.
    """
    weasyprint, configuration, fetcher = _engine()
    try:
        with _collector_off():
            document = weasyprint.HTML(string=html, base_url=None, url_fetcher=fetcher)
            return document.write_pdf(
                font_config=configuration,
                stylesheets=[_sheet(css)],
                pdf_variant="pdf/ua-1",
                pdf_identifier=sha256(identifier.encode()).digest()[:IDENTIFIER_BYTES],
            )
    except weasyprint.urls.FatalURLFetchingError as error:
        raise OutsideRefused(str(error)) from None


@cache
def style() -> str:
    """The print rules of all papers, read once per process."""
    return Path(str(finders.find("css/scorecard.css"))).read_text(encoding="utf-8")


@contextmanager
def _collector_off() -> Iterator[None]:
    """Without the collector of cycles while a document is built: it takes a quarter of the time and frees next to nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@cache
def _engine() -> tuple[ModuleType, Any, Any]:
    """WeasyPrint, the fonts and the fetcher, made at the first paper of a process.

    WeasyPrint fails at import where Pango is missing, and takes most of a second: pages must not pay for it.
    """
    import weasyprint  # noqa: PLC0415
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415

    class NothingFromOutside(weasyprint.urls.URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith("data:"):
                raise weasyprint.urls.FatalURLFetchingError(f"Rendering asked for {url[:200]}")
            return super().fetch(url, headers)

    configuration = FontConfiguration()
    fetcher = NothingFromOutside(allowed_protocols={"data"}, allow_redirects=False)
    folder = Path(settings.FONTS_DIR)
    fonts.build(folder)
    weasyprint.CSS(string=fonts.print_faces(folder), font_config=configuration, url_fetcher=fetcher)
    gc.freeze()  # the style sheet, the fonts and the library itself stay for as long as the process
    return weasyprint, configuration, fetcher


@cache
def _sheet(css: str) -> Any:
    weasyprint, configuration, fetcher = _engine()
    return weasyprint.CSS(string=css, font_config=configuration, url_fetcher=fetcher, base_url=None)
