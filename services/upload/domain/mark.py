"""Marks on the photograph: where something spoils the writing, as outlines in its pixels."""

from dataclasses import dataclass

import cv2
import numpy as np

from services.upload.domain.cells import CELL, Mask
from services.upload.domain.geometry import Points
from services.upload.domain.sides import Turn
from services.upload.domain.verdict import Reason

LEAST = 8  # squares: smaller specks are not shown
FINER = 4  # times finer than squares are outlines drawn
SMOOTH = 1.0  # squares by which corners are rounded
HALF = 127


@dataclass(frozen=True, slots=True)
class Mark:
    """What spoils the writing, and the outline of a place where it does, in pixels of the photograph."""

    reason: Reason
    outline: Points


@dataclass(frozen=True, slots=True)
class Way:
    """The way back from an upright flattened page of `width` x `height` pixels to a photograph of `frame` pixels."""

    quad: Points
    width: int
    height: int
    turn: Turn
    frame: tuple[int, int]  # width, height

    def back(self, points: Points) -> Points:
        """Return points of the upright page as points of the photograph."""
        corners = np.array([(0, 0), (self.width, 0), (self.width, self.height), (0, self.height)], np.float32)
        seen = np.roll(self.quad, self.turn // 90, axis=0).astype(np.float32)
        matrix = cv2.getPerspectiveTransform(corners, seen)
        return np.asarray(cv2.perspectiveTransform(points[None].astype(np.float64), matrix)[0], np.float64)

    def shown(self, squares: tuple[int, int]) -> Mask:
        """Return which squares (rows, columns) of the upright page lie in a photograph of `frame` pixels."""
        rows, columns = squares
        if ((self.quad >= 0) & (self.quad <= self.frame)).all():
            return np.ones(squares, bool)
        x, y = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
        there = self.back(np.stack([x.ravel(), y.ravel()], axis=1) * CELL)
        inside = (there >= 0).all(axis=1) & (there <= np.array(self.frame)).all(axis=1)
        return np.asarray(inside.reshape(rows, columns))


def marks_of(reason: Reason, where: Mask, way: Way) -> tuple[Mark, ...]:
    """Return the outlines, rounded, of the places in a mask over the upright page."""
    fine = cv2.resize(where.astype(np.uint8) * 255, None, fx=FINER, fy=FINER, interpolation=cv2.INTER_LINEAR)
    soft = cv2.GaussianBlur(fine, (0, 0), SMOOTH * FINER)
    outlines = cv2.findContours((soft > HALF).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    large = (outline for outline in outlines if cv2.contourArea(outline) >= LEAST * FINER**2)
    simple = (cv2.approxPolyDP(outline, 1.0, closed=True)[:, 0] for outline in large)
    return tuple(Mark(reason, way.back((points.astype(np.float64) + 0.5) * CELL / FINER)) for points in simple)
