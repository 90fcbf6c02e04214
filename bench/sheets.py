"""Whether sheets are known again, and their numbers found: one line a figure.

Each held-out letter is photographed twice, from other places in other light, every other time with fewer pixels; then
its twins are: the letters of the next month. Of real photographs (`AMTSBOTE_PHOTOS`, no part of the project) a crop and
a copy seen from elsewhere, in half the pixels, stand for the second picture.
"""

import argparse
import os
import time
from base64 import b64decode
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from PIL import Image, ImageDraw
from rich.progress import track

from bench.quality.twins import next_month
from examples.paper import fonts
from examples.paper.jpeg import encode
from examples.paper.letter import Letter
from examples.paper.letters import KINDS, write
from examples.paper.photograph import photograph
from examples.paper.render import render
from examples.paper.scenes import good
from services.upload.client.look import look
from services.upload.client.photo import prepare
from services.upload.client.probe import probe
from services.upload.domain.likeness.fingerprint import Fingerprint
from services.upload.domain.likeness.same import is_same
from services.upload.domain.pixels import Picture
from services.upload.schemas import Probed

KEY = b"bench" * 8
DPI = 300  # of a letter as it is drawn
FEWER = 0.6  # of the pixels of a side, every other second picture
READABLE = 25  # words from which a real photograph counts as one that can be read
NUMBERS = ("Seite 2 von 4", "- 2 -", "2/4", "Seite 2", "2")
PLACES = ((105.0, "ms", 291.0), (190.0, "rs", 291.0), (190.0, "rs", 36.0))  # millimetres: foot, foot, head


class Count:
    """How often something was so, of how many times."""

    def __init__(self) -> None:
        """Begin at none."""
        self.yes = self.all = 0

    def add(self, *, so: bool) -> None:
        """Count one."""
        self.yes += so
        self.all += 1

    def __str__(self) -> str:
        """Return both numbers."""
        return f"{self.yes} of {self.all}"


Counts = dict[str, Count]


def main(arguments: Sequence[str]) -> int:
    """Measure and print; exit code 0 also without photographs."""
    parser = argparse.ArgumentParser(prog="python -m bench sheets", description=__doc__)
    parser.add_argument("--letters", type=int, default=16, help="held-out letters, four photographs each (16)")
    parser.add_argument("--first", type=int, default=1000, help="the number of the first: others are other letters")
    options = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    prepare()
    counts: Counts = {}
    with TemporaryDirectory() as name:
        firsts = [
            _letter(number, Path(name), counts)
            for number in track(range(options.first, options.first + options.letters), "letters")
        ]
        _others(firsts, "other letters called the same", counts)
        if folder := os.environ.get("AMTSBOTE_PHOTOS"):
            photos = sorted(Path(folder).glob("*.jpg"))
            reals = [first for photo in track(photos, "photographs") for first in _real(photo, Path(name), counts)]
            _others(reals, "other photographs called the same", counts)
    for what, count in counts.items():
        print(f"{what:48}{count}")
    return 0


def _letter(number: int, folder: Path, counts: Counts) -> Fingerprint:
    """Photograph a letter twice, and its twins; return its first fingerprint."""
    letter = write(KINDS[number % len(KINDS)], Random(f"sheet {number}"), date(2026, 3, 2))  # noqa: S311 - no secret
    mark = NUMBERS[number % len(NUMBERS)] if number % 4 else ""
    sheets = {
        "first": letter,
        "the same sheet known again": letter,
        "next month's called the same": next_month(letter, amounts=False),
        "next month's, other amounts, called the same": next_month(letter, amounts=True),
    }
    prints = {}
    for place, (what, sheet) in enumerate(sheets.items()):
        picture = _taken(sheet, mark, PLACES[number % len(PLACES)], 100 * number + place)
        if place == 1 and number % 2:
            picture = cv2.resize(picture, None, fx=FEWER, fy=FEWER, interpolation=cv2.INTER_AREA).astype(np.uint8)
        read = _read(encode(picture), folder, counts)
        prints[what] = Fingerprint.unpacked(b64decode(read.fingerprint))
        _numbered(read, mark, counts)
        if place:
            counts.setdefault(what, Count()).add(so=is_same(prints["first"], prints[what]))
    return prints["first"]


