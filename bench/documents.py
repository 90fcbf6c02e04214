"""How long a page takes to become a searchable PDF/A, how large it is and how many words it holds, beside ocrmypdf.

Both get the same photographed letters of the project's own, in turns: on desks we draw, and laid into real photographs.
ocrmypdf gets the page as we flattened it, for it flattens nothing; its start, which a service would pay only once, is
also taken off. It comes from PyPI (MPL-2.0, extra `dev`) or Debian and is called as a command; without it only our own
figures are there.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pypdfium2
from PIL import Image
from rich.progress import track

from bench.papers import Paper, photographed, transplanted
from services.upload.client import pdf, reader
from services.upload.client.photo import prepare
from services.upload.client.understand import understand
from services.upload.client.upright import turn_to_upright

WORD = re.compile(r"\w{2,}")
OPTIONS = ("-l", "deu", "--output-type", "pdfa-2", "--jobs", "1", "--image-dpi", str(reader.FLAT_DPI), "--quiet")


@dataclass(frozen=True, slots=True)
class Made:
    """A PDF of one page: seconds, those of the start, bytes, share of the letter's words in its text."""

    seconds: float
    start: float
    size: int
    recall: float


def measure(letters: int, photos: Path | None) -> dict[str, dict[str, Any]]:
    """Make PDFs of so many letters of each set, ours and ocrmypdf's in turns; return the figures of both.

    `photos` is the folder of labelled photographs into which letters are laid, if there is one.
    """
    prepare()
    turn_to_upright(np.zeros((300, 300, 3), np.uint8))
    other = command()
    start = _seconds([*other, "--version"]) if other else 0.0
    figures: dict[str, dict[str, Any]] = {}
    with TemporaryDirectory() as name:
        folder = Path(name)
        for first in photographed(1, folder):
            _ours(first.file, folder, "")  # it loads what all need
        sets = {"": photographed(letters, folder)}
        if photos:
            sets[", transplanted"] = transplanted(letters, photos, folder)
        for title, papers in sets.items():
            made = _made(track(papers, "documents" + title, letters), folder, other, start)
            figures |= {name + title: _figures(made[name], made["ours"]) for name in made if made[name]}
    return figures


def _made(papers: Iterable[Paper], folder: Path, other: list[str], start: float) -> dict[str, list[Made]]:
    """Make a PDF of every letter, ours and then theirs."""
    made: dict[str, list[Made]] = {"ours": [], "ocrmypdf": []}
    for paper in papers:
        made["ours"].append(_ours(paper.file, folder, paper.text))
        if other:
            made["ocrmypdf"].append(_theirs(other, paper, folder, start))
    return made


def command() -> list[str]:
    """Return how ocrmypdf is called: beside this Python, or on the path; empty if it is not installed."""
    beside = Path(sys.executable).with_name("ocrmypdf")
    found = str(beside) if beside.is_file() else shutil.which("ocrmypdf")
    if not found:
        print("ocrmypdf is not installed (pip install ocrmypdf, or apt-get install ocrmypdf): only ours is measured.")
    return [found] if found else []


def _ours(photo: Path, folder: Path, truth: str) -> Made:
    page, out = folder / "page.json", folder / "ours.pdf"
    begun = time.perf_counter()
    reader.read_page(photo, 0, page)
    pdf.bind([page], out)
    understand([page], folder / "understood.json")
    return Made(time.perf_counter() - begun, 0.0, out.stat().st_size, recall(text_of(out), truth))


def _theirs(called: list[str], paper: Paper, folder: Path, start: float) -> Made:
    flat, out = folder / "flat.png", folder / "theirs.pdf"
    Image.fromarray(reader.flat_page(paper.file)).save(flat)
    seconds = _seconds([*called, *OPTIONS, str(flat), str(out)])
    return Made(seconds, start, out.stat().st_size, recall(text_of(out), paper.text))


def _seconds(arguments: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(arguments, check=True, capture_output=True, env={**os.environ, "OMP_THREAD_LIMIT": "1"})  # noqa: S603 - our own arguments
    return time.perf_counter() - begun


def text_of(file: Path) -> str:
    """Return the text of a PDF."""
    with pypdfium2.PdfDocument(file) as opened:
        return " ".join(page.get_textpage().get_text_range() for page in opened)


def recall(text: str, truth: str) -> float:
    """Return the share of a letter's words that a text has."""
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
    yield f"{'document':28}" + "".join(f"{column:>18}" for column in columns)
    for name, row in figures.items():
        yield f"{name:28}" + "".join(f"{row[column]:>18}" for column in columns)
