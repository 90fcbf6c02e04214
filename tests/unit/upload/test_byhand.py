"""Corners and a turn that a person gave outweigh what is found; what is judged is what lies within them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from services.upload.client.look import inspect_file
from services.upload.client.plain import LONGEST, plain
from services.upload.client.source import open_page
from services.upload.domain.byhand import by_hand
from services.upload.domain.netoutline import NetOutline
from services.upload.domain.sides import Side
from shared.events.outline import WHOLE, Outline, Quad
from tests.unit.upload.drawn import BRIEF, corners, cut_off, encoded, letter, photograph

SIZE = (1500, 2000)
INNER: Quad = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
TO_THE_BOTTOM: Quad = ((0.2, 0.2), (0.8, 0.2), (0.8, 1.0), (0.2, 0.995))


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The photograph of a brief letter."""
    file = tmp_path_factory.mktemp("photo") / "letter.jpg"
    file.write_bytes(encoded(photograph(letter(BRIEF), corners(*SIZE)), quality=90))
    return file


def pixels(quad: Quad) -> list[tuple[float, float]]:
    """Return corners in pixels of the photograph."""
    return [(x * SIZE[0], y * SIZE[1]) for x, y in quad]


def test_corners_are_taken_where_they_were_set(photo: Path) -> None:
    """The report is about what lies within, at the resolution of the picture; the rest is found as ever."""
    report = inspect_file(photo, outline=Outline(quad=INNER))[1].report
    assert report.quad is not None
    assert abs(np.array(report.quad) - pixels(INNER)).max() < 0.1
    assert report.rotate_cw == 0
    found = inspect_file(photo)[1].report
    assert found.quad is not None
    assert abs(np.array(found.quad) - corners(*SIZE)).max() < 20


def test_corners_hold_whether_half_of_the_picture_is_decoded_or_all(tmp_path: Path) -> None:
    """Shares mean the same place in a large photograph, of which a check sees half the pixels."""
    file = tmp_path / "large.jpg"
    file.write_bytes(encoded(photograph(letter(BRIEF), corners(2400, 3200), (2400, 3200)), quality=90))
    half, whole = [inspect_file(file, half=half, outline=Outline(quad=INNER))[1].report for half in (True, False)]
    assert half.quad == whole.quad


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turn_by_hand_outweighs_the_one_that_is_found(photo: Path, turn: int) -> None:
    """Whoever turns a page wants it so, even upside down; its corners stay those that were found."""
    report = inspect_file(photo, outline=Outline.model_validate({"turn": turn}))[1].report
    assert report.rotate_cw == turn
    assert report.quad == inspect_file(photo)[1].report.quad


def test_a_page_of_a_pdf_can_be_turned_only(tmp_path: Path) -> None:
    """It is all of its picture, whatever corners an event names."""
    file = tmp_path / "letter.pdf"
    file.write_bytes(encoded(letter(BRIEF), "PDF", resolution=150))
    report = inspect_file(file, outline=Outline(quad=INNER, turn=180))[1].report
    assert report.quad == ((0, 0), (report.width, 0), (report.width, report.height), (0, report.height))
    assert report.rotate_cw == 180


def test_a_picture_without_a_page_has_one_once_it_is_outlined(tmp_path: Path) -> None:
    """What somebody outlined is a page."""
    file = tmp_path / "desk.jpg"
    file.write_bytes(encoded(photograph(letter(), corners(*SIZE) + 5000)))
    assert "no_page" in inspect_file(file)[1].report.reasons
    assert "no_page" not in inspect_file(file, outline=Outline(quad=INNER))[1].report.reasons


@pytest.mark.parametrize(
    ("quad", "seen", "cut"),
    [
        (INNER, ("B",), ()),
        (TO_THE_BOTTOM, ("B",), ("B",)),
        (TO_THE_BOTTOM, ("R", "B"), ("B",)),
        (TO_THE_BOTTOM, (), ()),
        (WHOLE, ("B",), ()),
    ],
)
def test_a_border_is_crossed_only_where_the_page_was_drawn_along_it(
    quad: Quad, seen: tuple[Side, ...], cut: tuple[Side, ...]
) -> None:
    """Nobody can draw what is not in the picture; the whole picture is taken as it is."""
    found = NetOutline(corners(*SIZE), seen, 1.0, several=True)
    made = by_hand(quad, SIZE, found)
    assert made.cut == cut
    assert not made.several
    assert made.quad.tolist() == [pytest.approx(corner) for corner in pixels(quad)]
    assert by_hand(quad, SIZE, None).cut == ()


def test_a_cut_page_whose_outline_is_moved_inwards_is_no_longer_called_cut(tmp_path: Path) -> None:
    """The person says that this is all of it."""
    file = tmp_path / "cut.jpg"
    file.write_bytes(encoded(cut_off(letter()), quality=90))
    assert inspect_file(file)[1].report.cut == ("B",)
    assert inspect_file(file, outline=Outline(quad=INNER))[1].report.cut == ()
    assert inspect_file(file, outline=Outline(quad=WHOLE))[1].report.cut == ()


def test_the_plain_picture_is_small_and_has_the_shape_of_the_original(photo: Path) -> None:
    """Corners in shares mean the same places in both, whatever the EXIF data says; nothing else goes along."""
    sideways = photo.with_name("sideways.jpg")
    sideways.write_bytes(on_its_side(photo))
    for file, (width, height) in ((photo, SIZE), (sideways, SIZE[::-1])):
        made = plain(open_page(file, half=True).copies)
        assert b"Exif" not in made
        copy = file.with_name("plain.jpg")
        copy.write_bytes(made)
        small = open_page(copy).size
        assert max(small) == LONGEST
        assert small[0] / small[1] == pytest.approx(width / height, abs=0.01)


def on_its_side(photo: Path) -> bytes:
    """Return a photograph of which EXIF says that it lies on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(np.asarray(Image.open(photo))[:, :, ::-1], quality=90, exif=exif)
