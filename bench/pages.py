"""How well and how fast the page check sees: measured on labelled photographs and on crops with a side cut off.

The photographs are no part of the project: `AMTSBOTE_PHOTOS` names a folder with `labels.json`, `cut_variants.json`
and the pictures. Without it there is nothing to measure, and this says so.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rich.progress import track

from bench.quality.decisions import decisions
from services.upload.client.look import judge_page
from services.upload.client.photo import prepare
from services.upload.client.source import Source, open_page
from services.upload.domain.geometry import Points
from services.upload.schemas import PageReport
from training.score import jaccard


@dataclass(frozen=True, slots=True)
class Case:
    """A picture with the truth about it; `group` is what it counts for."""

    group: str
    file: str
    box: tuple[int, int, int, int] | None
    cut: tuple[str, ...]
    page: Points | None = None
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the check saw in a case, and the time it took, without and with decoding (ms)."""

    case: Case
    report: PageReport
    jaccard: float | None
    looked_ms: float
    decoded_ms: float


def main(arguments: Sequence[str]) -> int:
    """Measure, print a table, and write the figures as JSON if asked; exit code 0 also without photographs."""
    parser = argparse.ArgumentParser(prog="python -m bench pages", description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--letters", type=int, default=0, help="spoil so many letters of ours, and read them")
    parser.add_argument("--misses", action="store_true", help="name the cases that were judged wrongly")
    options = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    spoiled = decisions(options.letters) if options.letters else {}
    if not (named := os.environ.get("AMTSBOTE_PHOTOS")):
        print("AMTSBOTE_PHOTOS names no folder with labelled photographs: none was looked at.")
        _end(spoiled, {}, options.json)
        return 0
    prepare()
    folder = Path(named)
    seen = [_see(folder, case) for case in track(list(_cases(folder)), description="looking")]
    figures = {group: _figures([one for one in seen if one.case.group == group]) for group in _groups(seen)}
    _print(figures)
    if options.misses:
        _print_misses(seen)
    _end(spoiled, figures, options.json)
    return 0


def _end(spoiled: dict[str, dict[str, Any]], figures: dict[str, dict[str, Any]], file: Path | None) -> None:
    """Print what letters of ours showed, and write all figures."""
    for way, row in spoiled.items():
        print(f"{way:24}" + "  ".join(f"{name} {value}" for name, value in row.items()))
    if file:
        file.write_text(json.dumps(figures | {f"letters, {way}": row for way, row in spoiled.items()}, indent=2))


def _cases(folder: Path) -> Iterator[Case]:
    for item in json.loads((folder / "labels.json").read_text())["items"]:
        if item["cut"] is None:
            continue
        page = np.array(item.get("quad") or item["visible_polygon"], float)
        group = "photos cut" if item["cut"] else "photos complete"
        yield Case(group, item["file"], None, tuple(item["cut"]), page, item["rotate_cw_to_upright"])
    crops = json.loads((folder / "cut_variants.json").read_text())["items"]
    for crop in sorted(crops, key=lambda crop: float(crop["depth"])):
        group = f"crops {100 * crop['depth']:g} % cut" if crop["cut"] else "crops tight, complete"
        yield Case(group, crop["file"], tuple(crop["crop"]), tuple(crop["cut"]))


@lru_cache(maxsize=40)
def _decoded(file: Path) -> tuple[Source, float]:
    start = time.perf_counter()
    return open_page(file), 1000 * (time.perf_counter() - start)


def _see(folder: Path, case: Case) -> Seen:
    source, decoded_ms = _decoded(folder / case.file)
    if case.box:
        left, top, right, bottom = case.box
        source = Source(np.ascontiguousarray(source.picture[top:bottom, left:right]), 1, flat=False)
    start = time.perf_counter()
    report = judge_page(source)
    looked_ms = 1000 * (time.perf_counter() - start)
    overlap = None if case.page is None else 0.0
    if case.page is not None and report.quad:
        overlap = jaccard(np.array(report.quad), case.page, source.picture)
    return Seen(case, report, overlap, looked_ms, decoded_ms)


def _groups(seen: Sequence[Seen]) -> list[str]:
    return list(dict.fromkeys(one.case.group for one in seen))


def _figures(seen: Sequence[Seen]) -> dict[str, Any]:
    """Return counts and shares of one group of cases."""
    overlaps = [one.jaccard for one in seen if one.jaccard is not None]
    turns = [one.report.rotate_cw == one.case.turn for one in seen if one.case.turn is not None]
    ratios = [(one.looked_ms + one.decoded_ms) / one.decoded_ms for one in seen if not one.case.box]
    return {
        "n": len(seen),
        "said cut": _share([bool(one.report.cut) for one in seen]),
        "exact sides": _share([set(one.report.cut) == set(one.case.cut) for one in seen]),
        "no page": _share([one.report.quad is None for one in seen]),
        "to retake": _share([one.report.verdict == "retake" for one in seen]),
        "mean JI": round(statistics.mean(overlaps), 3) if overlaps else None,
        "JI >= .95": _share([overlap >= 0.95 for overlap in overlaps]),  # noqa: PLR2004 - the column's name
        "upright": _share(turns),
        "median ms": round(statistics.median(one.looked_ms for one in seen)),
        "p95 total/decode": round(float(np.percentile(ratios, 95)), 1) if ratios else None,
    }


def _share(answers: Sequence[bool]) -> float | None:
    return round(sum(answers) / len(answers), 3) if answers else None


def _print(figures: dict[str, dict[str, Any]]) -> None:
    columns = list(next(iter(figures.values())))
    print(f"{'':24}" + "".join(f"{column:>18}" for column in columns))
    for group, row in figures.items():
        print(f"{group:24}" + "".join(f"{'-' if row[c] is None else row[c]:>18}" for c in columns))


def _print_misses(seen: Sequence[Seen]) -> None:
    for one in seen:
        if set(one.report.cut) != set(one.case.cut) or (one.jaccard is not None and one.jaccard < 0.95):  # noqa: PLR2004 - as above
            overlap = "" if one.jaccard is None else f" JI {one.jaccard:.3f}"
            print(f"{one.case.group}: {one.case.file} cut {one.case.cut} seen {one.report.cut}{overlap}")
