"""The window for a second look at a small page."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.upload.domain.closer import Window
from services.upload.domain.geometry import Points
from services.upload.domain.pagemap import PageMap
from services.upload.domain.sides import Side


def box(left: float, top: float, right: float, bottom: float) -> Points:
    """Return the corners of a rectangle."""
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float64)


def seen(*beyond: float) -> PageMap:
    """Return what a net might see beside the four borders."""
    return PageMap(
        np.ones((128, 128), np.float32), np.ones((4, 128), np.float32), np.array(beyond, np.float32), 1.0, 0.0
    )


def test_a_small_page_is_looked_at_from_nearer() -> None:
    """The window keeps room around the page, and all its borders lie inside the picture."""
    window = Window.around(box(400, 300, 600, 500), 1000, 800)
    assert window == Window(382, 282, 618, 518)
    assert window.inner(1000, 800) == ("L", "T", "R", "B")


def test_a_page_that_fills_the_picture_needs_no_second_look() -> None:
    """There is nothing to go closer to."""
    assert Window.around(box(20, 20, 980, 780), 1000, 800) is None


def test_a_window_ends_with_the_picture() -> None:
    """Where the page lies at a border of the picture, that border stays a border."""
    window = Window.around(box(10, 300, 300, 500), 1000, 800)
    assert window is not None
    assert window.left == 0
    assert window.inner(1000, 800) == ("T", "R", "B")


@given(st.tuples(st.floats(0, 700), st.floats(0, 500)), st.tuples(st.floats(20, 280), st.floats(20, 280)))
def test_points_of_the_window_are_points_of_the_picture(at: tuple[float, float], size: tuple[float, float]) -> None:
    """What the window shows at a place, the picture shows there too."""
    window = Window.around(box(at[0], at[1], at[0] + size[0], at[1] + size[1]), 1000, 800)
    assert window is not None
    picture = np.arange(800 * 1000, dtype=np.uint32).reshape(800, 1000)
    part = window.of(picture)  # type: ignore[arg-type]  # numbers tell places apart, bytes could not
    (x, y) = window.to_picture(np.array([(5.0, 7.0)]))[0]
    assert part[7, 5] == picture[int(y), int(x)]


@pytest.mark.parametrize(("inner", "cut"), [((), ("L", "R")), (("L",), ("R",)), (("L", "T", "R", "B"), ())])
def test_nothing_is_cut_off_where_the_picture_goes_on(inner: tuple[Side, ...], cut: tuple[Side, ...]) -> None:
    """Borders of the window inside the picture never count; the others are judged by both looks."""
    assert seen(0.9, 0.1, 0.6, 0.6).after(seen(0.9, 0.1, 0.9, 0.2), inner).cut() == cut


def test_a_mirrored_look_is_turned_back() -> None:
    """What lies at the left of the mirror image lies at the right of the picture; top and bottom run the other way."""
    mask, profile = np.zeros((128, 128), np.float32), np.zeros((4, 128), np.float32)
    mask[:, :10], profile[0], profile[1, :20] = 1, 0.7, 0.9
    back = PageMap(mask, profile, np.array([0.9, 0.5, 0.1, 0.2], np.float32), 1.0, 0.0).mirrored()
    assert back.cut() == ("T", "R")
    assert back.mask[:, -10:].all()
    assert back.profile[2] == pytest.approx(0.7)
    assert back.profile[1, -20:] == pytest.approx(0.9)


def test_two_looks_are_one_opinion() -> None:
    """One that is sure outweighs one that hardly disagrees."""
    assert seen(0.95, 0.4, 0.1, 0.1).and_also(seen(0.4, 0.4, 0.1, 0.8)).cut() == ("L",)
    assert seen(0.5, 0.0, 0.0, 0.0).unsure()
    assert not seen(1.0, 0.0, 0.999, 0.001).unsure()
