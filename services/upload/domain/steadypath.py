"""The path along a strip that gathers the most strength with the fewest bends, found column by column (Viterbi)."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray


def steadiest(strength: NDArray[np.float32], bend: float, reach: int) -> NDArray[np.intp]:
    """Return for each column of each strip the row that its path takes.

    Args:
        strength: what a path gathers, shape (strips, rows, columns).
        bend: what a step of one row from column to column costs.
        reach: rows that a step may have.
    """
    count, rows, columns = strength.shape
    cost = bend * abs(np.arange(-reach, reach + 1))[:, None]
    padded = np.full((columns, count, rows + 2 * reach), -np.inf)
    gathered = padded[..., reach : reach + rows]
    before = sliding_window_view(padded, rows, axis=2)  # (columns, strips, steps, rows): where a path may come from
    gains = np.moveaxis(strength, 2, 0)
    gathered[0] = gains[0]
    for column in range(1, columns):
        np.add(np.maximum.reduce(before[column - 1] - cost, axis=1), gains[column], out=gathered[column])
    path = np.empty((columns, count), np.intp)
    path[-1] = gathered[-1].argmax(axis=1)
    strips = np.arange(count)
    for column in range(columns - 1, 0, -1):
        steps = before[column - 1][strips, :, path[column]] - cost[:, 0]
        path[column - 1] = path[column] + steps.argmax(axis=1) - reach
    return path.T
