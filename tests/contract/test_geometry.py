"""What the browser shows while corners are dragged is what the server takes and files: both reckon alike."""

import json
import shutil
import subprocess
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.gateway.domain.outlines import quad_of
from services.gateway.domain.refusal import RefusedError
from services.gateway.pages.assets import OURS
from services.upload.domain.byhand import by_hand
from services.upload.domain.flatten import flatten, sheet, turned
from services.upload.domain.sides import Turn, as_turn
from shared.events.outline import WHOLE

NODE = shutil.which("node") or "node"
ASK = """
const geometry = await import(process.argv[1]);
const {call, cases} = JSON.parse(require('fs').readFileSync(0));
console.log(JSON.stringify(cases.map(each => geometry[call](...each))));
"""
SIZE = (1200, 1600)
TURNS: tuple[Turn, ...] = (0, 90, 180, 270)
PAGES = (
    ((0.1, 0.1), (0.9, 0.12), (0.95, 0.9), (0.05, 0.93)),
    ((0.3, 0.05), (0.7, 0.05), (1.0, 1.0), (0.0, 1.0)),
    ((0.2, 0.4), (0.8, 0.35), (0.82, 0.7), (0.18, 0.66)),
    ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)),
    ((0.4, 0.1), (0.5, 0.1), (0.52, 0.9), (0.41, 0.92)),
)
REFUSED = (
    ((0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9)),  # sides cross
    ((0.9, 0.1), (0.1, 0.1), (0.1, 0.9), (0.9, 0.9)),  # as a mirror shows it
    ((0.1, 0.1), (0.9, 0.1), (0.3, 0.3), (0.1, 0.9)),  # one corner points inwards
    ((0.1, 0.1), (0.15, 0.1), (0.15, 0.15), (0.1, 0.15)),  # hardly anything
    ((0.1, 0.1), (0.5, 0.1), (0.9, 0.1), (0.5, 0.9)),  # three corners in a line
    ((-0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)),  # beyond the picture
)
WHY = ("crossed", "crossed", "crossed", "too_small", "too_small", "outside")
shares = st.integers(-100, 1100).map(lambda thousandths: thousandths / 1000)
quads = st.tuples(*[st.tuples(shares, shares)] * 4)


def ask(call: str, cases: list[list[Any]]) -> list[Any]:
    """Return what the browser's module answers, case by case."""
    command = [NODE, "--input-type=commonjs", "-e", f"(async () => {{{ASK}}})()", str(OURS / "geometry.js")]
    done = subprocess.run(
        command, input=json.dumps({"call": call, "cases": cases}), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def is_taken(quad: Any) -> bool:
    """Tell whether the server takes four corners."""
    try:
        quad_of(quad)
    except RefusedError:
        return False
    return True


def test_pages_are_pages_on_both_sides() -> None:
    """What can be drawn can be kept, and what cannot be kept cannot be drawn."""
    cases = [[list(quad)] for quad in (*PAGES, *REFUSED)]
    answers = [True] * len(PAGES) + [False] * len(REFUSED)
    assert ask("isPage", cases) == answers
    assert [is_taken(quad) for quad in (*PAGES, *REFUSED)] == answers


@settings(max_examples=5, deadline=None)
@given(st.lists(quads, min_size=100, max_size=100))
def test_any_corners_are_judged_alike(some: list[Any]) -> None:
    """Whatever four places are chosen, browser and server agree."""
    assert ask("isPage", [[quad] for quad in some]) == [is_taken(quad) for quad in some]


@pytest.mark.parametrize(("quad", "code"), list(zip(REFUSED, WHY, strict=True)))
def test_the_server_says_why(quad: Any, code: str) -> None:
    """Each kind of impossible corners has its own words."""
    with pytest.raises(RefusedError, match=rf"outline\.{code}"):
        quad_of(quad)


def test_a_homography_leads_where_opencv_leads() -> None:
    """Corners to corners, and everything between them as by the other reckoning."""
    pixels = [(np.array(quad) * SIZE).tolist() for quad in PAGES]
    box = [[0, 0], [210, 0], [210, 297], [0, 297]]
    for quad, found in zip(pixels, ask("homography", [[quad, box] for quad in pixels]), strict=True):
        wanted = cv2.getPerspectiveTransform(np.array(quad, np.float32), np.array(box, np.float32))
        there = [cv2.perspectiveTransform(np.array([[[600.0, 700.0]]]), np.reshape(m, (3, 3))) for m in (found, wanted)]
        assert there[0] == pytest.approx(there[1], abs=1e-2)


def test_the_preview_is_what_is_filed() -> None:
    """Shape, turn and content of the page in the browser are those of the page that upload flattens."""
    picture = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    picture[:] = np.linspace(0, 255, SIZE[0]).astype(np.uint8)[None, :, None]
    picture[..., 1] = np.linspace(0, 255, SIZE[1]).astype(np.uint8)[:, None]
    size, most = {"width": SIZE[0], "height": SIZE[1]}, {"width": 300, "height": 300}
    cases = [(quad, turn) for quad in PAGES for turn in TURNS]
    for (quad, turn), flat in zip(cases, ask("laidFlat", [[*case, size, most] for case in cases]), strict=True):
        assert max(flat["width"], flat["height"]) == pytest.approx(300)
        corners = np.array(quad) * SIZE
        filed = turned(flatten(picture, corners, sheet(corners, by_hand(quad, SIZE).cut).pixels(100)), turn)
        assert flat["height"] / flat["width"] == pytest.approx(filed.shape[0] / filed.shape[1], rel=0.02)
        width, height = round(flat["width"]), round(flat["height"])
        shown = cv2.warpPerspective(picture, _matrix(flat["transform"]), (width, height))
        expected = cv2.resize(filed, (width, height), interpolation=cv2.INTER_AREA)
        inner = (slice(height // 10, -height // 10), slice(width // 10, -width // 10))
        assert abs(shown[inner].astype(int) - expected[inner].astype(int)).mean() < 3


def test_a_page_of_a_file_has_the_shape_of_a_sheet() -> None:
    """It is all of its picture, and all there: A4 if it nearly is, whichever way it is turned."""
    letter = {"width": 850, "height": 1100}  # US letter: other pages of its shape keep it
    for turn, drawn, ratio in ((0, True, 297 / 210), (90, True, 210 / 297), (0, False, 1100 / 850)):
        (flat,) = ask("laidFlat", [[WHOLE, turn, letter, {"width": 300, "height": 300}, drawn]])
        assert flat["height"] / flat["width"] == pytest.approx(ratio)


def _matrix(css: str) -> Any:
    values = [float(value) for value in css.removeprefix("matrix3d(").removesuffix(")").split(",")]
    space = np.array(values).reshape(4, 4).T
    return space[np.ix_((0, 1, 3), (0, 1, 3))]


def test_a_corner_turns_with_the_picture() -> None:
    """Whichever way the picture is turned, the first corner that is seen is at the top left, and so on."""
    quad = PAGES[0]
    for quarter in range(4):
        turn = as_turn(90 * quarter)
        places = ask("cornerAt", [[place, turn] for place in range(4)])
        seen = ask("turned", [[quad[place], turn] for place in places])
        middle = np.mean(seen, axis=0)
        assert [bool(x < middle[0]) for x, _ in seen] == [True, False, False, True]
        assert [bool(y < middle[1]) for _, y in seen] == [True, True, False, False]
