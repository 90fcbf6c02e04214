"""A signature: one quick line per name, tall at first and then flattening, different for every name."""

import math
from collections.abc import Iterator
from random import Random

Path = list[tuple[float, float]]
STEPS = 18


def strokes(name: str) -> Iterator[Path]:
    """The paths of the pen in millimetres, from the start of the baseline; the same for the same name."""
    rng = Random(name)
    x = 0.0
    for word in name.split():
        path, x = scrawl(rng, x, len(word))
        yield path
        x += rng.uniform(-1.0, 1.5)
    yield [(x * 0.15, 1.6), (x * 0.6, 1.1), (x + 3, 0.4 + rng.uniform(-1, 1))]


def scrawl(rng: Random, x: float, letters: int) -> tuple[Path, float]:
    """One word: a tall capital, then loops that get lower; returns the path and where it ends."""
    path: Path = []
    for loop in range(letters):
        tall = rng.uniform(5.5, 7.5) if loop == 0 else rng.uniform(1.0, 2.6) * rng.choice((1, 1, 1, 1, 1.7))
        wide = rng.uniform(2.6, 3.6) if loop == 0 else rng.uniform(1.1, 1.9)
        lean = rng.uniform(0.5, 1.1)
        for step in range(STEPS):
            turn = 2 * math.pi * step / STEPS
            up = tall * (1 - math.cos(turn)) / 2
            path.append((x + wide * step / STEPS + lean * math.sin(turn) + 0.18 * up, -up))
        x += wide
    return path, x
