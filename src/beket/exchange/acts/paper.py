"""Makes a tagged PDF of an act's markup: fonts inside, nothing fetched, and the same markup gives the same bytes."""

from __future__ import annotations

import io
from typing import Any, Final, NoReturn

MARKUP_CHARS_MAX: Final = 2 * 1024 * 1024
"""Longest markup of an act: a full one, in two languages and with its code, has a third of that."""

PAGES_MAX: Final = 60
"""Most pages of an act: every list full and every value of the longest has half of that."""

FONT: Final = b"DejaVu"
"""The font of the house's papers: free to embed, and it has the letters of Kyrgyz."""

PACKAGES: Final = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"
"""What brings on Debian all that a paper is drawn with."""

URL_TOLD: Final = 100

MISSING: Final = f"papers cannot be drawn here; on Debian or Ubuntu: apt-get install {PACKAGES}"


class PaperTrouble(ValueError):
    """No paper can be made of this, or not on this machine; the message says why."""


def drawn(markup: str, identifier: bytes) -> bytes:
    """Draw a PDF (PDF/UA-1); `identifier` names what it is of, for bytes that depend on nothing else. PaperTrouble."""
    if len(markup) > MARKUP_CHARS_MAX:
        raise PaperTrouble(f"{len(markup)} characters of markup; at most {MARKUP_CHARS_MAX} are drawn")
    library = _library()
    try:
        document = library.HTML(string=markup, url_fetcher=_fetcher(library)).render()
    except library.urls.FatalURLFetchingError as error:
        raise PaperTrouble(f"a paper fetches nothing: what it shows stands in its markup ({error})") from error
    if len(document.pages) > PAGES_MAX:
        raise PaperTrouble(f"{len(document.pages)} pages; at most {PAGES_MAX} are drawn")
    blob = io.BytesIO()
    document.write_pdf(blob, pdf_variant="pdf/ua-1", pdf_tags=True, pdf_identifier=identifier)
    if not all(FONT in font.name for font in document.fonts.values()):
        raise PaperTrouble(MISSING)  # where a font is not installed, another takes its place unasked
    return blob.getvalue()


def missing() -> str | None:
    """Say what this machine lacks to draw papers, None where it lacks nothing that can be seen from here."""
    try:
        _library()
    except PaperTrouble as trouble:
        return str(trouble)
    return None


def _fetcher(library: Any) -> Any:  # noqa: ANN401 - as below
    """What answers where a paper asks for something that does not stand in it: nothing, and there is no paper."""

    class Nothing(library.urls.URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: object = None) -> NoReturn:  # noqa: ARG002 - theirs
            raise library.urls.FatalURLFetchingError(url[:URL_TOLD])

    return Nothing()


def _library() -> Any:  # noqa: ANN401 - the library says nothing of its types
    try:
        import weasyprint  # type: ignore[import-untyped]  # noqa: PLC0415 - loads libraries that a node may lack
        import weasyprint.urls  # type: ignore[import-untyped]  # noqa: PLC0415
    except (ImportError, OSError) as error:
        raise PaperTrouble(MISSING) from error
    return weasyprint
