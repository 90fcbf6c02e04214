"""PDFs that are locked, empty, endless, or grow beyond all measure when they are opened."""

import io
import zlib
from collections.abc import Sequence
from functools import cache, partial

import pikepdf

from tests.corpus.case import SEEN, Case, case
from tests.corpus.deflate import MIB, deflated
from tests.corpus.photo import image, saved

A4 = b"[0 0 595 842]"
REFUSED = ("pdf_damaged", "too_complex", "timed_out", "out_of_memory", "worker_died")


def pdf(*objects: bytes, root: int = 1) -> bytes:
    """Return a PDF of these numbered objects."""
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out) + b"trailer<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, root, start)


def stream(data: bytes, more: bytes = b"") -> bytes:
    """Return a stream object."""
    return b"<<%s/Length %d>>\nstream\n" % (more, len(data)) + data + b"\nendstream"


def sheet(content: bytes, resources: bytes = b"<<>>", *further: bytes, box: bytes = A4) -> bytes:
    """Return a PDF of one page; `further` objects are numbered from 5."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox%s/Contents 4 0 R/Resources%s>>" % (box, resources)
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, content, *further)


def bomb(levels: int, megabytes: int) -> bytes:
    """Return a page whose content is compressed several times over."""
    data = deflated(MIB, megabytes)
    for _ in range(levels - 1):
        data = zlib.compress(data, 9)
    return sheet(stream(data, b"/Filter[" + b"/FlateDecode" * levels + b"]"))


def object_stream_bomb() -> bytes:
    """Return a PDF whose objects lie in a stream that unpacks to half a gigabyte."""
    packed = deflated(b" " * (1 << 20), 500, b"1 0 2 50 3 90 ")
    objects = stream(packed, b"/Type/ObjStm/N 3/First 14/Filter/FlateDecode")
    table = zlib.compress(b"".join(bytes([2, 0, 4, n]) for n in range(4)) + b"\x01\x00\x0f\x00")
    head = b"%PDF-1.7\n"
    start = len(head) + len(objects) + 18
    cross = stream(table, b"/Type/XRef/Size 5/W[1 2 1]/Root 1 0 R/Filter/FlateDecode")
    return head + b"4 0 obj\n" + objects + b"\nendobj\n5 0 obj\n" + cross + b"\nendobj\nstartxref\n%d\n%%%%EOF" % start


def nested(depth: int) -> bytes:
    """Return a page whose content and catalogue are arrays within arrays."""
    arrays = b"[" * depth + b"]" * depth
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Deep " + arrays + b">>"
    catalogue = b"<</Type/Catalog/Pages 2 0 R/Deep " + arrays + b">>"
    return pdf(catalogue, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, stream(arrays + b" q" * depth))


def form(content: bytes, inner: bytes) -> bytes:
    """Return a Form XObject."""
    head = b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<<%s>>>>" % inner
    return stream(content, head)


def form_in_itself() -> bytes:
    """Return a page that draws a form which draws itself."""
    return sheet(stream(b"/F Do"), b"<</XObject<</F 5 0 R>>>>", form(b"/F Do /F Do", b"/F 5 0 R"))


def laughing_forms(levels: int, times: int) -> bytes:
    """Return a page that draws a form which draws another one several times, and so on: a billion boxes."""
    forms = [form(b"/F Do " * times, b"/F %d 0 R" % (6 + n)) for n in range(levels)]
    return sheet(stream(b"/F Do"), b"<</XObject<</F 5 0 R>>>>", *forms, form(b"0 0 9 9 re f", b""))


def huge_picture(box: bytes) -> bytes:
    """Return a page with a picture of 30000 x 30000 pixels."""
    data = deflated(bytes(30_000_000), 30)
    head = b"/Type/XObject/Subtype/Image/Width 30000/Height 30000/ColorSpace/DeviceGray/BitsPerComponent 8"
    picture = stream(data, head + b"/Filter/FlateDecode")
    return sheet(stream(b"595 0 0 842 0 0 cm /P Do"), b"<</XObject<</P 5 0 R>>>>", picture, box=box)


def huge_fax() -> bytes:
    """Return a page with a fax of 65000 x 65000 pixels in a hundred bytes."""
    head = b"/Type/XObject/Subtype/Image/Width 65000/Height 65000/ColorSpace/DeviceGray/BitsPerComponent 1"
    fax = stream(bytes(100), head + b"/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 65000/Rows 65000>>")
    return sheet(stream(b"595 0 0 842 0 0 cm /P Do"), b"<</XObject<</P 5 0 R>>>>", fax)


def fine_tiles() -> bytes:
    """Return a page filled with a pattern of the finest steps."""
    head = b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 0.001/YStep 0.001/Resources<<>>"
    paint = stream(b"/Pattern cs /T scn 0 0 595 842 re f")
    return sheet(paint, b"<</Pattern<</T 5 0 R>>>>", stream(b"0 0 1 1 re f", head))


def endless_strokes() -> bytes:
    """Return a page of two million dashed lines."""
    return sheet(stream(deflated(b"[0.01] 0 d 0 0 m 595 842 l S " * 2_000, 100), b"/Filter/FlateDecode"))


def pages_of_itself() -> bytes:
    """Return a PDF whose list of pages holds itself."""
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 5>>")


def pages(kids: int, count: int) -> bytes:
    """Return a PDF of blank pages that says it has so many."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox%s>>" % A4
    kid = b"".join(b"%d 0 R " % (3 + n) for n in range(kids))
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[%s]/Count %d>>" % (kid, count), *[page] * kids)


