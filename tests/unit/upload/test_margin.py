"""Whether there is a margin between a page and a border of the picture."""

import cv2
import numpy as np
import pytest

from services.upload.domain.margin import TOUCHING, UNSURE, judged, margin_beside
from services.upload.domain.pagemap import PageMap
from services.upload.domain.pixels import Picture
from services.upload.domain.sides import SIDES, Side

ALL = (0.0, 1.0)
WOOD, PAPER = (45, 80, 120), (232, 236, 240)


def photo(margin: int, *, bar: int | None = None) -> Picture:
    """Return a printed sheet that leaves `margin` pixels of desk at the top; `bar` is where a bar is printed on it."""
    picture = np.full((1200, 900, 3), WOOD, np.uint8)
    picture[margin:] = PAPER
    for row in range(margin + 60, 1180, 40):
        for left in range(80, 800, 90):
            cv2.rectangle(picture, (left, row), (left + 70, row + 12), (60, 60, 60), -1)
    if bar is not None:
        picture[bar : bar + 14] = (90, 60, 60)
    return np.clip(picture + np.random.default_rng(2).normal(0, 4, picture.shape), 0, 255).astype(np.uint8)


def turned_to(side: Side, picture: Picture) -> Picture:
    """Return a picture turned so that its top border becomes another."""
    return np.ascontiguousarray(np.rot90(picture, (1 - SIDES.index(side)) % 4))


def seen(beyond: float) -> PageMap:
    """Return what a net sees that finds paper everywhere and is as sure of every border as `beyond`."""
    whole, line = np.ones((128, 128), np.float32), np.ones((4, 128), np.float32)
    return PageMap(whole, line, np.full(4, beyond, np.float32), 1.0, 0.0)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("margin", [6, 14, 30])
def test_desk_beside_the_page_is_seen(side: Side, margin: int) -> None:
    """Half a percent of the picture is enough, at any border, and its depth is measured."""
    found = margin_beside(turned_to(side, photo(margin)), side, ALL)
    assert found.bare < TOUCHING
    assert found.depth == pytest.approx(margin / 1200, abs=0.003)


def test_paper_up_to_the_border_is_no_margin() -> None:
    """A page that is cut off shows its own paper, and writing does not look like its edge."""
    assert margin_beside(photo(0), "T", ALL).bare > 0.5


def test_a_printed_bar_is_no_edge_of_the_page() -> None:
    """Behind a bar near the border lies the same paper again."""
    assert margin_beside(photo(0, bar=20), "T", ALL).bare > 0.5


def test_shade_is_no_desk() -> None:
    """Paper that darkens slowly towards the border has no edge there."""
    dark = np.linspace(0.45, 1.0, 1200)[:, None, None] ** 0.5
    shaded = (photo(0) * dark).astype(np.uint8)
    assert margin_beside(shaded, "T", ALL).bare > 0.5


def test_an_unsure_net_is_told_that_there_is_a_margin() -> None:
    """Where the net doubts, the margin decides, and borders without one stay as they were."""
    assert judged(seen(0.8), photo(14)).cut() == ("L", "R", "B")


def test_a_sure_net_is_believed() -> None:
    """What the net is sure of is not looked at again."""
    assert judged(seen(UNSURE[1] + 0.005), photo(14)).cut() == SIDES
