"""Tesseract reads what the letters say, from the print and from the photograph."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

import cv2
import numpy as np
import pytest
import tesserocr
from numpy.typing import NDArray
from PIL import Image

from examples.paper.layout import HEIGHT, WIDTH
from examples.paper.letter import Kind
from examples.paper.letters import KINDS, write
from examples.paper.pair import Pair
from examples.paper.render import render

ON = date(2026, 3, 2)


@pytest.fixture(scope="module")
def reader() -> Iterator[tesserocr.PyTessBaseAPI]:
    """Tesseract with Debian's German; without it a desk skips and the build server fails."""
    found = sorted(Path("/usr/share/tesseract-ocr").glob("*/tessdata/deu.traineddata"))
    if not found:
        message = "no German for Tesseract: apt-get install tesseract-ocr-deu"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with tesserocr.PyTessBaseAPI(path=str(found[-1].parent), lang="deu") as api:
        yield api


def read(reader: tesserocr.PyTessBaseAPI, picture: NDArray[np.uint8], dpi: int) -> str:
    """The text of an upright page."""
    reader.SetImage(Image.fromarray(picture))
    reader.SetSourceResolution(dpi)
    return str(reader.GetUTF8Text())


def recall(truth: str, seen: str) -> float:
    """The share of the true words (not of lone signs) that were read, each as often as it stands there."""
    words, got = (Counter(word for word in text.split() if re.search(r"\w", word)) for text in (truth, seen))
    return sum((words & got).values()) / sum(words.values())


@pytest.mark.parametrize("kind", KINDS)
def test_the_print_is_read(reader: tesserocr.PyTessBaseAPI, kind: Kind) -> None:
    """At least 95 of 100 words of every type come back from the flat page."""
    letter = write(kind, Random(11), ON)
    assert recall(letter.text, read(reader, render(letter, 200), 200)) >= 0.95


def test_the_good_photograph_is_read_and_the_cut_one_lacks_its_bank(
    reader: tesserocr.PyTessBaseAPI, pair: Pair
) -> None:
    """Flattened by its true corners the retake reads like the print; the first shot has lost the footer."""
    good = read(reader, flattened(pair.retake.image, pair.retake.quad), 200)
    assert recall(pair.letter.text, good) >= 0.95
    cut = read(reader, flattened(pair.first.image, pair.first.quad), 200)
    bank = pair.letter.sender.iban.split()[1:]
    assert recall(" ".join(bank), good) > 0.7
    assert recall(" ".join(bank), cut) < 0.3


def flattened(picture: NDArray[np.uint8], quad: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The page straight from above, at 200 dpi."""
    size = (round(WIDTH / 25.4 * 200), round(HEIGHT / 25.4 * 200))
    target = np.array([[0, 0], [size[0], 0], size, [0, size[1]]], dtype=np.float32)
    to_flat = cv2.getPerspectiveTransform(quad.astype(np.float32), target)
    return np.asarray(cv2.warpPerspective(picture, to_flat, size, flags=cv2.INTER_AREA), dtype=np.uint8)
