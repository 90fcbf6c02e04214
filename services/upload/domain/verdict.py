"""Whether a page can be used, and the main reason why not: the rule from measurements to a verdict."""

import math
from dataclasses import dataclass
from typing import Literal

from services.upload.domain.geometry import Side

FULL_LETTER = 12.0  # pixels: taller letters are not read any better

Verdict = Literal["good", "usable", "retake"]


@dataclass(frozen=True, slots=True)
class Measurements:
    """What was measured on one page; None where there was nothing to measure.

    `sharpness` is an edge slope per pixel at no more than 150 dpi, `letter_height` pixels of the picture as
    taken, `paper` the grey level (0 to 255) of the paper.
    """

    page_found: bool
    cut: tuple[Side, ...] = ()
    sharpness: float | None = None
    letter_height: float | None = None
    paper: int = 255

    @property
    def legibility(self) -> float | None:
        """Return the sharpness, lowered where letters have too few pixels to be read even if sharp."""
        if self.sharpness is None:
            return None
        return self.sharpness * math.sqrt(min(1.0, (self.letter_height or FULL_LETTER) / FULL_LETTER))


@dataclass(frozen=True, slots=True)
class Limits:
    """Below which figures a page is only usable, or has to be taken again.

    Legibility: on 180 rendered letters (9 and 11 point, 65 to 200 dpi, out of focus and shaken) the limit
    `soft` tells right in 91 % whether Tesseract reads nine words in ten; below `blurred` it reads one in ten.
    Letter height: 9-point type at about 70 and 50 dpi. Paper: below, ink and paper drown in noise.
    """

    soft: float = 0.234
    blurred: float = 0.19
    small: float = 7.0
    too_small: float = 5.0
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
        "blurred": page.legibility is not None and page.legibility < limits.blurred,
        "too_small": page.letter_height is not None and page.letter_height < limits.too_small,
    }
    return tuple(code for code, applies in found.items() if applies)


def _slight(page: Measurements, limits: Limits) -> tuple[str, ...]:
    found = {
        "no_writing": page.page_found and page.sharpness is None,
        "soft": page.legibility is not None and limits.blurred <= page.legibility < limits.soft,
        "small": page.letter_height is not None and limits.too_small <= page.letter_height < limits.small,
        "dim": limits.too_dark <= page.paper < limits.dim,
    }
    return tuple(code for code, applies in found.items() if applies)
