"""From a mask to the corners of a page."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.upload.domain.geometry import Points, clockwise_from_top_left
from services.upload.domain.netoutline import outline_from
from services.upload.domain.pagemap import PageMap, Share
from services.upload.domain.pixels import Picture
from services.upload.domain.quad import corners_of, sides_of
from services.upload.domain.sides import Side

PAGE = np.array([(0.2, 0.15), (0.8, 0.2), (0.85, 0.9), (0.15, 0.85)])


def mask_of(corners: Points) -> Share:
    """Return the mask of a page as a net that is never wrong would."""
    fine = np.zeros((1024, 1024), np.uint8)
    cv2.fillPoly(fine, [np.round(corners * 1024).astype(np.int32)], 255)
    return np.asarray(cv2.resize(fine, (128, 128), interpolation=cv2.INTER_AREA) / 255, np.float32)


def seen(corners: Points, cut: tuple[Side, ...] = ()) -> PageMap:
    """Return what such a net would see."""
    beyond = np.array([side in cut for side in ("L", "T", "R", "B")], np.float32)
    return PageMap(mask_of(corners), np.zeros((4, 128), np.float32), beyond, 1.0, 0.0)


def found(corners: Points, cut: tuple[Side, ...] = ()) -> Points:
    """Return the corners found, in shares of the picture."""
    sides = sides_of(mask_of(corners), cut)
    assert sides is not None
    return clockwise_from_top_left(corners_of(sides))


@given(st.lists(st.floats(-0.08, 0.08), min_size=8, max_size=8))
def test_corners_of_any_page_are_found(moves: list[float]) -> None:
    """Corners come back to half a cell of the mask."""
    corners = PAGE + np.array(moves).reshape(4, 2)
    assert abs(found(corners) - clockwise_from_top_left(corners)).max() < 0.5 / 128 * 2


def test_a_cut_page_ends_at_the_border() -> None:
    """Where a page leaves the picture, the border is its side."""
    corners = np.array([(-0.2, 0.2), (0.7, 0.2), (0.7, 0.8), (-0.2, 0.8)])
    assert found(corners, ("L",)) == pytest.approx(np.array([(0, 0.2), (0.7, 0.2), (0.7, 0.8), (0, 0.8)]), abs=0.005)


def test_a_picture_inside_a_page_is_the_page() -> None:
    """All four borders are sides."""
    corners = np.array([(-1, -1), (2, -1), (2, 2), (-1, 2)], np.float64)
    assert found(corners, ("L", "T", "R", "B")) == pytest.approx(np.array([(0, 0), (1, 0), (1, 1), (0, 1)]), abs=1e-6)


def test_an_empty_mask_has_no_sides() -> None:
    """Specks are no page either."""
    speck = np.zeros((128, 128), np.float32)
    assert sides_of(speck, ()) is None
    speck[60:66, 60:66] = 1
    assert sides_of(speck, ()) is None


def test_the_outline_is_measured_in_the_picture() -> None:
    """A mask that is off by 0.6 % of the picture is moved to the edge that the picture shows."""
    outline = outline_from(seen(PAGE + 0.006), on_a_dark_desk(), 1000, 1000)
    assert outline is not None
    assert abs(outline.quad - PAGE * 1000).max() < 2.5
    assert outline.cut == ()


FRINGE = np.array([(0.0, 0.05), (0.35, 0.03), (0.2, 0.2), (0.15, 0.85), (0.02, 0.75)])  # beside the page


def half_sure(where: Points, share: float, sure: Points = PAGE) -> PageMap:
    """Return what a net sees that is half sure of one more place, and sure of a page."""
    mask = np.maximum(mask_of(sure), share * mask_of(where)).astype(np.float32)
    return PageMap(mask, np.zeros((4, 128), np.float32), np.zeros(4, np.float32), 1.0, 0.0)


def on_a_dark_desk() -> Picture:
    """Return a picture of the page."""
    picture = np.full((1000, 1000, 3), 60, np.uint8)
    cv2.fillPoly(picture, [np.round(PAGE * 1000).astype(np.int32)], (230, 235, 240))
    return picture


@pytest.mark.parametrize("share", [0.6, 0.75])
def test_what_the_net_is_half_sure_of_is_no_page_where_no_edge_is(share: float) -> None:
    """A frayed mask, as on a patterned cloth, does not move the corners: the paper's edges show where they are."""
    outline = outline_from(half_sure(FRINGE, share), on_a_dark_desk(), 1000, 1000)
    assert outline is not None
    assert abs(outline.quad - PAGE * 1000).max() < 10


def test_a_part_of_the_page_that_the_net_is_less_sure_of_stays() -> None:
    """A shaded half or a printed band is page where the paper's edges go on around it."""
    upper = np.array([(0.2, 0.15), (0.8, 0.2), (0.83, 0.5), (0.17, 0.5)])
    outline = outline_from(half_sure(PAGE, 0.7, upper), on_a_dark_desk(), 1000, 1000)
    assert outline is not None
    assert abs(outline.quad - PAGE * 1000).max() < 10


def test_without_a_page_there_is_no_outline() -> None:
    """The net's word that there is none counts."""
    picture = np.zeros((100, 100, 3), np.uint8)
    nothing = PageMap(mask_of(PAGE), np.zeros((4, 128), np.float32), np.zeros(4, np.float32), 0.1, 0.0)
    assert outline_from(nothing, picture, 100, 100) is None
