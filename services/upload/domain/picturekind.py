"""What kind of picture a page came in, as far as its pixels tell: taken by a camera, scanned, or made by a computer."""

from dataclasses import dataclass

import cv2
import numpy as np

from services.upload.domain.pixels import Picture, shrink

ONE_LEVEL = 0.3  # of the pixels with the commonest grey: cameras reach a twentieth, scanners and programs most
SAME_ROWS = 0.05  # of the rows without any change: only programs leave them
CRISP = 0.15  # of the steps between pixels that are nearly from ink to paper: what passed a lens or a scanner is softer
STEP, WHOLE_STEP = 0.2, 0.6  # of the way from ink to paper
A4 = (297 / 210 * 0.96, 297 / 210 * 1.04)  # longer by shorter side of a scanned sheet
EVEN = 0.06  # by how much the paper's light may differ on what a scanner lit
WHITE = 225  # grey level of its paper
DARK = 100  # grey level of a ground with light letters


@dataclass(frozen=True, slots=True)
class Levels:
    """The grey levels of a picture: the commonest, its share, that of rows of one level, and how crisp steps are."""

    share: float
    commonest: int
    same_rows: float
    crisp: float


def levels_of(grey: Picture) -> Levels:
    """Return what the levels of a grey picture tell of how it was made."""
    few = grey[::2, ::2]
    counts = np.bincount(few.ravel(), minlength=256)
    low, high = np.percentile(grey[::4, ::4], (1, 99))
    steps = cv2.absdiff(grey[::4, 1:], grey[::4, :-1])
    reach = max(1.0, float(high) - float(low))
    strong, whole = (int(np.count_nonzero(steps > share * reach)) for share in (STEP, WHOLE_STEP))
    same = float((grey[::2].max(axis=1) == grey[::2].min(axis=1)).mean())
    return Levels(float(counts.max() / few.size), int(counts.argmax()), same, whole / max(1, strong))


def made_by_program(levels: Levels, size: tuple[int, int]) -> bool:
    """Tell whether a picture of `size` (width, height) is a screenshot: exact, and not of a sheet's shape."""
    short, long = sorted(size)
    exact = levels.share >= ONE_LEVEL and levels.same_rows >= SAME_ROWS and levels.crisp >= CRISP
    return exact and not A4[0] <= long / short <= A4[1]


def scanned(levels: Levels, grey: Picture) -> bool:
    """Tell whether a picture that one sheet fills was scanned, or made to look so: white and evenly lit."""
    if levels.share >= ONE_LEVEL:
        return True
    small = shrink(grey, 256)[0]
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    low, high = np.percentile(paper, (5, 95))
    return bool(high >= WHITE and 1 - low / high <= EVEN)
