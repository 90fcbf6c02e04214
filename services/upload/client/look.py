"""Looks at one page: where it lies, is it whole, sharp, light and large enough, which way is up."""

import time
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np

from services.upload.client.found import Found, find_page, frame
from services.upload.client.source import Source, open_page
from services.upload.client.upright import SHORT, turn_to_upright
from services.upload.domain.cells import CELL, Mask, cells_of
from services.upload.domain.fingers import fingers_on
from services.upload.domain.flatten import STRIP_DPI, flatten, sheet, turned
from services.upload.domain.geometry import Points
from services.upload.domain.glare import glare_on
from services.upload.domain.light import ink_contrast, paper_brightness
from services.upload.domain.mark import Mark, Way, marks_of
from services.upload.domain.missing import missing_at
from services.upload.domain.netoutline import NetOutline
from services.upload.domain.pixels import Copies, Picture, grey
from services.upload.domain.shadow import shadow_on
from services.upload.domain.sharpness import letter_height, sharpness
from services.upload.domain.shortened import shortened
from services.upload.domain.sides import Side, Turn, seen_by_reader
from services.upload.domain.verdict import Limits, Measurements, Reason, judge
from services.upload.schemas import Milliseconds, PageReport
from shared.events.upload import Edges

DPI = 150  # at which writing is measured
ENOUGH = 120  # at which it can be, too
AROUND = 4  # pixels of picture that are kept around a page
LEAST_SIDE = 8 * CELL  # pixels; on a smaller page there is no room for shadows and fingers

Places = dict[Reason, Mask]  # the squares of a page that something spoils


@dataclass(frozen=True, slots=True)
class Inspection:
    """The report on a page, and where in the picture something spoils it."""

    report: PageReport
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Flattened:
    """A page laid flat and upright, at `dpi` of the `own` that the photograph has, and the way back.

    `page` is grey; `colours` has its size, or half of it. `shrunk` if it is as long as a page can be.
    """

    page: Picture
    colours: Picture
    dpi: float
    own: float
    way: Way
    shrunk: bool = False


def look(file: Path, page: int = 0) -> tuple[Source, PageReport]:
    """Return one page of a file and the report on it.

    Raises:
        RefusedFileError: if there is no picture to look at.
    """
    source, seen = inspect_file(file, page)
    return source, seen.report


def inspect_file(file: Path, page: int = 0, *, half: bool = False) -> tuple[Source, Inspection]:
    """Return one page of a file, the report on it with times and the number of all pages, and its marks.

    With `half`, a large photograph is looked at in half its size where that is enough.

    Raises:
        RefusedFileError: if there is no picture to look at.
    """
    start = time.perf_counter()
    source = open_page(file, page, half=half)
    decoded = time.perf_counter()
    seen = inspect(source)
    ms = Milliseconds(decode=round(1000 * (decoded - start), 1), total=round(1000 * (time.perf_counter() - start), 1))
    return source, Inspection(seen.report.model_copy(update={"ms": ms, "pages": source.pages}), seen.marks)


def judge_page(source: Source) -> PageReport:
    """Return the report on a decoded page, without times."""
    return inspect(source).report


def inspect(source: Source) -> Inspection:
    """Return the report on a decoded page, without times, and its marks."""
    found = find_page(source)
    flat = lay_flat(found.copies, found.outline or NetOutline(frame(source), (), 0.0, several=False), source.turn)
    measured, spoilt = measure(flat, found.outline)
    measured = replace(
        measured,
        cut=_missing(found, flat, measured.letter_height),
        incomplete=not source.complete,
        too_long=_is_too_long(measured, flat),
    )
    verdict, reasons = judge(measured)
    width, height = source.size
    report = PageReport(
        width=width,
        height=height,
        quad=_corners(found.outline.quad) if found.outline else None,
        picture=found.picture,
        edges=_edges(found.outline.cut if found.outline else (), measured.cut),
        cut=measured.cut,
        cut_reader=seen_by_reader(measured.cut, flat.way.turn),
        rotate_cw=flat.way.turn,
        verdict=verdict,
        reasons=reasons,
    )
    said = (marks_of(reason, where, flat.way) for reason, where in spoilt.items() if reason in reasons)
    return Inspection(report, tuple(chain.from_iterable(said)))


