"""Looks at one page: where it lies, is it whole, sharp, light and large enough, which way is up."""

import time
from pathlib import Path

import numpy as np

from services.upload.client.pagenet import page_net
from services.upload.client.source import Source, open_page
from services.upload.client.upright import turn_to_upright
from services.upload.domain.flatten import flatten, sheet, turned
from services.upload.domain.geometry import Points, Turn, seen_by_reader
from services.upload.domain.light import paper_brightness
from services.upload.domain.netoutline import NetOutline
from services.upload.domain.pixels import grey
from services.upload.domain.sharpness import letter_height, sharpness
from services.upload.domain.verdict import Measurements, judge
from services.upload.schemas import Milliseconds, PageReport

DPI = 150  # at which writing is measured


def look(file: Path, page: int = 0) -> tuple[Source, PageReport]:
    """Return one page of a file and the report on it.

    Raises:
        RefusedFileError: if there is no picture to look at.
    """
    start = time.perf_counter()
    source = open_page(file, page)
    decoded = time.perf_counter()
    report = judge_page(source)
    ms = Milliseconds(decode=round(1000 * (decoded - start), 1), total=round(1000 * (time.perf_counter() - start), 1))
    return source, report.model_copy(update={"ms": ms})


def frame(source: Source) -> Points:
    """Return the corners of the whole picture."""
    height, width = source.picture.shape[:2]
    return np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)


def _whole(source: Source) -> NetOutline:
    return NetOutline(frame(source), (), 1.0, several=False)


def judge_page(source: Source) -> PageReport:
    """Return the report on a decoded page, without times."""
    found = _whole(source) if source.flat else page_net().find_outline(source.picture)
    measured, turn = _measure(source, found)
    verdict, reasons = judge(measured)
    height, width = source.picture.shape[:2]
    return PageReport(
        width=width,
        height=height,
        quad=_corners(found.quad) if found else None,
        cut=measured.cut,
        cut_reader=seen_by_reader(measured.cut, turn),
        rotate_cw=turn,
        verdict=verdict,
        reasons=reasons,
    )


def _measure(source: Source, found: NetOutline | None) -> tuple[Measurements, Turn]:
    """Measure light, sharpness and letters on the page flattened at no more than its own resolution."""
    quad = found.quad if found else frame(source)
    cut = found.cut if found else ()
    paper = sheet(quad, cut)
    own = max(np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)) / max(paper.width, paper.height)
    dpi = min(float(DPI), float(own))
    page = flatten(source.picture, quad, paper.pixels(dpi))
    turn = turn_to_upright(page)
    dark = grey(turned(page, turn))
    height = letter_height(dark)
    return Measurements(
        page_found=found is not None,
        cut=cut,
        sharpness=sharpness(dark),
        letter_height=height * float(own) / dpi if height else None,
        paper=paper_brightness(dark),
    ), turn


def _corners(quad: Points) -> tuple[tuple[float, float], ...]:
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in quad)
