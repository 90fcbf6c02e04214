"""Synthetic photos of the hard kinds: full frames, scans, screens, piles, notebooks, folded corners."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from training.generate.camera import seed_noise
from training.generate.desk import dark_ground, white_desk
from training.generate.hard import KINDS, SHARES, Kind, any_photograph, hard_photograph
from training.generate.paper import WIDTH, receipt
from training.generate.placing import fill, leave, place
from training.generate.scan import digitise, glass
from training.generate.scene import SIDE, Sample
from training.generate.screen import moire, screen
from training.generate.stationery import bind, fold_corner, ruled
from training.generate.stock import Stock
from training.generate.truth import GRID
from training.heldout import as_case, heldout_cases

QUAD = np.array([[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]], np.float32)


def some(stock: Stock, kind: Kind, count: int = 8) -> list[Sample]:
    """Return a few photos of one kind."""
    rng = np.random.default_rng(5)
    return [hard_photograph(rng, stock, kind) for _ in range(count)]


def grey() -> NDArray[np.float32]:
    """Return a picture of nothing."""
    return np.full((SIDE, SIDE, 3), 128, np.float32)


def changed(scene: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which pixels are no longer as in `grey`."""
    return np.asarray(abs(scene - 128).max(axis=2) > 1)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_shows_a_page_and_says_where(stock: Stock, kind: Kind) -> None:
    """The picture has its size, a page is in it, and its corners lie where the mask does."""
    for sample in some(stock, kind, 4):
        assert sample.picture.shape == (SIDE, SIDE, 3)
        assert sample.picture.dtype == np.uint8
        assert sample.kind == kind
        assert sample.truth.present
        whole = np.zeros((GRID, GRID), np.uint8)
        cv2.fillConvexPoly(whole, np.round(sample.quad * GRID / SIDE).astype(np.int32), 1)
        seen = sample.truth.mask > 127
        assert (whole.astype(bool) & seen).sum() > 0.88 * (whole.astype(bool) | seen).sum()


def test_kinds_have_shares_that_are_all_of_them() -> None:
    """One share a kind, together one."""
    assert len(SHARES) == len(KINDS)
    assert sum(SHARES) == pytest.approx(1)


def test_training_sees_hard_pictures_and_those_of_life(stock: Stock) -> None:
    """Both are drawn."""
    rng = np.random.default_rng(2)
    kinds = {any_photograph(rng, stock).kind for _ in range(30)}
    assert "" in kinds
    assert len(kinds) > 3


def test_the_same_seed_makes_the_same_hard_photo() -> None:
    """Everything random comes from the seed."""

    def one() -> Sample:
        rng = np.random.default_rng(7)
        seed_noise(7)
        return hard_photograph(rng, Stock.make(rng, size=3, pictures=0))

    assert np.array_equal(one().picture, one().picture)


def test_a_sheet_that_fills_the_picture_leaves_a_hair() -> None:
    """The corners are inside, at most 1.2 % from the borders."""
    rng = np.random.default_rng(1)
    for _ in range(50):
        quad = fill(rng)
        depth = np.minimum(quad, 1 - quad)
        assert depth.min() > 0.0029
        assert depth.max() < 0.0121


def test_one_corner_leaves_by_a_little() -> None:
    """One corner is outside by up to 5 % of the picture; the others stay."""
    rng = np.random.default_rng(1)
    for _ in range(50):
        quad = fill(rng)
        moved = leave(rng, quad)
        beyond = np.maximum(-moved, moved - 1)
        assert ((beyond > 0).any(axis=1)).sum() == 1
        assert 0.0039 < beyond.max() < 0.0501
        assert (moved == quad).all(axis=1).sum() == 3


def test_cut_means_the_same_for_hard_pictures(stock: Stock) -> None:
    """A corner that covers 3 % of a border is a cut; what fills the picture and does not curl beyond it is none."""
    assert sum(bool(s.truth.cut.any()) for s in some(stock, "corner", 12)) >= 8
    assert sum(bool((s.truth.cut & s.truth.certain).any()) for s in some(stock, "scan", 12)) == 0


