"""Whether what can be read in a picture can be read in its document, too: flattening must lose no line.

The picture is read as it is, only evenly lit and upright; then its document is. A word is lost if the document has none
like it, a line if all its words are. Pictures are letters of ours on drawn desks, such that fill the picture, and real
photographs (`AMTSBOTE_PHOTOS`, no part of the project), of which only what stands on the labelled page counts.
"""

import json
import re
import statistics
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
from rich.progress import track

from bench.frames import MADE, framed
from bench.papers import photographed
from examples.paper.jpeg import encode
from services.upload.client import reader
from services.upload.client.look import look
from services.upload.client.ocr import read_words
from services.upload.client.photo import prepare
from services.upload.domain.flatten import turned
from services.upload.domain.geometry import Points
from services.upload.domain.light import evenly_lit
from services.upload.domain.pixels import Picture, grey
from services.upload.schemas import ReadPage, Word
from shared.events.outline import AS_FOUND, Outline

WORD = re.compile(r"\w{4,}")
SURE = 85.0  # of 100: what Tesseract is less sure of may be no word
ALIKE = 0.7  # of the letters of two readings of one word
LONG_SIDE = 2339  # pixels: A4 at 200 dpi
FEWEST = 20  # words from which a picture has a share that says something


@dataclass(frozen=True, slots=True)
class Kept:
    """How many words could be read in a picture, how many of them in its document, and the lines that it lacks."""

    words: int
    kept: int
    lost_lines: tuple[str, ...]


def words(count: int, photos: Path | None) -> dict[str, dict[str, Any]]:
    """Return the figures of `count` letters of each making, and of all labelled photographs if there are some."""
    prepare()
    with TemporaryDirectory() as name:
        sets = {
            "words, on a desk": ((paper.file, None) for paper in photographed(count, Path(name))),
            "words, filled": _filled(count, Path(name)),
            "words, photographs": labelled(photos) if photos else iter(()),
        }
        found = {title: [kept(*each) for each in track(list(some), title)] for title, some in sets.items()}
    return {title: _figures(some) for title, some in found.items() if some}


def kept(picture: Path, page: Points | None = None, outline: Outline = AS_FOUND) -> Kept:
    """Compare a picture with its document, made by an outline.

    Of the picture counts what lies in `page` (shape (n, 2), in pixels), by default all of it.
    """
    with TemporaryDirectory() as name:
        out = Path(name, "page.json")
        reader.read_page(picture, 0, out, outline)
        document = ReadPage.model_validate_json(out.read_text(encoding="utf-8"))
    there = {word for each in document.words for word in _spelt(each)}
    lines: dict[int, list[tuple[str, bool]]] = defaultdict(list)
    for each in _read_as_it_is(picture, page):
        lines[each.line] += [(word, _is_among(word, there)) for word in _spelt(each)]
    both = [one for line in lines.values() for one in line]
    lost = tuple(
        " ".join(word for word, _ in line)
        for line in lines.values()
        if len(line) > 1 and not any(found for _, found in line)
    )
    return Kept(len(both), sum(found for _, found in both), lost)


def labelled(photos: Path) -> Iterator[tuple[Path, Points]]:
    """Yield the labelled photographs of a folder, and the page in each."""
    for item in json.loads((photos / "labels.json").read_text())["items"]:
        if item.get("quad"):
            yield photos / item["file"], np.array(item["quad"], float)


def _filled(count: int, folder: Path) -> Iterator[tuple[Path, None]]:
    for number in range(count * len(MADE)):
        file = folder / f"filled-{number}.jpg"
        file.write_bytes(encode(framed(number, MADE[number % len(MADE)], spoilt=False).picture[:, :, ::-1]))
        yield file, None


def _read_as_it_is(picture: Path, page: Points | None) -> Iterator[Word]:
    """Yield the words of a picture that are read surely, of those that lie on the page."""
    source, report = look(picture, 0)
    corners = np.array(report.quad or [(0, 0), source.picture.shape[1::-1]])
    scale = min(2.0, LONG_SIDE / np.ptp(corners, axis=0).max())
    small = cv2.resize(source.picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)
    upright = np.ascontiguousarray(turned(evenly_lit(grey(small)), report.rotate_cw))
    counts = turned(_filled_in(page * scale, small.shape[:2]), report.rotate_cw) if page is not None else None
    for word in read_words(upright, reader.FLAT_DPI):
        left, top, width, height = word.box
        if word.confidence >= SURE and (counts is None or counts[top + height // 2, left + width // 2]):
            yield word


def _filled_in(page: Points, shape: tuple[int, ...]) -> Picture:
    """Return a picture that is white on the page, and black beside it."""
    canvas = np.zeros(shape, np.uint8)
    cv2.fillPoly(canvas, [np.round(page).astype(np.int32)], 255)
    return canvas


def _spelt(word: Word) -> list[str]:
    """Return the words in a word as Tesseract cuts them, without accents: German reading knows few."""
    plain = unicodedata.normalize("NFKD", word.text.lower())
    return WORD.findall("".join(letter for letter in plain if not unicodedata.combining(letter)))


def _is_among(word: str, there: set[str]) -> bool:
    return word in there or bool(get_close_matches(word, there, 1, ALIKE))


def _figures(found: list[Kept]) -> dict[str, Any]:
    shares = [one.kept / one.words for one in found if one.words >= FEWEST]
    return {
        "n": len(found),
        "readable": len(shares),
        "median recall": round(statistics.median(shares), 4) if shares else None,
        "least recall": round(min(shares), 4) if shares else None,
        "lines lost": sum(len(one.lost_lines) for one in found),
    }
