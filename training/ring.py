"""Training pictures in memory that worker processes write and the trainer reads, the oldest overwritten."""

import mmap
from dataclasses import dataclass, fields
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from training.generate.scene import SIDE, Sample

STRIP = 16  # depth of a border strip, pixels of the full picture
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Ring:
    """`size` examples: small pictures, border strips, and their truth (see `truth.Truth`), all in 0 to 255."""

    small: Bytes  # (size, 256, 256, 3)
    strips: Bytes  # (size, 4, 16, 512, 3), the outermost line first, along growing x or y
    mask: Bytes  # (size, 128, 128)
    profile: Bytes  # (size, 4, 128)
    cut: Bytes  # (size, 4)
    certain: Bytes  # (size, 4)
    kind: Bytes  # (size, 2): present, several

    @classmethod
    def shared(cls, size: int) -> Self:
        """Return an empty ring in memory that processes forked from now on share."""
        half = SIDE // 2
        shapes = {
            "small": (half, half, 3),
            "strips": (4, STRIP, SIDE, 3),
            "mask": (128, 128),
            "profile": (4, 128),
            "cut": (4,),
            "certain": (4,),
            "kind": (2,),
        }
        return cls(**{name: _shared((size, *shape)) for name, shape in shapes.items()})

    def write(self, at: int, sample: Sample) -> None:
        """Put a sample at a place."""
        half = SIDE // 2
        truth = sample.truth
        self.small[at] = cv2.resize(sample.picture, (half, half), interpolation=cv2.INTER_AREA)
        self.strips[at] = border_strips(sample.picture)
        self.mask[at], self.profile[at] = truth.mask, truth.profile
        self.cut[at], self.certain[at] = truth.cut, truth.certain
        self.kind[at] = truth.present, truth.several

    def take(self, places: NDArray[np.intp]) -> Self:
        """Return a copy of the examples at these places."""
        return type(self)(*(getattr(self, field.name)[places] for field in fields(self)))


def border_strips(picture: Bytes) -> Bytes:
    """Return the four borders L, T, R, B of a square picture, shape (4, 16, side, 3), outermost line first."""
    on_its_side = picture.swapaxes(0, 1)
    return np.stack([on_its_side[:STRIP], picture[:STRIP], on_its_side[::-1][:STRIP], picture[::-1][:STRIP]])


def _shared(shape: tuple[int, ...]) -> Bytes:
    memory = mmap.mmap(-1, int(np.prod(shape)))
    return np.frombuffer(memory, np.uint8).reshape(shape)