def blank(box: bytes) -> bytes:
    """Return an empty page of an odd size."""
    return sheet(stream(b"0 0 9 9 re f"), box=box)


@cache
def scanned(**how: object) -> bytes:
    """Return the good photograph in a PDF; encrypted if `how` says so."""
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(saved(image(), "PDF", resolution=100))) as opened:
        opened.save(written, **how)  # type: ignore[arg-type]  # whatever a case needs
    return written.getvalue()


def locked(user: str) -> bytes:
    """Return the scan, encrypted."""
    return scanned(encryption=pikepdf.Encryption(owner="owner", user=user))


def liar() -> bytes:
    """Return a PDF whose table of objects points to itself, again and again."""
    data = pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>")
    start = data.rindex(b"startxref")
    place = data.rindex(b"xref\n0")
    return data[:start].replace(b"/Root", b"/Prev %d/Root" % place) + data[start:]


def _cut(tenths: int) -> bytes:
    data = scanned()
    return data[: len(data) * tenths // 10]


_CUT: Sequence[int] = range(1, 10)
CASES: dict[str, Case] = {
    "pdf": case(scanned, SEEN),
    "pdf that is locked": case(partial(locked, "secret"), "pdf_encrypted"),
    "pdf that may only be read": case(partial(locked, ""), SEEN),
    "pdf of no pages": case(partial(pages, 0, 0), "pdf_empty", "pdf_damaged"),
    "pdf start only": case(lambda: b"%PDF-1.7\n" + bytes(500), "pdf_damaged"),
    **{f"pdf cut at {n}0 %": case(partial(_cut, n), "pdf_damaged", "pdf_empty", SEEN) for n in _CUT},
    "pdf of 10000 pages": case(partial(pages, 10_000, 10_000), "too_many_pages"),
    "pdf of two billion pages, it says": case(partial(pages, 1, 2**31 - 1), "too_many_pages", SEEN, *REFUSED),
    "pdf of one page, it says, and 10000": case(partial(pages, 10_000, 1), "too_many_pages", SEEN),
    "pdf whose pages hold themselves": case(pages_of_itself, "pdf_empty", "too_many_pages", *REFUSED),
    "pdf whose table points to itself": case(liar, "pdf_empty", *REFUSED),
    "pdf content bomb": case(partial(bomb, 1, 800), SEEN, *REFUSED),
    "pdf content bomb in a bomb": case(partial(bomb, 2, 2000), SEEN, *REFUSED),
    "pdf object stream bomb": case(object_stream_bomb, SEEN, "pdf_empty", *REFUSED),
    "pdf of arrays in arrays": case(partial(nested, 500_000), SEEN, *REFUSED),
    "pdf form in itself": case(form_in_itself, SEEN, *REFUSED),
    "pdf forms a billion times": case(partial(laughing_forms, 12, 10), SEEN, *REFUSED),
    "pdf huge picture": case(partial(huge_picture, A4), SEEN, *REFUSED),
    "pdf huge picture on a stamp": case(partial(huge_picture, b"[0 0 9 9]"), "too_few_pixels", *REFUSED),
    "pdf huge fax": case(huge_fax, SEEN, *REFUSED),
    "pdf of the finest tiles": case(fine_tiles, SEEN, *REFUSED),
    "pdf of endless strokes": case(endless_strokes, SEEN, *REFUSED),
    "pdf of a square mile": case(partial(blank, b"[0 0 1e9 1e9]"), SEEN, *REFUSED),
    "pdf of no size": case(partial(blank, b"[0 0 0 0]"), SEEN, "too_few_pixels", *REFUSED),
    "pdf the wrong way round": case(partial(blank, b"[595 842 0 0]"), SEEN, *REFUSED),
    "pdf of a thread": case(partial(blank, b"[0 0 14400 1]"), "too_few_pixels"),
    "pdf of words for sizes": case(partial(blank, b"[/a /b /c null]"), SEEN, *REFUSED),
    "pdf and zip": case(lambda: scanned() + b"PK\x05\x06" + bytes(18), SEEN),
    "pdf behind a zip": case(lambda: b"PK\x03\x04" + bytes(200) + scanned(), SEEN),
}
