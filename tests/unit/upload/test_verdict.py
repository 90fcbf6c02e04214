"""The verdict names the gravest reason first and never calls a cut page usable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.upload.domain.verdict import Measurements, judge

FINE = {"page_found": True, "sharpness": 0.33, "letter_height": 18.0, "paper": 210}


@pytest.mark.parametrize(
    ("changed", "verdict", "reasons"),
    [
        ({}, "good", ()),
        ({"page_found": False}, "retake", ("no_page",)),
        ({"cut": ("B",)}, "retake", ("cut",)),
        ({"incomplete": True}, "retake", ("incomplete",)),
        ({"too_long": True}, "retake", ("too_long",)),
        ({"sharpness": 0.15}, "retake", ("blurred",)),
        ({"sharpness": 0.21}, "usable", ("soft",)),
        ({"glare": 0.021}, "retake", ("glare",)),
        ({"glare": 0.015}, "usable", ("glare",)),
        ({"glare": 0.004}, "good", ()),
        ({"fingers": 0.1, "glare": 0.015}, "retake", ("fingers", "glare")),
        ({"fingers": 0.015}, "usable", ("fingers",)),
        ({"shadow": 0.6}, "usable", ("shadow",)),
        ({"shadow": 0.01}, "good", ()),
        ({"several": True}, "usable", ("several_pages",)),
        ({"paper": 255, "contrast": 0.3}, "retake", ("too_bright",)),
        ({"paper": 255, "contrast": 0.42}, "usable", ("bright",)),
        ({"paper": 255, "contrast": 0.3, "sharpness": 0.2}, "usable", ("soft",)),
        ({"paper": 255, "contrast": 0.8}, "good", ()),
        ({"paper": 200, "contrast": 0.3}, "good", ()),
        ({"glare": 0.1, "cut": ("B",), "several": True}, "retake", ("cut", "glare", "several_pages")),
        ({"letter_height": 4.5, "sharpness": 0.5}, "retake", ("too_small",)),
        ({"letter_height": 6.5, "sharpness": 0.4}, "usable", ("small",)),
        ({"paper": 40}, "retake", ("too_dark",)),
        ({"paper": 70}, "usable", ("dim",)),
        ({"sharpness": None, "letter_height": None}, "usable", ("no_writing",)),
        ({"cut": ("L",), "sharpness": 0.1, "paper": 70}, "retake", ("cut", "blurred", "dim")),
    ],
)
def test_measurements_lead_to_a_verdict_with_reasons(
    changed: dict[str, object], verdict: str, reasons: tuple[str, ...]
) -> None:
    """Each defect is named; grave ones ask for a new picture."""
    assert judge(Measurements(**FINE | changed)) == (verdict, reasons)  # type: ignore[arg-type]  # by name


@given(
    st.sets(st.sampled_from(["L", "T", "R", "B"]), min_size=1),
    st.none() | st.floats(0, 1),
    st.none() | st.floats(3, 80),
    st.integers(0, 255),
)
def test_a_cut_page_is_always_to_be_taken_again(
    cut: set[str], sharpness: float | None, letter_height: float | None, paper: int
) -> None:
    """No other measurement makes up for a missing strip."""
    page = Measurements(page_found=True, cut=tuple(cut), sharpness=sharpness, letter_height=letter_height, paper=paper)  # type: ignore[arg-type]  # sides as text
    verdict, reasons = judge(page)
    assert verdict == "retake"
    assert reasons[0] == "cut"
