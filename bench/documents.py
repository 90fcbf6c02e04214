"""How long a page takes to become a searchable PDF/A, how large it is and how many words it holds, beside ocrmypdf.

Both get the same photographed letters of the project's own, in turns. ocrmypdf gets the page as we flattened it,
for it flattens nothing; its start, which a service would pay only once, is also taken off. It comes from PyPI (MPL-2.0,
extra `dev`) or Debian and is called as a command; without it only our own figures are there.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pypdfium2
from PIL import Image
from rich.progress import track

from examples.paper.jpeg import encode
from examples.paper.letters import KINDS, write
from examples.paper.photograph import photograph
from examples.paper.render import render
from examples.paper.scenes import good
from services.upload.client import pdf, reader
from services.upload.client.photo import prepare
from services.upload.client.understand import understand
from services.upload.client.upright import turn_to_upright

PHOTO_DPI = 300
WORD = re.compile(r"\w{2,}")
OPTIONS = ("-l", "deu", "--output-type", "pdfa-2", "--jobs", "1", "--image-dpi", str(reader.FLAT_DPI), "--quiet")


@dataclass(frozen=True, slots=True)
class Made:
    """A PDF of one page: seconds, those of the start, bytes, share of the letter's words in its text."""

    seconds: float
    start: float
    size: int
    recall: float


def measure(letters: int) -> dict[str, dict[str, Any]]:
    """Make PDFs of so many photographed letters, ours and ocrmypdf's in turns; return the figures of both."""
    prepare()
    turn_to_upright(np.zeros((300, 300, 3), np.uint8))
    other = command()
    start = _seconds([*other, "--version"]) if other else 0.0
    made: dict[str, list[Made]] = {"ours": [], "ocrmypdf": []}
    with TemporaryDirectory() as name:
        folder = Path(name)
        _ours(_letter(0, folder)[0], folder, "")  # the first one loads what all need
        for number in track(range(letters), description="documents"):
            photo, truth = _letter(number, folder)
            made["ours"].append(_ours(photo, folder, truth))
            if other:
                made["ocrmypdf"].append(_theirs(other, photo, folder, truth, start))
    return {name: _figures(made[name], made["ours"]) for name in made if made[name]}


def command() -> list[str]:
    """Return how ocrmypdf is called: beside this Python, or on the path; empty if it is not installed."""
    beside = Path(sys.executable).with_name("ocrmypdf")
    found = str(beside) if beside.is_file() else shutil.which("ocrmypdf")
    if not found:
        print("ocrmypdf is not installed (pip install ocrmypdf, or apt-get install ocrmypdf): only ours is measured.")
    return [found] if found else []


def _letter(number: int, folder: Path) -> tuple[Path, str]:
    rng = Random(f"document {number}")  # noqa: S311 - a letter is no secret
    letter = write(KINDS[number % len(KINDS)], rng, date(2026, 3, 2))
    chance = np.random.default_rng(900 + number)
    photo = folder / f"{number}.jpg"
    photo.write_bytes(encode(photograph(render(letter, PHOTO_DPI), good(chance), chance).image))
    return photo, letter.text


def _ours(photo: Path, folder: Path, truth: str) -> Made:
    page, out = folder / "page.json", folder / "ours.pdf"
    begun = time.perf_counter()
    reader.read_page(photo, 0, page)
    pdf.bind([page], out)
    understand([page], folder / "understood.json")
    return Made(time.perf_counter() - begun, 0.0, out.stat().st_size, _recall(out, truth))


def _theirs(called: list[str], photo: Path, folder: Path, truth: str, start: float) -> Made:
    flat, out = folder / "flat.png", folder / "theirs.pdf"
    Image.fromarray(reader.flat_page(photo)).save(flat)
    seconds = _seconds([*called, *OPTIONS, str(flat), str(out)])
    return Made(seconds, start, out.stat().st_size, _recall(out, truth))


def _seconds(arguments: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(arguments, check=True, capture_output=True, env={**os.environ, "OMP_THREAD_LIMIT": "1"})  # noqa: S603 - our own arguments
    return time.perf_counter() - begun


def _recall(file: Path, truth: str) -> float:
    with pypdfium2.PdfDocument(file) as opened:
        text = " ".join(page.get_textpage().get_text_range() for page in opened)
    wanted, found = (Counter(WORD.findall(one.lower())) for one in (truth, text))
    return (wanted & found).total() / max(1, wanted.total())


def _figures(made: list[Made], ours: list[Made]) -> dict[str, Any]:
    """Return medians and extremes, and our time as a share of this one's."""
    seconds, own = (statistics.median(one.seconds for one in some) for some in (made, ours))
    return {
        "letters": len(made),
        "seconds": round(seconds, 2),
        "ours / this": round(own / seconds, 2),
        "without its start": round(own / (seconds - made[0].start), 2),
        "KB": round(statistics.mean(one.size for one in made) / 1000, 1),
        "largest KB": round(max(one.size for one in made) / 1000, 1),
        "word recall": round(statistics.mean(one.recall for one in made), 4),
        "least recall": round(min(one.recall for one in made), 4),
    }


def table(figures: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Yield the lines of a table of the figures."""
    columns = list(next(iter(figures.values()), {}))
    yield f"{'document':24}" + "".join(f"{column:>18}" for column in columns)
    for name, row in figures.items():
        yield f"{name:24}" + "".join(f"{row[column]:>18}" for column in columns)
