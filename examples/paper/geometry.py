"""Where a letter lands in the picture: a bent sheet on a desk before a pinhole camera, exact to the pixel.

A letter comes out of its envelope with two folds, so its outer thirds rise from the desk. The sheet is a
strip of flat slats along its height; each slat goes through the camera by a homography of its own.
"""

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from examples.paper.layout import FOLDS, HEIGHT, WIDTH
from examples.paper.scene import ImpossibleSceneError, Scene

Points = NDArray[np.float64]
DISTANCE: Final = 330.0
SLATS: Final = 24
LEAST_CUT: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Place:
    """The page's edge in the picture, from the top left corner round, and the way from desk to picture.

    Attributes:
        levels: distances from the page's top edge at which slats meet, in mm (n).
        left: where those levels meet the page's left edge, in pixels (n x 2).
        right: the same for the right edge.
        shadow: what the page's edge throws onto the desk, in pixels.
        desk: homography from millimetres on the desk (page centre = 0) to pixels.
    """

    levels: Points
    left: Points
    right: Points
    shadow: Points
    desk: Points

    @property
    def outline(self) -> Points:
        """The page's edge as a polygon, clockwise from the top left corner of the page."""
        return np.vstack([self.left[:1], self.right, self.left[:0:-1]])

    @property
    def corners(self) -> Points:
        """The page's own corners TL TR BR BL, wherever they point in the picture."""
        return np.stack([self.left[0], self.right[0], self.right[-1], self.left[-1]])


def place(scene: Scene) -> Place:
    """Put the page into the picture so that it fills or leaves it as the scene says.

    Raises:
        ImpossibleSceneError: the cuts and the shape of the picture contradict each other.
    """
    levels = slat_levels()
    profile = heights(levels, scene.lift)
    sides = [project(sheet(profile, x), scene) for x in (-WIDTH / 2, WIDTH / 2)]
    zoom, move = fit(np.vstack(sides), scene)
    left, right = (side * zoom + move for side in sides)
    shadow = project(thrown(profile, scene), scene) * zoom + move
    return Place(levels, left, right, shadow, desk_to_picture(scene, zoom, move))


def slat_levels() -> Points:
    """Even steps down the page, with one on each fold."""
    even = np.linspace(0, HEIGHT, SLATS + 1)
    return np.unique(np.concatenate([even, np.asarray(FOLDS)]))


def heights(levels: Points, lift: float) -> Points:
    """Length along the page and height over the desk, both in mm (n x 2): the outer thirds curve upwards."""
    top = np.clip((FOLDS[0] - levels) / FOLDS[0], 0, 1)
    bottom = np.clip((levels - FOLDS[1]) / (HEIGHT - FOLDS[1]), 0, 1)
    rise = lift * top**1.4 + 0.7 * lift * bottom**1.4
    step = np.diff(levels)
    along = np.concatenate([[0.0], np.cumsum(np.sqrt(np.maximum(step**2 - np.diff(rise) ** 2, 0)))])
    return np.stack([along - along[-1] / 2, rise], axis=1)


def sheet(profile: Points, x: float) -> Points:
    """The points of the page at one distance from its middle line, in mm (n x 3)."""
    return np.column_stack([np.full(len(profile), x), profile])


def thrown(profile: Points, scene: Scene) -> Points:
    """The page's edge moved by the light onto the desk (polygon x 3)."""
    towards = math.radians(scene.light_from - scene.turn - scene.angle)
    edge = np.vstack([sheet(profile, -WIDTH / 2), sheet(profile, WIDTH / 2)[::-1]])
    edge[:, 0] -= edge[:, 2] * math.cos(towards)
    edge[:, 1] += edge[:, 2] * math.sin(towards)
    edge[:, 2] = 0
    return edge


def camera(scene: Scene) -> tuple[Points, float]:
    """The rotation of the page before the camera, and the camera's distance in mm."""
    z = math.radians(scene.turn + scene.angle)
    pitch, roll = math.radians(scene.pitch), math.radians(scene.roll)
    about_z = np.array([[math.cos(z), -math.sin(z), 0], [math.sin(z), math.cos(z), 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, math.cos(pitch), -math.sin(pitch)], [0, math.sin(pitch), math.cos(pitch)]])
    about_y = np.array([[math.cos(roll), 0, math.sin(roll)], [0, 1, 0], [-math.sin(roll), 0, math.cos(roll)]])
    return about_y @ about_x @ about_z, DISTANCE


def project(points: Points, scene: Scene) -> Points:
    """Points in mm (x right, y down, height up) to a picture plane of focal length 1 (n x 2)."""
    rotation, distance = camera(scene)
    seen = (points * np.array([1.0, 1.0, -1.0])) @ rotation.T
    return np.asarray(seen[:, :2] / (distance + seen[:, 2:]))


def fit(points: Points, scene: Scene) -> tuple[float, Points]:
    """Zoom and move (pixels) that give the picture its margins and cuts."""
    low, high = points.min(axis=0), points.max(axis=0)
    before = np.array([scene.cut_left, scene.cut_top])
    after = np.array([scene.cut_right, scene.cut_bottom])
    size = np.array([scene.width, scene.height], dtype=np.float64)
    zoom = choose_zoom((high - low) * (1 - before - after), before, after, size, scene.fill)
    extent = (high - low) * zoom
    free = size - extent
    start = free * (0.5 + np.clip(np.asarray(scene.shift), -0.45, 0.45))
    start = np.where(after > 0, size - extent * (1 - after), start)
    start = np.where(before > 0, -extent * before, start)
    return zoom, start - low * zoom


def choose_zoom(inside: Points, before: Points, after: Points, size: Points, fill: float) -> float:
    """The largest zoom that fits; where both opposite borders are cut, the only one.

    Raises:
        ImpossibleSceneError: see ``place``.
    """
    both = (before > 0) & (after > 0)
    exact, most = size / inside, size * fill / inside
    if not both.any():
        return float(most.min())
    zoom = float(exact[both].min())
    if np.any(both & (np.abs(exact - zoom) > LEAST_CUT * zoom)) or np.any(~both & (most < zoom)):
        raise ImpossibleSceneError("these cuts do not fit a page of A4 in this picture; change a cut or its size")
    return zoom


def desk_to_picture(scene: Scene, zoom: float, move: Points) -> Points:
    """Homography of the desk's plane, found from four of its points."""
    square = np.array([[-100, -100, 0], [100, -100, 0], [100, 100, 0], [-100, 100, 0]], dtype=np.float64)
    seen = project(square, scene) * zoom + move
    return np.asarray(
        cv2.getPerspectiveTransform(square[:, :2].astype(np.float32), seen.astype(np.float32)),
        dtype=np.float64,
    )
