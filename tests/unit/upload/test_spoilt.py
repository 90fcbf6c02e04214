"""What lies on the writing is found, with the share of it that is lost; what only looks like it is left alone."""

import cv2
import numpy as np
import pytest

from services.upload.domain.cells import CELL, Cells, Mask, cells_of
from services.upload.domain.fingers import fingers_on
from services.upload.domain.glare import glare_on
from services.upload.domain.light import ink_contrast
from services.upload.domain.mark import Way, marks_of
from services.upload.domain.pixels import Picture, grey
from services.upload.domain.shadow import shadow_on
from tests.unit.upload.drawn import letter

SKIN = (150, 175, 225)  # B, G, R


@pytest.fixture(scope="module")
def page() -> Picture:
    """A letter on paper that is not quite white, as in a photograph, with its grain."""
    grain = np.random.default_rng(3).normal(0, 3, letter().shape)
    return np.clip(letter() * 0.8 + grain, 0, 255).astype(np.uint8)


def squares(page: Picture) -> Cells:
    """Return the squares of a colour page."""
    return cells_of(grey(page))


def over(
    page: Picture, place: tuple[int, int, int, int], soft: float = 8
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return a soft-edged mask (0 to 1) over left, top, right, bottom."""
    mask = np.zeros(page.shape[:2], np.float32)
    left, top, right, bottom = place
    mask[top:bottom, left:right] = 1
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), soft), np.float32)[..., None]


def shaded(page: Picture, place: tuple[int, int, int, int], left: float) -> Picture:
    """Return a page with a shadow that leaves a share of the light."""
    return (page * (1 - (1 - left) * over(page, place))).astype(np.uint8)


def shone(page: Picture, place: tuple[int, int, int, int], light: float = 300) -> Picture:
    """Return a page with so much light added."""
    return np.clip(page + light * over(page, place), 0, 255).astype(np.uint8)


def held(page: Picture, tail: tuple[int, int], tip: tuple[int, int], colour: tuple[int, int, int] = SKIN) -> Picture:
    """Return a page with a finger over it."""
    return np.asarray(cv2.line(page.copy(), tail, tip, colour, 100, cv2.LINE_AA), np.uint8)


def inside(where: Mask, place: tuple[int, int, int, int]) -> float:
    """Return which share of a mask lies in a rectangle of pixels, grown by two squares."""
    left, top, right, bottom = (value // CELL for value in place)
    return float(where[top - 2 : bottom + 3, max(0, left - 2) : right + 3].sum() / max(1, where.sum()))


def test_writing_is_where_the_letters_are(page: Picture) -> None:
    """Squares of lines are written on, those of margins are not."""
    cells = squares(page)
    assert cells.written[30:90, 15:80].mean() > 0.2
    assert not cells.written[:, :10].any()
    assert ink_contrast(cells) > 0.6


def test_a_good_page_has_nothing_on_it(page: Picture) -> None:
    """No shadow, no glare, no fingers, also if the light falls off to one side."""
    sloped = (page * np.linspace(1, 0.65, page.shape[1])[None, :, None]).astype(np.uint8)
    for good in (page, letter(), sloped):
        cells = squares(good)
        assert [thing.share for thing in (shadow_on(cells), glare_on(cells), fingers_on(good, cells))] == [0, 0, 0]


def test_a_shadow_across_writing_is_found_where_it_is(page: Picture) -> None:
    """About the share of the writing that it covers, and nowhere else."""
    place = (0, 600, 1240, 1000)
    whole = squares(page).written
    covered = whole[600 // CELL : 1000 // CELL].sum() / whole.sum()
    found = shadow_on(squares(shaded(page, place, 0.4)))
    assert 0.7 * covered < found.share < 1.1 * covered
    assert inside(found.where, place) > 0.95


def test_a_shadow_on_the_margin_does_not_matter(page: Picture) -> None:
    """Where nothing is written, nothing is lost."""
    assert shadow_on(squares(shaded(page, (0, 0, 70, 1754), 0.4))).share == 0


def test_dark_print_is_no_shadow(page: Picture) -> None:
    """A dark panel with light letters is part of the letter."""
    panel = page.copy()
    panel[600:800] = 255 - panel[600:800]
    assert shadow_on(squares(panel)).share < 0.02


def test_glare_over_writing_is_found_where_it_is(page: Picture) -> None:
    """The patch is taken to have hidden about as much as stood there."""
    place = (300, 500, 600, 800)
    whole = squares(page).written
    hidden = whole[500 // CELL : 800 // CELL, 300 // CELL : 600 // CELL].sum() / whole.sum()
    found = glare_on(squares(shone(page, place)))
    assert hidden / 2 < found.share < 2 * hidden
    assert inside(found.where, place) > 0.9


@pytest.mark.parametrize("place", [(0, 1500, 1240, 1754), (0, 0, 80, 1754)], ids=["below", "margin"])
def test_glare_beside_the_writing_does_not_matter(page: Picture, place: tuple[int, int, int, int]) -> None:
    """Blank paper may shine."""
    assert glare_on(squares(shone(page, place))).share == 0


def test_paper_as_white_as_can_be_is_no_glare(page: Picture) -> None:
    """A bright page with black letters is a good one."""
    bright = np.clip(page.astype(np.float32) * 1.5, 0, 255).astype(np.uint8)
    assert glare_on(squares(bright)).share == 0


def test_too_much_light_lowers_the_contrast(page: Picture) -> None:
    """Ink that turns white is seen in the contrast."""
    washed = np.clip(page.astype(np.float32) + 170, 0, 255).astype(np.uint8)
    assert ink_contrast(squares(washed)) < 0.3


@pytest.mark.parametrize("colour", [SKIN, (40, 55, 80), (30, 30, 30)], ids=["light", "dark", "black"])
def test_a_finger_over_writing_is_found_whatever_its_colour(page: Picture, colour: tuple[int, int, int]) -> None:
    """A finger that reaches into the lines hides some of them."""
    photo = held(page, (0, 700), (240, 640), colour=colour)
    found = fingers_on(photo, squares(photo))
    assert 0.005 < found.share < 0.06
    assert inside(found.where, (0, 590, 300, 760)) > 0.95


def test_a_finger_on_the_margin_does_not_matter(page: Picture) -> None:
    """Holding a page where nothing is written is fine."""
    photo = held(page, (0, 700), (20, 700))
    assert fingers_on(photo, squares(photo)).share == 0


def test_a_deep_shadow_from_an_edge_is_no_finger(page: Picture) -> None:
    """However dark it is, the lines go on under it."""
    dark = shaded(page, (0, 550, 700, 1000), 0.08)
    cells = squares(dark)
    assert shadow_on(cells).share > 0.03
    assert fingers_on(dark, cells).share == 0


def test_what_is_printed_in_colour_is_no_finger(page: Picture) -> None:
    """A coloured patch inside the page, and a coloured bar with writing on it at the edge."""
    coloured = page.copy()
    coloured[900:1000, 300:600] = (coloured[900:1000, 300:600] * np.array([0.5, 0.7, 1])).astype(np.uint8)
    coloured[:, 1100:] = (coloured[:, 1100:] * np.array([1, 0.8, 0.5])).astype(np.uint8)
    assert fingers_on(coloured, squares(coloured)).share < 0.004


def test_what_lies_outside_the_photograph_is_not_judged(page: Picture) -> None:
    """The white that fills a cut page is no glare, and its border no writing."""
    cut = page.copy()
    cut[:, 900:] = 255
    shown = np.ones((page.shape[0] // CELL, page.shape[1] // CELL), bool)
    shown[:, 900 // CELL :] = False
    cells = cells_of(grey(cut), shown)
    assert not cells.written[:, 900 // CELL - 2 :].any()
    assert glare_on(cells).share == 0


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_marks_lie_in_the_photograph_where_the_page_shows_them(turn: int) -> None:
    """However the page was turned upright, its top left corner goes back to where the photograph has it."""
    quad = np.array([(100, 50), (700, 80), (680, 900), (90, 880)], float)
    width, height = (600, 800) if turn in (0, 180) else (800, 600)
    way = Way(quad, width, height, turn, (1000, 1000))  # type: ignore[arg-type]  # one of the four
    where = np.zeros((height // CELL, width // CELL), bool)
    where[2:12, 2:12] = True
    (mark,) = marks_of("glare", where, way)
    reader_first = np.roll(quad, turn // 90, axis=0)[0]
    nearest = quad[np.linalg.norm(quad - mark.outline.mean(axis=0), axis=1).argmin()]
    assert (nearest == reader_first).all()
    assert way.shown((height // CELL, width // CELL)).all()


def test_a_page_without_writing_has_nothing_to_lose() -> None:
    """Blank paper is neither shaded nor shining nor held."""
    blank = np.full((800, 600, 3), 220, np.uint8)
    cells = squares(shaded(shone(blank, (100, 100, 300, 300)), (0, 400, 600, 800), 0.4))
    assert [thing.share for thing in (shadow_on(cells), glare_on(cells), fingers_on(blank, cells))] == [0, 0, 0]
