"""The small picture for the phone: the page outlined, and an arrow where it leaves the picture."""

import cv2
import numpy as np
import simplejpeg

from services.upload.domain.geometry import Side
from services.upload.domain.pixels import Picture, shrink
from services.upload.schemas import PageReport

WIDTH = 600  # pixels, about
COLOURS = {"good": (80, 175, 60), "usable": (0, 170, 240), "retake": (40, 40, 225)}  # B, G, R
OUTWARD: dict[Side, tuple[int, int]] = {"L": (-1, 0), "T": (0, -1), "R": (1, 0), "B": (0, 1)}


def annotated(picture: Picture, report: PageReport) -> bytes:
    """Return a JPEG, about 600 pixels wide and upright for the reader, free of any EXIF data."""
    scale = WIDTH / picture.shape[1]
    small, scale = shrink(picture, round(max(picture.shape[:2]) * min(scale, 1.0)))
    canvas = small.copy()
    colour = COLOURS[report.verdict]
    if report.quad:
        corners = np.round(np.array(report.quad) * scale).astype(np.int32)
        cv2.polylines(canvas, [corners], isClosed=True, color=colour, thickness=4, lineType=cv2.LINE_AA)
    for side in report.cut:
        _arrow(canvas, side, colour)
    upright = np.ascontiguousarray(np.rot90(canvas, -report.rotate_cw // 90))
    return bytes(simplejpeg.encode_jpeg(upright, quality=80, colorspace="BGR"))


def _arrow(canvas: Picture, side: Side, colour: tuple[int, int, int]) -> None:
    """Draw an arrow with a white rim that points out of the picture at the middle of a border."""
    height, width = canvas.shape[:2]
    x, y = OUTWARD[side]
    tip = np.array([width / 2 + x * (width / 2 - 10), height / 2 + y * (height / 2 - 10)])
    tail = tip - np.array([x, y]) * min(width, height) * 0.22
    ends = [tuple(int(value) for value in end) for end in (tail, tip)]
    for shade, thickness in (((255, 255, 255), 18), (colour, 10)):
        cv2.arrowedLine(canvas, ends[0], ends[1], shade, thickness, cv2.LINE_AA, tipLength=0.4)
