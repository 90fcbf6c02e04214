"""How good and how fast the page check and the documents are: one table each, and all figures as JSON.

Outlines, and letters laid into photographs, are measured on labelled photographs, which are no part of the project:
`AMTSBOTE_PHOTOS` names their folder. Without it that part is left out, and this says so.
"""

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2

from bench.curls import curls
from bench.documents import measure, table
from bench.frames import frames
from bench.outlines import outlines
from bench.quality.decisions import decisions
from bench.words import words

Figures = dict[str, dict[str, Any]]


def main(arguments: Sequence[str]) -> int:
    """Measure, print tables, and write the figures as JSON if asked; exit code 0 also without photographs."""
    parser = argparse.ArgumentParser(prog="python -m bench pages", description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--documents", type=int, default=4, help="letters of each set made into PDFs (0: none)")
    parser.add_argument("--curls", type=int, default=2, help="letters read flat and curled (2)")
    parser.add_argument("--letters", type=int, default=0, help="letters that are spoilt and read, for the reasons (0)")
    parser.add_argument(
        "--frames", type=int, default=8, help="letters that fill a picture, of each making, whole and cut (8)"
    )
    parser.add_argument("--words", type=int, default=2, help="letters of each making looked through for lost words (2)")
    parser.add_argument("--synthetic", type=int, default=200, help="synthetic photos (200)")
    parser.add_argument("--misses", action="store_true", help="name the cases that were judged wrongly")
    options = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    documents: Figures = measure(options.documents, _photos()) if options.documents else {}
    print(*table(documents), sep="\n")
    bent: Figures = curls(options.curls) if options.curls else {}
    _print(bent)
    spoilt: Figures = decisions(options.letters) if options.letters else {}
    _print(spoilt)
    filled: Figures = frames(options.frames) if options.frames else {}
    _print(filled)
    read: Figures = words(options.words, _photos()) if options.words else {}
    _print(read)
    looked = _outlines(options.synthetic, misses=options.misses)
    _print(looked)
    if options.json:
        letters = {f"letters, {way}": row for way, row in spoilt.items()}
        options.json.write_text(json.dumps(documents | bent | letters | filled | read | looked, indent=2))
    return 0


def _outlines(synthetic: int, *, misses: bool) -> Figures:
    if not (folder := _photos()):
        print("AMTSBOTE_PHOTOS names no folder with labelled photographs: transplants and outlines were not measured.")
        return {}
    return outlines(folder, synthetic, misses=misses)


def _photos() -> Path | None:
    """Return the folder of labelled photographs, if one is named."""
    named = os.environ.get("AMTSBOTE_PHOTOS")
    return Path(named) if named else None


def _print(figures: Figures) -> None:
    """Print one table; rows may have different columns."""
    columns = list(dict.fromkeys(column for row in figures.values() for column in row))
    if figures:
        print(f"{'':24}" + "".join(f"{column:>18}" for column in columns))
    for group, row in figures.items():
        print(f"{group:24}" + "".join(f"{'-' if row.get(c) is None else row[c]:>18}" for c in columns))
