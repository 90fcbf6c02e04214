"""However the same photograph is turned, flagged or scaled, the reader is told the same."""

import os
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from examples.paper.pair import Pair
from services.upload.client.workers import Workers
from services.upload.domain.pixels import Picture
from services.upload.schemas import PageReport
from tests.unit.upload.drawn import cut_off, encoded, letter

ORIENTATION = 0x0112
# EXIF orientation: how often the stored picture is turned counter-clockwise from what is shown, after mirroring it.
STORED = {
    1: (0, False),
    2: (0, True),
    3: (2, False),
    4: (2, True),
    5: (1, True),
    6: (1, False),
    7: (3, True),
    8: (3, False),
}
SIDES = "TRBL"
SHARE = 0.01  # of the longer side: how far corners may move
LONGEST = 2400  # pixels, to spare time: half of it still shows letters large enough to be read
PHOTOS = sorted(Path(os.environ.get("AMTSBOTE_PHOTOS", "/nowhere")).glob("*test1.jpg"))[:3]


@pytest.fixture(scope="module")
def photos(pair: Pair) -> dict[str, Picture]:
    """Return photographs that the project makes, whole and cut off."""
    return {"drawn": cut_off(letter()), "cut": _small(pair.first.image), "whole": _small(pair.retake.image)}


def _small(picture: Picture) -> Picture:
    scale = min(1.0, LONGEST / max(picture.shape[:2]))
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)


async def _report(workers: Workers, picture: Picture, **how: object) -> PageReport:
    form = "JPEG" if "exif" in how else "TIFF"  # nothing to compress: writing a PNG takes longer than its check
    how |= {"quality": 95} if form == "JPEG" else {}
    return (await workers.check(encoded(np.ascontiguousarray(picture), form, **how))).report


_known: dict[tuple[str, str], PageReport] = {}


async def _upright(workers: Workers, photos: dict[str, Picture], name: str, form: str = "TIFF") -> PageReport:
    """Return what is said of a photograph as it is; it is asked once."""
    if (name, form) not in _known:
        how = {"exif": Image.Exif()} if form == "JPEG" else {}
        _known[name, form] = await _report(workers, photos[name], **how)
    return _known[name, form]


def _apart(one: PageReport, other: PageReport, turns: int = 0, scale: float = 1.0) -> float:
    """Return how far corners moved, in shares of the longer side; `other` was turned counter-clockwise, then scaled."""
    assert one.quad
    assert other.quad
    back, width, height = np.array(other.quad), other.width, other.height
    for _ in range(turns % 4):
        back, width, height = np.stack([height - back[:, 1], back[:, 0]], axis=1), height, width
    rolled = [np.roll(back / scale, -first, axis=0) for first in range(4)]
    return float(min(abs(points - np.array(one.quad)).max() for points in rolled)) / max(one.width, one.height)


def _told(report: PageReport) -> tuple[str, Sequence[str]]:
    return report.verdict, report.cut_reader


@pytest.mark.parametrize("name", ["drawn", "cut", "whole"])
@pytest.mark.parametrize("turns", [1, 2, 3])
async def test_turned_by_a_right_angle(workers: Workers, photos: dict[str, Picture], name: str, turns: int) -> None:
    """Verdict and cut sides are those of the reader, whatever border they cross, and each corner is the same one."""
    before, after = await _upright(workers, photos, name), await _report(workers, np.rot90(photos[name], turns))
    assert _told(after) == _told(before)
    assert (before.rotate_cw, after.rotate_cw) == (0, 90 * turns)
    assert [SIDES.index(side) for side in after.cut] == [(SIDES.index(side) - turns) % 4 for side in before.cut]
    assert _apart(before, after, turns) < SHARE


@pytest.mark.parametrize("name", ["drawn", "whole"])
@pytest.mark.parametrize("orientation", STORED)
async def test_stored_in_any_exif_orientation(
    workers: Workers, photos: dict[str, Picture], name: str, orientation: int
) -> None:
    """The picture that people see is the same, and so is everything said of it."""
    turns, mirrored = STORED[orientation]
    shown = photos[name]
    stored = np.rot90(shown[:, ::-1] if mirrored else shown, turns)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    before, after = await _upright(workers, photos, name, "JPEG"), await _report(workers, stored, exif=exif)
    assert (after.width, after.height) == (before.width, before.height) == shown.shape[1::-1]
    assert (before.rotate_cw, after.rotate_cw) == (0, 0)
    assert _told(after) == _told(before)
    assert _apart(before, after) < SHARE


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(["drawn", "cut", "whole"]), turns=st.integers(0, 3), scale=st.floats(0.5, 2))
@example(name="whole", turns=0, scale=0.5)
@example(name="cut", turns=3, scale=2.0)
async def test_turned_and_scaled_together(
    workers: Workers, photos: dict[str, Picture], name: str, turns: int, scale: float
) -> None:
    """From half to twice its size, in any direction: the same verdict, the same sides."""
    upright = photos[name]
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(upright, None, fx=scale, fy=scale, interpolation=way).astype(np.uint8)
    before, after = await _upright(workers, photos, name), await _report(workers, np.rot90(scaled, turns))
    assert _told(after) == _told(before)
    assert _apart(before, after, turns, scale) < SHARE


@pytest.mark.skipif(not PHOTOS, reason="AMTSBOTE_PHOTOS names no folder of photographs")
@pytest.mark.parametrize("photo", PHOTOS, ids=lambda path: path.stem)
async def test_real_photographs_turned(workers: Workers, photo: Path) -> None:
    """What is true of drawn pages is true of real ones."""
    upright = _small(np.asarray(Image.open(photo).convert("RGB"))[:, :, ::-1])
    before = await _report(workers, upright)
    for turns in (1, 2, 3):
        after = await _report(workers, np.rot90(upright, turns))
        assert _told(after) == _told(before)
        assert _apart(before, after, turns) < SHARE
