"""Synthetic photos that no training has seen: other seeds, and other sheets and surfaces than those trained on."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.random import Generator

from services.upload.domain.sides import SIDES, in_order
from training.generate.camera import seed_noise
from training.generate.hard import hard_photograph
from training.generate.placing import Mode
from training.generate.scene import Sample, photograph
from training.generate.stock import Stock
from training.photos import Case

SEED = 9_000_000_000  # far from every seed that `train` can use
Photograph = Callable[[Generator, Stock], Sample]
TITLES: dict[Mode, str] = {
    "roomy": "synthetic, complete",
    "far": "synthetic, small",
    "tight": "synthetic, tight",
    "cut": "synthetic, cut",
    "inside": "synthetic, inside a page",
    "none": "synthetic, no page",
}


def heldout_samples(count: int, seed: int = 0, take: Photograph = photograph) -> Iterator[Sample]:
    """Yield `count` synthetic photos that are certain: no border is only just touched, no second page."""
    rng = np.random.default_rng([SEED, seed])
    seed_noise(SEED + seed)
    stock = Stock.make(rng)
    while count > 0:
        sample = take(rng, stock)
        if sample.truth.certain.all() and not sample.truth.several:
            count -= 1
            yield sample


def heldout_cases(count: int, seed: int = 0) -> Iterator[Case]:
    """Yield held-out photos of pages as cases for `score.mark`: `count` of life, then as many of the hard kinds."""
    for take in (photograph, hard_photograph):
        for number, sample in enumerate(heldout_samples(count, seed, take)):
            if sample.truth.present:
                yield as_case(sample, f"{sample.kind or 'synthetic'} {seed}:{number}")


def as_case(sample: Sample, name: str) -> Case:
    """Return a synthetic photo as a case; a page that was cut by less than can be seen counts as complete."""
    cut = in_order({side for side, cut in zip(SIDES, sample.truth.cut, strict=True) if cut})
    mode: Mode = sample.mode if cut or sample.mode != "cut" else "tight"
    group = TITLES["cut" if cut and mode in ("tight", "roomy", "far") else mode]
    group = f"hard {group}" if sample.kind else group
    return Case(name, group, sample.picture, sample.quad.astype(np.float64), cut)
