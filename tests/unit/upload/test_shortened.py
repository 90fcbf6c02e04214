"""A sheet of which a good part is not in the picture: its shape tells, where two opposite edges are seen."""

import numpy as np
import pytest

from services.upload.domain.geometry import Points
from services.upload.domain.shortened import shortened
from services.upload.domain.sides import Side


def sheet(width: float, height: float) -> Points:
    """Return the corners of a sheet of which so much is seen."""
    return np.array([(0, 0), (width, 0), (width, height), (0, height)], float)


@pytest.mark.parametrize(
    ("width", "height", "beyond", "lacking"),
    [
        (210, 297 * 0.92, ("B",), ("B",)),  # a footer lies there
        (210, 297 * 0.92, ("T",), ("T",)),
        (210, 297 * 0.97, ("B",), ()),  # a margin
        (297, 210 * 0.9, ("B",), ("B",)),  # the same across
        (297 * 0.9, 210, ("R",), ("R",)),
        (210 * 0.9, 297, ("L",), ("L",)),
        (80, 300, ("B",), ()),  # a till receipt
        (210, 250, ("T", "B"), ()),  # nobody knows by how much at either end
        (190, 270, ("R", "B"), ()),  # nor by how much it is narrower
        (210, 297, (), ()),
    ],
)
def test_the_shape_of_a_sheet_tells_what_is_missing(
    width: float, height: float, beyond: tuple[Side, ...], lacking: tuple[Side, ...]
) -> None:
    """Of a sheet of A4 a twentieth or more that is not in the picture may be written on."""
    assert shortened(sheet(width, height), beyond) == lacking
