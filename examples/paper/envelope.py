"""A window envelope lying under the letter, half hidden."""

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Points = NDArray[np.float64]
SIZE: Final = (220.0, 110.0)
WINDOW: Final = (20.0, 50.0, 110.0, 95.0)


def lay_envelope(desk: Picture, centre: Points, unit: float, rng: np.random.Generator) -> None:
    """Draw a DIN lang envelope onto a desk (``unit`` pixels per mm), peeping out beside the page's upper right."""
    away = np.array([rng.uniform(55, 80), rng.uniform(-150, -105)])
    angle = math.radians(rng.uniform(-28, -12))
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    half = np.asarray(SIZE) / 2

    def pixels(left: float, top: float, right: float, bottom: float) -> NDArray[np.int32]:
        box = np.array([[left, top], [right, top], [right, bottom], [left, bottom]]) - half
        return np.asarray(np.round((box @ turn.T + centre + away) * unit * 16), dtype=np.int32)

    whole = pixels(0, 0, *SIZE)
    darken(desk, whole, unit)
    cv2.fillConvexPoly(desk, whole, (226, 225, 221), cv2.LINE_AA, 4)
    cv2.fillConvexPoly(desk, pixels(*WINDOW), (206, 209, 212), cv2.LINE_AA, 4)
    cv2.polylines(
        desk,
        [pixels(*WINDOW)],
        isClosed=True,
        color=(186, 187, 188),
        thickness=max(1, round(0.4 * unit)),
        lineType=cv2.LINE_AA,
        shift=4,
    )
    flap, thin = pixels(2, 2, SIZE[0] - 2, 24), max(1, round(0.5 * unit))
    cv2.polylines(desk, [flap], isClosed=True, color=(212, 211, 207), thickness=thin, shift=4)


def darken(desk: Picture, shape: NDArray[np.int32], unit: float) -> None:
    """A soft shadow around a flat thing, three millimetres wide."""
    small = np.zeros((desk.shape[0] // 4 + 1, desk.shape[1] // 4 + 1), np.uint8)
    cv2.fillConvexPoly(small, shape // 4 + 16, 255, cv2.LINE_AA, 4)
    soft = cv2.GaussianBlur(small, (0, 0), unit * 2 / 4).astype(np.float32) / 255
    light = cv2.resize(1 - 0.5 * soft, desk.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    desk[:] = cv2.multiply(desk, cv2.merge([light] * 3), dtype=cv2.CV_8U)
