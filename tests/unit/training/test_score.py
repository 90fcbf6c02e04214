"""Overlap and marks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.score import jaccard

FRAME = np.zeros((100, 100, 3), np.uint8)
SQUARE = np.array([(10, 10), (50, 10), (50, 50), (10, 50)], np.float64)


def test_a_page_overlaps_itself() -> None:
    """Also where its sides lie on the picture's borders."""
    whole = np.array([(0, 0), (100, 0), (100, 100), (0, 100)], np.float64)
    assert jaccard(SQUARE, SQUARE, FRAME) == pytest.approx(1)
    assert jaccard(whole, whole, FRAME) == pytest.approx(1)


def test_what_lies_outside_the_picture_does_not_count() -> None:
    """Two pages that differ only beyond the border are the same."""
    near, far = (np.array([(50, 50), (x, 50), (x, 90), (50, 90)], np.float64) for x in (120, 300))
    assert jaccard(near, far, FRAME) == pytest.approx(1)


@given(st.floats(0, 39))
def test_a_shifted_square_overlaps_as_computed(shift: float) -> None:
    """Intersection over union of two equal squares beside each other."""
    expected = (40 - shift) / (40 + shift)
    assert jaccard(SQUARE, SQUARE + np.array([shift, 0]), FRAME) == pytest.approx(expected, abs=1e-6)
