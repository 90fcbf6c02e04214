"""The margin of a flattened page: what is left of the desk there is taken away, writing stays."""

import cv2
import numpy as np

from services.upload.domain.pixels import Picture

BAND = 0.045  # of the longer side: no desk is left deeper inside a page that was found
STRIP = 0.06  # of the side: what runs along the border for less may be a letter
REDUCTION = 4
WHITE = 250


def without_desk(page: Picture) -> Picture:
    """Return an evenly lit grey page on which dark strips that run along a border are plain white."""
    small = cv2.resize(page, None, fx=1 / REDUCTION, fy=1 / REDUCTION, interpolation=cv2.INTER_AREA)
    height, width = small.shape
    band = round(BAND * max(small.shape))
    dark = cv2.dilate((small < WHITE).astype(np.uint8), np.ones((5, 5), np.uint8))
    dark[band : height - band, band : width - band] = 0
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(dark)
    desk = np.zeros(small.shape, np.uint8)
    for label in range(1, count):
        left, top, across, down, _ = (int(value) for value in boxes[label])
        if _runs_along((left, top, across, down), (width, height), band):
            desk[labels == label] = 1
    if not desk.any():
        return page
    cleared = page.copy()
    cleared[cv2.resize(desk, page.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0] = 255
    return cleared


def _runs_along(box: tuple[int, int, int, int], size: tuple[int, int], band: int) -> bool:
    """Say whether a dark part touches a border, keeps to its band, and is long enough to be no letter."""
    (left, top, across, down), (width, height) = box, size
    upright = (left == 0 or left + across == width) and down >= STRIP * height
    level = (top == 0 or top + down == height) and across >= STRIP * width
    return (upright or level) and min(across, down) <= 4 * band
