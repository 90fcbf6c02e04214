"""How well and how fast the page check sees: on labelled photographs, crops of them, transplants and synthetic photos.

The photographs are no part of the project: they lie in a folder with `labels.json` and `cut_variants.json`.
Transplants are other sheets laid into the
photographs; synthetic photos have seeds, sheets and surfaces that no training has seen.
"""

import json
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import track

from services.upload.client.look import judge_page
from services.upload.client.photo import prepare
from services.upload.client.source import Source, open_page
from services.upload.domain.geometry import Points
from services.upload.domain.pixels import Copies, Picture
from services.upload.schemas import PageReport
from training.heldout import heldout_cases
from training.score import jaccard
from training.transplant import transplant_cases


@dataclass(frozen=True, slots=True)
class Case:
    """A picture with the truth about it; `group` is what it counts for."""

    group: str
    file: str
    source: Source
    cut: tuple[str, ...]
    page: Points
    turn: int | None = None
    decoded_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the check saw in a case, and the time it took without decoding (ms)."""

    case: Case
    report: PageReport
    jaccard: float
    looked_ms: float


def outlines(folder: Path, synthetic: int, *, misses: bool) -> dict[str, dict[str, Any]]:
    """Return the figures of each group of cases; `misses` names the cases that were judged wrongly."""
    prepare()
    seen = [_see(case) for case in track(chain(_photos(folder), _made(folder, synthetic)), description="looking")]
    if misses:
        _print_misses(seen)
    return {group: _figures([one for one in seen if one.case.group == group]) for group in _groups(seen)}


def _photos(folder: Path) -> Iterator[Case]:
    """Yield every labelled photograph and each crop of it."""
    crops = json.loads((folder / "cut_variants.json").read_text())["items"]
    for item in json.loads((folder / "labels.json").read_text())["items"]:
        if item["cut"] is None:
            continue
        file, page = item["file"], np.array(item.get("quad") or item["visible_polygon"], float)
        start = time.perf_counter()
        source = open_page(folder / file, half=True)
        decoded_ms = 1000 * (time.perf_counter() - start)
        group = "photos cut" if item["cut"] else "photos complete"
        yield Case(group, file, source, tuple(item["cut"]), page, item["rotate_cw_to_upright"], decoded_ms)
        yield from (_crop(crop, source.picture, page) for crop in crops if crop["file"] == file)


def _crop(crop: dict[str, Any], picture: Picture, page: Points) -> Case:
    left, top, right, bottom = crop["crop"]
    part = Source(Copies(np.ascontiguousarray(picture[top:bottom, left:right])), 1, flat=False)
    group = f"crops {100 * crop['depth']:g} % cut" if crop["cut"] else "crops tight, complete"
    return Case(group, crop["file"], part, tuple(crop["cut"]), page - (left, top))


def _made(folder: Path, synthetic: int) -> Iterator[Case]:
    """Yield transplants and synthetic photos."""
    for made in chain(transplant_cases(folder), heldout_cases(synthetic)):
        yield Case(made.group, made.name, Source(Copies(made.picture), 1, flat=False), made.cut, made.polygon)


def _see(case: Case) -> Seen:
    start = time.perf_counter()
    report = judge_page(case.source)
    looked_ms = 1000 * (time.perf_counter() - start)
    overlap = jaccard(np.array(report.quad), case.page, case.source.picture) if report.quad else 0.0
    figures = replace(case.source, copies=Copies(case.source.picture[:0]))  # without the picture
    case = replace(case, source=figures)
    return Seen(case, report, overlap, looked_ms)


def _groups(seen: Sequence[Seen]) -> list[str]:
    return list(dict.fromkeys(one.case.group for one in seen))


def _figures(seen: Sequence[Seen]) -> dict[str, Any]:
    """Return counts and shares of one group of cases."""
    overlaps = [one.jaccard for one in seen]
    turns = [one.report.rotate_cw == one.case.turn for one in seen if one.case.turn is not None]
    ratios = [1 + one.looked_ms / one.case.decoded_ms for one in seen if one.case.decoded_ms]
    return {
        "n": len(seen),
        "said to leave": _share([bool(one.report.beyond) for one in seen]),
        "exact sides": _share([set(one.report.beyond) == set(one.case.cut) for one in seen]),
        "said cut": _share([bool(one.report.cut) for one in seen]),
        "no page": _share([one.report.quad is None for one in seen]),
        "to retake": _share([one.report.verdict == "retake" for one in seen]),
        "mean JI": round(statistics.mean(overlaps), 4),
        "JI >= .95": _share([overlap >= 0.95 for overlap in overlaps]),  # noqa: PLR2004 - the column's name
        "upright": _share(turns),
        "median ms": round(statistics.median(one.looked_ms for one in seen)),
        "p95 total/decode": round(float(np.percentile(ratios, 95)), 1) if ratios else None,
    }


def _share(answers: Sequence[bool]) -> float | None:
    return round(sum(answers) / len(answers), 3) if answers else None


def _print_misses(seen: Sequence[Seen]) -> None:
    for one in seen:
        if set(one.report.beyond) != set(one.case.cut) or one.jaccard < 0.95:  # noqa: PLR2004 - as above
            what = f"{one.case.group}: {one.case.file} leaves {one.case.cut} seen {one.report.beyond}"
            print(f"{what} JI {one.jaccard:.3f}")
