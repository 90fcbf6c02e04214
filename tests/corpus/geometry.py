"""PDF pages that are turned, cropped, huge, tiny or mixed, and files that are locked, broken or padded."""

import io
from functools import partial
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from tests.corpus.filled import filled
from tests.corpus.kind import Expect, Kind
from tests.corpus.sheets import A4, LETTER, add, letter, saved, text

LONG = (*LETTER, *LETTER, *LETTER)  # enough text to know which way it runs


def turned(folder: Path, degrees: int) -> Path:
    """Write a letter on a page that says it is to be shown turned: its words are not upright."""
    pdf = pikepdf.new()
    letter(pdf, LONG, Rotate=degrees)
    return saved(pdf, folder, "turned.pdf")


def aside(folder: Path) -> Path:
    """Write a letter whose words run upwards on a page that is not turned."""
    pdf = pikepdf.new()
    add(pdf, b"q 0 1 -1 0 842 0 cm " + text(LONG, top=760) + b"Q", A4[::-1])
    return saved(pdf, folder, "aside.pdf")


def righted(folder: Path) -> Path:
    """Write a letter that lies on its side in the file, and is shown upright, with a form filled in."""
    with pikepdf.open(filled(folder, looks=True)) as pdf:
        page = pdf.pages[0].obj
        page.Rotate = 360
        return saved(pdf, folder, "righted.pdf")


def cropped(folder: Path) -> Path:
    """Write a page of which a viewer shows only a part."""
    pdf = pikepdf.new()
    content = text(LETTER, top=700) + text(("Schnittmarke der Druckerei",), top=830)
    add(pdf, content, CropBox=Array([30, 100, 560, 740]))
    return saved(pdf, folder, "cropped.pdf")


def scaled(folder: Path, times: float, **more: Any) -> Path:
    """Write a letter whose page and letters are so many times larger."""
    pdf = pikepdf.new()
    content = b"q %f 0 0 %f 0 0 cm " % (times, times) + text(LETTER, top=760) + b"Q"
    add(pdf, content, (A4[0] * times, A4[1] * times), **more)
    return saved(pdf, folder, "scaled.pdf")


def mixed(folder: Path) -> Path:
    """Write pages of A4, A5 and A3 on its side."""
    pdf = pikepdf.new()
    for size in (A4, (420, 595), (1191, 842)):
        letter(pdf, LETTER, size)
    return saved(pdf, folder, "mixed.pdf")


def locked(folder: Path) -> Path:
    """Write a letter that everybody may open and nobody may change."""
    pdf = pikepdf.new()
    letter(pdf)
    return saved(pdf, folder, "locked.pdf", encryption=pikepdf.Encryption(owner="owner", user=""))


def spoilt(folder: Path, *, before: bytes = b"", after: bytes = b"", table: bool = True) -> Path:
    """Write a letter with something before or behind it, or without its table of objects."""
    pdf = pikepdf.new()
    letter(pdf)
    written = io.BytesIO()
    pdf.save(written)
    data = written.getvalue()
    file = folder / "spoilt.pdf"
    file.write_bytes(before + (data if table else data[: data.rindex(b"xref")]) + after)
    return file


def scripted(folder: Path) -> Path:
    """Write a filled form with scripts that would format and compute its values."""
    with pikepdf.open(filled(folder, looks=True)) as pdf:
        script = Dictionary(S=Name.JavaScript, JS='AFNumber_Format(2, 0, 0, 0, " Euro", false);')
        pdf.Root.OpenAction = script
        for field in pdf.Root.AcroForm.Fields:
            field.AA = Dictionary(F=script, C=script)
        return saved(pdf, folder, "scripted.pdf")


READ = Expect(verdicts=("good",), text=LETTER)
KINDS = (
    *(
        Kind(f"turned by {n}", partial(turned, degrees=n), Expect(verdicts=("good",), text=LONG))
        for n in (90, 180, 270)
    ),
    Kind("words that run upwards", aside, Expect(verdicts=("good",), text=LONG)),
    Kind("turned all the way round", righted, Expect(verdicts=("good",), text=("612,40", "Miete in Euro"))),
    Kind("cropped", cropped, Expect(verdicts=("good",), text=LETTER, absent=("Schnittmarke",))),
    Kind("four times as large", partial(scaled, times=4.0), READ),
    Kind("of a quarter", partial(scaled, times=0.25), Expect(text=LETTER)),
    Kind("in units of its own", partial(scaled, times=0.1, UserUnit=10), Expect(text=LETTER)),
    Kind("pages of many sizes", mixed, Expect(verdicts=("good",), pages=3, text=LETTER)),
    Kind("that nobody may change", locked, READ),
    Kind("without a table of objects", partial(spoilt, table=False), READ),
    Kind("behind junk", partial(spoilt, before=b"\r\n\x1b%-12345X@PJL\r\n"), READ),
    Kind("before junk", partial(spoilt, after=bytes(2000)), READ),
    Kind("with scripts", scripted, Expect(verdicts=("good",), text=("612,40",))),
)
