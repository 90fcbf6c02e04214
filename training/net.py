"""The page net: a small U-shaped trunk for the whole picture, and fine strips for its four borders."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as f

SIZE = 512  # pixels of the square every picture is squeezed to
STRIP = 16  # depth of a border strip, pixels of that square
GRID = 128  # cells of the mask, and of a border's profile
BESIDE = 6  # cells beside a border that its judge sees


class Answer(NamedTuple):
    """Logits for a batch of n pictures: mask (n, 128, 128), profile (n, 4, 128), cut (n, 4), kind (n, 2)."""

    mask: Tensor
    profile: Tensor
    cut: Tensor
    kind: Tensor


class Fold(nn.Module):
    """A 3 x 3 convolution and a ramp; with `stride` 2 the output cell covers the pixels it came from."""

    def __init__(self, inner: int, outer: int, stride: int = 1) -> None:
        """Draw weights that keep the size of what passes through (He et al. 2015)."""
        super().__init__()
        self.stride = stride
        self.conv = nn.Conv2d(inner, outer, 3, stride, 1 if stride == 1 else 0)
        nn.init.kaiming_normal_(self.conv.weight, nonlinearity="relu")
        nn.init.zeros_(self.conv.bias)

    def forward(self, values: Tensor) -> Tensor:
        """Pass on a map."""
        return f.relu(self.conv(values if self.stride == 1 else f.pad(values, (0, 1, 0, 1))))


class Trunk(nn.Module):
    """Sees the whole picture at 256 x 256; 0.44 million weights, no normalisation, so that it is quick to train."""

    def __init__(self) -> None:
        """Lay out five levels down and four up again."""
        super().__init__()
        self.down = nn.ModuleList(
            [
                nn.Sequential(Fold(3, 12, 2), Fold(12, 16)),
                nn.Sequential(Fold(16, 24, 2), Fold(24, 24)),
                nn.Sequential(Fold(24, 40, 2), Fold(40, 40)),
                nn.Sequential(Fold(40, 64, 2), Fold(64, 64)),
                nn.Sequential(Fold(64, 96, 2), Fold(96, 96), Fold(96, 96)),
            ]
        )
        self.whole = nn.Linear(96, 96)
        self.up = nn.ModuleList([Fold(160, 64), Fold(104, 40), Fold(64, 24), Fold(40, 16)])
        self.mask = nn.Conv2d(16, 1, 1)

    def forward(self, small: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return mask logits (n, 1, 128, 128), the map under them (n, 16, 128, 128), the picture's sum (n, 96)."""
        levels: list[Tensor] = []
        for down in self.down:
            levels.append(down(levels[-1] if levels else small))
        values = levels.pop()
        whole = values.mean((2, 3))
        values = values + self.whole(whole)[:, :, None, None]
        for up in self.up:
            values = up(torch.cat([_twice(values), levels.pop()], 1))
        return self.mask(values), values, whole


class PageNet(nn.Module):
    """Finds the page and says, border by border, whether it goes on outside the picture."""

    def __init__(self) -> None:
        """Draw random weights."""
        super().__init__()
        self.trunk = Trunk()
        self.border = Border()
        self.kind = nn.Sequential(nn.Linear(96, 32), nn.ReLU(), nn.Linear(32, 2))

    def forward(self, small: Tensor, strips: Tensor) -> Answer:
        """Answer for pictures (n, 3, 256, 256) and strips (n, 4, 3, 16, 512), all scaled to -1..1."""
        mask, fine, whole = self.trunk(small)
        profile, cut = self.border(torch.cat([fine, torch.sigmoid(mask)], 1), whole, strips)
        return Answer(mask[:, 0], profile, cut, self.kind(whole))


class Border(nn.Module):
    """One judge for all four borders: a first look at what the trunk knows there, and a second, fine look.

    The second look adds to the first: it begins at nothing and learns where the first is wrong.
    """

    def __init__(self) -> None:
        """Lay out both looks."""
        super().__init__()
        self.first = FirstLook()
        self.second = SecondLook()

    def forward(self, fine: Tensor, whole: Tensor, strips: Tensor) -> tuple[Tensor, Tensor]:
        """Return profiles (n, 4, 128) and cuts (n, 4) in the order left, top, right, bottom."""
        edges = torch.stack([_beside(fine, side) for side in range(4)], 1).flatten(0, 1)
        each = whole.repeat_interleave(4, 0)
        profile, more = self.second(edges, each, strips.flatten(0, 1))
        return profile.view(-1, 4, GRID), (self.first(edges, each) + more).view(-1, 4)


class FirstLook(nn.Module):
    """Judges a border by the six cells of the map beside it."""

    def __init__(self) -> None:
        """Lay out a short chain."""
        super().__init__()
        self.cell = nn.Linear(17 * BESIDE, 24)
        self.sum = nn.Linear(24 + 24 + 96, 16)
        self.cut = nn.Linear(16, 1)

    def forward(self, edges: Tensor, whole: Tensor) -> Tensor:
        """Return logits (n, 1) for cells (n, 102, 128) and what is known of the whole picture (n, 96)."""
        cells = f.relu(self.cell(edges.transpose(1, 2)))
        return self.cut(f.relu(self.sum(torch.cat([cells.amax(1), cells.mean(1), whole], 1))))


class SecondLook(nn.Module):
    """Judges a border by its strip at the full resolution, beside what the trunk knows there."""

    def __init__(self) -> None:
        """Lay out the look at the strip, the walk along the border, and two answers that begin at nothing."""
        super().__init__()
        self.strip = nn.Sequential(
            nn.Conv2d(3, 12, (3, 5), (1, 4), (1, 2)),
            nn.ReLU(),
            nn.Conv2d(12, 16, 3, (2, 1), 1),
            nn.ReLU(),
            nn.Conv2d(16, 16, 3, (2, 1), 1),
            nn.ReLU(),
        )
        self.along = nn.Sequential(
            nn.Conv1d(64 + 17 * BESIDE, 40, 5, 2, 2), nn.ReLU(), nn.Conv1d(40, 40, 9, 1, 4), nn.ReLU()
        )
        self.profile = nn.Conv1d(40, 2, 1)
        self.cut = nn.Sequential(nn.Linear(80 + 96, 48), nn.ReLU(), nn.Linear(48, 1))
        nn.init.zeros_(self.cut[2].weight)
        nn.init.zeros_(self.cut[2].bias)

    def forward(self, edges: Tensor, whole: Tensor, strips: Tensor) -> tuple[Tensor, Tensor]:
        """Return profiles (n, 128) and logits (n, 1) to add, for strips (n, 3, 16, 512)."""
        look = self.strip(strips).flatten(1, 2)
        along = self.along(torch.cat([edges, look], 1))
        pooled = torch.cat([along.amax(2), along.mean(2), whole], 1)
        return self.profile(along).transpose(1, 2).flatten(1), self.cut(pooled)


def _beside(fine: Tensor, side: int) -> Tensor:
    """Return the cells beside a border, (n, 6 channels, length), the outermost first."""
    if side in (0, 2):
        fine = fine.transpose(2, 3)
    if side in (2, 3):
        fine = fine.flip(2)
    return fine[:, :, :BESIDE].flatten(1, 2)


def _twice(values: Tensor) -> Tensor:
    return f.interpolate(values, scale_factor=2.0, mode="bilinear", align_corners=False)
