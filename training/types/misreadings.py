"""Which marks Tesseract takes for which others: counted on rendered and photographed letters of the project."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

import cv2
import numpy as np
from rapidfuzz.distance import Levenshtein
from rich.progress import track

from examples.paper.letters import KINDS, write
from examples.paper.render import render
from services.upload.client.ocr import read_words
from services.upload.domain.pixels import Picture, grey

TABLE = Path(__file__).parent / "misreadings.json"
DPI = 150
LONGEST = 3  # marks that change together: "rn" for "m"
LEAST = 1  # times seen


def measure(letters: int, out: Path = TABLE) -> int:
    """Read so many worsened letters, write what was misread as JSON, and return how many marks were compared."""
    truths: list[str] = []
    wrong: dict[str, Counter[str]] = defaultdict(Counter)
    for number in track(range(letters), description="reading"):
        letter = write(KINDS[number % len(KINDS)], Random(f"misread {number}"), date(2026, 3, 2))
        page = worsened(grey(render(letter, DPI)[..., ::-1].copy()), np.random.default_rng(number))
        truth = " ".join(letter.text.split())
        truths.append(truth)
        for true, read in _misread(truth, " ".join(word.text for word in read_words(page, DPI))):
            wrong[true][read] += 1
    everything = "\n".join(truths)
    table = {
        true: {"seen": everything.count(true), "as": {read: n for read, n in reads.most_common(12) if n >= LEAST}}
        for true, reads in sorted(wrong.items())
    }
    kept = {true: entry for true, entry in table.items() if entry["as"] and not _filling(true)}
    out.write_text(json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return len(everything)


def _filling(true: str) -> bool:
    """Say whether some marks are only what fills a code up, as at the end of a BIC."""
    return len(true) == LONGEST and len(set(true)) == 1


def worsened(page: Picture, rng: np.random.Generator) -> Picture:
    """Return a rendered page as a photo leaves it after flattening: turned a little, blurred, noisy, pale."""
    height, width = page.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-1.2, 1.2), 1.0)
    page = cv2.warpAffine(page, turn, (width, height), borderValue=255.0).astype(np.uint8)
    soft = cv2.GaussianBlur(page, (0, 0), rng.uniform(0.6, 2.2)).astype(np.float32)
    pale = 255 - (255 - soft) * rng.uniform(0.45, 1.0)
    return np.clip(pale + rng.normal(0, rng.uniform(1, 20), pale.shape), 0, 255).astype(np.uint8)


def _misread(truth: str, read: str) -> Iterator[tuple[str, str]]:
    """Align two texts and yield what differs; a part that differs widely is another order of lines."""
    for part in Levenshtein.opcodes(truth, read):
        true, as_ = truth[part.src_start : part.src_end], read[part.dest_start : part.dest_end]
        if part.tag != "equal" and 0 < len(true) <= LONGEST and len(as_) <= LONGEST:
            yield true, as_
