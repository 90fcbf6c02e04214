"""Whether a page can be used, and the main reason why not: the rule from measurements to a verdict."""

from dataclasses import dataclass
from typing import Literal

from services.upload.domain.geometry import Side

Verdict = Literal["good", "usable", "retake"]


@dataclass(frozen=True, slots=True)
class Measurements:
    """What was measured on one page; None where there was nothing to measure.

    `sharpness` is an edge slope per pixel at 150 dpi, `letter_height` pixels of the picture as taken,
    `paper` the grey level (0 to 255) of the paper.
    """

    page_found: bool
    cut: tuple[Side, ...] = ()
    sharpness: float | None = None
    letter_height: float | None = None
    paper: int = 255


@dataclass(frozen=True, slots=True)
class Limits:
    """Below which figures a page is only usable, or has to be taken again.

    Sharpness: calibrated against the words that Tesseract reads on blurred letters. Letter height: 9-point
    type at 130 and at 90 dpi. Paper: below, ink and paper drown in noise.
    """

    soft: float = 0.115
    blurred: float = 0.085
    small: float = 8.0
    too_small: float = 5.5
    dim: int = 85
    too_dark: int = 50


def judge(page: Measurements, limits: Limits = Limits()) -> tuple[Verdict, tuple[str, ...]]:
    """Return the verdict and its reasons, the main one first.

    Codes: `no_page`, `cut`, `blurred`, `too_dark`, `too_small` ask for a new picture; `soft`, `dim`, `small`
    and `no_writing` are only said.
    """
    grave = _grave(page, limits)
    slight = _slight(page, limits)
    if grave:
        return "retake", (*grave, *slight)
    return ("usable" if slight else "good"), slight


def _grave(page: Measurements, limits: Limits) -> tuple[str, ...]:
    found = {
        "no_page": not page.page_found,
        "cut": bool(page.cut),
        "too_dark": page.paper < limits.too_dark,
        "blurred": page.sharpness is not None and page.sharpness < limits.blurred,
        "too_small": page.letter_height is not None and page.letter_height < limits.too_small,
    }
    return tuple(code for code, applies in found.items() if applies)


def _slight(page: Measurements, limits: Limits) -> tuple[str, ...]:
    found = {
        "no_writing": page.page_found and page.sharpness is None,
        "soft": page.sharpness is not None and limits.blurred <= page.sharpness < limits.soft,
        "small": page.letter_height is not None and limits.too_small <= page.letter_height < limits.small,
        "dim": limits.too_dark <= page.paper < limits.dim,
    }
    return tuple(code for code, applies in found.items() if applies)
