"""The eight ways to turn and mirror an example, so that one synthetic photo teaches more than once."""

import numpy as np
from numpy.random import Generator

from training.ring import Ring

LEFT, TOP, RIGHT, BOTTOM = range(4)


def turn_each(rng: Generator, examples: Ring) -> None:
    """Turn and mirror every example of a batch at random, in place."""
    draws = rng.random((len(examples.small), 3)) < 0.5  # noqa: PLR2004 - a coin
    for at, (transposed, mirrored, upturned) in enumerate(draws):
        if transposed:
            transpose(examples, at)
        if mirrored:
            mirror(examples, at)
        if upturned:
            transpose(examples, at)
            mirror(examples, at)
            transpose(examples, at)


def transpose(examples: Ring, at: int) -> None:
    """Swap x and y of one example."""
    for plane in (examples.small, examples.mask):
        plane[at] = plane[at].swapaxes(0, 1).copy()
    _reorder(examples, at, [TOP, LEFT, BOTTOM, RIGHT])


def mirror(examples: Ring, at: int) -> None:
    """Swap left and right of one example."""
    for plane in (examples.small, examples.mask):
        plane[at] = plane[at][:, ::-1].copy()
    _reorder(examples, at, [RIGHT, TOP, LEFT, BOTTOM])
    for side in (TOP, BOTTOM):
        examples.strips[at, side] = examples.strips[at, side, :, ::-1].copy()
        examples.profile[at, side] = examples.profile[at, side, ::-1].copy()


def _reorder(examples: Ring, at: int, order: list[int]) -> None:
    for borders in (examples.strips, examples.profile, examples.cut, examples.certain):
        borders[at] = borders[at][np.array(order)]
