"""Corners and a turn that a person gave outweigh what is found; what is judged is what lies within them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from services.upload.client.look import inspect_file
from services.upload.client.plain import LONGEST, plain
from services.upload.client.source import open_page
from services.upload.domain.byhand import by_hand
from services.upload.domain.sides import SIDES, Side
from shared.events.outline import WHOLE, Outline, Quad
from shared.events.upload import Edges
from tests.unit.upload.drawn import BRIEF, WORDS, corners, cut_off, encoded, letter, photograph

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
    ("quad", "beyond"),
    [
        (INNER, ()),
        (TO_THE_BOTTOM, ("B",)),
        (((0.005, 0.2), (0.8, 0.2), (0.98, 0.8), (0.0, 0.8)), ("L",)),
        (((0.0, 0.2), (0.8, 0.0), (1.0, 0.8), (0.2, 1.0)), ()),
        (((0.0, 0.0), (1.0, 0.01), (0.995, 0.8), (0.2, 0.8)), ("T", "R")),
        (WHOLE, SIDES),
    ],
)
def test_a_page_may_go_on_beyond_each_border_that_it_was_drawn_along(quad: Quad, beyond: tuple[Side, ...]) -> None:
    """Nobody can draw what is not in the picture; an edge that leads away from a border is there."""
    made = by_hand(quad, SIZE)
    assert made.cut == beyond
    assert not made.several
    assert made.quad.tolist() == [pytest.approx(corner) for corner in pixels(quad)]


def test_writing_that_is_cut_off_stays_so_unless_the_outline_leaves_it_out(tmp_path: Path) -> None:
    """At a border of the picture it is asked for as ever; within it the person says that this is all."""
    file = tmp_path / "cut.jpg"
    file.write_bytes(encoded(cut_off(letter([WORDS[7]] * 35)), quality=90))
    reports = [inspect_file(file, outline=Outline(quad=quad))[1].report for quad in (None, TO_THE_BOTTOM, WHOLE, INNER)]
    assert [report.cut for report in reports] == [("B",), ("B",), ("B",), ()]
    assert [report.beyond for report in reports] == [("B",), ("B",), SIDES, ()]
    assert [report.picture for report in reports] == ["photo", "photo", "filled", "photo"]


def test_a_screenshot_stays_one_within_its_corners(tmp_path: Path) -> None:
    """Its letters, light on dark, are read as they were; what a program drew has no other light and no curl."""
    page = letter([WORDS[7]] * 40)[:1200, :640]
    page = np.where(page.min(axis=2, keepdims=True) > 245, 255, page).astype(np.uint8)
    file = tmp_path / "shot.png"
    file.write_bytes(encoded(255 - page, "PNG"))
    quad = ((0.05, 0.05), (0.95, 0.05), (0.95, 0.9), (0.05, 0.9))
    report = inspect_file(file, outline=Outline(quad=quad))[1].report
    assert (report.picture, report.verdict, report.edges) == ("screenshot", "good", Edges())
    assert report.quad is not None
    assert abs(np.array(report.quad) / (640, 1200) - quad).max() < 0.001


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
