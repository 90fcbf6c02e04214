"""Synthetic photos and what is said to be true of them."""

import cv2
import numpy as np
import pytest

from services.upload.domain.sides import SIDES
from training.generate.camera import seed_noise
from training.generate.placing import MODES, Mode, place
from training.generate.rim import inside, outside
from training.generate.scene import SIDE, Sample, photograph
from training.generate.stock import Stock
from training.generate.truth import truth_of


def some(stock: Stock, mode: Mode, count: int = 12) -> list[Sample]:
    """Return a few photos of one kind."""
    rng = np.random.default_rng(5)
    return [photograph(rng, stock, mode) for _ in range(count)]


def test_the_same_seed_makes_the_same_photo() -> None:
    """Everything random comes from the seed."""

    def one() -> Sample:
        rng = np.random.default_rng(7)
        seed_noise(7)
        return photograph(rng, Stock.make(rng, size=3, pictures=0))

    first, second = one(), one()
    assert np.array_equal(first.picture, second.picture)
    assert np.array_equal(first.truth.mask, second.truth.mask)


@pytest.mark.parametrize("mode", ["roomy", "tight"])
def test_a_whole_page_crosses_no_border(stock: Stock, mode: Mode) -> None:
    """A page placed inside the picture is never labelled as certainly cut, unless curling moved it out."""
    assert sum(int((s.truth.cut & s.truth.certain).sum()) for s in some(stock, mode)) <= 1


def test_a_cut_page_crosses_a_border(stock: Stock) -> None:
    """Nearly every page placed across a border is labelled so; a corner may be lost too narrowly to be taught."""
    photos = some(stock, "cut")
    assert sum(bool(s.truth.cut.any()) for s in photos) >= len(photos) - 3


def test_a_picture_inside_a_page_is_cut_everywhere(stock: Stock) -> None:
    """The page covers nearly all of the picture and crosses all four borders."""
    for sample in some(stock, "inside", 4):
        assert sample.truth.cut.all()
        assert sample.truth.mask.mean() > 200


def test_a_desk_without_paper_has_no_page(stock: Stock) -> None:
    """Mask and flags are empty."""
    for sample in some(stock, "none", 4):
        assert not sample.truth.present
        assert not sample.truth.mask.any()


@pytest.mark.parametrize("place_of", range(4))
def test_truth_names_the_border_that_is_covered(place_of: int) -> None:
    """A mask along one border is a cut there and nowhere else, with the profile along x or y."""
    mask = np.zeros((SIDE, SIDE), np.float32)
    band = np.rot90(mask, place_of)
    band[100:200, :50] = 1
    truth = truth_of(mask, several=False)
    (named,) = [side for side, cut in zip("LTRB", truth.cut, strict=True) if cut]
    assert named == "LTRB"[(4 - place_of) % 4] if place_of % 2 == 0 else named in ("T", "B")
    assert truth.profile[SIDES.index(named)].any()


def test_tight_pages_leave_a_margin() -> None:
    """A page placed tightly keeps at least 0.3 % of the picture on every side."""
    rng = np.random.default_rng(1)
    for _ in range(50):
        quad = place(rng, 1.4, "tight")
        assert quad.min() > 0.0029
        assert quad.max() < 0.9971


def test_modes_have_shares() -> None:
    """Every way to place a sheet is drawn."""
    assert set(MODES) == {"roomy", "far", "tight", "cut", "inside", "none"}


def test_far_pages_are_small(stock: Stock) -> None:
    """Seen from far away, a page covers less than a third of the picture, and all of it is in the picture."""
    for sample in some(stock, "far", 6):
        assert 0 < sample.truth.mask.mean() / 255 < 0.33
        assert not (sample.truth.cut & sample.truth.certain).any()


def test_a_curled_sheet_keeps_its_corners_with_its_mask(stock: Stock) -> None:
    """The corners that are said to be true lie at the edge of the mask: some of it within 2 %, and not all of it."""
    for sample in some(stock, "far", 10):
        fine = cv2.resize(sample.truth.mask, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR) > 127
        for x, y in np.round(sample.quad).astype(int):
            around = fine[max(0, y - 10) : y + 11, max(0, x - 10) : x + 11]
            assert around.any()
            assert not around.all()


def test_rims_change_the_edge_and_nothing_far_from_it() -> None:
    """Thin shadows and bent edges are drawn at the edge of a sheet; its middle and the far desk stay as they were."""
    rng = np.random.default_rng(4)
    mask = np.zeros((SIDE, SIDE), np.float32)
    mask[150:360, 150:360] = 1
    grey = np.full((SIDE, SIDE, 3), 128, np.float32)
    shadow, bent = outside(rng, grey, mask), inside(rng, grey, mask)
    assert shadow[145:150, 200:300].mean() < 127
    assert abs(bent[151:154, 200:300] - 128).mean() > 0.5
    for drawn in (shadow[:60], bent[250:260, 250:260]):
        assert drawn == pytest.approx(128, abs=1)
