"""Worker processes that keep a ring full of fresh synthetic photos, no faster than they are used."""

import multiprocessing as mp
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from training.generate.camera import seed_noise
from training.generate.hard import any_photograph
from training.generate.stock import Stock
from training.letters import load_letters
from training.ring import Ring

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import Synchronized


@dataclass(frozen=True, slots=True)
class Pace:
    """How many pictures were made and used so far; each is to be used about `reuse` times, `ahead` at first."""

    made: "Synchronized[int]"
    used: "Synchronized[int]"
    reuse: float
    ahead: int

    def enough(self) -> bool:
        """Tell whether the trainer has something to do without another picture."""
        return self.made.value > self.ahead + self.used.value / self.reuse


@contextmanager
def supply(ring: Ring, *, workers: int, seed: int, reuse: float, ahead: int) -> Iterator[Pace]:
    """Fill `ring` from `workers` processes until the block ends."""
    context = mp.get_context("fork")
    pace = Pace(context.Value("q", 0), context.Value("q", 0), reuse, ahead)
    started = [
        context.Process(target=_work, args=(ring, pace, worker, workers, seed), daemon=True)
        for worker in range(workers)
    ]
    for process in started:
        process.start()
    try:
        yield pace
    finally:
        for process in started:
            process.terminate()
            process.join()


def _work(ring: Ring, pace: Pace, worker: int, workers: int, seed: int) -> None:
    """Write to every `workers`-th place of the ring, round and round; quiet while there is enough."""
    os.nice(5)
    cv2.setNumThreads(1)
    rng = np.random.default_rng([seed, worker])
    seed_noise(seed * 1000 + worker)
    stock = Stock.make(rng, letters=load_letters())
    at = worker
    while True:
        if pace.enough():
            time.sleep(0.05)
            continue
        ring.write(at, any_photograph(rng, stock))
        at = (at + workers) % len(ring.small) if at + workers < len(ring.small) else worker
        with pace.made.get_lock():
            pace.made.value += 1
