"""Round badges with a white sign in them, drawn without any font: what is wrong, understood in any language."""

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from services.upload.domain.geometry import Points
from services.upload.domain.pixels import Picture
from services.upload.domain.sides import Side

Colour = tuple[int, int, int]  # B, G, R
Place = tuple[float, float]

WHITE: Colour = (255, 255, 255)
FINE = 4  # bits after the point, so that shapes are smooth
OUTWARD: Mapping[Side, Place] = {"L": (-1, 0), "T": (0, -1), "R": (1, 0), "B": (0, 1)}


class Sign:
    """A pen for one badge: its unit is the badge's radius, its origin the middle."""

    def __init__(self, canvas: Picture, middle: Place, radius: float, ground: Colour) -> None:
        """Draw the round ground with a white rim and a soft shadow."""
        self._canvas = canvas
        self._middle = np.array(middle)
        self._radius = radius
        self._ground = ground
        self._shade()
        self.dot((0, 0), 1.12)
        self.dot((0, 0), 1.0, ground=True)

    def dot(self, at: Place, size: float, *, ground: bool = False) -> None:
        """Fill a circle."""
        colour = self._ground if ground else WHITE
        cv2.circle(self._canvas, self._fine(at), self._size(size), colour, -1, cv2.LINE_AA, FINE)

    def path(self, *points: Place, width: float = 0.17, closed: bool = False) -> None:
        """Draw a line with round ends through points."""
        line = np.array([self._fine(point) for point in points], np.int32)
        cv2.polylines(self._canvas, [line], closed, WHITE, max(1, round(width * self._radius)), cv2.LINE_AA, FINE)

    def area(self, *points: Place, ground: bool = False) -> None:
        """Fill a polygon."""
        shape = np.array([self._fine(point) for point in points], np.int32)
        cv2.fillPoly(self._canvas, [shape], self._ground if ground else WHITE, cv2.LINE_AA, FINE)

    def ring(self, at: Place, size: float, width: float = 0.15) -> None:
        """Draw a circle."""
        thick = max(1, round(width * self._radius))
        cv2.circle(self._canvas, self._fine(at), self._size(size), WHITE, thick, cv2.LINE_AA, FINE)

    def _shade(self) -> None:
        layer = self._canvas.copy()
        at = tuple(int(value) for value in np.round(np.add(self._middle, (0, 0.1 * self._radius))))
        cv2.circle(layer, at, round(1.2 * self._radius), (0, 0, 0), -1, cv2.LINE_AA)
        cv2.addWeighted(layer, 0.25, self._canvas, 0.75, 0, dst=self._canvas)

    def _fine(self, point: Place) -> tuple[int, int]:
        x, y = np.round((self._middle + np.array(point) * self._radius) * 2**FINE).astype(int)
        return int(x), int(y)

    def _size(self, share: float) -> int:
        return int(share * self._radius * 2**FINE)


def _around(count: int, radius: float, start: float = 0.0) -> Points:
    angles = start + 2 * np.pi * np.arange(count) / count
    return np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius


def _sun(sign: Sign) -> None:
    sign.dot((0, 0), 0.3)
    for inner, outer in zip(_around(8, 0.46), _around(8, 0.68), strict=True):
        sign.path(tuple(inner), tuple(outer), width=0.14)


def _moon(sign: Sign) -> None:
    sign.dot((0, 0), 0.6)
    sign.dot((0.28, -0.18), 0.5, ground=True)


def _bulb(sign: Sign) -> None:
    sign.ring((0, -0.16), 0.38)
    sign.path((-0.2, 0.32), (0.2, 0.32), width=0.16)
    sign.path((-0.12, 0.55), (0.12, 0.55), width=0.16)


def _hand(sign: Sign) -> None:
    for x, top in ((-0.3, -0.3), (-0.1, -0.55), (0.1, -0.6), (0.3, -0.45)):
        sign.path((x, top), (x, 0.2), width=0.17)
    sign.path((-0.55, -0.02), (-0.25, 0.35), width=0.17)
    sign.area((-0.38, 0.0), (0.38, 0.0), (0.34, 0.45), (0.15, 0.62), (-0.15, 0.62), (-0.3, 0.4))


def _haze(sign: Sign) -> None:
    sign.dot((0, 0), 0.22)
    for x, y in _around(6, 0.4):
        sign.dot((x, y), 0.13)
    for x, y in _around(12, 0.66, np.pi / 12):
        sign.dot((x, y), 0.07)


def _lens(sign: Sign) -> None:
    sign.ring((-0.12, -0.12), 0.42)
    sign.path((0.2, 0.2), (0.58, 0.58), width=0.22)
    sign.path((-0.32, -0.12), (0.08, -0.12), width=0.13)
    sign.path((-0.12, -0.32), (-0.12, 0.08), width=0.13)


def _sheets(sign: Sign) -> None:
    sign.area((-0.1, -0.6), (0.5, -0.6), (0.5, 0.25), (-0.1, 0.25))
    sign.area((-0.56, -0.36), (0.2, -0.36), (0.2, 0.66), (-0.56, 0.66), ground=True)
    sign.area((-0.48, -0.28), (0.12, -0.28), (0.12, 0.58), (-0.48, 0.58))


def _blank(sign: Sign) -> None:
    sign.path((-0.4, -0.58), (0.4, -0.58), (0.4, 0.58), (-0.4, 0.58), width=0.14, closed=True)


def _question(sign: Sign) -> None:
    x, y = np.cos(np.linspace(np.pi, 2.4 * np.pi, 12)), np.sin(np.linspace(np.pi, 2.4 * np.pi, 12))
    sign.path(*zip(0.3 * x, 0.3 * y - 0.28, strict=True), (0.0, 0.28))
    sign.dot((0, 0.58), 0.12)


def _check(sign: Sign) -> None:
    sign.path((-0.45, 0.05), (-0.12, 0.38), (0.48, -0.34), width=0.24)


def _spot(sign: Sign) -> None:
    sign.path((0, -0.55), (0, 0.12), width=0.24)
    sign.dot((0, 0.5), 0.14)


SIGNS: Mapping[str, Callable[[Sign], None]] = {
    "good": _check,
    "no_page": _question,
    "too_dark": _bulb,
    "dim": _bulb,
    "too_bright": _sun,
    "bright": _sun,
    "blurred": _haze,
    "soft": _haze,
    "too_small": _lens,
    "small": _lens,
    "glare": _sun,
    "fingers": _hand,
    "shadow": _moon,
    "several_pages": _sheets,
    "no_writing": _blank,
}


def draw_badge(canvas: Picture, code: str, middle: Place, radius: float, colour: Colour) -> None:
    """Draw the badge of a reason, an exclamation mark for one that has no sign of its own."""
    SIGNS.get(code, _spot)(Sign(canvas, middle, radius, colour))


def draw_arrow(canvas: Picture, side: Side, middle: Place, radius: float, colour: Colour) -> None:
    """Draw the badge that tells to move the phone towards a side, where the rest of the page is."""
    x, y = OUTWARD[side]
    sign = Sign(canvas, middle, radius, colour)

    def at(along: float, across: float) -> Place:
        return along * x - across * y, along * y + across * x

    sign.path(at(-0.6, 0), at(0.3, 0), width=0.26)
    sign.area(at(0.72, 0), at(0.05, 0.5), at(0.05, -0.5))
