"""Letters photographed sharply, to be spoiled: two sets that share neither letters, desks nor sizes of picture."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from random import Random

import numpy as np

from bench.quality import truth
from bench.quality.flaws import Scene
from examples.paper.letter import Kind
from examples.paper.letters import write
from examples.paper.photograph import photograph
from examples.paper.render import render
from examples.paper.scene import Desk
from examples.paper.scenes import good

ON = date(2026, 3, 2)
RENDERED_LARGE = 2000  # pixels across from which a letter is drawn at 300 dpi


@dataclass(frozen=True, slots=True)
class Stock:
    """What letters are taken from, so that two sets have nothing in common."""

    kinds: tuple[Kind, ...]
    desks: tuple[Desk, ...]
    widths: tuple[int, ...]
    first_seed: int


CALIBRATION = Stock(
    ("sperrankuendigung", "stromrechnung", "mietvertrag", "kontoauszug"),
    ("oak", "linen", "laminate"),
    (900, 1200, 1500, 2100),
    1000,
)
HELD_OUT = Stock(
    ("sperrandrohung", "heizkostenabrechnung", "lohnabrechnung", "arbeitsvertrag"),
    ("walnut", "checked"),
    (1000, 1350, 1800),
    5000,
)


@dataclass(frozen=True, slots=True)
class Sharp:
    """A sharp photograph of a letter, the words on it, and those that are read."""

    scene: Scene
    dpi: float
    printed: Counter[str]
    read: Counter[str]


def letters(stock: Stock, count: int, first: int = 0) -> Iterator[Sharp]:
    """Yield so many sharp photographs; the same arguments give the same pixels."""
    for number in range(first, first + count):
        yield _letter(stock, stock.first_seed + number)


def _letter(stock: Stock, seed: int) -> Sharp:
    rng = np.random.default_rng(seed)
    kind = stock.kinds[seed % len(stock.kinds)]
    letter = write(kind, Random(f"{kind} {seed}"), ON)  # noqa: S311 - an invented letter
    width = int(rng.choice(stock.widths))
    scene = replace(good(rng, stock.desks[int(rng.integers(len(stock.desks)))]), width=width, height=width * 4 // 3)
    photo = photograph(render(letter, 300 if width > RENDERED_LARGE else 200), scene, rng)
    picture = np.ascontiguousarray(photo.image[:, :, ::-1])
    spot = Scene(picture, photo.quad)
    return Sharp(spot, spot.millimetre * 25.4, truth.words(letter.text), truth.read(picture, photo.quad))
