"""A letter whose paper curls gets straight lines; one that lies flat is not touched."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import cv2
import numpy as np
import pytest

from services.upload.client.reader import scanned, unwarped
from services.upload.client.source import Source
from services.upload.domain.baselines import feet_of
from services.upload.domain.curl import Curl, curl_of
from services.upload.domain.flatten import flatten, straighten, turned
from services.upload.domain.geometry import Points, clockwise_from_top_left
from services.upload.domain.pixels import Copies, Picture, grey
from services.upload.domain.sides import Turn
from services.upload.schemas import PageReport
from tests.unit.upload.drawn import letter

SIZE = (1654, 2339)  # A4 at 200 dpi
DESK = 120  # pixels around the page
QUAD = np.array([(0, 0), (SIZE[0], 0), SIZE, (0, SIZE[1])], float) + DESK
STRAIGHT = 1.5  # pixels at 200 dpi, a tenth of a letter: how far a letter may stand off its line
Bend = Callable[[Any, Any], Any]


def arch(x: Any, y: Any) -> Any:
    """Bow by 4 mm at the top, by 1 mm at the bottom."""
    return -32 * (1 - x**2) * (1 - 0.75 * y)


def edge(x: Any, y: Any) -> Any:
    """Lift the right edge by 6 mm, no less at the bottom."""
    return 48 * np.clip(x, 0, None) ** 2 + 0 * y


def flat(x: Any, y: Any) -> Any:
    """Leave the page as it is."""
    return 0 * (x + y)


def photo(bend: Bend, upside: Turn = 0) -> Source:
    """Return a letter on a brown desk whose lines are bent, turned by so much."""
    return Source(Copies(np.ascontiguousarray(np.rot90(bent(bend), upside // 90))), 1, flat=False)


@cache
def bent(bend: Bend) -> Picture:
    """Return its upright picture; x runs from -1 to 1, y from 0 to 1."""
    page = cv2.resize(letter(), SIZE, interpolation=cv2.INTER_CUBIC)
    x, y = np.meshgrid(np.arange(SIZE[0] + 2 * DESK) - DESK, np.arange(SIZE[1] + 2 * DESK) - DESK)
    source = y - bend(2 * x / SIZE[0] - 1, y / SIZE[1])
    brown = (55, 85, 120)
    return cv2.remap(page, x.astype(np.float32), source.astype(np.float32), cv2.INTER_LINEAR, borderValue=brown).astype(
        np.uint8
    )


def report(source: Source, quad: Points, turn: Turn = 0) -> PageReport:
    """Return what the check says of a page that is fine."""
    height, width = source.picture.shape[:2]
    corners = tuple((float(x), float(y)) for x, y in quad)
    return PageReport(
        width=width, height=height, quad=corners, cut=(), cut_reader=(), rotate_cw=turn, verdict="good", reasons=()
    )


def crookedness(page: Picture) -> float:
    """Return how far from its line's own straight way the usual foot of the most crooked line lies, pixels."""
    feet = feet_of(page)
    assert feet is not None
    lines = [feet.at[feet.line == number] for number in np.unique(feet.line)]
    rests = [line[:, 1] - np.polyval(np.polyfit(line[:, 0], line[:, 1], 1), line[:, 0]) for line in lines]
    return max(float(np.median(abs(rest - np.median(rest)))) for rest in rests)


@cache
def found(bend: Bend) -> Curl | None:
    """Return the curl of a bent page."""
    source = photo(bend)
    feet = feet_of(scanned(source, report(source, QUAD)))
    return curl_of(feet, SIZE) if feet else None


@pytest.mark.parametrize("bend", [arch, edge], ids=["arch", "edge"])
def test_lines_are_straight_afterwards(bend: Bend) -> None:
    """Lines that were bent by up to 6 mm stand within a tenth of a letter of a straight line."""
    source = photo(bend)
    before = scanned(source, report(source, QUAD))
    after = unwarped(source, report(source, QUAD), before)
    assert crookedness(before) > 2 * STRAIGHT
    assert crookedness(after) < STRAIGHT


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_curled_page_that_lies_on_its_side_is_unwarped_too(turn: Turn) -> None:
    """The bend is found on the upright page and undone in the picture as it was taken."""
    source = photo(arch, turn)
    there = cv2.getRotationMatrix2D((0, 0), turn, 1)[:, :2]
    quad = QUAD @ there.T
    quad = clockwise_from_top_left(quad - quad.min(axis=0) + DESK)
    said = report(source, quad, turn)
    after = unwarped(source, said, scanned(source, said))
    assert crookedness(after) < STRAIGHT


def test_a_flat_page_is_not_touched() -> None:
    """It is the very same picture, bit for bit."""
    source = photo(flat)
    plain = scanned(source, report(source, QUAD))
    assert unwarped(source, report(source, QUAD), plain) is plain


def test_a_page_that_only_lies_askew_is_not_touched() -> None:
    """Lines that run uphill, and apart, are straight all the same."""
    source = photo(lambda x, y: 40 * x * (1 + y))
    plain = scanned(source, report(source, QUAD))
    assert unwarped(source, report(source, QUAD), plain) is plain


def test_lines_that_bend_each_their_own_way_are_left_alone() -> None:
    """Handwriting in waves is no curl: half of the lines say nothing about the others."""
    source = photo(lambda x, y: 20 * np.sin(40 * np.floor(y * 26)) * (1 - x**2))
    plain = scanned(source, report(source, QUAD))
    assert unwarped(source, report(source, QUAD), plain) is plain


def test_pages_with_little_writing_show_no_curl() -> None:
    """Neither an empty page nor five lines are enough to tell."""
    empty = np.full(SIZE[::-1], 255, np.uint8)
    few = grey(cv2.resize(letter(), SIZE).astype(np.uint8))
    few[600:] = 255
    assert feet_of(empty) is None
    feet = feet_of(few)
    assert feet is None or curl_of(feet, SIZE) is None


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_straightening_what_is_straight_changes_nothing_else(turn: Turn) -> None:
    """With a bend of nothing it is the page as flattened and turned: the way through the picture is the same."""
    source, curl = photo(arch), found(arch)
    assert curl is not None
    size = SIZE if turn in (0, 180) else SIZE[::-1]
    none = replace(curl, terms=0 * curl.terms, basis=replace(curl.basis, size=size))
    plain = turned(flatten(source.picture, QUAD, SIZE), turn)
    assert np.abs(straighten(source.picture, QUAD, SIZE, turn, none).astype(int) - plain).max() <= 2
