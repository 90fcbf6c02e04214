"""What pictures are made of, in all tests of the generator."""

import numpy as np
import pytest

from training.generate.stock import Stock


@pytest.fixture(scope="session")
def stock() -> Stock:
    """A small stock without installed wallpapers, so that it is the same on every machine."""
    return Stock.make(np.random.default_rng(3), size=6, pictures=0)
