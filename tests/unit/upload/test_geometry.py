"""Sides and corners keep their meaning when a picture is turned."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.upload.domain.geometry import clockwise_from_top_left
from services.upload.domain.sides import SIDES, Side, Turn, as_turn, in_order, seen_by_reader

turns = st.sampled_from([0, 90, 180, 270])
sides = st.sets(st.sampled_from(SIDES)).map(in_order)


def test_the_left_border_is_the_top_for_a_reader_who_turns_the_picture_clockwise() -> None:
    """A quarter turn clockwise carries the left side to the top, and the bottom to the left."""
    assert seen_by_reader(("L", "B"), 90) == ("L", "T")


@given(sides, turns, turns)
def test_turning_twice_is_turning_once_by_the_sum(cut: tuple[Side, ...], first: Turn, second: Turn) -> None:
    """Sides seen after two turns are those seen after one turn by both."""
    assert seen_by_reader(seen_by_reader(cut, first), second) == seen_by_reader(cut, as_turn(first + second))


@given(st.permutations(range(4)), st.integers(100, 900), st.integers(100, 900))
def test_corners_are_ordered_whatever_order_they_come_in(order: list[int], width: int, height: int) -> None:
    """Corners come out as TL, TR, BR, BL."""
    quad = np.array([(10, 20), (width, 5), (width + 30, height), (0, height + 8)], float)
    assert np.array_equal(clockwise_from_top_left(quad[order]), quad)
