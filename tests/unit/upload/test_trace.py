"""Sides of a page moved to the edges that the picture shows."""

import cv2
import numpy as np
import pytest

from services.upload.domain.edgestrip import edge_colours
from services.upload.domain.geometry import Points
from services.upload.domain.pixels import Picture
from services.upload.domain.quad import Lines, border_line, corners_of, lines_through
from services.upload.domain.trace import traced

PAGE = np.array([(0.2, 0.15), (0.8, 0.2), (0.85, 0.9), (0.15, 0.85)])


def sides_through(corners: Points) -> Lines:
    """Return sides in the order in which `corners_of` gives the corners back."""
    return lines_through(corners)


def photo(outline: Points) -> Picture:
    """Return a white sheet with lines of writing on a speckled brown desk, 1000 pixels."""
    picture = np.full((1000, 1000, 3), (45, 80, 120), np.uint8)
    cv2.fillPoly(picture, [np.round(outline * 16000).astype(np.int32)], (230, 235, 240), cv2.LINE_AA, 4)
    for row in range(300, 760, 24):
        cv2.line(picture, (280, row), (700, row), (70, 70, 70), 6)
    return np.clip(picture + np.random.default_rng(3).normal(0, 5, picture.shape), 0, 255).astype(np.uint8)


def bowed(corners: Points, bow: float) -> Points:
    """Return an outline whose sides bow outwards by `bow` at their middles."""
    along = np.linspace(0, 1, 40, endpoint=False)[:, None]
    parts = []
    for place, line in enumerate(lines_through(corners)):
        start, end = corners[place], corners[(place + 1) % 4]
        parts.append(start + along * (end - start) + 4 * along * (1 - along) * bow * line[:2])
    return np.concatenate(parts)


@pytest.mark.parametrize("push", [(0.006, 0.0), (0.0, -0.02), (-0.025, 0.02)])
def test_sides_are_moved_to_the_edge_of_the_paper(push: tuple[float, float]) -> None:
    """A mask that is off by up to 2.5 % of the picture still ends at the corners, within 2 of 1000 pixels."""
    found = corners_of(traced(sides_through(PAGE + np.array(push)), edge_colours(photo(PAGE))))
    assert abs(found - PAGE).max() < 0.002


def test_a_bowed_sheet_keeps_its_corners() -> None:
    """The outline goes through the corners, not through the middle of the bow."""
    found = corners_of(traced(sides_through(PAGE), edge_colours(photo(bowed(PAGE, 0.012)))))
    assert abs(found - PAGE).max() < 0.005


def test_writing_is_no_edge_of_the_paper() -> None:
    """A line of writing beside a side that is right already does not draw it inwards."""
    picture = photo(PAGE)
    corners = PAGE * 1000 + np.array([(25, 20), (-25, 22), (-25, -20), (25, -20)])
    cv2.polylines(picture, [np.round(corners).astype(np.int32)], isClosed=True, color=(40, 40, 40), thickness=4)
    assert abs(corners_of(traced(sides_through(PAGE), edge_colours(picture))) - PAGE).max() < 0.002


def test_without_an_edge_nothing_moves() -> None:
    """On a desk as white as the paper the mask is all there is."""
    blank = np.full((1000, 1000, 3), 225, np.uint8)
    sides = sides_through(PAGE)
    assert traced(sides, edge_colours(blank)) == pytest.approx(sides)


def test_a_border_stays_a_border() -> None:
    """Where the page is cut off, its side is the border of the picture."""
    sides = sides_through(np.array([(0.0, 0.2), (0.7, 0.2), (0.7, 0.8), (0.0, 0.8)]))
    sides[3] = border_line("L")
    sheet = np.array([(-0.2, 0.2), (0.7, 0.2), (0.7, 0.8), (-0.2, 0.8)])
    found = traced(sides, edge_colours(photo(sheet)))
    assert found[3] == pytest.approx(border_line("L"))
    assert abs(corners_of(found) - np.array([(0, 0.2), (0.7, 0.2), (0.7, 0.8), (0, 0.8)])).max() < 0.003
