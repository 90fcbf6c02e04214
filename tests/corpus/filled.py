"""PDFs on which something was filled in, ticked, signed, stamped or noted."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from tests.corpus.kind import Expect, Kind
from tests.corpus.sheets import LETTER, font, latin, letter, saved

FORM = (
    "Antrag auf Weiterbewilligung der Leistungen zum Lebensunterhalt",
    "Bitte alle Felder in Druckschrift ausfüllen und zurückschicken.",
    "Name:",
    "Konto:",
    "Miete in Euro:",
    "Umgezogen am:",
    "Bemerkung:",
    "Ich versichere, dass meine Angaben vollständig und richtig sind.",
)
LOOK = b"/Tx BMC q BT /F1 12 Tf 0 g 2 7 Td <%s> Tj ET Q EMC"
PRINT_ONLY, SEEN, HIDDEN = 4 | 32, 4, 2
TEXT = String("/F1 12 Tf 0 g")
VALUES = ("Beispiel, Erika", "DE02 1203 0000 0000 2020 51", "612,40", "14.03.2026", "wie im Vorjahr")
MULTILINE, PASSWORD, COMB, COMBO, RADIO = 1 << 12, 1 << 13, 1 << 24, 1 << 17, 1 << 15


def row(number: int, *, left: float = 260) -> Array:
    """Return the box beside a line of the form."""
    top = 842 - 82 - 26 * number
    return Array([left, top - 6, left + 260, top + 16])


def look(pdf: Pdf, said: str, encoding: str = "cp1252") -> Dictionary:
    """Return the stored looks of a mark that says something."""
    return _looks(pdf, LOOK % said.encode(encoding).hex().encode(), Dictionary(Font=Dictionary(F1=latin(pdf))))


def _looks(pdf: Pdf, drawn: bytes, resources: Dictionary | None = None) -> Dictionary:
    about = {"Type": Name.XObject, "Subtype": Name.Form, "BBox": Array([0, 0, 260, 22])}
    return Dictionary(N=pikepdf.Stream(pdf, drawn, Resources=resources or Dictionary(), **about))


def mark(pdf: Pdf, box: Array, subtype: str = "/Widget", **more: Any) -> Object:
    """Return a mark (annotation) that everybody sees, unless `F` says otherwise."""
    return pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name(subtype), Rect=box, **{"F": SEEN, **more}))


def form(pdf: Pdf, fields: list[Object], lines: tuple[str, ...] = FORM, **more: Any) -> Pdf:
    """Add the form's page with its fields, and make them the document's form."""
    letter(pdf, lines, Annots=Array(fields))
    fonts = Dictionary(F1=latin(pdf), ZaDb=font(pdf, "/ZapfDingbats"))
    pdf.Root.AcroForm = Dictionary(Fields=Array(fields), DR=Dictionary(Font=fonts), DA=TEXT, **more)
    return pdf


def filled(folder: Path, *, looks: bool, **more: Any) -> Path:
    """Write a form with five values, with or without stored looks."""
    pdf = pikepdf.new()
    fields = []
    for number, value in enumerate(VALUES):
        own: dict[str, Any] = {"AP": look(pdf, value)} if looks else {}
        fields.append(
            mark(pdf, row(number + 2), FT=Name.Tx, T=String(f"field {number}"), V=String(value), DA=TEXT, **own)
        )
    return saved(form(pdf, fields, **more), folder, "filled.pdf")


def chosen(folder: Path) -> Path:
    """Write a form with a chosen entry, a list, several lines and a value in boxes of its own, without looks."""
    pdf = pikepdf.new()
    entries = Array([Array([String("w"), String("Wohngeld")]), Array([String("k"), String("Kindergeld")])])
    fields = [
        mark(pdf, row(2), FT=Name.Ch, T=String("a"), V=String("w"), Opt=entries, Ff=COMBO, DA=TEXT),
        mark(pdf, row(3), FT=Name.Tx, T=String("b"), V=String("DE0212030000"), Ff=COMB, MaxLen=12, DA=TEXT),
        mark(
            pdf, Array([260, 500, 520, 540]), FT=Name.Tx, T=String("c"), V=String("eins\nzwei"), Ff=MULTILINE, DA=TEXT
        ),
        mark(pdf, row(6), FT=Name.Ch, T=String("d"), V=String("Ost"), Opt=Array([String("Ost")]), DA=TEXT),
    ]
    return saved(form(pdf, fields, NeedAppearances=True), folder, "chosen.pdf")


def value(folder: Path, said: str, **more: Any) -> Path:
    """Write a form with one field."""
    pdf = pikepdf.new()
    field = mark(pdf, row(2), FT=Name.Tx, T=String("a"), V=String(said), DA=TEXT, **more)
    return saved(form(pdf, [field], NeedAppearances=True), folder, "value.pdf")


def lost(folder: Path) -> Path:
    """Write fields that belong to no form and have no look: no program knows how to draw them."""
    pdf = pikepdf.new()
    letter(pdf, FORM, Annots=Array([mark(pdf, row(2), FT=Name.Tx, T=String("a"), V=String("Beispiel"), DA=TEXT)]))
    return saved(pdf, folder, "lost.pdf")


def noted(folder: Path, make: Callable[[Pdf], Object]) -> Path:
    """Write a letter with a mark beside its second line."""
    pdf = pikepdf.new()
    letter(pdf, LETTER, Annots=Array([make(pdf)]))
    return saved(pdf, folder, "noted.pdf")


def stamp(pdf: Pdf, said: str = "BEZAHLT", **more: object) -> Object:
    """Return a stamp with its look."""
    return mark(pdf, row(1), "/Stamp", AP=look(pdf, said), **more)


def note(pdf: Pdf) -> Object:
    """Return a note on the page that has no look: what it says stands in it."""
    return mark(pdf, row(1), "/FreeText", Contents=String("siehe Anlage drei"), DA=TEXT)


def line(pdf: Pdf) -> Object:
    """Return a line that has no look: not every program draws it."""
    return mark(pdf, row(1), "/Line", L=row(1), C=Array([1, 0, 0]))


def signature(pdf: Pdf) -> Object:
    """Return a signature field with the signer's name in its picture."""
    return mark(pdf, row(1), FT=Name.Sig, T=String("s"), AP=look(pdf, "E. Beispiel"))


