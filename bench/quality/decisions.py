"""How often the check, which reads nothing, decides as Tesseract does: on letters and cameras it was not tuned on.

Nine words in ten of those that are read on the sharp photograph must still be read, or the page is not sharp.
What lies on a page is judged by the words that it costs, beyond those that noise alone costs.
"""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from rich.progress import track

from bench.quality import truth
from bench.quality.cases import HELD_OUT, Sharp, letters
from bench.quality.devices import HELD_OUT as DEVICES
from bench.quality.devices import taken
from bench.quality.flaws import FLAWS
from services.upload.client.look import lay_flat, measure
from services.upload.domain.netoutline import NetOutline
from services.upload.domain.pixels import Copies, Picture
from services.upload.domain.sharpness import letter_height, sharpness
from services.upload.domain.verdict import Limits, Measurements, judge

READABLE = 0.9  # of the words
UNTOUCHED = 0.93  # of the words; what is lost above is noise, for no two pictures are read alike
STRONGEST = 12.0  # pixels of blur on a page at 200 dpi
PLAIN = "none"


@dataclass(frozen=True, slots=True)
class Judged:
    """A spoiled page: what the check said, the share of words still read, the CPU time to tell sharp from blurred."""

    flaw: str
    reasons: tuple[str, ...]
    grave: bool
    kept: float
    sharp: bool
    ms: float


def decisions(count: int) -> dict[str, dict[str, Any]]:
    """Spoil so many held-out letters in every way, and return the figures by way."""
    judged = [one for sharp in track(list(range(count)), "reading spoiled letters") for one in _spoiled(sharp)]
    flaws = list(dict.fromkeys(one.flaw for one in judged))
    table = {f"blur: {name}": _blur([one for one in judged if one.flaw == name]) for name in flaws if name in DEVICES}
    table["blur: all"] = _blur([one for one in judged if one.flaw in DEVICES])
    return table | {name: _lying([one for one in judged if one.flaw == name], name) for name in (PLAIN, *FLAWS)}


def _spoiled(number: int) -> Iterator[Judged]:
    (sharp,) = letters(HELD_OUT, 1, first=number)
    rng = np.random.default_rng(number)
    plain = taken(sharp.scene.picture, DEVICES["defocused"], 0.0, rng)
    sharp = replace(sharp, read=truth.read(plain, sharp.scene.quad))
    yield _judged(PLAIN, plain, sharp)
    for name, device in DEVICES.items():
        strength = STRONGEST * rng.uniform() ** 2 * sharp.dpi / truth.DOCUMENT_DPI
        yield _judged(name, taken(sharp.scene.picture, device, strength, rng), sharp)
    for name, flaw in FLAWS.items():
        yield _judged(name, flaw(sharp.scene, rng), sharp)


def _judged(flaw: str, picture: Picture, sharp: Sharp) -> Judged:
    found = NetOutline(sharp.scene.quad, (), 1.0, several=False)
    flat = lay_flat(Copies(picture), found)
    start = time.process_time()
    slope, height = sharpness(flat.page), letter_height(flat.page)
    ms = 1000 * (time.process_time() - start)
    pixels = height * flat.own / flat.dpi if height else None
    legible = Measurements(page_found=True, sharpness=slope, letter_height=pixels).legibility or 0.0
    verdict, reasons = judge(measure(flat, found)[0])
    kept = truth.share(truth.read(picture, sharp.scene.quad), sharp.read)
    return Judged(flaw, reasons, verdict == "retake", kept, legible >= Limits().soft, ms)


def _blur(judged: list[Judged]) -> dict[str, Any]:
    agree = [one.sharp == (one.kept >= READABLE) for one in judged]
    return {
        "n": len(judged),
        "readable": _share([one.kept >= READABLE for one in judged]),
        "agrees with OCR": _share(agree),
        "median CPU ms": round(statistics.median(one.ms for one in judged), 1),
    }


def _lying(judged: list[Judged], reason: str) -> dict[str, Any]:
    """Return how often a reason was given, where words were lost and where they were not."""
    named = ("too_bright", "bright") if reason == "overexposed" else (reason,)
    said = [any(code in one.reasons for code in named) for one in judged]
    lost = [one.kept < UNTOUCHED for one in judged]
    return {
        "n": len(judged),
        "words lost": _share(lost),
        "said where lost": _share([yes for yes, gone in zip(said, lost, strict=True) if gone]),
        "said where not": _share([yes for yes, gone in zip(said, lost, strict=True) if not gone]),
        "to retake where not": _share([one.grave for one, gone in zip(judged, lost, strict=True) if not gone]),
    }


def _share(answers: list[bool]) -> float | None:
    return round(sum(answers) / len(answers), 3) if answers else None
