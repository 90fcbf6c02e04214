"""Whether writing goes on beyond a border of the picture: letters cut through there, or a text without its next line.

That the edge of the paper is not in the picture says little: a scan, a screenshot and a photograph taken closely show
none, and lose nothing. What is lost shows in the ink beside the border.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.upload.domain.geometry import Points
from services.upload.domain.light import evenly_lit
from services.upload.domain.pixels import Picture
from services.upload.domain.sides import Side, Turn, seen_by_reader
from services.upload.domain.thresholds import thresholds

DEPTH = 20  # letter heights: how far from the border is looked, some eight lines
LEAST_DEPTH = 64  # pixels
INK = 215  # grey level on an evenly lit page: pale print counts
AT_BORDER = 2  # pixels
FEWEST = 2  # places of a border at which lines of writing are cut through
FEWEST_ALONG = 2  # places of a border along which one is
APART = 1.5  # letter heights from place to place
LETTER = (0.5, 2.2)  # heights of a letter, of the usual one
PIECE = 0.08  # of the usual height squared: the least of a letter that is left
COMPANY = 10.0  # letter heights from a border to whole letters of a line that is cut through there
LONG = 14.0  # letter heights: what is longer along the border is no word
RULE = (4.0, 0.5)  # letter heights into the picture, and along the border: a line of a table
TILTS = np.linspace(-0.12, 0.12, 49)  # slopes of the lines of writing
SAME_LINE = 0.55  # letter heights between letters of a line
FEWEST_LETTERS = 4  # in a line
LINES = 3  # of running text, at least
REGULAR = 1.5  # times the least distance from line to line is the largest
NEAR = 1.3  # letter heights from a line to the border: less than to its next line
USUAL_PITCH = 4.0  # letter heights from line to line; what stands farther apart is no running text
BODY = 0.8  # of the usual height: smaller letters are a footer's

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ink:
    """Connected ink beside a border, which is turned to lie below: one number each, in letter heights.

    `along` and `up` are the middle's distances from the border's left end and from the border, `gap` is that of the
    lowest ink, `wide` and `high` are extents, `area` is in letter heights squared.
    """

    along: Numbers
    up: Numbers
    gap: Numbers
    wide: Numbers
    high: Numbers
    area: Numbers

    def only(self, chosen: ArrayLike) -> "Ink":
        """Return those for which `chosen` is true."""
        kept = np.asarray(chosen, np.bool_)
        return Ink(*(getattr(self, name)[kept] for name in self.__slots__))


def missing_at(
    page: Picture, quad: Points, side: Side, *, turn: Turn, letter: float, only_letters: bool = False
) -> bool:
    """Tell whether writing goes on beyond a border of the picture.

    Args:
        page: the picture, grey, at about 150 dpi of the paper.
        quad: the corners of the paper in it, TL, TR, BR, BL.
        side: the border.
        turn: by how much the picture is turned clockwise to stand upright.
        letter: the usual height of a letter in pixels.
        only_letters: count only letters that are cut through, not a text that ends at the border.
    """
    ink, touching = _ink_beside(page, quad, side, letter)
    (seen,) = seen_by_reader((side,), turn)
    lines_along = seen in ("T", "B")
    pieces = _cut_letters(ink.only(touching), along=lines_along)
    if not lines_along:
        return _places(_begun(pieces, _letters(ink.only(~touching)))) >= FEWEST
    if _places(pieces) >= FEWEST_ALONG or only_letters:
        return _places(pieces) >= FEWEST_ALONG
    rules = touching & (ink.high > RULE[0]) & (ink.wide < RULE[1])
    return int(rules.sum()) >= FEWEST or _text_goes_on(ink.only(~touching))


def _ink_beside(page: Picture, quad: Points, side: Side, letter: float) -> tuple[Ink, NDArray[np.bool_]]:
    """Return the ink of the paper beside a border, and which of it touches the border."""
    turns = {"B": 0, "R": 3, "T": 2, "L": 1}[side]
    deep = max(LEAST_DEPTH, round(DEPTH * letter))
    paper = np.zeros(page.shape, np.uint8)
    cv2.fillConvexPoly(paper, np.round(_to_borders(quad, page)).astype(np.int32), 1)
    strip, within = (np.ascontiguousarray(np.rot90(each, turns)[-deep:]) for each in (page, paper))
    ink = cv2.GaussianBlur(evenly_lit(strip), (0, 0), 0.7) < INK
    _, _, stats, centres = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    columns, rows = np.round(centres[1:]).astype(int).T
    found = stats[1:][within[rows, columns] > 0].astype(np.float64)
    left, top, wide, high, area = found.T
    gap = len(strip) - top - high
    numbers = (left + wide / 2, len(strip) - top - high / 2, gap, wide, high, area / letter)
    return Ink(*(each / letter for each in numbers)), gap <= AT_BORDER


def _to_borders(quad: Points, page: Picture) -> Points:
    """Return corners with those a hair from a border moved there: letters that it cuts through lie in between."""
    size, hair = np.array(page.shape[::-1]), thresholds().at_border
    return np.asarray(np.where(quad < hair * size, 0, np.where(quad > (1 - hair) * size, size, quad)), np.float64)


def _cut_letters(ink: Ink, *, along: bool) -> Ink:
    """Return those of the ink at the border that are parts of letters or words, and neither rules nor shadows."""
    most_wide, most_high = (LONG, LETTER[1]) if along else (LETTER[1], LONG)
    size = (ink.wide > 0.2) & (ink.wide < most_wide) & (ink.high > 0.15) & (ink.high < most_high)  # noqa: PLR2004 - specks
    return ink.only(size & (ink.area > PIECE))


def _begun(pieces: Ink, letters: Ink) -> Ink:
    """Return the pieces before which whole letters of their line stand: a bit of desk, a clip or a hand has none."""
    near = abs(pieces.along[:, None] - letters.along) < SAME_LINE + (pieces.wide[:, None] + letters.wide) / 2
    near &= letters.gap < COMPANY
    return pieces.only(near.any(axis=1))


def _letters(ink: Ink) -> Ink:
    """Return what has the size of whole letters."""
    return ink.only((ink.high > LETTER[0]) & (ink.high < LETTER[1]) & (ink.wide < 4 * ink.high))


def _places(ink: Ink) -> int:
    return len(np.unique((ink.along / APART).astype(int)))


def _text_goes_on(ink: Ink) -> bool:
    """Tell whether the lowest line is one of running text, nearer to the border than a next line would be."""
    letters = _letters(ink)
    if len(letters.up) < 2 * FEWEST_LETTERS:
        return False
    up = letters.up + _tilt(letters) * letters.along
    order = np.argsort(up)
    groups = np.split(order, np.flatnonzero(np.diff(up[order]) > SAME_LINE) + 1)
    lines = [group for group in groups if len(group) >= FEWEST_LETTERS][:LINES]
    if len(lines) < LINES:
        return False
    pitches = np.diff([np.median(up[line]) for line in lines])
    return bool(
        letters.gap[lines[0]].min() < NEAR
        and pitches.max() < USUAL_PITCH
        and pitches.max() < REGULAR * pitches.min()
        and float(np.median(letters.high[lines[0]])) > BODY
    )


def _tilt(letters: Ink) -> float:
    """Return the slope by which lines of writing fall to the right: the one at which letters gather best in lines."""

    def gathered(slope: float) -> float:
        up = letters.up + slope * letters.along
        return float((np.bincount(((up - up.min()) * 5).astype(int)).astype(float) ** 2).sum())

    return float(max(TILTS, key=gathered))
