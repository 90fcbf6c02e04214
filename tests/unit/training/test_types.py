"""Letters to learn types from: what judges is worded by others than what teaches, and noise stays readable."""

import re
from random import Random

import pytest
from rapidfuzz import fuzz

from training.types.compose import compose
from training.types.noise import as_read, misread, misreadings
from training.types.wordings import KINDS, Split, chosen, wordings

SLOT = re.compile(r"\{\w+\}")


@pytest.mark.parametrize("kind", KINDS)
def test_no_wording_both_teaches_and_judges(kind: str) -> None:
    """No line of a wording that judges is like one that is learnt from; there are several of both."""
    taught = lines_of(kind, "train")
    assert len(wordings(kind, "train")) >= 5
    assert len(wordings(kind, "held out")) >= 3
    judged = [*lines_of(kind, "held out"), *lines_of(kind, "unseen")]
    assert not [(one, other) for one in judged for other in taught if fuzz.ratio(one, other) > 80]


def lines_of(kind: str, split: Split) -> list[str]:
    """Return the longer lines of a part without their slots."""
    plain = [SLOT.sub("", line) for wording in wordings(kind, split) for line in wording.lines]
    return [line for line in plain if len(line) > 40]


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_is_complete(kind: str) -> None:
    """No slot and no alternative is left open, and the same seed writes the same letter."""
    for seed in range(5):
        letter = compose(kind, "train", Random(seed))
        text = "\n".join(letter.lines)
        assert not set("{}[]") & set(text)
        assert letter == compose(kind, "train", Random(seed))
        assert len(text) > 20


def test_alternatives_may_hold_alternatives() -> None:
    """The innermost is chosen first."""
    assert {chosen("[a|b[c|d]]", Random(seed)) for seed in range(50)} == {"a", "bc", "bd"}


def test_noise_misreads_as_tesseract_does() -> None:
    """Marks become what they were measured to become; without strength nothing changes."""
    text = "Unterbrechung der Stromversorgung, 1.234,50 Euro " * 40
    assert misread(text, Random(1), 0) == text
    noisy = misread(text, Random(1), 8)
    assert 60 < fuzz.ratio(text, noisy) < 100
    assert all(0 < one.share <= 1 for one in misreadings().values())


def test_a_reading_keeps_most_of_a_letter() -> None:
    """Lines are lost and marks misread, yet what is left is of that letter."""
    letter = compose("stromrechnung", "held out", Random(3))
    text = "\n".join(letter.lines)
    alike = [fuzz.token_set_ratio(text, as_read(letter.lines, Random(seed))) for seed in range(30)]
    assert sorted(alike)[15] > 60
