"""The camera page judges pictures as the page check does: the same page, cut at the same sides.

`AMTSBOTE_LOOKS=1000` looks at so many pictures; a few are enough to notice that one side has changed.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from services.gateway.pages.assets import OTHERS
from services.upload.client.pagenet import page_net
from services.upload.domain.geometry import Points
from services.upload.domain.netoutline import NetOutline, outline_from
from services.upload.domain.pagemap import PageMap
from services.upload.domain.pixels import Picture
from training.generate.camera import seed_noise
from training.generate.scene import photograph
from training.generate.stock import Stock

LOOKS = int(os.environ.get("AMTSBOTE_LOOKS", "32"))
SIZES = ((768, 1024), (576, 1024), (1024, 576), (1024, 1024), (700, 933), (1024, 461))


@dataclass(frozen=True, slots=True)
class Looks:
    """What both see in one picture: the check what the net says and the outline, the camera page the same."""

    size: tuple[int, int]
    seen: PageMap
    outline: NetOutline | None
    camera: dict[str, Any]


@pytest.fixture(scope="module")
def looks(tmp_path_factory: pytest.TempPathFactory) -> list[Looks]:
    """Pictures drawn with chance, half of them with a page that is cut, as both see them."""
    node = shutil.which("node")
    if node is None or not (OTHERS / "ort.wasm").exists():
        assert os.environ.get("CI") != "true", "no Node or no engine here; run `make setup`"
        pytest.skip("no Node or no engine here; run `make setup`")
    file = tmp_path_factory.mktemp("camera") / "pictures"
    sizes, judged = [], []
    with file.open("wb") as pictures:
        for picture in _pictures():
            pictures.write(cv2.cvtColor(picture, cv2.COLOR_BGR2RGBA).tobytes())
            size = (picture.shape[1], picture.shape[0])
            seen = page_net().look_well(picture)
            sizes.append(size)
            judged.append((size, seen, outline_from(seen, picture, *size)))
    command = [node, str(Path(__file__).with_name("look.js")), str(OTHERS), str(file)]
    done = subprocess.run(command, input=json.dumps(sizes), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [Looks(*ours, camera) for ours, camera in zip(judged, json.loads(done.stdout), strict=True)]


def _pictures() -> Iterator[Picture]:
    rng = np.random.default_rng(39)
    seed_noise(39)
    stock = Stock.make(rng, size=8, pictures=0)
    for number in range(LOOKS):
        yield np.asarray(cv2.resize(photograph(rng, stock).picture, SIZES[number % len(SIZES)]), np.uint8)


def test_the_net_says_the_same(looks: list[Looks]) -> None:
    """The same small picture, in another language and another runtime, gives the same answers."""
    apart = [abs(np.array(look.camera["beyond"]) - look.seen.beyond).max() for look in looks]
    assert np.percentile(apart, 90) < 0.001
    assert max(apart) < 0.1


def test_verdicts_agree(looks: list[Looks]) -> None:
    """In 99 of 100 pictures both see a page or none, and cut at the same sides."""
    same = [_verdict(look.outline) == _cut(look.camera["outline"]) for look in looks]
    assert sum(same) >= 0.99 * len(looks)
    assert {"cut", "whole", "none"} <= {_kind(_verdict(look.outline)) for look in looks}


def test_outlines_agree(looks: list[Looks]) -> None:
    """Both draw the same page, but for what the check finds at the edges in the picture."""
    shared = [
        _shared(look.outline.quad, np.array(look.camera["outline"]["corners"]) * look.size, look.size)
        for look in looks
        if look.outline and look.camera["outline"]
    ]
    assert np.median(shared) > 0.97
    assert np.percentile(shared, 15) > 0.9


def _verdict(outline: NetOutline | None) -> list[str] | None:
    return list(outline.cut) if outline else None


def _cut(outline: dict[str, Any] | None) -> list[str] | None:
    return list(outline["cut"]) if outline else None


def _kind(verdict: list[str] | None) -> str:
    return "none" if verdict is None else "cut" if verdict else "whole"


def _shared(one: Points, other: Points, size: tuple[int, int]) -> float:
    """Return how alike two outlines are within a picture: their Jaccard index."""
    shown = [np.zeros(size[::-1], np.uint8) for _ in range(2)]
    for mask, corners in zip(shown, (one, other), strict=True):
        cv2.fillConvexPoly(mask, np.round(corners).astype(np.int32), 1)
    both, either = (shown[0] & shown[1]).sum(), (shown[0] | shown[1]).sum()
    return float(both / max(1, either))
