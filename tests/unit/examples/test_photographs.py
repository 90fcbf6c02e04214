"""Photographs of letters: the truth that comes with them is true of their pixels."""

import time
from dataclasses import replace
from datetime import date
from random import Random

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from examples.paper.layout import HEIGHT, WIDTH
from examples.paper.letters import write
from examples.paper.photograph import Photo, photograph
from examples.paper.render import render
from examples.paper.scene import Desk, ImpossibleSceneError, Scene, Side, Turn
from examples.paper.scenes import CUTS, DESKS, FLAWS, Flaw, cut_off, good, spoiled

Picture = NDArray[np.uint8]
SMALL = Scene(desk="walnut", width=750, height=1000, blur=0, noise=0, shade=0, gradient=0, lift=4)


@pytest.fixture(scope="module")
def page() -> Picture:
    """A printed letter, coarse enough for small photographs."""
    return render(write("sperrankuendigung", Random(1), date(2026, 3, 2)), 100)


def taken(page: Picture, scene: Scene, seed: int = 7) -> Photo:
    """A photograph with all chance from one seed."""
    return photograph(page, scene, np.random.default_rng(seed))


def bright(photo: Photo) -> NDArray[np.bool_]:
    """Where something as light as paper lies, print filled in."""
    grey = cv2.cvtColor(photo.image, cv2.COLOR_RGB2GRAY)
    closed = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    return np.asarray(closed > 130)


def inside(photo: Photo) -> NDArray[np.bool_]:
    """Where the page is, by the truth."""
    field = np.zeros(photo.image.shape[:2], np.uint8)
    cv2.fillPoly(field, [np.round(photo.outline).astype(np.int32)], 1)
    return field.astype(bool)


def overlap(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """Jaccard index of two masks."""
    return float((first & second).sum() / (first | second).sum())


def test_a_complete_page_lies_inside_with_its_corners(page: Picture) -> None:
    """No border is crossed, nothing is lost, and the paper's pixels are where the outline says."""
    photo = taken(page, SMALL)
    assert photo.cut == frozenset()
    assert photo.lost == pytest.approx(0, abs=1e-6)
    assert (photo.quad > 0).all()
    assert (photo.quad < (750, 1000)).all()
    assert overlap(bright(photo), inside(photo)) > 0.985


@pytest.mark.parametrize("side", CUTS)
def test_a_cut_page_really_crosses_that_border_only(page: Picture, side: Side) -> None:
    """Paper touches the named border over most of its length, and no other border at all."""
    photo = taken(page, cut_off(replace(SMALL, angle=0.5, pitch=2), side, 0.1))
    assert photo.cut == {side}
    assert 0.07 < photo.lost < 0.12
    paper = bright(photo)
    edges = {"L": paper[:, 0], "T": paper[0], "R": paper[:, -1], "B": paper[-1]}
    touched = {name for name, edge in edges.items() if edge.mean() > 0.3}
    assert touched == {side}
    assert overlap(paper, inside(photo)) > 0.98


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_corners_bring_the_page_back_upright(page: Picture, turn: Turn) -> None:
    """Flattening by the quad and turning by ``rotate_cw`` gives the printed page again."""
    photo = taken(page, replace(SMALL, turn=turn, lift=0, warmth=0))
    wide = turn in {90, 270}
    size = (int(HEIGHT * 3), int(WIDTH * 3)) if wide else (int(WIDTH * 3), int(HEIGHT * 3))
    target = np.array([[0, 0], [size[0], 0], size, [0, size[1]]], dtype=np.float32)
    flat = cv2.warpPerspective(photo.image, cv2.getPerspectiveTransform(photo.quad.astype(np.float32), target), size)
    upright = np.asarray(np.rot90(flat, -photo.rotate_cw // 90), dtype=np.uint8)
    printed = np.asarray(cv2.resize(page, upright.shape[1::-1], interpolation=cv2.INTER_AREA), dtype=np.uint8)
    match = np.corrcoef(blurred(upright).ravel(), blurred(printed).ravel())[0, 1]
    assert match > 0.9


def blurred(picture: Picture) -> NDArray[np.float64]:
    """Grey and soft, so that a pixel's offset does not count."""
    grey = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), 2), dtype=np.float64)


def test_the_same_seed_takes_the_same_photograph(page: Picture) -> None:
    """Pixels and truth repeat; another seed gives another desk."""
    scene = replace(SMALL, noise=2, desk="oak")
    assert np.array_equal(taken(page, scene).image, taken(page, scene).image)
    assert not np.array_equal(taken(page, scene).image, taken(page, scene, 8).image)


@pytest.mark.parametrize("desk", DESKS)
def test_every_desk_differs_from_the_paper(page: Picture, desk: Desk) -> None:
    """A desk fills the picture around the page, darker than paper and never black or flat."""
    around = taken(page, replace(SMALL, fill=0.7, desk=desk)).image[:60]
    assert 15 < around.mean() < 190
    assert around.std() > 2


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flaw_shows_in_the_pixels(page: Picture, flaw: Flaw) -> None:
    """Blur lowers the sharpness, darkness the light, glare the contrast; a cut crosses a border."""
    rng = np.random.default_rng(3)
    scene = replace(good(rng, "walnut"), width=750, height=1000)
    fine, bad = taken(page, scene), taken(page, spoiled(scene, flaw, rng))
    edges = sharpness(bad) / sharpness(fine)
    shown = {
        "none": edges == 1,
        "cut": bool(bad.cut) and not fine.cut,
        "blurred": edges < 0.5,
        "shaken": edges < 0.6,
        "dark": bad.image.mean() < 0.4 * fine.image.mean(),
        "glare": (bad.image == 255).mean() > (fine.image == 255).mean() + 0.01,
    }
    assert shown[flaw]


def sharpness(photo: Photo) -> float:
    """Strength of the edges."""
    grey = cv2.cvtColor(photo.image, cv2.COLOR_RGB2GRAY)
    return float(np.abs(cv2.Sobel(grey, cv2.CV_32F, 1, 0)).mean())


def test_wishes_that_contradict_each_other_are_refused() -> None:
    """A page cut left and right in a picture far too flat for it fits nowhere."""
    with pytest.raises(ImpossibleSceneError, match="do not fit a page of A4"):
        photograph(
            np.zeros((30, 20, 3), np.uint8),
            Scene(width=1000, height=300, cut_left=0.1, cut_right=0.1),
            np.random.default_rng(1),
        )
    with pytest.raises(ImpossibleSceneError, match=r"below 0\.9"):
        cut_off(Scene(), "B", 0.95)


def test_a_picture_of_twelve_megapixels_is_taken_in_seconds() -> None:
    """About 1.5 s of one core on a quiet machine; the limit leaves room for a busy one."""
    large = render(write("sperrankuendigung", Random(1), date(2026, 3, 2)), 300)
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        assert any(timed(large) < 4.0 for _ in range(2))
    finally:
        cv2.setNumThreads(threads)


def timed(page: Picture) -> float:
    """CPU seconds of one full photograph."""
    begun = time.process_time()
    assert taken(page, Scene()).image.shape == (4000, 3000, 3)
    return time.process_time() - begun
