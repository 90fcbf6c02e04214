"""Text that a PDF brings along is used if it is what the page shows."""

from pathlib import Path

import numpy as np
import pytest

from services.upload.client import reader
from services.upload.client.layer import layer_words
from services.upload.client.photo import prepare
from services.upload.schemas import ReadPage
from tests.unit.upload.printed import A4, LEFT, LINES, TOP, printed


def read(data: bytes, folder: Path) -> ReadPage:
    """Read a one-page PDF as the child process does."""
    prepare()
    file, out = folder / "page.pdf", folder / "page.json"
    file.write_bytes(data)
    assert reader.read_page(file, 0, out) == 1
    return ReadPage.model_validate_json(out.read_bytes())


def test_the_text_of_a_printed_pdf_is_taken_as_it_is(tmp_path: Path) -> None:
    """Every word is right and sure, line by line, in its place."""
    page = read(printed(), tmp_path)
    assert page.text == "\n".join(LINES)
    assert {word.confidence for word in page.words} == {99.0}
    first = page.words[0]
    assert first.box[0] / page.width == pytest.approx(LEFT / A4[0], abs=0.01)
    assert (first.box[1] + first.box[3] / 2) / page.height == pytest.approx((A4[1] - TOP - 4) / A4[1], abs=0.01)


def test_text_that_is_not_what_the_page_shows_is_not_believed(tmp_path: Path) -> None:
    """A page that says one thing and shows another is read as people see it."""
    page = read(printed(hidden=LINES), tmp_path)
    assert "Abwendungsvereinbarung" not in page.text
    assert "etwas ganz anderes" in page.text


def test_a_stamp_on_a_scan_is_not_its_text(tmp_path: Path) -> None:
    """A layer that covers little of the ink leaves the reading to the recognition."""
    whole = printed()
    stamp = printed(LINES, hidden=("Eingang am 02.03.2026 " * 5,))
    assert "Zeile" in read(stamp, tmp_path).text
    assert "Zeile" not in read(whole, tmp_path).text


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_places_follow_the_turn_of_the_page(tmp_path: Path, turn: int) -> None:
    """A page that is shown turned has its words where they are shown."""
    file = tmp_path / "turned.pdf"
    file.write_bytes(printed(turn=turn))
    size = (A4[0], A4[1]) if turn in (0, 180) else (A4[1], A4[0])
    shown = next(word for word in layer_words(file, 0, size) if word.text == "Stadtwerke")
    x, y = shown.box[0] + shown.box[2] / 2, shown.box[1] + shown.box[3] / 2
    upright = np.array([LEFT + 33, A4[1] - TOP - 4])
    places = {
        0: upright,
        90: np.array([A4[1] - upright[1], upright[0]]),
        180: np.array([A4[0] - upright[0], A4[1] - upright[1]]),
        270: np.array([upright[1], A4[0] - upright[0]]),
    }
    assert np.abs(places[turn] - (x, y)).max() < 6
