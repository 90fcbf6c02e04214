"""The small picture for the phone: the page outlined, what is wrong marked where it is, and where to move.

It has no words, as its readers speak many languages, and is made to be understood 360 pixels wide.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from services.upload.client.badges import FINE, WHITE, Colour, draw_arrow, draw_badge
from services.upload.domain.geometry import Points
from services.upload.domain.mark import Mark
from services.upload.domain.pixels import Copies, Picture, shrink
from services.upload.domain.sides import Side, Turn
from services.upload.schemas import PageReport

WIDTH, LONGEST = 600, 1200  # pixels of the upright picture
DIMMED = 0.5  # of its brightness is left to what is not the page
LINE, BAND = 6, 30  # pixels
GREEN, AMBER, RED = (74, 163, 40), (0, 140, 240), (48, 40, 214)  # B, G, R
COLOURS: dict[str, Colour] = {"good": GREEN, "usable": AMBER, "retake": RED}
TINT = 0.22  # of a mark's colour over the picture
HALF = 128
NEAR = 0.12  # of the picture: a corner this close to a border belongs to what crosses it
LARGE, SMALL = 52, 36  # radius of a badge in pixels


def annotated(copies: Copies, report: PageReport, marks: Sequence[Mark] = ()) -> bytes:
    """Return a JPEG, about 600 pixels wide and upright for the reader, free of any EXIF data."""
    width, height = copies.size
    across, down = (height, width) if report.rotate_cw in (90, 270) else (width, height)
    longest = round(max(height, width) * min(1.0, WIDTH / across, LONGEST / down))
    small = shrink(copies.halved_to(longest), longest)[0]
    scale = max(small.shape) / max(height, width)
    canvas = np.rot90(small, -report.rotate_cw // 90).copy()
    way = _Turned(report.rotate_cw, scale, small.shape[1], small.shape[0])
    quad = np.roll(way.there(np.array(report.quad)), report.rotate_cw // 90, axis=0) if report.quad else None
    if quad is not None:
        _dim_around(canvas, quad)
    _tint(canvas, [way.there(mark.outline) for mark in marks], COLOURS[report.verdict])
    if quad is not None:
        _outline(canvas, quad, report)
    _place_badges(canvas, quad, report, [(mark.reason, way.there(mark.outline)) for mark in marks])
    return bytes(simplejpeg.encode_jpeg(canvas, quality=82, colorspace="BGR"))


@dataclass(frozen=True, slots=True)
class _Turned:
    """The way from pixels of the photograph to those of a copy that is smaller by `scale`, then turned upright."""

    turn: Turn
    scale: float
    width: int
    height: int

    def there(self, points: Points) -> Points:
        x, y = (points * self.scale).T
        match self.turn:
            case 90:
                x, y = self.height - y, x
            case 180:
                x, y = self.width - x, self.height - y
            case 270:
                x, y = y, self.width - x
        return np.stack([x, y], axis=1)


def _dim_around(canvas: Picture, quad: Points) -> None:
    """Darken what is not the page."""
    page = np.zeros(canvas.shape[:2], np.uint8)
    cv2.fillPoly(page, [_fine(quad)], 255, cv2.LINE_AA, FINE)
    darker = cv2.convertScaleAbs(canvas, alpha=DIMMED)
    np.copyto(canvas, darker, where=(page < HALF)[..., None])


def _tint(canvas: Picture, outlines: list[Points], colour: Colour) -> None:
    """Colour what lies on the writing, with a rim."""
    if not outlines:
        return
    shapes = [_fine(outline) for outline in outlines]
    layer = canvas.copy()
    cv2.fillPoly(layer, shapes, colour, cv2.LINE_AA, FINE)
    cv2.addWeighted(layer, TINT, canvas, 1 - TINT, 0, dst=canvas)
    for thickness, shade in ((5, WHITE), (3, colour)):
        cv2.polylines(canvas, shapes, isClosed=True, color=shade, thickness=thickness, lineType=cv2.LINE_AA, shift=FINE)


def _outline(canvas: Picture, quad: Points, report: PageReport) -> None:
    """Draw the page's edges: in the verdict's colour, or green ones beside those that are cut off."""
    whole = GREEN if report.cut else COLOURS[report.verdict]
    ends = dict(zip(("T", "R", "B", "L"), zip(quad, np.roll(quad, -1, axis=0), strict=True), strict=True))
    there = [np.stack(pair) for side, pair in ends.items() if side not in report.cut_reader]
    for shade, thickness in ((WHITE, LINE + 4), (whole, LINE)):
        lines = [_fine(line) for line in there]
        cv2.polylines(canvas, lines, isClosed=False, color=shade, thickness=thickness, lineType=cv2.LINE_AA, shift=FINE)
    for side in report.cut_reader:
        _band(canvas, side, _crossing(canvas, side, quad))


def _band(canvas: Picture, side: Side, span: tuple[float, float]) -> None:
    """Colour a border of the picture where the page goes on behind it, fading inwards."""
    height, width = canvas.shape[:2]
    depth = {"L": np.arange(width), "T": np.arange(height), "R": np.arange(width)[::-1], "B": np.arange(height)[::-1]}
    fade = np.clip(1 - depth[side] / BAND, 0, 1) * 0.9
    along = np.arange(width if side in "TB" else height)
    within = (along >= span[0]) & (along <= span[1])
    share = np.outer(fade, within) if side in "TB" else np.outer(within, fade)
    canvas[:] = (canvas + (np.array(RED) - canvas) * share[..., None]).astype(np.uint8)


def _crossing(canvas: Picture, side: Side, quad: Points) -> tuple[float, float]:
    """Return from where to where along a border of the picture the page touches it, with its middle in view."""
    height, width = canvas.shape[:2]
    axis, most = (0, width) if side in "TB" else (1, height)
    place = quad[:, 1 - axis]
    far = height if side in "TB" else width
    close = place < NEAR * far if side in "LT" else place > (1 - NEAR) * far
    chosen = quad[close, axis] if close.sum() > 1 else quad[:, axis]
    return max(0.0, float(chosen.min())), min(float(most), float(chosen.max()))


def _place_badges(canvas: Picture, quad: Points | None, report: PageReport, places: list[tuple[str, Points]]) -> None:
    """Put a badge on each thing that is wrong, arrows last and largest."""
    colour = COLOURS[report.verdict]
    for reason in dict.fromkeys(name for name, _ in places):
        largest = max((outline for name, outline in places if name == reason), key=_extent)
        draw_badge(canvas, reason, _inside(canvas, largest.mean(axis=0), SMALL), SMALL, colour)
    shown = {name for name, _ in places} | {"cut"}
    _place_row(canvas, quad, report, [reason for reason in report.reasons if reason not in shown][:3])
    for side in report.cut_reader:
        draw_arrow(canvas, side, _inside(canvas, _middle_of(canvas, side, quad), LARGE + 6), LARGE, RED)


def _place_row(canvas: Picture, quad: Points | None, report: PageReport, reasons: list[str]) -> None:
    """Put badges of what is wrong with all of the page in its middle; that of a good one on its lower edge."""
    height, width = canvas.shape[:2]
    middle = np.array([width, height]) / 2 if quad is None else quad.mean(axis=0)
    if not report.reasons:
        reasons, middle = ["good"], middle if quad is None else (quad[2] + quad[3]) / 2
    for number, reason in enumerate(reasons):
        radius = SMALL if number or report.cut else LARGE
        at = np.add(middle, ((number - (len(reasons) - 1) / 2) * 2.6 * LARGE, 0))
        draw_badge(canvas, reason, _inside(canvas, at, radius), radius, COLOURS[report.verdict])


def _middle_of(canvas: Picture, side: Side, quad: Points | None) -> Points:
    """Return the middle of where the page crosses a border."""
    height, width = canvas.shape[:2]
    start, end = (0, width if side in "TB" else height) if quad is None else _crossing(canvas, side, quad)
    edge = {"L": 0, "T": 0, "R": width, "B": height}[side]
    return np.array([(start + end) / 2, edge] if side in "TB" else [edge, (start + end) / 2], np.float64)


def _inside(canvas: Picture, at: Points, radius: float) -> tuple[float, float]:
    """Return a place moved so that a badge there is whole."""
    height, width = canvas.shape[:2]
    room = 1.25 * radius
    x, y = np.clip(at, room, np.maximum(np.array([width, height]) - room, room))
    return float(x), float(y)


def _extent(outline: Points) -> float:
    return float(cv2.contourArea(outline.astype(np.float32)))


def _fine(points: Points) -> NDArray[np.int32]:
    return np.asarray(np.round(points * 2**FINE), np.int32)
