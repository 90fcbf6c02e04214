"""The second verdict: a good reading lifts doubts about legibility, and only those; a bad one raises them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.upload.domain.reading import Reading, judge_again, reading_of

WELL, FAIR, BADLY, HARDLY = Reading(40, 94.0), Reading(30, 85.0), Reading(20, 70.0), Reading(2, 95.0)


@pytest.mark.parametrize(
    ("verdict", "reasons", "reading", "expected"),
    [
        ("good", (), WELL, ("good", ())),
        ("usable", ("soft",), WELL, ("good", ())),
        ("usable", ("shadow", "soft"), WELL, ("usable", ("shadow",))),
        ("retake", ("blurred",), WELL, ("usable", ("soft",))),
        ("retake", ("blurred", "dim"), WELL, ("usable", ("soft",))),
        ("retake", ("too_small", "shadow"), WELL, ("usable", ("shadow", "small"))),
        ("retake", ("cut", "blurred"), WELL, ("retake", ("cut", "soft"))),
        ("retake", ("glare", "soft"), WELL, ("retake", ("glare",))),
        ("retake", ("incomplete", "soft"), WELL, ("retake", ("incomplete",))),
        ("retake", ("too_long",), WELL, ("retake", ("too_long",))),
        ("usable", ("glare",), WELL, ("usable", ("glare",))),
        ("usable", ("soft",), FAIR, ("usable", ("soft",))),
        ("good", (), FAIR, ("good", ())),
        ("good", (), BADLY, ("usable", ("hard_to_read",))),
        ("usable", ("shadow",), BADLY, ("usable", ("shadow", "hard_to_read"))),
        ("usable", ("soft",), BADLY, ("usable", ("soft",))),
        ("usable", ("soft",), HARDLY, ("usable", ("hard_to_read",))),
        ("usable", ("shadow", "small"), HARDLY, ("usable", ("hard_to_read", "shadow"))),
        ("good", (), HARDLY, ("usable", ("hard_to_read",))),
        ("retake", ("cut", "soft"), HARDLY, ("retake", ("cut", "soft"))),
        ("usable", ("no_writing",), Reading(0, 0.0), ("usable", ("no_writing",))),
    ],
)
def test_a_reading_sets_the_first_verdict_right(
    verdict: str, reasons: tuple[str, ...], reading: Reading, expected: tuple[str, tuple[str, ...]]
) -> None:
    """Each doubt is lifted, kept or raised by what was read."""
    assert judge_again(verdict, reasons, reading) == expected  # type: ignore[arg-type]  # a verdict as text


def test_one_word_that_is_sure_is_not_a_page_that_was_read() -> None:
    """On a page blurred all over, recognition may be very sure of the one speck that it takes for a word."""
    reading = reading_of([("Wir", 95.0), ("-", 99.0), ("l", 99.0)])
    assert (reading.words, reading.confidence) == (1, 95.0)
    assert not reading.well
    assert reading.hardly


def test_many_words_that_are_doubtful_are_not_a_page_that_was_read() -> None:
    """Neither is a page full of words that recognition only guesses, and long words count for more."""
    assert reading_of([("abcde", 55.0)] * 50) == Reading(0, 55.0)
    assert reading_of([("abcdefghi", 90.0), ("abc", 50.0)]).confidence == 80.0


def test_nothing_read_is_no_confidence() -> None:
    """No words are no average."""
    assert reading_of([]) == Reading(0, 0.0)


@given(
    st.lists(st.sampled_from(["blurred", "too_small", "soft", "shadow", "dim"]), unique=True, max_size=3),
    st.integers(0, 80),
    st.floats(0, 100),
)
def test_no_reading_makes_up_for_a_missing_strip(others: list[str], words: int, confidence: float) -> None:
    """A cut page stays to be taken again, with the cut as the main reason."""
    verdict, reasons = judge_again("retake", ("cut", *others), Reading(words, confidence))
    assert (verdict, reasons[0]) == ("retake", "cut")
