"""PDFs whose page is not, or not all of, what is meant: covers of other programs, and pages that lack a picture."""

import io
import zlib
from functools import partial
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from tests.corpus.filled import VALUES, filled
from tests.corpus.kind import ANY, Expect, Kind
from tests.corpus.sheets import A4, LETTER, add, image, jpeg, latin, letter, saved, text

WAIT = ("Bitte warten Sie einen Augenblick.", "Ihr Programm kann diese Art von Formular nicht anzeigen.")
COVER = ("Diese Mappe braucht ein Programm, das Mappen anzeigen kann.", "Bitte öffnen Sie sie damit.")
SHAPE = (
    b'<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><template xmlns="http://www.xfa.org/schema/xfa-template/3.3/"/>'
    b"</xdp:xdp>"
)


def xfa(folder: Path, *, rendered: bool) -> Path:
    """Write a form in XFA: its page only says that it cannot be shown."""
    pdf = pikepdf.new()
    letter(pdf, WAIT)
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=pdf.make_stream(SHAPE))
    if rendered:
        pdf.Root.NeedsRendering = True
    return saved(pdf, folder, "xfa.pdf")


def both(folder: Path) -> Path:
    """Write a form in XFA that has its fields on the page as well."""
    with pikepdf.open(filled(folder, looks=True)) as pdf:
        pdf.Root.AcroForm.XFA = pdf.make_stream(SHAPE)
        return saved(pdf, folder, "both.pdf")


def attached(folder: Path, lines: tuple[str, ...], *, collection: bool) -> Path:
    """Write a page with two files attached, as a portfolio or not."""
    pdf = pikepdf.new()
    letter(pdf, lines)
    for name in ("eins.pdf", "zwei.pdf"):
        pdf.attachments[name] = _inner()
    if collection:
        pdf.Root.Collection = Dictionary(Type=Name.Collection, View=Name.D, D=String("eins.pdf"))
    return saved(pdf, folder, "attached.pdf")


def _inner() -> bytes:
    written = io.BytesIO()
    inner = pikepdf.new()
    letter(inner)
    inner.save(written)
    return written.getvalue()


def pictured(folder: Path, data: bytes | None, width: int, height: int, **more: object) -> Path:
    """Write a letter above a picture of these bytes; None: the picture is named, and not in the file."""
    pdf = pikepdf.new()
    objects = {} if data is None else {"/P": image(pdf, data, width, height, **more)}
    resources = Dictionary(Font=Dictionary(F1=latin(pdf)), XObject=Dictionary(objects))
    add(pdf, text(LETTER, top=780) + b"q 400 0 0 400 60 80 cm /P Do Q", Resources=resources)
    return saved(pdf, folder, "pictured.pdf")


def inherited(folder: Path) -> Path:
    """Write a page whose picture is named by the tree of pages, not by the page itself."""
    with pikepdf.open(pictured(folder, jpeg(), 600, 800, Filter=Name.DCTDecode)) as pdf:
        pdf.Root.Pages.Resources = pdf.pages[0].obj.Resources
        del pdf.pages[0].obj.Resources
        return saved(pdf, folder, "inherited.pdf")


def blank(folder: Path) -> Path:
    """Write an empty page."""
    pdf = pikepdf.new()
    add(pdf, b"", A4)
    return saved(pdf, folder, "blank.pdf")


def _flate(share: float) -> bytes:
    packed = zlib.compress(jpeg(600, 800)[:200] * 2400)
    return packed[: round(share * len(packed))]


JPEG: dict[str, Any] = {"width": 600, "height": 800, "Filter": Name.DCTDecode}
FLATE: dict[str, Any] = {"width": 600, "height": 800, "Filter": Name.FlateDecode}
LACKS = Expect(verdicts=("retake",), reasons=("incomplete",), text=("Kundennummer 123456789",))
WHOLE = Expect(verdicts=ANY, never=("incomplete",), text=("Kundennummer 123456789",))
KINDS = (
    Kind("XFA that wants to be rendered", partial(xfa, rendered=True), Expect(refused="pdf_xfa")),
    Kind("XFA without fields", partial(xfa, rendered=False), Expect(refused="pdf_xfa")),
    Kind("XFA with fields on the page", both, Expect(verdicts=("good",), text=VALUES)),
    Kind("portfolio", partial(attached, lines=COVER, collection=True), Expect(refused="pdf_portfolio")),
    Kind("letter with files attached", partial(attached, lines=LETTER, collection=False), Expect(verdicts=("good",))),
    Kind("picture", partial(pictured, data=jpeg(), **JPEG), WHOLE),
    Kind("picture named by the tree", inherited, WHOLE),
    Kind("picture that is missing", partial(pictured, data=None, **JPEG), LACKS),
    Kind("picture that is none", partial(pictured, data=b"no picture" * 99, **JPEG), LACKS),
    Kind("picture that ends early", partial(pictured, data=jpeg()[:20_000], **JPEG), LACKS),
    Kind("picture of plain pixels", partial(pictured, data=_flate(1.0), **FLATE), WHOLE),
    Kind("plain pixels that end early", partial(pictured, data=_flate(0.5), **FLATE), LACKS),
    Kind(
        "picture in a form nobody knows", partial(pictured, data=bytes(99), width=9, height=9, Filter=Name.Odd), LACKS
    ),
    Kind("blank page", blank, Expect(verdicts=("usable",), reasons=("no_writing",), never=("incomplete",))),
)
