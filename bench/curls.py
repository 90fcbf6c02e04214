"""Whether paper that curls is read better once its lines are bent straight, and flat paper is left alone.

Letters are bent in space (`bench/quality/bent.py`), photographed, and go the way of a document twice: without
unwarping, and with it. All of the way is the service's own, the outline it finds included.
"""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from rich.progress import track

from bench.documents import recall
from bench.quality.bent import curled, drawn
from examples.paper.jpeg import encode
from examples.paper.letters import KINDS, write
from examples.paper.render import render
from services.upload.client.languages import read_page_words
from services.upload.client.look import look
from services.upload.client.photo import prepare
from services.upload.client.reader import FLAT_DPI, scanned, unwarped
from services.upload.domain.pixels import Picture

SETS = {"flat": (0.0,), "curled": (6.0, 12.0, 20.0)}  # degrees at the steepest place
DPI = 230  # of the page in the photograph


@dataclass(frozen=True, slots=True)
class Tried:
    """A page that was read: words recalled before and after, whether it was unwarped, and the time that took."""

    before: float
    after: float
    bent: bool
    ms: float


def curls(letters: int) -> dict[str, dict[str, Any]]:
    """Read so many letters flat, and at each strength of curl; return the figures of both sets."""
    prepare()
    return {
        f"paper {name}": _figures([one for steep in degrees for one in track(_tries(letters, steep), name, letters)])
        for name, degrees in SETS.items()
    }


def _tries(letters: int, steepest: float) -> Iterator[Tried]:
    with TemporaryDirectory() as folder:
        for number in range(letters):
            rng = np.random.default_rng([number, round(steepest)])
            letter = write(KINDS[number % len(KINDS)], Random(f"curl {number}"), date(2026, 3, 2))  # noqa: S311 - a letter
            page = np.ascontiguousarray(render(letter)[:, :, ::-1])
            photo = Path(folder) / "curled.jpg"
            photo.write_bytes(encode(curled(page, drawn(rng, steepest), DPI, rng).picture[:, :, ::-1]))
            yield _tried(photo, letter.text)


def _tried(photo: Path, truth: str) -> Tried:
    source, report = look(photo)
    plain = scanned(source, report)
    begun = time.process_time()
    straight = unwarped(source, report, plain)
    ms = 1000 * (time.process_time() - begun)
    before = _recall(plain, truth)
    return Tried(before, before if straight is plain else _recall(straight, truth), straight is not plain, ms)


def _recall(page: Picture, truth: str) -> float:
    return recall(" ".join(word.text for word in read_page_words(page, FLAT_DPI)), truth)


def _figures(tried: list[Tried]) -> dict[str, Any]:
    return {
        "pages": len(tried),
        "unwarped": round(sum(one.bent for one in tried) / len(tried), 3),
        "words before": round(statistics.mean(one.before for one in tried), 4),
        "words after": round(statistics.mean(one.after for one in tried), 4),
        "worse": sum(one.after < one.before - 0.01 for one in tried),  # a word in a hundred is chance
        "median CPU ms": round(statistics.median(one.ms for one in tried)),
        "most CPU ms": round(max(one.ms for one in tried)),
    }