def lay_flat(copies: Copies, found: NetOutline, known: Turn | None = None) -> Flattened:
    """Return the page flat and upright (by a turn that is `known`, or guessed), at no more than its own resolution.

    It is taken from the smallest copy of the picture that has the pixels needed: that is both faster and finer than
    to pick a few of many.
    """
    quad = found.quad
    paper = sheet(quad, found.cut)
    own = float(max(np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)) / max(paper.width, paper.height))
    dpi, times = _resolution(own, copies.least)
    width, height = paper.pixels(dpi)
    fewer = 2 if min(width, height) >= 2 * SHORT else 1
    colours = flatten(copies.smaller(fewer * times), quad / (fewer * times), (width // fewer, height // fewer))
    turn = turn_to_upright(colours) if known is None else known
    page = turned(_grey(copies.smaller(times), quad / times, (width, height)), turn)
    way = Way(quad, page.shape[1], page.shape[0], turn, copies.size)
    return Flattened(page, turned(colours, turn), dpi, own, way, paper.shrunk)


def _edges(beyond: tuple[Side, ...], missing: tuple[Side, ...]) -> Edges:
    return Edges.model_validate({**dict.fromkeys(beyond, "outside"), **dict.fromkeys(missing, "cut")})


def _missing(found: Found, flat: Flattened, letter: float | None) -> tuple[Side, ...]:
    """Return the borders of the picture at which writing is cut off.

    Where nothing is written, none is. A screenshot ends where the screen does, often within a text: its maker saw it.
    """
    if found.outline is None or letter is None or found.picture == "screenshot":
        return ()
    times = _resolution(flat.own, found.copies.least)[1]
    small, quad, beyond = grey(found.copies.smaller(times)), found.outline.quad / times, found.outline.cut
    whole = found.picture == "scan"  # a scanner takes the sheet: only letters cut through tell that it did not
    at = partial(missing_at, small, quad, turn=flat.way.turn, letter=letter / times, only_letters=whole)
    short = shortened(quad, beyond)
    return tuple(side for side in beyond if side in short or at(side))


def _resolution(own: float, least: int) -> tuple[float, int]:
    """Return at how many dpi a page is measured that has `own`, and how many times smaller the copy for that is.

    If the half is there (`least` is 2), the whole is not made for the last few of the dpi wanted.
    """
    dpi = min(float(DPI), own)
    if least > 1 and own / least >= ENOUGH:
        dpi = min(dpi, own / least)
        return dpi, least * max(1, int(own / (least * dpi)))
    return dpi, max(1, int(own / dpi))


def _grey(picture: Picture, quad: Points, size: tuple[int, int]) -> Picture:
    """Return the page within four corners flat and grey; what lies around it is left out before."""
    low = np.maximum(np.floor(quad.min(axis=0)).astype(int) - AROUND, 0)
    high = np.maximum(np.ceil(quad.max(axis=0)).astype(int) + AROUND, low + 1)
    return flatten(grey(picture[low[1] : high[1], low[0] : high[0]]), quad - low, size)


def measure(flat: Flattened, found: NetOutline | None) -> tuple[Measurements, Places]:
    """Measure light, sharpness, letters and what lies on them, and return where the latter is."""
    dark = flat.page
    height = letter_height(dark)
    whole = Measurements(
        page_found=found is not None,
        sharpness=sharpness(dark),
        letter_height=height * flat.own / flat.dpi if height else None,
        paper=paper_brightness(dark),
        several=found is not None and found.several,
    )
    if found is None or min(dark.shape) < LEAST_SIDE:
        return whole, {}
    return _with_spoilt(whole, flat)


def _is_too_long(measured: Measurements, flat: Flattened) -> bool:
    """Say whether letters get too small because a strip is so long that it is filed narrower than it is."""
    if not (flat.shrunk and measured.letter_height):
        return False
    return measured.letter_height * STRIP_DPI / flat.own < Limits().small


def _with_spoilt(whole: Measurements, flat: Flattened) -> tuple[Measurements, Places]:
    """Add what lies on the writing."""
    cells = cells_of(flat.page, flat.way.shown((flat.page.shape[0] // CELL, flat.page.shape[1] // CELL)))
    shadow, glare, fingers = shadow_on(cells), glare_on(cells), fingers_on(flat.colours, cells)
    measured = replace(
        whole, contrast=ink_contrast(cells), shadow=shadow.share, glare=glare.share, fingers=fingers.share
    )
    return measured, {"shadow": shadow.where, "glare": glare.where, "fingers": fingers.where}


def _corners(quad: Points) -> tuple[tuple[float, float], ...]:
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in quad)
