"""The page as a scanner would see it: flat, in its true shape, at a known resolution."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.upload.domain.curl import Curl
from services.upload.domain.geometry import Points, page_size
from services.upload.domain.pixels import Picture
from services.upload.domain.sides import SIDES, Side, Turn

A4_INCHES = (210 / 25.4, 297 / 25.4)
A4_RATIO = 297 / 210
TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
LIKE_A4 = 0.15  # a letter is on A4: a page this close to its shape is taken to be it
TALL = 2.0  # times as long as wide: from here on it is a strip, which no sheet of A4 shows legibly
TILL_INCHES = 80 / 25.4  # the width of a till's paper
STRIP_DPI = 200  # of the pixels across a strip
LONGEST_INCHES = 200.0  # of a page in a PDF (ISO 32000-1, annex C.2)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The size of a flattened page, in inches, as it lies in the picture."""

    width: float
    height: float

    @property
    def shrunk(self) -> bool:
        """Say whether it is so long that it had to be made narrower."""
        return max(self.width, self.height) > LONGEST_INCHES - 1

    def pixels(self, dpi: float) -> tuple[int, int]:
        """Return width and height in pixels at a resolution."""
        return max(1, round(self.width * dpi)), max(1, round(self.height * dpi))


def sheet(quad: Points, cut: tuple[Side, ...] = ()) -> Sheet:
    """Return the size of the sheet behind four corners: A4 if the shape allows, else with A4's longer side.

    Of a cut page the sides that are whole give the scale, so that letters keep their size. What is far longer than
    wide (a receipt, a screenshot of many screens) is a strip, as wide as its pixels are worth; so is a whole picture.
    """
    width, height = page_size(quad)
    ratio = height / max(width, 1.0)
    shortened = set("LR" if ratio > 1 else "TB") & set(cut) and len(set(cut)) < len(SIDES)
    if max(ratio, 1 / max(ratio, 1e-6)) > TALL and not shortened:
        return _strip(width, height)
    if not cut and abs(max(ratio, 1 / max(ratio, 1e-6)) / A4_RATIO - 1) < LIKE_A4:
        return Sheet(*A4_INCHES) if ratio > 1 else Sheet(*A4_INCHES[::-1])
    if cut and not {"L", "R"} & set(cut) and height < width * A4_RATIO:
        return Sheet(A4_INCHES[0], A4_INCHES[0] * ratio)
    inch = max(width, height) / A4_INCHES[1]
    return Sheet(width / inch, height / inch)


def _strip(width: float, height: float) -> Sheet:
    """Return the size of a strip of so many pixels: between a till's paper and A4 wide, never narrower than as A4."""
    shorter, longer = sorted((max(width, 1.0), max(height, 1.0)))
    as_sheet = A4_INCHES[1] * shorter / longer
    across = min(A4_INCHES[0], max(TILL_INCHES, as_sheet, shorter / STRIP_DPI))
    inch = max(shorter / across, longer / LONGEST_INCHES)
    return Sheet(width / inch, height / inch)


def flatten(picture: Picture, quad: Points, size: tuple[int, int]) -> Picture:
    """Return the page within four corners (TL, TR, BR, BL) as a picture of width x height pixels.

    What lies outside the picture becomes white.
    """
    return cv2.warpPerspective(
        picture,
        _onto(quad, size),
        size,
        flags=cv2.INTER_AREA,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(255, 255, 255),
    ).astype(np.uint8)


def straighten(picture: Picture, quad: Points, size: tuple[int, int], turn: Turn, curl: Curl) -> Picture:
    """Return the page as `flatten` and `turned` do, with its lines of writing bent straight.

    All is done in one step: nothing is made softer twice, and paper that bows out of its corners is there.
    """
    width, height = curl.basis.size
    below = curl.below(np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64))
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    places = np.dstack([x, y + below]).reshape(-1, 1, 2)
    to_picture = np.linalg.inv(_onto(quad, size)) @ _unturned(size, turn)
    at = cv2.perspectiveTransform(places, to_picture).reshape(height, width, 2).astype(np.float32)
    return cv2.remap(
        picture,
        at[..., 0],
        at[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(255, 255, 255),
    ).astype(np.uint8)


def _onto(quad: Points, size: tuple[int, int]) -> NDArray[np.float64]:
    """Return the homography from the picture to the page laid flat."""
    width, height = size
    target = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(quad.astype(np.float32), target), np.float64)


def _unturned(size: tuple[int, int], turn: Turn) -> NDArray[np.float64]:
    """Return the matrix from a page that was `turned` to the page as it was, of `size` (width, height)."""
    right, low = size[0] - 1, size[1] - 1
    match turn:
        case 0:
            rows = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
        case 90:
            rows = ((0, 1, 0), (-1, 0, low), (0, 0, 1))
        case 180:
            rows = ((-1, 0, right), (0, -1, low), (0, 0, 1))
        case 270:
            rows = ((0, -1, right), (1, 0, 0), (0, 0, 1))
    return np.array(rows, np.float64)


def turned(picture: Picture, turn: Turn) -> Picture:
    """Return a picture turned clockwise."""
    return np.asarray(cv2.rotate(picture, TURNS[turn]), np.uint8) if turn else picture
