"""Writes a trained net as ONNX for the service, with a JSON beside it that says what it is."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as f

from training.batch import scaled
from training.generate import hard, placing
from training.net import SIZE, STRIP, Answer, PageNet

OPSET = 17


@dataclass(frozen=True, slots=True)
class Provenance:
    """How often and on what a net was trained."""

    pictures_seen: int
    seed: int
    started_from: str
    wallpapers: bool
    letters: bool
    states_averaged: int = 1


class WholeNet(nn.Module):
    """The net with its preparation: takes bytes (n, 512, 512, 3) in B, G, R."""

    def __init__(self, net: PageNet) -> None:
        """Wrap a trained net."""
        super().__init__()
        self.net = net

    def forward(self, picture: Tensor) -> Answer:
        """Answer for a picture squeezed to a square."""
        values = scaled(picture.permute(0, 3, 1, 2).float())
        return self.net(f.avg_pool2d(values, 2), strips_of(values))


def strips_of(values: Tensor) -> Tensor:
    """Return the borders L, T, R, B of pictures (n, 3, 512, 512), (n, 4, 3, 16, 512), outermost line first."""
    turned = values.transpose(2, 3)
    borders = [turned[:, :, :STRIP], values[:, :, :STRIP], turned.flip(2)[:, :, :STRIP], values.flip(2)[:, :, :STRIP]]
    return torch.stack(borders, 1)


def mean_of(nets: list[PageNet]) -> PageNet:
    """Return the net whose weights are the means of these: states of one training, better than each (Izmailov 2018)."""
    states = [net.state_dict() for net in nets]
    nets[0].load_state_dict({name: torch.stack([one[name] for one in states]).mean(0) for name in states[0]})
    return nets[0]


def export(net: PageNet, out: Path, provenance: Provenance) -> None:
    """Write `out` and, beside it, its JSON."""
    whole = WholeNet(net.to(memory_format=torch.contiguous_format)).eval()
    example = torch.zeros(1, SIZE, SIZE, 3, dtype=torch.uint8)
    names = list(Answer._fields)
    torch.onnx.export(
        whole, (example,), str(out), input_names=["picture"], output_names=names, opset_version=OPSET, dynamo=False
    )
    out.with_suffix(".json").write_text(json.dumps(_card(net, out, provenance), indent=1) + "\n")


def _card(net: PageNet, out: Path, provenance: Provenance) -> dict[str, object]:
    return {
        "sha256": hashlib.sha256(out.read_bytes()).hexdigest(),
        "bytes": out.stat().st_size,
        "parameters": sum(values.numel() for values in net.parameters()),
        "input": {"picture": "uint8 (1, 512, 512, 3), blue green red, squeezed to a square by area"},
        "output": "logits: mask (1, 128, 128), profile (1, 4, 128), cut (1, 4): L T R B, kind (1, 2): present, several",
        "opset": OPSET,
        "training": asdict(provenance),
        "data": {
            "modes": dict(zip(placing.MODES, placing.SHARES, strict=True)),
            "hard": {"share": hard.HARD, **dict(zip(hard.KINDS, hard.SHARES, strict=True))},
            "cut_depth": [placing.LEAST_CUT, placing.MOST_CUT],
            "tight_margin": [placing.LEAST_MARGIN, placing.MOST_TIGHT],
        },
        "made_by": "python -m training train",
    }
