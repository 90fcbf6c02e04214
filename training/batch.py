"""From examples in bytes to the tensors of one training step."""

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor

from training.ring import Ring
from training.turns import turn_each


def draw_batch(rng: Generator, ring: Ring, filled: int, count: int) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """Return small pictures, strips and truth of `count` examples among the first `filled`, turned at random."""
    examples = ring.take(rng.integers(0, filled, count))
    turn_each(rng, examples)
    gain = torch.from_numpy(np.exp(rng.normal(0, 0.12, (count, 3, 1, 1)).astype(np.float32)))
    lift = torch.from_numpy(rng.normal(0, 8, (count, 1, 1, 1)).astype(np.float32))
    small = torch.from_numpy(examples.small).permute(0, 3, 1, 2) * gain + lift
    strips = torch.from_numpy(examples.strips).permute(0, 1, 4, 2, 3) * gain[:, None] + lift[:, None]
    truth = {
        "mask": torch.from_numpy(examples.mask) / 255,
        "profile": torch.from_numpy(examples.profile) / 255,
        "cut": torch.from_numpy(examples.cut).float(),
        "certain": torch.from_numpy(examples.certain).float(),
        "kind": torch.from_numpy(examples.kind).float(),
    }
    small = scaled(small).contiguous(memory_format=torch.channels_last)
    return small, scaled(strips).contiguous(), truth


def scaled(values: Tensor) -> Tensor:
    """Return bytes as the net takes them, -1 to 1."""
    return values.clamp(0, 255) / 127.5 - 1
