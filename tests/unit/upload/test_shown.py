"""A page of a PDF is drawn as a viewer shows it, and what cannot be drawn is said."""

from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Name, Object, Pdf, String

from services.upload.client.look import inspect_file
from services.upload.client.rendered import render_page
from services.upload.client.shown import open_shown
from services.upload.domain.pixels import Picture
from tests.corpus.filled import FORM, filled, form, look, mark
from tests.corpus.sheets import A4, saved

BOX = (300, 460, 320, 480)
CROSS = b"q 2 w 1 1 m 19 19 l 1 19 m 19 1 l S Q"


def ticked(folder: Path, state: str, *, stored: bool, kind: int = 0) -> Path:
    """Write a form with one box in a state, with or without stored looks."""
    pdf = pikepdf.new()
    own: dict[str, Any] = {"AP": _looks(pdf)} if stored else {}
    where, name = Array(list(BOX)), Name("/" + state)
    box = mark(pdf, where, FT=Name.Btn, T=String("t"), V=name, AS=name, Ff=kind, **own)
    return saved(form(pdf, [box]), folder, f"{state}-{stored}-{kind}.pdf")


def _looks(pdf: Pdf) -> Object:
    drawn = {key: look(pdf, "").N for key in ("Ja", "Off")}
    for each, operators in zip(drawn.values(), (CROSS, b""), strict=True):
        each.BBox = Array([0, 0, 20, 20])
        each.write(operators)
    return pikepdf.Dictionary(N=pikepdf.Dictionary({f"/{key}": each for key, each in drawn.items()}))


def inside(file: Path) -> Picture:
    """Return what is drawn within the box, of the page as it is rendered."""
    picture = render_page(file, 0, pixels=100_000_000, most=30).picture
    scale = picture.shape[0] / A4[1]
    left, bottom, right, top = BOX
    return picture[
        round((A4[1] - top) * scale) : round((A4[1] - bottom) * scale), round(left * scale) : round(right * scale)
    ]


@pytest.mark.parametrize("kind", [0, 1 << 15], ids=["box", "radio button"])
@pytest.mark.parametrize("stored", [True, False], ids=["with looks", "without looks"])
def test_a_tick_is_seen(tmp_path: Path, kind: int, *, stored: bool) -> None:
    """A box that is ticked shows it, one that is not stays empty."""
    on, off = (inside(ticked(tmp_path, state, stored=stored, kind=kind)) for state in ("Ja", "Off"))
    assert (on < 100).mean() > 0.05
    assert (off < 100).mean() < 0.02


def test_the_look_at_a_page_sees_what_is_filed(tmp_path: Path) -> None:
    """The picture that is checked has the values, not the empty form."""
    full, empty = filled(tmp_path, looks=False), tmp_path / "empty.pdf"
    with pikepdf.open(full) as pdf:
        for field in pdf.Root.AcroForm.Fields:
            del field.V
        pdf.save(empty)
    seen = [inspect_file(file)[0].picture for file in (full, empty)]
    assert (seen[0] < 100).sum() > 1.05 * (seen[1] < 100).sum()


def test_without_a_way_to_fill_in_forms_a_page_is_incomplete(tmp_path: Path) -> None:
    """A document whose form PDFium will not open: its fields may be missing, so that the page is never good."""
    file = filled(tmp_path, looks=True)

    class Formless(pypdfium2.PdfDocument):  # type: ignore[misc]  # pypdfium2 brings no types
        def init_forms(self) -> None:
            raise pypdfium2.PdfiumError("no form environment")

    with Formless(file) as document:
        assert not open_shown(document, 0).complete
    with pypdfium2.PdfDocument(file) as document:
        assert open_shown(document, 0).complete


def test_what_is_filled_in_follows_the_text_of_the_page(tmp_path: Path) -> None:
    """Where the page's own text ends is known: lines are put together by it."""
    with pypdfium2.PdfDocument(filled(tmp_path, looks=True)) as document:
        shown = open_shown(document, 0)
        text = shown.page.get_textpage().get_text_range()
    assert "Ich versichere" in text[: shown.printed]
    assert "Beispiel, Erika" in text[shown.printed :]
    assert FORM[0] in text
