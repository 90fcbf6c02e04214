"""Pictures that one sheet fills: is the page asked for again only where writing is missing?

Letters of ours are cropped at random inside their margins, or through their text at one side or two, then seen by a
camera that is held closely, by a scanner, or left as a program draws them. The truth is the ink that lies outside.
"""

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any, Literal

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from rich.progress import track

from examples.paper.jpeg import encode
from examples.paper.letters import KINDS, write
from examples.paper.render import render
from services.upload.client.look import judge_page
from services.upload.client.source import Source
from services.upload.domain.pixels import Copies, Picture, grey
from services.upload.domain.sides import SIDES, Side, in_order
from services.upload.schemas import PageReport

Made = Literal["photo", "scan", "screenshot"]
MADE: tuple[Made, ...] = ("photo", "scan", "screenshot")
SEED = 7_000_000_000  # of letters and crops; no limit was chosen on them
DPI = 200
INK = 170  # grey level on a drawn page
FOLD = 0.05  # of the width: marks for folding lie farther out, and may be lost
LEAN = {"photo": 0.025, "scan": 0.004, "screenshot": 0.0}  # of the width: how far a corner may be off
DEEP = 0.2  # of the page that is lost at most

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture that a sheet fills, how it was made, and at which sides writing of it lies outside."""

    made: Made
    picture: Picture
    lost: tuple[Side, ...]


def frames(count: int) -> dict[str, dict[str, Any]]:
    """Return the figures of `count` whole pictures of each making, and of as many from which writing is lost."""
    seen: dict[tuple[Made, bool], list[tuple[Frame, PageReport]]] = {}
    for number in track(range(2 * count * len(MADE)), description="frames"):
        frame = framed(number, MADE[number % len(MADE)], spoilt=number // len(MADE) % 2 == 1)
        report = judge_page(Source(Copies(frame.picture), 1, flat=False))
        seen.setdefault((frame.made, bool(frame.lost)), []).append((frame, report))
    return {f"{made}, {'lost' if lost else 'whole'}": _figures(seen[made, lost]) for made, lost in sorted(seen)}


def _figures(seen: list[tuple[Frame, PageReport]]) -> dict[str, Any]:
    return {
        "n": len(seen),
        "said cut": _share([bool(report.cut) for _, report in seen]),
        "exact cut": _share([report.cut == frame.lost for frame, report in seen]),
        "to retake": _share([report.verdict == "retake" for _, report in seen]),
        "no page": _share([report.quad is None for _, report in seen]),
    }


def _share(answers: list[bool]) -> float:
    return round(sum(answers) / len(answers), 3)


def framed(number: int, made: Made, *, spoilt: bool) -> Frame:
    """Return a letter cropped inside its margins; if `spoilt`, through its writing at one side or two."""
    chance = np.random.default_rng([SEED, number])
    letter = write(KINDS[number % len(KINDS)], Random(f"frame {number}"), date(2026, 3, 2))  # noqa: S311 - no secret
    page = np.ascontiguousarray(render(letter, DPI)[:, :, ::-1])
    through = set(chance.choice(SIDES, size=chance.choice([1, 1, 2]), replace=False)) if spoilt else set()
    ink = _ink(page)
    corners = _corners(chance, page.shape, ink, through, LEAN[made] * page.shape[1])
    size = (int(np.linalg.norm(corners[1] - corners[0])), int(np.linalg.norm(corners[3] - corners[0])))
    target = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    flat = np.asarray(cv2.warpPerspective(page, matrix, size, borderValue=(255, 255, 255)), np.uint8)
    there = cv2.perspectiveTransform(ink[None].astype(np.float32), matrix)[0]
    return Frame(made, _as(made, chance, flat), _outside(there, size))


def _ink(page: Picture) -> Numbers:
    """Return places (x, y) of ink in pixels, marks for folding left out."""
    rows, columns = np.nonzero(grey(page) < INK)
    inner = columns > FOLD * page.shape[1]
    return np.stack([columns[inner], rows[inner]], axis=1).astype(np.float64)


def _corners(chance: Generator, shape: tuple[int, ...], ink: Numbers, through: set[Side], lean: float) -> Numbers:
    """Return the corners of the crop on the page."""
    height, width = shape[:2]
    low, high = ink.min(axis=0), ink.max(axis=0)
    room: dict[Side, float] = {"L": low[0], "T": low[1], "R": width - high[0], "B": height - high[1]}
    cut = {
        side: room[side] + chance.uniform(8, DEEP * (width if side in "LR" else height))
        if side in through
        else chance.uniform(0, max(1.0, room[side] - lean - 4))
        for side in SIDES
    }
    left, top, right, bottom = cut["L"], cut["T"], width - cut["R"], height - cut["B"]
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    return np.clip(corners + chance.uniform(-lean, lean, (4, 2)), 0, (width, height))


def _outside(ink: Numbers, size: tuple[int, int]) -> tuple[Side, ...]:
    x, y = ink.T
    beyond: dict[Side, bool] = {
        "L": bool((x < -1).any()),
        "T": bool((y < -1).any()),
        "R": bool((x > size[0]).any()),
        "B": bool((y > size[1]).any()),
    }
    return in_order({side for side in SIDES if beyond[side]})


def _as(made: Made, chance: Generator, page: Picture) -> Picture:
    """Return the page as a phone, a scanner or a program leaves it."""
    if made == "screenshot":
        return page
    height, width = page.shape[:2]
    light: Numbers = np.ones((height, width, 1))
    if made == "photo":
        across, down = (
            np.linspace(1, 1 - fall, side)
            for fall, side in zip(chance.uniform(0, 0.3, 2), (width, height), strict=True)
        )
        light = across[None, :, None] * down[:, None, None] * chance.uniform(0.55, 0.95) * chance.uniform(0.85, 1, 3)
    soft = cv2.GaussianBlur(page, (0, 0), chance.uniform(0.5, 0.9))
    seen = np.clip(soft * light + chance.normal(0, chance.uniform(1, 4), page.shape), 0, 255).astype(np.uint8)
    written = encode(np.ascontiguousarray(seen[:, :, ::-1]), int(chance.uniform(75, 95)))
    return np.asarray(cv2.imdecode(np.frombuffer(written, np.uint8), cv2.IMREAD_COLOR), np.uint8)
