"""Where a long page may be divided: between its lines."""

from collections.abc import Iterator

import numpy as np

from services.upload.domain.pixels import Picture

INK = 150  # grey level below which a pixel is ink
AGAIN = 1 / 3  # of the most rows: a part is no shorter than that


def parts_of(page: Picture, most: int) -> Iterator[tuple[int, int]]:
    """Yield from which row to which row each part of a grey page goes, `most` rows high or less.

    It is divided in the middle of the widest gap between lines in the last two thirds of a part; where there is none,
    where the least ink is.
    """
    top, height = 0, page.shape[0]
    ink = (page < INK).sum(axis=1)
    while height - top > most:
        start = top + round(AGAIN * most)
        bottom = start + _widest(ink[start : top + most])
        yield top, bottom
        top = bottom
    yield top, height


def _widest(ink: np.ndarray[tuple[int], np.dtype[np.int64]]) -> int:
    """Return the middle of the longest run of rows with the least ink."""
    least = np.concatenate([[False], ink == ink.min(), [False]])
    edges = np.flatnonzero(np.diff(least))
    starts, ends = edges[::2], edges[1::2]
    longest = int((ends - starts).argmax())
    return int((starts[longest] + ends[longest]) // 2)