def _taken(letter: Letter, mark: str, place: tuple[float, str, float], seed: int) -> Picture:
    """Return a photograph (RGB) of a letter with the number of the sheet on it."""
    page, scale = Image.fromarray(render(letter, DPI)), DPI / 25.4
    x, anchor, y = place
    face = fonts.font("sans", 9 * fonts.MM_PER_POINT * scale)
    ImageDraw.Draw(page).text((x * scale, y * scale), mark, (60, 60, 60), face, anchor=anchor)
    chance = np.random.default_rng(seed)
    return photograph(np.asarray(page), good(chance), chance).image


def _read(data: bytes, folder: Path, counts: Counts) -> Probed:
    file = folder / "page.jpg"
    file.write_bytes(data)
    _, report = look(file)
    begun = time.process_time()
    read = probe(file, report, KEY)
    counts.setdefault("second look within 1 s of CPU", Count()).add(so=time.process_time() - begun < 1)
    return read


def _numbered(read: Probed, mark: str, counts: Counts) -> None:
    found = (read.numbering.number, read.numbering.count)
    wanted = (2, 4) if "4" in mark else (2, None) if mark else (None, None)
    if mark:
        counts.setdefault(f"number found: {mark}", Count()).add(so=found == wanted)
    counts.setdefault("number that is not there", Count()).add(so=found[0] not in (None, wanted[0]))
    counts.setdefault("said to go on, wrongly", Count()).add(so=read.numbering.goes_on or read.numbering.follows)


def _real(photo: Path, folder: Path, counts: Counts) -> Iterator[Fingerprint]:
    """Compare a real photograph with two that stand for a second one; yield its fingerprint."""
    picture = np.asarray(cv2.imread(str(photo), cv2.IMREAD_COLOR), np.uint8)
    first, *seconds = [_printed(each, folder, counts) for each in (picture, _cropped(picture), _elsewhere(picture))]
    for second in seconds:
        readable = min(len(first.marks), len(second.marks)) >= READABLE
        what = f"real photograph {'that can be read' if readable else 'of few words'}, known again"
        counts.setdefault(what, Count()).add(so=is_same(first, second))
    yield first


def _printed(picture: Picture, folder: Path, counts: Counts) -> Fingerprint:
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
    return Fingerprint.unpacked(b64decode(_read(data, folder, counts).fingerprint))


def _cropped(picture: Picture) -> Picture:
    """Return a picture without its outermost hundredth, darker and with six tenths of the pixels of a side."""
    height, width = picture.shape[:2]
    inner = picture[height // 100 : -height // 100, width // 100 : -width // 100]
    small = cv2.resize(inner, None, fx=FEWER, fy=FEWER, interpolation=cv2.INTER_AREA)
    return (255 * (small / 255) ** 1.25 * 0.9).astype(np.uint8)


def _elsewhere(picture: Picture) -> Picture:
    """Return a picture as seen from a little to the side, in light from the other one."""
    height, width = picture.shape[:2]
    own = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    lean = np.array([(0.03, 0.01), (-0.01, 0.03), (-0.02, -0.01), (0.01, -0.03)], np.float32) * (width, height)
    matrix = cv2.getPerspectiveTransform(own, (own + lean).astype(np.float32))
    seen = cv2.warpPerspective(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    light = np.linspace(0.75, 1.1, width)[None, :, None]
    return np.clip(seen * light, 0, 255).astype(np.uint8)


def _others(prints: list[Fingerprint], what: str, counts: Counts) -> None:
    for one, two in combinations(prints, 2):
        counts.setdefault(what, Count()).add(so=is_same(one, two))
