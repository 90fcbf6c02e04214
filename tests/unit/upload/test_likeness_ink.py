"""Where there are no words, a sheet is known again by where its ink lies."""

import cv2
import numpy as np

from services.upload.domain.flatten import flatten
from services.upload.domain.likeness.fingerprint import ROWS, Fingerprint
from services.upload.domain.likeness.inkmap import ink_of
from services.upload.domain.likeness.same import SAME_INK, ink_shared, is_same
from services.upload.domain.pixels import Picture, grey
from tests.unit.upload.drawn import A4_150, WORDS, corners, letter, photograph

WIDTH, HEIGHT = A4_150


def flat(page: Picture, margin: float, size: tuple[int, int], light: float = 1.0) -> Picture:
    """Return a page photographed and flattened again."""
    quad = corners(*size, margin)
    taken = np.clip(photograph(page, quad, size) * np.linspace(light, 1, size[0])[None, :, None], 0, 255)
    return grey(flatten(taken.astype(np.uint8), quad + 3, A4_150))


def handwritten(seed: int) -> Picture:
    """Return a sheet with strokes and no words."""
    rng, page = np.random.default_rng(seed), np.full((HEIGHT, WIDTH, 3), 250, np.uint8)
    for row in range(25):
        x = np.arange(120, int(rng.integers(500, 1100)), 12)
        y = 160 + 60 * row + 14 * rng.standard_normal(len(x))
        cv2.polylines(
            page, [np.stack([x, y], axis=1).astype(np.int32)], isClosed=False, color=(90, 40, 30), thickness=4
        )
    return page


def test_ink_lies_where_it_lay_in_another_light_and_size() -> None:
    """Another distance, half the pixels and a shadow change it little; other lines are told apart."""
    page = letter()
    once, again = (
        Fingerprint(ink_of(each), ()) for each in (flat(page, 0.1, (1500, 2000)), flat(page, 0.05, (900, 1200), 0.6))
    )
    other = Fingerprint(ink_of(flat(letter(WORDS[::-1]), 0.1, (1500, 2000))), ())
    assert ink_shared(once, again) >= SAME_INK
    assert ink_shared(once, other) < SAME_INK


def test_a_sheet_without_words_is_known_by_its_ink() -> None:
    """Somebody's handwriting, which nobody reads; another's, and an empty sheet, are not taken for it."""
    once, again, other = (
        Fingerprint(ink_of(flat(handwritten(seed), margin, (1500, 2000))), ())
        for seed, margin in ((1, 0.1), (1, 0.06), (2, 0.1))
    )
    empty = Fingerprint((0,) * ROWS, ())
    assert is_same(once, again)
    assert not is_same(once, other)
    assert not is_same(empty, empty)
