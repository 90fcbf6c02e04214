"""How much a line looks like the edge of a sheet: brighter, less coloured paper on one side of it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.upload.domain.lines import Lines

Curve = NDArray[np.float64]

SAMPLES = 192  # along a line's way through the picture
NEAR = (3, 5, 8)  # pixels to either side where paper and desk are compared
FAR = (14, 22)  # a line of text is dark only nearby; past the edge of a sheet it stays dark
FULL_CONTRAST = 10.0  # difference of lightness that counts as certain


@dataclass(frozen=True, slots=True)
class Profiles:
    """Evidence along each of n lines as running sums, so that any stretch is two look-ups.

    `ahead` counts samples with paper on the side the normal points to, `behind` the opposite (both -1 to 1
    a sample), `inside` those within the picture; `start` and `step` are pixels along the line.
    """

    start: Curve
    step: Curve
    ahead: Curve
    behind: Curve
    inside: Curve


def profile(colours: NDArray[np.float32], lines: Lines) -> Profiles:
    """Compare both sides of each line in a small L*a*b* picture."""
    height, width = colours.shape[:2]
    origin, along = _frames(lines)
    corners = np.array([(0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)], float)
    reach = ((corners[None] - origin[:, None]) * along[:, None]).sum(axis=2)
    start, end = reach.min(axis=1), reach.max(axis=1)
    places = np.linspace(start, end, SAMPLES, axis=1)
    points = origin[:, None] + places[..., None] * along[:, None]
    inside = (points >= 0).all(axis=2) & (points[..., 0] <= width - 1) & (points[..., 1] <= height - 1)
    normals = lines[:, None, :2]
    ahead, far_ahead = _beside(colours, points, normals)
    behind, far_behind = _beside(colours, points, -normals)
    return Profiles(
        start=start,
        step=(end - start) / (SAMPLES - 1),
        ahead=_running(np.minimum(_contrast(ahead, behind), _contrast(ahead, far_behind)) * inside),
        behind=_running(np.minimum(_contrast(behind, ahead), _contrast(behind, far_ahead)) * inside),
        inside=_running(inside.astype(float)),
    )


def along_line(profiles: Profiles, index: int, lines: Lines, ends: tuple[Curve, Curve], *, ahead: bool) -> Curve:
    """Return evidence and length (pixels) of one line between pairs of points, and evidence beyond, shape (3, n).

    An edge that goes on beyond a corner says that the page goes on, too: the corner was a fold or a rule.
    """
    direction = np.array([-lines[index, 1], lines[index, 0]])
    places = [(end @ direction - profiles.start[index]) / profiles.step[index] for end in ends]
    low = np.clip(np.minimum(*places), 0, SAMPLES).astype(int)
    high = np.clip(np.maximum(*places), 0, SAMPLES).astype(int)
    curve = (profiles.ahead if ahead else profiles.behind)[index]
    inside = profiles.inside[index]
    step = float(profiles.step[index])
    between = curve[high] - curve[low]
    return np.array([between, inside[high] - inside[low], curve[-1] - between]) * step


def _beside(
    colours: NDArray[np.float32], points: Curve, towards: Curve
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the usual colour close to a line on one side, and the lightest one farther away."""
    near = np.median([_colour(colours, points + towards * step) for step in NEAR], axis=0)
    far = np.array([_colour(colours, points + towards * step) for step in FAR])
    lightest = far[..., 0].argmax(axis=0)
    return near, np.take_along_axis(far, lightest[None, ..., None], axis=0)[0]


def _frames(lines: Lines) -> tuple[Curve, Curve]:
    """Return the point of each line nearest to the origin, and its direction."""
    return -lines[:, :2] * lines[:, 2:], np.stack([-lines[:, 1], lines[:, 0]], axis=1)


def _colour(colours: NDArray[np.float32], points: Curve) -> NDArray[np.float32]:
    at = points.astype(np.float32)
    return cv2.remap(colours, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(
        np.float32
    )


def _contrast(paper: NDArray[np.float32], desk: NDArray[np.float32]) -> Curve:
    """Return -1 to 1: paper is lighter than what it lies on, and less coloured."""
    lighter = paper[..., 0] - desk[..., 0]
    colour = np.hypot(paper[..., 1] - desk[..., 1], paper[..., 2] - desk[..., 2])
    greyer = _chroma(desk) - _chroma(paper)
    contrast = lighter + 1.2 * greyer + 0.3 * colour * np.sign(lighter)
    return np.asarray(np.clip(contrast / FULL_CONTRAST, -1, 1), np.float64)


def _chroma(colours: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.hypot(colours[..., 1] - 128, colours[..., 2] - 128)


def _running(samples: Curve) -> Curve:
    return np.concatenate([np.zeros((len(samples), 1)), np.cumsum(samples, axis=1)], axis=1)
