"""A page on a desk is found, measured and flattened."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from services.upload.client.pagenet import page_net
from services.upload.domain.flatten import A4_INCHES, flatten, sheet, turned
from services.upload.domain.geometry import Points
from services.upload.domain.light import evenly_lit, paper_brightness
from services.upload.domain.pixels import Picture, grey
from services.upload.domain.sharpness import letter_height, sharpness
from services.upload.domain.sides import Side, Turn
from tests.unit.upload.drawn import corners, cut_off, letter, photograph


@pytest.fixture(scope="module")
def page() -> Picture:
    """A letter, flat and upright."""
    return letter()


def test_the_corners_of_a_whole_page_are_found_within_one_percent(page: Picture) -> None:
    """A page that lies whole in the picture has its four corners and no cut side."""
    quad = corners(1500, 2000)
    found = page_net().find_outline(photograph(page, quad))
    assert found is not None
    assert found.cut == ()
    assert abs(found.quad - quad).max() < 0.01 * 2000


@pytest.mark.parametrize(("turn", "side"), [(0, "B"), (90, "L"), (180, "T"), (270, "R")])
def test_a_missing_strip_is_noticed_on_whichever_border_it_is(page: Picture, turn: Turn, side: Side) -> None:
    """The border beyond which the page goes on is named as the picture lies."""
    found = page_net().find_outline(turned(cut_off(page), turn))
    assert found is not None
    assert found.cut == (side,)


def test_an_empty_desk_has_no_page(page: Picture) -> None:
    """Where no page is, none is found."""
    beyond = corners(1500, 2000) + 5000
    assert page_net().find_outline(photograph(page, beyond)) is None


def test_scale_does_not_change_what_is_found(page: Picture) -> None:
    """The same photograph at half the size gives the same corners."""
    photo = photograph(page, corners(1500, 2000))
    large, small = (
        page_net().find_outline(photo),
        page_net().find_outline(cv2.resize(photo, None, fx=0.5, fy=0.5).astype(np.uint8)),
    )
    assert large is not None
    assert small is not None
    assert replace(small, quad=large.quad, evidence=0) == replace(large, evidence=0)
    assert abs(small.quad * 2 - large.quad).max() < 0.01 * 2000


def test_flattening_undoes_the_perspective(page: Picture) -> None:
    """The flattened photograph looks like the letter it was taken of."""
    quad = corners(1500, 2000)
    flat = flatten(photograph(page, quad), quad, (page.shape[1], page.shape[0]))
    alike = cv2.matchTemplate(grey(flat), grey(page)[20:-20, 20:-20], cv2.TM_CCOEFF_NORMED).max()
    assert alike > 0.8


def test_a_page_shaped_like_a4_is_a4() -> None:
    """Perspective does not change the size of the paper."""
    paper = sheet(corners(1500, 2000))
    assert (paper.width, paper.height) == A4_INCHES
    wide = sheet(corners(2000, 1500))
    assert (wide.width, wide.height) == A4_INCHES[::-1]


def test_a_page_cut_at_the_bottom_keeps_the_scale_of_its_width() -> None:
    """Letters of a cut page are as large as those of a whole one."""
    paper = sheet(np.array([(0, 0), (2100, 0), (2100, 1500), (0, 1500)], float), ("B",))
    assert paper.width == pytest.approx(A4_INCHES[0])
    assert paper.height == pytest.approx(A4_INCHES[0] * 1500 / 2100)


def frame(width: int, height: int) -> Points:
    """Return the corners of a picture."""
    return np.array([(0, 0), (width, 0), (width, height), (0, height)], float)


@pytest.mark.parametrize(
    ("width", "height", "inches"),
    [
        (1080, 12000, 5.4),  # a screenshot keeps its pixels at 200 dpi
        (700, 4200, 3.5),
        (300, 3000, 80 / 25.4),  # a till's paper
        (3000, 20000, 210 / 25.4),  # no wider than A4
        (1000, 2100, 297 / 25.4 / 2.1),  # no narrower than as a sheet
        (1000, 60000, 200 / 60),  # no longer than a page of a PDF can be
    ],
)
def test_a_strip_is_as_wide_as_its_pixels_are_worth(width: int, height: int, inches: float) -> None:
    """What is far longer than wide keeps its letters, whichever way it lies."""
    upright, aside = sheet(frame(width, height)), sheet(frame(height, width))
    assert upright.width == aside.height == pytest.approx(inches)
    assert upright.height / upright.width == pytest.approx(height / width)
    assert upright.shrunk == (height == 60000)


def test_half_a_page_is_no_strip() -> None:
    """Of a page of which a side is cut off, the whole sides say how large it is."""
    paper = sheet(frame(1000, 2800), ("R",))
    assert paper.height == pytest.approx(A4_INCHES[1])
    assert sheet(frame(700, 4200), ("B",)).width == pytest.approx(3.5)


def test_blur_lowers_the_sharpness_in_any_direction(page: Picture) -> None:
    """Out of focus or shaken, whichever way: both show."""
    dark = grey(page)
    shaken = {axis: cv2.blur(dark, axis).astype(np.uint8) for axis in ((9, 1), (1, 9))}
    sharp = sharpness(dark)
    assert sharp is not None
    for blurred in (cv2.GaussianBlur(dark, (0, 0), 2.5).astype(np.uint8), *shaken.values()):
        assert (sharpness(blurred) or 0) < 0.7 * sharp


def test_nothing_written_is_nothing_measured() -> None:
    """Blank paper has no sharpness and no letters."""
    blank = np.full((1754, 1240), 240, np.uint8)
    assert sharpness(blank) is None
    assert letter_height(blank) is None


def test_a_shadow_is_evened_out(page: Picture) -> None:
    """Half the page in shadow becomes as white as the other half."""
    shaded = grey(page).astype(np.float32)
    shaded *= np.linspace(1, 0.5, shaded.shape[1])
    even = evenly_lit(shaded.astype(np.uint8))
    assert paper_brightness(even[:, :300]) > 250
    assert paper_brightness(even[:, -300:]) > 250
