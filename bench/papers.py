"""Photographed letters of the project's own, with their text: on desks we draw, and laid into real photographs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import cycle, islice
from pathlib import Path
from random import Random

import cv2
import numpy as np

from examples.paper.jpeg import encode
from examples.paper.letter import Letter
from examples.paper.letters import KINDS, write
from examples.paper.photograph import photograph
from examples.paper.render import render
from examples.paper.scenes import good
from services.upload.domain.flatten import A4_INCHES, A4_RATIO, LIKE_A4
from services.upload.domain.geometry import Points, page_size
from training.transplant import transplant

DPI = 300  # of a letter as it is drawn
LEAST_DPI = 145  # of a page in a photograph that can take a letter: what the page check calls large enough


@dataclass(frozen=True, slots=True)
class Paper:
    """A photograph of a letter, and what stands on it."""

    file: Path
    text: str


def photographed(count: int, folder: Path) -> Iterator[Paper]:
    """Write so many letters photographed on desks into a folder; the same count gives the same pixels."""
    for number in range(count):
        chance = np.random.default_rng(900 + number)
        letter = _letter(number)
        data = encode(photograph(render(letter, DPI), good(chance), chance).image)
        yield _kept(folder / f"desk-{number}.jpg", data, letter)


def transplanted(count: int, photos: Path, folder: Path) -> Iterator[Paper]:
    """Write so many letters laid into real photographs, in their light; the photographs take turns.

    Used are labelled photographs of a whole page of A4's shape, in which it is large enough to be read.
    """
    labels = json.loads((photos / "labels.json").read_text())["items"]
    places = [(photos / item["file"], np.array(item["quad"], float)) for item in labels if _takes_a_letter(item)]
    for number, (file, quad) in enumerate(islice(cycle(places), count if places else 0)):
        letter = _letter(100 + number)
        page = np.ascontiguousarray(render(letter, DPI)[:, :, ::-1]).astype(np.float32)
        picture = transplant(np.asarray(cv2.imread(str(file), cv2.IMREAD_COLOR), np.uint8), quad, page)
        yield _kept(folder / f"laid-{number}.jpg", encode(picture[:, :, ::-1]), letter)


def _takes_a_letter(item: dict[str, object]) -> bool:
    if item["cut"] != [] or not item.get("quad"):
        return False
    corners: Points = np.array(item["quad"], float)
    short, long = sorted(page_size(corners))
    return abs(long / short / A4_RATIO - 1) < LIKE_A4 and long / A4_INCHES[1] >= LEAST_DPI


def _letter(number: int) -> Letter:
    rng = Random(f"document {number}")  # noqa: S311 - a letter is no secret
    return write(KINDS[number % len(KINDS)], rng, date(2026, 3, 2))


def _kept(file: Path, data: bytes, letter: Letter) -> Paper:
    file.write_bytes(data)
    return Paper(file, letter.text)
