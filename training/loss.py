"""What the net is taught: the page's area, most of all at its edge, and every border of the picture."""

import torch
from torch import Tensor
from torch.nn import functional as f

from training.net import Answer

EDGE_WEIGHT = 4.0  # how much more a cell at the page's edge counts
UNSURE_MASK = 0.3  # weight of the mask where several pages lie: which one is meant is a matter of taste


def lesson(answer: Answer, truth: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the parts of the loss, each a mean over the batch; their sum is what training lowers."""
    several = truth["kind"][:, 1]
    sure = 1 - (1 - UNSURE_MASK) * several
    mask = truth["mask"]
    per_cell = f.binary_cross_entropy_with_logits(answer.mask, mask, reduction="none")
    weighted = (per_cell * (1 + EDGE_WEIGHT * _edge(mask))).mean((1, 2))
    cut = f.binary_cross_entropy_with_logits(answer.cut, truth["cut"], reduction="none")
    return {
        "mask": (weighted * sure).mean(),
        "dice": 0.5 * (_dice(answer.mask, mask) * sure).mean(),
        "profile": 0.5 * f.binary_cross_entropy_with_logits(answer.profile, truth["profile"]),
        "cut": (cut * truth["certain"]).mean(),
        "kind": 0.2 * f.binary_cross_entropy_with_logits(answer.kind, truth["kind"]),
    }


def _edge(mask: Tensor) -> Tensor:
    """Return 1 within a cell or two of the page's edge, else 0."""
    plane = mask[:, None]
    spread = f.max_pool2d(plane, 5, 1, 2) + f.max_pool2d(-plane, 5, 1, 2)
    return (spread[:, 0] > 0.5).float()  # noqa: PLR2004 - half a cell


def _dice(logits: Tensor, mask: Tensor) -> Tensor:
    share = torch.sigmoid(logits)
    both = (share * mask).sum((1, 2))
    return 1 - (2 * both + 1) / ((share + mask).sum((1, 2)) + 1)