SAYS = Expect(verdicts=("good",), text=VALUES, facts=(("iban", "DE02120300000000202051"),))
LINES = Expect(text=("Miete in Euro: 612,40", "Umgezogen am: 14.03.2026"))
KINDS = (
    Kind("form with looks", partial(filled, looks=True), SAYS),
    Kind("form without looks", partial(filled, looks=False, NeedAppearances=True), SAYS),
    Kind("form without looks that does not say so", partial(filled, looks=False), SAYS),
    Kind("form whose values stand in their lines", partial(filled, looks=True), LINES),
    Kind("form with choices", chosen, Expect(text=("Wohngeld", "DE0212030000", "eins zwei", "Ost"))),
    Kind("form in Ukrainian", partial(value, said="Олена Коваль"), Expect(text=("Олена Коваль",))),
    Kind("form with a hidden field", partial(value, said="verborgen", F=HIDDEN), Expect(absent=("verborgen",))),
    Kind("form with a password", partial(value, said="geheim", Ff=PASSWORD), Expect(absent=("geheim",))),
    Kind("fields of no form", lost, Expect(verdicts=("retake",), reasons=("incomplete",))),
    Kind("stamp", partial(noted, make=stamp), Expect(verdicts=("good",), text=("BEZAHLT", "386,03"))),
    Kind("stamp for print only", partial(noted, make=partial(stamp, F=PRINT_ONLY)), Expect(absent=("BEZAHLT",))),
    Kind("note without a look", partial(noted, make=note), Expect(text=("siehe Anlage drei",))),
    Kind("line without a look", partial(noted, make=line), Expect(verdicts=("retake",), reasons=("incomplete",))),
    Kind("signature", partial(noted, make=signature), Expect(text=("E. Beispiel",))),
)
