"""A citizen corrects where a page lies: by mouse, by touch, by keyboard; what they saw is what is filed."""

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import expect

from shared.events.outline import Outline
from tests.e2e.pages.conftest import Open
from tests.e2e.pages.phone import Phone, Way
from tests.e2e.system import System
from tests.filed import first_page, laid_flat, likeness
from tests.waiting import until

pytestmark = pytest.mark.live

Point = tuple[float, float]
TOP_LEFT, TOP_RIGHT, BOTTOM_RIGHT, BOTTOM_LEFT = range(4)


async def open_editor(phone: Phone, photo: Path) -> str:
    """Take a page and open its editor; return the page's id."""
    await phone.go("/hand-in")
    await phone.take(photo)
    await phone.page.get_by_role("link", name="Ecken anpassen: Seite 1").click()
    await expect(phone.page.get_by_role("slider")).to_have_count(4)
    await expect(phone.page.locator(".crop-sheet")).to_have_attribute("style", re.compile("width"))
    await phone.page.locator(".crop-stage").scroll_into_view_if_needed()
    return phone.page.url.split("/")[-2]


async def drawn(phone: Phone) -> Outline:
    """Return the outline that would be sent now."""
    return Outline.model_validate_json(await phone.page.locator("[name=outline]").input_value())


async def suggested(phone: Phone) -> Outline:
    """Return the outline that was suggested."""
    return Outline.model_validate_json(await phone.page.locator("[data-outline]").get_attribute("data-suggested") or "")


async def middle(phone: Phone, corner: int) -> Point:
    """Return where on the screen a corner is."""
    box = await phone.page.locator(f"[data-corner='{corner}'] .crop-dot").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def place_of(phone: Phone, share: Point) -> Point:
    """Return where on the screen a point of the picture is."""
    box = await phone.page.locator("#crop-scene image").bounding_box()
    assert box
    return box["x"] + share[0] * box["width"], box["y"] + share[1] * box["height"]


async def by_mouse(phone: Phone, corner: int, to: Point) -> None:
    """Drag a corner with the mouse."""
    mouse = phone.page.mouse
    await mouse.move(*await middle(phone, corner))
    await mouse.down()
    await mouse.move(*to, steps=4)
    await expect(phone.page.locator(".crop-lens")).to_be_visible()
    await mouse.up()


async def by_touch(phone: Phone, corner: int, to: Point) -> None:
    """Drag a corner with a finger."""
    session = await phone.context.new_cdp_session(phone.page)
    start = await middle(phone, corner)
    steps = [(start[0] + (to[0] - start[0]) * part / 4, start[1] + (to[1] - start[1]) * part / 4) for part in range(5)]
    for kind, (x, y) in zip(("touchStart", *["touchMove"] * 4), steps, strict=True):
        await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    await expect(phone.page.locator(".crop-lens")).to_be_visible()
    await session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


async def save(phone: Phone, page_id: str) -> None:
    """Press the button that keeps the outline, and wait until the page was checked by that."""
    await phone.page.get_by_role("button", name="Übernehmen").click()
    await phone.page.wait_for_url("**/hand-in")
    await expect(phone.page.locator(f"#page-{page_id}:not([data-verdict=uploaded])")).to_have_count(1)
    await expect(phone.page.locator(f"#page-{page_id} img[src*='?v=1']")).to_be_visible()


async def filed(phone: Phone) -> bytes:
    """Hand in; return the PDF once it is there."""
    document_id = await phone.send()
    url = f"{phone.url}/documents/{document_id}/pdf"

    async def is_there() -> bool:
        return (await phone.context.request.get(url)).ok

    await until(is_there, seconds=90, what=lambda: "the filed PDF")
    return await (await phone.context.request.get(url)).body()


Drag = Callable[[Phone, int, Point], Awaitable[None]]


@pytest.mark.parametrize(
    ("drag", "way"), [(by_mouse, Way(width=1280, height=800)), (by_touch, Way())], ids=["mouse", "touch"]
)
async def test_what_is_dragged_is_what_is_filed(
    opened: Open, system: System, letters: tuple[Path, Path], drag: Drag, way: Way
) -> None:
    """Two corners are moved to the middle: the lens helps, the preview follows, and half of the letter is filed."""
    phone = await opened(way)
    await phone.activate(system.new_code())
    page_id = await open_editor(phone, letters[1])
    found, before = await suggested(phone), await phone.page.locator(".crop-sheet").bounding_box()
    assert found.quad
    goals = {BOTTOM_RIGHT: (found.quad[2][0], 0.5), BOTTOM_LEFT: (found.quad[3][0], 0.48)}
    for corner, goal in goals.items():
        await drag(phone, corner, await place_of(phone, goal))
        await expect(phone.page.locator(".crop-lens")).to_be_hidden()
    outline, after = await drawn(phone), await phone.page.locator(".crop-sheet").bounding_box()
    assert outline.quad
    for corner, goal in goals.items():
        assert outline.quad[corner] == pytest.approx(goal, abs=0.02)
    assert outline.quad[:2] == found.quad[:2]
    assert before
    assert after
    assert after["height"] / after["width"] < 0.75 * before["height"] / before["width"]
    await save(phone, page_id)
    shown = first_page(await filed(phone))
    assert shown.shape[0] / shown.shape[1] == pytest.approx(after["height"] / after["width"], rel=0.02)
    photo = letters[1].read_bytes()
    assert likeness(shown, laid_flat(photo, outline, shown.shape)) > 0.6
    assert likeness(shown, laid_flat(photo, found, shown.shape)) < 0.3


