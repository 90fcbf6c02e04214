"""A picture without a desk is its page: nothing is cut off unless writing is, whatever the picture was made by."""

import cv2
import numpy as np
import pytest

from services.upload.client.look import judge_page
from services.upload.client.source import Source
from services.upload.domain.pixels import Copies, Picture
from services.upload.schemas import PageReport
from shared.events.upload import Edges
from tests.unit.upload.drawn import A4_150, WORDS, letter

WIDTH, HEIGHT = A4_150
LEFT, TOP, PITCH = 110, 120, 46  # of the drawn lines, see `drawn.letter`
OUTSIDE = Edges(L="outside", T="outside", R="outside", B="outside")


def photographed(page: Picture) -> Picture:
    """Return a page as a phone sees it that is held closely: light that falls off, grain, a little blur."""
    height, width = page.shape[:2]
    light = np.linspace(0.9, 0.65, width)[None, :, None] * np.linspace(1, 0.85, height)[:, None, None]
    grain = np.random.default_rng(3).normal(0, 3, page.shape)
    soft = cv2.GaussianBlur(page, (0, 0), 0.7)
    return np.asarray(np.clip(soft * light * np.array((0.9, 0.96, 1.0)) + grain, 0, 255), np.uint8)


def scanned(page: Picture) -> Picture:
    """Return a page as a scanner leaves it: white, evenly lit, a little askew."""
    turn = cv2.getRotationMatrix2D((page.shape[1] / 2, page.shape[0] / 2), 0.3, 1)
    askew = cv2.warpAffine(page, turn, page.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
    grain = np.random.default_rng(4).normal(0, 1, page.shape)
    return np.clip(cv2.GaussianBlur(askew, (0, 0), 0.6) + grain, 0, 255).astype(np.uint8)


def looked_at(picture: Picture) -> PageReport:
    """Return the report on a picture."""
    return judge_page(Source(Copies(np.ascontiguousarray(picture)), 1, flat=False))


@pytest.mark.parametrize("margin", [20, 50, 75])
def test_a_sheet_that_fills_the_photograph_is_whole(margin: int) -> None:
    """No edge is in the picture, nothing is missing: good, without a further question."""
    whole = letter()[margin : HEIGHT - margin, margin : WIDTH - margin]
    report = looked_at(photographed(whole))
    assert (report.picture, report.edges, report.cut) == ("filled", OUTSIDE, ())
    assert report.verdict == "good"


@pytest.mark.parametrize(
    ("side", "box"),
    [
        ("L", (LEFT + 35, 20, WIDTH - 20, HEIGHT - 20)),
        ("R", (20, 20, 900, HEIGHT - 20)),
        ("T", (20, TOP + 7 * PITCH + 14, WIDTH - 20, HEIGHT - 20)),
        ("B", (20, 20, WIDTH - 20, TOP + 10 * PITCH + 12)),
    ],
)
def test_a_border_through_the_writing_cuts_it_off(side: str, box: tuple[int, int, int, int]) -> None:
    """Letters that end at the border are cut, and only at that side."""
    left, top, right, bottom = box
    report = looked_at(photographed(letter()[top:bottom, left:right]))
    assert (report.cut, report.verdict, report.reasons[0]) == ((side,), "retake", "cut")
    assert report.edges == OUTSIDE.model_copy(update={side: "cut"})


def test_a_text_that_stops_between_two_lines_is_cut_off() -> None:
    """No letter is touched, but running text up to the border has a next line."""
    body = [*WORDS[:1], *(WORDS[7] for _ in range(25))]
    report = looked_at(photographed(letter(body)[20 : TOP + 13 * PITCH - 12, 20:-20]))
    assert report.cut == ("B",)


def test_the_reader_is_told_the_side_as_the_page_is_read() -> None:
    """The same on a picture that lies on its side."""
    cut = photographed(letter()[20 : TOP + 10 * PITCH + 12, 20:-20])
    report = looked_at(np.rot90(cut))
    assert (report.rotate_cw, report.cut, report.cut_reader) == (90, ("R",), ("B",))


def test_a_scan_is_taken_whole() -> None:
    """A scanned sheet has no outline to find; its corners are the picture's."""
    page = scanned(letter())
    report = looked_at(page)
    assert (report.picture, report.verdict, report.edges) == ("scan", "good", OUTSIDE)
    assert report.quad == ((0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT))


@pytest.mark.parametrize("dark", [False, True])
def test_a_screenshot_is_taken_whole(*, dark: bool) -> None:
    """What a program drew needs no retake, be it light on dark, and though a text ends at its lower border."""
    page = letter([WORDS[7]] * 40)[: TOP + 24 * PITCH + 8, :640]
    page = np.where(page.min(axis=2, keepdims=True) > 245, 255, page).astype(np.uint8)
    shot = np.concatenate([page, np.full((200, *page.shape[1:]), 255, np.uint8)])
    report = looked_at(255 - shot if dark else shot)
    assert (report.picture, report.verdict, report.edges) == ("screenshot", "good", OUTSIDE)


def test_lines_of_a_notebook_that_reach_the_border_are_no_writing() -> None:
    """Paper ruled from edge to edge fills the picture, and nothing is missing."""
    page = letter()
    for y in range(40, HEIGHT, PITCH):
        page[y : y + 2] = (200, 170, 150)
    report = looked_at(photographed(page[20:-20, 20:-20]))
    assert (report.picture, report.cut) == ("filled", ())


def test_a_wall_is_no_page() -> None:
    """An even surface on which nothing is written is no page."""
    report = looked_at(photographed(np.full((HEIGHT, WIDTH, 3), (140, 150, 160), np.uint8)))
    assert (report.picture, report.verdict, report.reasons[0]) == ("none", "retake", "no_page")
