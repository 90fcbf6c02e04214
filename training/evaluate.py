"""The table of figures: how good the shipped net is with exactly the code the service runs."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from pathlib import Path

import cv2
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from services.upload.client.pagenet import PageNet
from training.heldout import heldout_cases
from training.photos import Case, photo_cases, photo_folder
from training.score import GOOD, Mark, Row, mark, rows
from training.sheet import ACROSS, Shown, filled, write_sheet
from training.transplant import transplant_cases

FLAWS = ("alarm", "sides", "outline")  # a row of failures each: cut that is none, sides not as they are, corners wrong
Failures = dict[str, list[Shown]]


def evaluate(weights: Path, synthetic: int, out: Path | None, *, failures: bool) -> list[Row]:
    """Print the table, and write it as JSON, with a sheet of synthetic failures beside it, where asked.

    Raises:
        NoPhotosError: if there are no labelled photos.
    """
    cv2.setNumThreads(1)
    net = PageNet.load(weights)
    folder = photo_folder()
    cases = chain(photo_cases(folder), transplant_cases(folder), heldout_cases(synthetic))
    wrong: Failures = {flaw: [] for flaw in FLAWS}
    marks = [_marked(case, net, wrong) for case in _shown(cases)]
    figures = rows(marks)
    console = Console(width=120)
    console.print(table(figures))
    for one in marks if failures else ():
        if not one.exact or one.jaccard < GOOD:
            console.print(f"{one.group}: {one.case}: cut {one.truth}, said {one.said}, JI {one.jaccard:.3f}")
    if out:
        out.write_text(json.dumps([asdict(row) for row in figures], indent=1) + "\n")
        write_sheet([shown for flaw in FLAWS for shown in filled(wrong[flaw])], out.with_suffix(".jpg"))
    return figures


def _marked(case: Case, net: PageNet, wrong: Failures) -> Mark:
    """Return the mark of a case, and remember a synthetic one that went wrong; real photos are not ours to show."""
    result = mark(case, net.find_outline)
    flaw = _flaw(result)
    if flaw and case.group.startswith("synthetic") and len(wrong[flaw]) < ACROSS:
        wrong[flaw].append(Shown(case, net.find_outline(case.picture)))
    return result


def _flaw(result: Mark) -> str | None:
    """Return what is wrong about a mark, the worst of it."""
    if result.exact:
        return "outline" if result.jaccard < GOOD else None
    return "sides" if result.truth else "alarm"


def table(figures: list[Row]) -> Table:
    """Return the figures as a table; alarms are right where the page is cut and wrong where it is not."""
    shown = Table(title="page net: cut found, sides named, outline")
    for heading in ("set", "pictures", "cut reported", "sides exact", "mean JI", f"JI >= {GOOD}"):
        shown.add_column(heading, justify="left" if heading == "set" else "right")
    for row in figures:
        shares = (f"{100 * share:.1f} %" for share in (row.alarms, row.exact))
        shown.add_row(row.group, str(row.count), *shares, f"{row.jaccard:.4f}", f"{100 * row.good:.1f} %")
    return shown


def _shown(cases: Iterator[Case]) -> Iterator[Case]:
    """Pass on cases and count them on the screen."""
    with Progress(transient=True) as progress:
        task = progress.add_task("looking at pictures", total=None)
        for case in cases:
            progress.advance(task)
            yield case
