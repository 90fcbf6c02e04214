"""A filed page is clean and small: no desk at its margins, few greys, and nothing of the letter lost."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from services.upload.client.picture import keep_picture
from services.upload.domain.pixels import Picture, grey
from services.upload.domain.trim import without_desk
from tests.unit.upload.drawn import letter


def lettered() -> Picture:
    """Return a clean grey page of A4 at 150 dpi."""
    return np.where(grey(letter()) > 200, 255, grey(letter())).astype(np.uint8)


def test_a_strip_of_desk_goes_and_the_writing_stays() -> None:
    """Strips along three borders become paper, corner and all."""
    page, rng = lettered(), np.random.default_rng(1)
    spoiled = page.copy()
    for strip in (np.s_[:, :40], np.s_[:30, :], np.s_[-50:, 300:]):
        spoiled[strip] = rng.integers(60, 200, spoiled[strip].shape)
    assert np.abs(without_desk(spoiled)[60:-60, 60:].astype(int) - page[60:-60, 60:]).max() == 0
    assert (without_desk(spoiled) < 250).sum() <= 1.02 * (page < 250).sum()


def test_a_clean_page_is_left_alone() -> None:
    """Nothing touches a border, so nothing changes."""
    page = lettered()
    assert without_desk(page) is page


def test_letters_cut_off_at_the_border_and_printed_bars_stay() -> None:
    """A line of writing that runs into the border is short; a bar across the top reaches far in."""
    page = lettered()
    page[400:425, :130] = 0
    page[:220] = 90
    assert np.array_equal(without_desk(page), page)


def test_writing_is_kept_in_eight_greys(tmp_path: Path) -> None:
    """The file is small, and no pixel is further from what it was than half a step."""
    page = cv2.GaussianBlur(lettered(), (0, 0), 0.8).astype(np.uint8)
    kept = tmp_path / keep_picture(page, tmp_path / "page.json")
    back = np.asarray(Image.open(kept).convert("L"))
    assert kept.suffix == ".png"
    assert kept.stat().st_size < 130_000
    assert len(np.unique(back)) <= 8
    assert np.abs(back.astype(int) - page).max() <= 19


def test_a_page_of_half_tones_is_kept_as_a_photo(tmp_path: Path) -> None:
    """An identity card in eight greys would be a mask."""
    card = np.tile(np.linspace(30, 240, 1240).astype(np.uint8), (1754, 1))
    assert keep_picture(card, tmp_path / "card.json") == "card.jpg"
