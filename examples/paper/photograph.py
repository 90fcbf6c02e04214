"""Photographs a page: desk, bent sheet, shadow, light and camera, with the exact truth beside the picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from examples.paper import camera, light, stock
from examples.paper.desk import FINEST, texture
from examples.paper.envelope import lay_envelope
from examples.paper.geometry import Place, place
from examples.paper.layout import HEIGHT, WIDTH
from examples.paper.scene import Scene, Side, Turn
from examples.paper.truth import crossed, lost_share, seen_quad

Picture = NDArray[np.uint8]
Points = NDArray[np.float64]
OVERLAP_MM = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A picture and what is true about it.

    Attributes:
        image: RGB, height x width x 3.
        quad: corners of the whole page TL TR BR BL as the picture shows it, in pixels (4 x 2).
        outline: the page's bent edge as a polygon, in pixels.
        cut: borders of the picture beyond which the page continues.
        lost: share of the page's area outside the picture.
        rotate_cw: degrees clockwise that turn the page upright.
    """

    image: Picture
    quad: Points
    outline: Points
    cut: frozenset[Side]
    lost: float
    rotate_cw: Turn


def photograph(page: Picture, scene: Scene, rng: np.random.Generator) -> Photo:
    """Lay a rendered page (RGB) on a desk and take its picture.

    Args:
        page: an A4 page as ``render`` draws it; 300 dpi suit a picture of 12 megapixels.
        scene: what the picture shall look like.
        rng: grain of the wood, waves of the paper, noise; the same state gives the same picture.

    Raises:
        ImpossibleSceneError: the scene's wishes contradict each other.
    """
    spot = place(scene)
    lit = shaded(desk(scene, spot, rng), spot, scene)
    paint(lit, fitted(stock.sheet(page, scene.lift, rng), spot), spot)
    exposed = cv2.multiply(lit, light.enlarged(light.daylight(scene, rng), scene), scale=0.94, dtype=cv2.CV_8U)
    picture = np.asarray(exposed, dtype=np.uint8)
    if scene.glare > 0:
        wash = cv2.merge([cv2.convertScaleAbs(light.enlarged(light.glare(scene, spot, rng), scene))] * 3)
        picture = np.asarray(cv2.add(picture, wash), dtype=np.uint8)
    picture = camera.sensor(camera.sharpened(camera.lens(picture, scene), scene), scene, rng)
    return described(picture, spot, scene)


def described(picture: Picture, spot: Place, scene: Scene) -> Photo:
    """The picture with its truth."""
    size = (scene.width, scene.height)
    upright: Turn = (360 - scene.turn) % 360  # type: ignore[assignment]  # a quarter turn minus a quarter turn
    quad = seen_quad(spot.corners, scene.turn)
    return Photo(picture, quad, spot.outline, crossed(spot.outline, size), lost_share(spot.outline, size), upright)


def desk(scene: Scene, spot: Place, rng: np.random.Generator) -> Picture:
    """The desk's texture as the camera sees it, with an envelope on it if the scene has one."""
    frame = np.array([[[0, 0], [scene.width, 0], [scene.width, scene.height], [0, scene.height]]], np.float64)
    seen = cv2.perspectiveTransform(frame, np.linalg.inv(spot.desk))[0]
    low, high = seen.min(axis=0) - 2, seen.max(axis=0) + 2
    unit = min(FINEST, float(np.linalg.norm(spot.corners[1] - spot.corners[0])) / WIDTH)
    top = texture(scene.desk, (float(high[0] - low[0]), float(high[1] - low[1])), unit, rng)
    if scene.envelope:
        lay_envelope(top, -low, unit, rng)
    to_mm = np.array([[1 / unit, 0, low[0]], [0, 1 / unit, low[1]], [0, 0, 1]])
    warped = cv2.warpPerspective(top, spot.desk @ to_mm, (scene.width, scene.height), flags=cv2.INTER_LINEAR)
    return np.asarray(warped, dtype=np.uint8)


def shaded(picture: Picture, spot: Place, scene: Scene) -> Picture:
    """The desk with the paper's shadow on it; in bytes, which the grain hides and which is twice as fast."""
    dim = cv2.convertScaleAbs(light.shadow(spot, scene), alpha=255)
    large = cv2.resize(cv2.merge([dim] * 3), (scene.width, scene.height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.multiply(picture, large, scale=1 / 255), dtype=np.uint8)


def fitted(page: Picture, spot: Place) -> Picture:
    """The page no larger than the picture shows it, so that small pictures do not flicker."""
    shown = float(np.linalg.norm(spot.corners[1] - spot.corners[0]))
    factor = shown / page.shape[1]
    if factor > 0.75:  # noqa: PLR2004 - linear sampling is clean down to here
        return page
    return np.asarray(cv2.resize(page, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def paint(picture: Picture, page: Picture, spot: Place) -> None:
    """Draw the page slat by slat, from top to bottom; each reaches a little under the next."""
    for slat in range(len(spot.levels) - 1):
        last = slat == len(spot.levels) - 2
        corners = np.stack([spot.left[slat], spot.right[slat], spot.right[slat + 1], spot.left[slat + 1]])
        top, bottom = spot.levels[slat : slat + 2]
        flat = np.array([[0, top], [WIDTH, top], [WIDTH, bottom], [0, bottom]])
        paint_slat(picture, page, (flat, corners), 0 if last else OVERLAP_MM)


def paint_slat(picture: Picture, page: Picture, pair: tuple[Points, Points], overlap: float) -> None:
    """Warp one slat (its corners in mm and in pixels) into the part of the picture it covers."""
    flat, corners = pair
    rows, columns = page.shape[:2]
    scaled = flat * np.array([columns / WIDTH, rows / HEIGHT])
    to_pixels = cv2.getPerspectiveTransform(scaled.astype(np.float32), corners.astype(np.float32))
    longer = scaled + np.array([[0, 0], [0, 0], [0, 1], [0, 1]]) * overlap * rows / HEIGHT
    edge = cv2.perspectiveTransform(longer[None], to_pixels)[0]
    left, top = np.maximum(np.floor(edge.min(axis=0)).astype(int) - 2, 0)
    right, bottom = np.minimum(np.ceil(edge.max(axis=0)).astype(int) + 3, picture.shape[1::-1])
    if right <= left or bottom <= top:
        return
    move = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]], dtype=np.float64)
    size = (int(right - left), int(bottom - top))
    drawn = cv2.warpPerspective(page, move @ to_pixels, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cover = np.zeros(size[::-1], np.uint8)
    cv2.fillConvexPoly(cover, np.round((edge - (left, top)) * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    blend(picture[top:bottom, left:right], np.asarray(drawn, dtype=np.uint8), np.asarray(cover, dtype=np.uint8))


def blend(below: Picture, above: Picture, cover: Picture) -> None:
    """Lay one picture over another where ``cover`` is 255, softly where it is between."""
    share = cv2.merge([cover] * 3).astype(np.float32) / 255
    below[:] = (below + (above.astype(np.float32) - below) * share + 0.5).astype(np.uint8)
