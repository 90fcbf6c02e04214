"""Turning an example turns everything that is true of it."""

import numpy as np
import pytest

from training.generate.scene import SIDE, photograph
from training.generate.stock import Stock
from training.generate.truth import truth_of
from training.ring import Ring, border_strips
from training.turns import mirror, transpose


@pytest.fixture
def ring() -> Ring:
    """Two places with a cut page in the first."""
    rng = np.random.default_rng(11)
    made = Ring.shared(2)
    made.write(0, photograph(rng, Stock.make(rng, size=3, pictures=0), "cut"))
    return made


@pytest.mark.parametrize("turn", [transpose, mirror])
def test_twice_is_as_it_was(ring: Ring, turn: object) -> None:
    """Both moves undo themselves."""
    examples = ring.take(np.array([0]))
    for _ in range(2):
        assert callable(turn)
        turn(examples, 0)
    for name in ("small", "strips", "mask", "profile", "cut", "certain"):
        assert np.array_equal(getattr(examples, name)[0], getattr(ring, name)[0])


def test_a_mirrored_mask_gives_the_mirrored_truth(ring: Ring) -> None:
    """What the labels say after a move is what the moved mask says."""
    mask = np.zeros((SIDE, SIDE), np.float32)
    mask[100:300, :400] = 1
    truth, mirrored = (truth_of(m, several=False) for m in (mask, mask[:, ::-1].copy()))
    ring.mask[1], ring.profile[1], ring.cut[1] = truth.mask, truth.profile, truth.cut
    mirror(ring, 1)
    assert np.array_equal(ring.mask[1], mirrored.mask)
    assert np.array_equal(ring.profile[1], mirrored.profile)
    assert np.array_equal(ring.cut[1], mirrored.cut)


def test_strips_begin_at_the_border() -> None:
    """The first line of each strip is the outermost line of the picture, left, top, right, bottom."""
    picture = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    strips = border_strips(picture)
    outermost = picture[:, 0], picture[0], picture[:, -1], picture[-1]
    for strip, line in zip(strips, outermost, strict=True):
        assert np.array_equal(strip[0], line)
