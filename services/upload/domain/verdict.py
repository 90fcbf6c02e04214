"""Whether a page can be used, and the main reason why not: the rule from measurements to a verdict."""

import math
from dataclasses import dataclass
from typing import Literal

from services.upload.domain.sides import Side

FULL_LETTER = 12.0  # pixels: taller letters are not read any better

Verdict = Literal["good", "usable", "retake"]
Reason = Literal[
    # grave ones, the order in which they are named
    "no_page",
    "incomplete",
    "cut",
    "too_dark",
    "too_bright",
    "blurred",
    "too_small",
    "too_long",
    # grave or slight, by how much of the writing they touch
    "glare",
    "fingers",
    "shadow",
    # slight ones
    "several_pages",
    "no_writing",
    "soft",
    "small",
    "dim",
    "bright",
]
Reasons = tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Measurements:
    """What was measured on one page; None where there was nothing to measure.

    `sharpness` is an edge slope per pixel at no more than 150 dpi, `letter_height` pixels of the picture as
    taken, `paper` the grey level (0 to 255) of the paper, `contrast` that of the ink against it (0 to 1).
    `shadow`, `glare` and `fingers` are the shares (0 to 1) of the writing that they touch; `several` tells that
    there is more than one page; `incomplete`, that something on it could not be drawn; `too_long`, that letters had to
    be made smaller than a reader needs for all of it to be filed as one page.
    """

    page_found: bool
    cut: tuple[Side, ...] = ()
    sharpness: float | None = None
    letter_height: float | None = None
    paper: int = 255
    contrast: float = 1.0
    shadow: float = 0.0
    glare: float = 0.0
    fingers: float = 0.0
    several: bool = False
    incomplete: bool = False
    too_long: bool = False

    @property
    def legibility(self) -> float | None:
        """Return the sharpness, lowered where letters have too few pixels to be read even if sharp."""
        if self.sharpness is None:
            return None
        return self.sharpness * math.sqrt(min(1.0, (self.letter_height or FULL_LETTER) / FULL_LETTER))


@dataclass(frozen=True, slots=True)
class Limits:
    """Beyond which figures a page is only usable, or has to be taken again.

    Each was chosen on letters of ours that were photographed and spoiled with known truth (`bench/quality`),
    and then judged on others, which share no letter, desk or camera with them.
    """

    soft: float = 0.27
    blurred: float = 0.19
    small: float = 7.0
    too_small: float = 5.0
    dim: int = 85
    too_dark: int = 50
    full: int = 250  # grey level of paper that may be overexposed
    bright: float = 0.47  # contrast of such a page
    too_bright: float = 0.38
    touched: float = 0.008  # share of the writing: a few words of a page
    covered: float = 0.02  # share of the writing: a line of it
    shaded: float = 0.03


def judge(page: Measurements, limits: Limits = Limits()) -> tuple[Verdict, Reasons]:
    """Return the verdict and its reasons, the main one first.

    Grave reasons, after which the page should be taken again, come before slight ones, which are only said.
    """
    grave = tuple(code for code, applies in _grave(page, limits).items() if applies)
    slight = tuple(code for code, applies in _slight(page, limits).items() if applies and code not in grave)
    if grave:
        return "retake", (*grave, *slight)
    return ("usable" if slight else "good"), slight


def _grave(page: Measurements, limits: Limits) -> dict[Reason, bool]:
    return {
        "no_page": not page.page_found,
        "incomplete": page.incomplete,
        "cut": bool(page.cut),
        "too_dark": page.paper < limits.too_dark,
        "too_bright": _washed_out(page, limits) and page.contrast < limits.too_bright,
        "blurred": page.legibility is not None and page.legibility < limits.blurred,
        "too_small": page.letter_height is not None and page.letter_height < limits.too_small,
        "too_long": page.too_long,
        "glare": page.glare >= limits.covered,
        "fingers": page.fingers >= limits.covered,
    }


def _slight(page: Measurements, limits: Limits) -> dict[Reason, bool]:
    return {
        "several_pages": page.several,
        "no_writing": page.page_found and page.sharpness is None,
        "soft": page.legibility is not None and limits.blurred <= page.legibility < limits.soft,
        "small": page.letter_height is not None and limits.too_small <= page.letter_height < limits.small,
        "glare": page.glare >= limits.touched,
        "fingers": page.fingers >= limits.touched,
        "shadow": page.shadow >= limits.shaded,
        "dim": limits.too_dark <= page.paper < limits.dim,
        "bright": _washed_out(page, limits) and limits.too_bright <= page.contrast < limits.bright,
    }


def _washed_out(page: Measurements, limits: Limits) -> bool:
    """Say whether it is the light that makes ink pale: the paper is as white as can be, and blur is not the cause."""
    return page.paper >= limits.full and page.legibility is not None and page.legibility >= limits.soft