async def test_corners_are_moved_by_keyboard(phone: Phone, letters: tuple[Path, Path]) -> None:
    """They are named and say where they are; arrow keys move them, and a step is undone."""
    await open_editor(phone, letters[1])
    page, found = phone.page, await suggested(phone)
    corner = page.get_by_role("slider", name="Ecke oben links")
    await corner.focus()
    said = await corner.get_attribute("aria-valuetext") or ""
    assert "Prozent von links" in said
    for key in ("ArrowRight", "ArrowDown", "Shift+ArrowDown"):
        await page.keyboard.press(key)
    moved = await drawn(phone)
    assert found.quad
    assert moved.quad
    [(left, top), (was_left, was_top)] = moved.quad[0], found.quad[0]
    assert 0.002 < left - was_left < 0.005
    assert 0.02 < top - was_top < 0.04
    assert moved.quad[1:] == found.quad[1:]
    assert await corner.get_attribute("aria-valuetext") != said
    await page.keyboard.press("Control+z")
    undone = await drawn(phone)
    assert undone.quad
    assert undone.quad[0][1] == pytest.approx(was_top, abs=0.006)
    assert await phone.axe() == []


async def test_buttons_turn_keep_all_undo_and_go_back(phone: Phone, letters: tuple[Path, Path]) -> None:
    """Nothing is sent before it is kept: every step can be undone, and the suggestion comes back."""
    await open_editor(phone, letters[1])
    page = phone.page
    await page.get_by_role("button", name="Nach rechts drehen").press("Enter")
    assert (await drawn(phone)).turn == 90
    await expect(page.locator("#said")).to_have_text("Gedreht um 90 Grad.")
    await page.get_by_role("button", name="Ganzes Bild behalten").press("Enter")
    assert json.loads((await drawn(phone)).model_dump_json()) == {"quad": [[0, 0], [1, 0], [1, 1], [0, 1]], "turn": 90}
    await page.get_by_role("button", name="Rückgängig").press("Enter")
    assert await drawn(phone) == Outline(turn=90)
    await page.get_by_role("button", name="Zurück zum Vorschlag").press("Enter")
    assert await drawn(phone) == Outline()


async def test_a_corner_cannot_be_dragged_to_where_no_page_is(
    opened: Open, system: System, letters: tuple[Path, Path]
) -> None:
    """Across the page, or out of the picture: the corner stays where there still is one."""
    phone = await opened(Way(width=1280, height=800))
    await phone.activate(system.new_code())
    await open_editor(phone, letters[1])
    await by_mouse(phone, TOP_LEFT, await place_of(phone, (0.99, 0.99)))
    await by_mouse(phone, TOP_RIGHT, await place_of(phone, (1.5, -0.5)))
    outline = await drawn(phone)
    assert outline.quad
    assert outline.quad[1] == (1, 0)
    assert outline.quad[0][0] < outline.quad[2][0]


async def test_a_turned_page_keeps_its_corners_in_their_places(
    opened: Open, system: System, letters: tuple[Path, Path]
) -> None:
    """Once the picture is turned, a corner is named for where it is seen, and moves the way the arrow points."""
    phone = await opened(Way(width=1280, height=800))
    await phone.activate(system.new_code())
    await open_editor(phone, letters[1])
    await phone.page.get_by_role("button", name="Nach rechts drehen").click()
    before = (await suggested(phone)).quad
    await phone.page.get_by_role("slider", name="Ecke oben links").focus()
    await phone.page.keyboard.press("Shift+ArrowRight")
    after = (await drawn(phone)).quad
    assert before
    assert after
    assert after[3][1] < before[3][1] - 0.01  # to the right as it is seen is upwards in the picture
    assert [after[corner] for corner in (0, 1, 2)] == [before[corner] for corner in (0, 1, 2)]
    box = await phone.page.locator(".crop-sheet").bounding_box()
    assert box
    assert box["width"] > box["height"]


async def test_turning_and_the_whole_picture_without_scripts(
    opened: Open, system: System, letters: tuple[Path, Path]
) -> None:
    """Plain forms: each button is kept at once, and the picture comes back turned."""
    phone = await opened(Way(scripts=False))
    await phone.activate(system.new_code())
    await phone.go("/hand-in")
    await phone.page.set_input_files("#file", letters[1])
    await phone.page.get_by_role("button", name="Seite senden").click()

    async def checked() -> bool:
        await phone.go("/hand-in")
        return await phone.page.get_by_role("link", name="Ecken anpassen: Seite 1").count() > 0

    await until(checked, seconds=60, what=lambda: "the page is checked")
    await phone.page.get_by_role("link", name="Ecken anpassen: Seite 1").click()
    await expect(phone.page.get_by_role("slider")).to_have_count(0)
    await phone.page.get_by_role("button", name="Nach rechts drehen").click()
    await expect(phone.page.locator("#crop-scene[transform$='rotate(90)']")).to_have_count(1)
    await phone.page.get_by_role("button", name="Ganzes Bild behalten").click()
    outline = Outline.model_validate_json(await phone.page.locator("[name=outline]").input_value())
    assert (outline.turn, outline.quad) == (90, ((0, 0), (1, 0), (1, 1), (0, 1)))
    await phone.page.get_by_role("button", name="Übernehmen").click()
    await phone.page.wait_for_url("**/hand-in")
    shown = first_page(await filed(phone))
    assert likeness(shown, laid_flat(letters[1].read_bytes(), outline, shown.shape)) > 0.6
