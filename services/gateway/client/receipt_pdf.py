"""Makes a receipt's PDF: tagged, PDF/A-3b, with the place of its seal as the attachment `receipt.jws`."""

import io
from pathlib import Path
from typing import Any

import pikepdf
import pikepdf.pdfa
import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pikepdf import Array, Dictionary, Name, Pdf, StreamDecodeLevel, String
from PIL import Image
from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

from services.gateway.schemas.sheet import Sheet

TEMPLATE = "receipt.html"
ATTACHMENT = "receipt.jws"
MEDIA_TYPE = "application/jose"
FLAVOUR = "3b"
# Pixels: about 200 on the longer side are enough to recognise a page, and too few to read it over a shoulder.
THUMBNAIL = (200, 200)
QUALITY = 70
QR = "receipt:qr.svg"


def receipt_pdf(sheet: Sheet) -> bytes:
    """Return the PDF of a sheet; what it needs is all in the sheet.

    Raises:
        pikepdf.pdfa.PdfaError: the result does not conform to ISO 19005-3, level B.
    """
    given = {QR: _qr(sheet.check_url)}
    given |= {f"receipt:{n}.jpg": thumbnail(p.picture) for n, p in enumerate(sheet.pages) if p.picture is not None}
    html = HTML(string=_html(sheet, given), url_fetcher=_Given(given))
    tagged = html.write_pdf(pdf_variant="pdf/ua-1")
    with pikepdf.open(io.BytesIO(tagged)) as pdf:
        _drop_empty_resources(pdf)
        _attach(pdf, sheet)
        return _written(pdf)


def thumbnail(picture: bytes) -> bytes:
    """Return a small JPEG of a picture, without anything but its pixels."""
    with Image.open(io.BytesIO(picture)) as opened:
        opened.draft("RGB", (THUMBNAIL[0] * 2, THUMBNAIL[1] * 2))
        small = opened.convert("RGB")
    small.thumbnail(THUMBNAIL)
    plain = Image.new("RGB", small.size)
    plain.paste(small)
    written = io.BytesIO()
    plain.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue()


def _written(pdf: Pdf) -> bytes:
    pikepdf.pdfa.prepare(pdf, FLAVOUR)
    written = io.BytesIO()
    # Every stream as it is: the seal's in plain text, all others compressed by WeasyPrint; so not `pdfa.save`.
    pdf.save(written, compress_streams=False, stream_decode_level=StreamDecodeLevel.none)
    report = pikepdf.pdfa.validate_written(written, FLAVOUR)
    if not report.passed:
        raise pikepdf.pdfa.PdfaError(report)
    return written.getvalue()


class _Given(URLFetcher):  # type: ignore[misc] # WeasyPrint has no types
    """Hands out what came with the sheet, and fetches nothing else from anywhere."""

    def __init__(self, given: dict[str, bytes]) -> None:
        super().__init__(allowed_protocols=())
        self._given = given

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:  # noqa: ARG002 - WeasyPrint's signature
        if url not in self._given:
            raise ValueError("a receipt fetches nothing")
        return URLFetcherResponse(url, self._given[url])


def _html(sheet: Sheet, given: dict[str, bytes]) -> str:
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return templates.get_template(TEMPLATE).render(sheet=sheet, words=sheet.words, given=given, qr=QR)


def _qr(url: str) -> bytes:
    written = io.BytesIO()
    segno.make(url, micro=False, error="m").save(written, kind="svg", border=2, light="#fff", xmldecl=False)
    return written.getvalue()


def _drop_empty_resources(pdf: Pdf) -> None:
    """Remove the empty dictionaries WeasyPrint writes: the validator does not look into patterns and shadings."""
    for found in pdf.objects:
        if isinstance(found, Dictionary):
            for name in (Name.Pattern, Name.Shading):
                if name in found and isinstance(found[name], Dictionary) and not len(found[name]):
                    del found[name]


def _attach(pdf: Pdf, sheet: Sheet) -> None:
    """Embed the seal's place (ISO 19005-3, 6.8): plain bytes, and no checksum, as the seal is yet to come."""
    about = Dictionary(Size=len(sheet.place))
    kept = pdf.make_stream(sheet.place.encode(), Type=Name.EmbeddedFile, Subtype=Name("/" + MEDIA_TYPE), Params=about)
    told = Dictionary(
        Type=Name.Filespec,
        F=ATTACHMENT,
        UF=ATTACHMENT,
        EF=Dictionary(F=kept, UF=kept),
        Desc=String(sheet.words.attachment),
        AFRelationship=Name.Data,
    )
    file = pdf.make_indirect(told)
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([String(ATTACHMENT), file])))
    pdf.Root.AF = Array([file])
