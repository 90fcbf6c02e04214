"""Everything is reached with the keyboard alone, in an order that makes sense."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.pages.conftest import Open
from tests.e2e.pages.phone import Phone, Way
from tests.e2e.system import System

pytestmark = pytest.mark.live


async def _tab_to(phone: Phone, selector: str) -> None:
    """Press Tab until something has the focus; it must show that it has."""
    wanted = phone.page.locator(selector)
    for _ in range(40):
        await phone.page.keyboard.press("Tab")
        if await wanted.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{selector} cannot be reached with the keyboard")


async def test_a_page_is_handed_in_with_the_keyboard(opened: Open, system: System, letters: tuple[Path, Path]) -> None:
    """Enter in the code field activates and switches no language; pages are sent, moved and handed in by keys."""
    phone = await opened(Way(width=1280, height=800))
    await phone.go("/")
    await phone.page.keyboard.press("Tab")
    await expect(phone.page.locator(".skip")).to_be_focused()
    await _tab_to(phone, "#code")
    await phone.page.keyboard.type(system.new_code())
    await phone.page.keyboard.press("Enter")
    await expect(phone.page.locator("html")).to_have_attribute("lang", "de")
    await _tab_to(phone, ".big a[href='/hand-in']")
    await phone.page.keyboard.press("Enter")
    await _tab_to(phone, "[data-pick=files]")
    await phone.page.keyboard.press("Enter")
    await phone.pick(letters[1], letters[1])
    await phone.sees("good", 2)
    first = await phone.page.locator(".sheet").first.get_attribute("id")
    await _tab_to(phone, ".sheet:first-child [id^=down-]")
    await phone.page.keyboard.press("Enter")
    await expect(phone.page.locator(".sheet").last).to_have_id(str(first))
    await _tab_to(phone, "#hand-over")
    await phone.page.keyboard.press("Enter")
    await phone.page.wait_for_url("**/documents/*")
