"""Runs the page net: a picture in, what it saw out. The weights are the project's own, see docs/model-card.md."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from services.upload.client.network import Network
from services.upload.domain.closer import Window
from services.upload.domain.margin import judged
from services.upload.domain.netoutline import NetOutline, outline_from
from services.upload.domain.pagemap import PageMap
from services.upload.domain.pixels import Copies, Picture, shrink
from services.upload.domain.thresholds import thresholds

WEIGHTS = Path(__file__).parent.parent / "weights" / "pagenet.onnx"


@cache
def page_net() -> "PageNet":
    """Return this process's net, loaded at its first use."""
    return PageNet.load()


@dataclass(frozen=True, slots=True)
class PageNet:
    """The loaded net; looking takes one thread, and may be done from several at once."""

    network: Network

    @classmethod
    def load(cls, weights: Path = WEIGHTS) -> Self:
        """Read the weights, and what their answers mean; do it once per process."""
        thresholds()
        return cls(Network(weights))

    def look(self, picture: Picture) -> PageMap:
        """Return what the net sees in a colour picture of any size."""
        return self._look(_square(picture))

    def _look(self, square: Picture) -> PageMap:
        answers = self.network.run(square[None], "mask", "profile", "cut", "kind")
        mask, profile, cut, kind = (_share(answer[0]) for answer in answers)
        return PageMap(mask, profile, cut, float(kind[0]), float(kind[1]))

    def look_well(self, picture: Picture) -> PageMap:
        """Return what the net sees in a picture; where it is unsure of a border, the mean with its mirror image."""
        square = _square(picture)
        seen = self._look(square)
        return seen.and_also(self._look(square[:, ::-1]).mirrored()) if seen.unsure() else seen

    def find_outline(self, picture: Picture) -> NetOutline | None:
        """Return the outline of the page in a colour picture, or None when no page is seen."""
        return self.find_in(Copies(picture))

    def find_in(self, copies: Copies) -> NetOutline | None:
        """Return the same, found in the copies of a picture."""
        longest = thresholds().longest
        fine = copies.halved(2 * longest)
        height, width = fine.shape[:2]
        small, _ = shrink(fine, longest)
        seen = judged(self.look_well(small), fine)
        first = outline_from(seen, small, width, height)
        if first is None:
            return None
        found = self._closer(fine, seen, first) or first
        return replace(found, quad=found.quad * (copies.size[0] / width, copies.size[1] / height))

    def _closer(self, picture: Picture, seen: PageMap, first: NetOutline) -> NetOutline | None:
        """Return the outline as a second look at the page alone shows it; None where that shows nothing better."""
        height, width = picture.shape[:2]
        window = Window.around(first.quad, width, height)
        if window is None:
            return None
        part = window.of(picture)
        small, _ = shrink(part, thresholds().longest)
        inner = window.inner(width, height)
        nearer = self.look(small)
        if set(inner) & set(nearer.cut()):
            return None
        found = outline_from(nearer.after(seen, inner), small, part.shape[1], part.shape[0])
        return replace(found, quad=window.to_picture(found.quad)) if found else None


def _square(picture: Picture) -> Picture:
    side = thresholds().side
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def _share(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    return (1 / (1 + np.exp(-np.clip(logits, -30, 30)))).astype(np.float32)
