"""The shipped page net is the one its JSON describes, and it sees what it is for."""

import hashlib
import json

import cv2
import numpy as np
import pytest

from services.upload.client.pagenet import WEIGHTS, PageNet
from services.upload.domain.pixels import Picture
from services.upload.domain.sides import Side

CARD = json.loads(WEIGHTS.with_suffix(".json").read_text())


def photo(left: int) -> Picture:
    """Return a printed white sheet on a brown desk, `left` pixels from the left border."""
    picture = np.full((800, 600, 3), (40, 70, 105), np.uint8)
    picture = np.clip(picture + np.random.default_rng(1).normal(0, 6, picture.shape), 0, 255).astype(np.uint8)
    cv2.rectangle(picture, (left, 90), (left + 430, 700), (228, 234, 238), -1)
    for top in range(160, 640, 22):
        cv2.line(picture, (left + 50, top), (left + 380, top), (90, 90, 90), 5)
    return picture


@pytest.fixture(scope="module")
def net() -> PageNet:
    """The shipped net."""
    return PageNet.load()


def test_weights_are_those_described() -> None:
    """The JSON beside the weights holds their hash and size, and they are small enough to ship."""
    data = WEIGHTS.read_bytes()
    assert hashlib.sha256(data).hexdigest() == CARD["sha256"]
    assert len(data) == CARD["bytes"] <= 2_500_000


@pytest.mark.parametrize(("left", "cut"), [(80, ()), (-90, ("L",))])
def test_the_net_tells_a_cut_page_from_a_whole_one(net: PageNet, left: int, cut: tuple[Side, ...]) -> None:
    """A sheet that lies in the picture is whole; moved out by a fifth it is cut at that side."""
    outline = net.find_outline(photo(left))
    assert outline is not None
    assert outline.cut == cut


def test_corners_are_found_to_the_pixel(net: PageNet) -> None:
    """On good contrast the outline is within 3 of 800 pixels."""
    outline = net.find_outline(photo(80))
    assert outline is not None
    assert outline.quad == pytest.approx(np.array([(80, 90), (510, 90), (510, 700), (80, 700)]), abs=3)