def test_a_sheet_on_glass_lies_straight() -> None:
    """Its opposite sides are equally long and it is turned by a few degrees at most."""
    rng = np.random.default_rng(1)
    for _ in range(20):
        top_left, top_right, bottom_right, bottom_left = place(rng, 1.4, "roomy", upright=True)
        assert top_right - top_left == pytest.approx(bottom_right - bottom_left, abs=1e-4)
        assert abs(top_right - top_left)[1] < 0.2 * abs(top_right - top_left)[0]


def test_grounds_are_nearly_white_or_nearly_black() -> None:
    """As their names say, whatever the seed."""
    for seed in range(10):
        rng = np.random.default_rng(seed)
        assert np.median(white_desk(rng)) > 185
        assert np.median(dark_ground(rng)) < 75


def test_a_scanner_sees_an_even_lid() -> None:
    """Its middle hardly changes, and what is stored is a picture of bytes."""
    for seed in range(10):
        rng = np.random.default_rng(seed)
        lid = glass(rng)
        assert np.ptp(lid[100:400, 100:400, 0]) < 9
        assert digitise(rng, lid).dtype == np.uint8


def test_a_screen_lies_around_the_page() -> None:
    """It is drawn beyond the page on all four sides; the far corners of the picture stay."""
    scene = grey()
    screen(np.random.default_rng(1), scene, 0.5 + (QUAD - 0.5) * np.float32(0.5))
    drawn = changed(scene)
    for x, y in ((256, 172), (256, 340), (172, 256), (340, 256)):
        assert drawn[y, x]
    assert not drawn[:5, :5].any()


def test_moire_beats_around_what_was_there() -> None:
    """The picture keeps its mean and gains stripes."""
    scene = grey()
    moire(np.random.default_rng(1), scene)
    assert scene.mean() == pytest.approx(128, abs=4)
    assert scene.std() > 0.5


def test_rings_and_holes_keep_to_one_side() -> None:
    """They are drawn along one edge of the sheet, and the middle of the sheet stays."""
    for seed in range(8):
        scene = grey()
        bind(np.random.default_rng(seed), scene, QUAD)
        drawn = changed(scene)
        beside = [drawn[:, :160], drawn[:160], drawn[:, 352:], drawn[352:]]
        assert sum(int(part.any(axis=axis).sum() > 100) for part, axis in zip(beside, (1, 0, 1, 0), strict=True)) <= 1
        assert drawn.any()
        assert not drawn[160:352, 160:352].any()


def test_a_folded_corner_leaves_the_mask() -> None:
    """One corner is gone from the mask, up to a twentieth of it; folded over, its back lies on the sheet."""
    over = 0
    for seed in range(8):
        seen, mask = grey(), np.zeros((SIDE, SIDE), np.float32)
        mask[102:410, 102:410] = 1
        before = mask.copy()
        fold_corner(np.random.default_rng(seed), seen, mask, QUAD)
        assert 0.0003 < 1 - mask.sum() / before.sum() < 0.05
        assert sum(mask[y, x] == 0 for x in (103, 408) for y in (103, 408)) == 1
        over += int(changed(seen).any())
    assert 0 < over < 8


def test_ruled_paper_keeps_the_page_it_was_made_from() -> None:
    """Lines from edge to edge, drawn on a copy."""
    page = np.full((600, WIDTH, 3), 250, np.float32)
    lined = ruled(np.random.default_rng(1), page)
    assert page.min() == 250
    assert (lined.min(axis=2).max(axis=1) < 250).sum() > 20


def test_receipts_are_long() -> None:
    """At least twice as high as wide, with ink on them."""
    for seed in range(6):
        strip = receipt(np.random.default_rng(seed))
        assert 2 * WIDTH <= strip.shape[0] <= 5 * WIDTH
        assert np.ptp(strip) > 40


def test_hard_pictures_are_held_out_as_sets_of_their_own(stock: Stock) -> None:
    """They are named by their kind, and told from those of life."""
    sample = some(stock, "full frame", 1)[0]
    assert as_case(sample, "one").group.startswith("hard synthetic, ")
    groups = {case.group.startswith("hard") for case in heldout_cases(4)}
    assert groups == {True, False}
