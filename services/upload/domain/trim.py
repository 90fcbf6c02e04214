"""The margin of a flattened page: what is left of the desk there is taken away, writing stays."""

import cv2
import numpy as np

from services.upload.domain.pixels import Picture

BAND = 0.06  # of the longer side: what reaches further in may be a printed bar, and stays
STRIP = 0.06  # of the side: what runs along the border for less may be a letter
INWARD = 0.2  # of its length: how much of a strip may reach the inner end of the band
REDUCTION = 4
WHITE = 250


def without_desk(page: Picture) -> Picture:
    """Return an evenly lit grey page on which dark strips that run along a border are plain white."""
    small = cv2.resize(page, None, fx=1 / REDUCTION, fy=1 / REDUCTION, interpolation=cv2.INTER_AREA)
    dark = cv2.dilate((small < WHITE).astype(np.uint8), np.ones((5, 5), np.uint8)).astype(np.uint8)
    desk = np.zeros(small.shape, np.uint8)
    band = round(BAND * max(small.shape))
    for turn in range(4):
        _mark_left(np.rot90(dark, turn)[:, :band], np.rot90(desk, turn)[:, :band])
    if not desk.any():
        return page
    cleared = page.copy()
    cleared[cv2.resize(desk, page.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0] = 255
    return cleared


def _mark_left(dark: Picture, desk: Picture) -> None:
    """Mark in `desk` what touches the left border of a band and runs along it for longer than a letter."""
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(dark))
    for label in range(1, count):
        length = boxes[label, cv2.CC_STAT_HEIGHT]
        reaches_in = np.count_nonzero(labels[:, -1] == label) > INWARD * length
        if boxes[label, cv2.CC_STAT_LEFT] == 0 and length >= STRIP * dark.shape[0] and not reaches_in:
            desk[labels == label] = 1
