"""Everything is reached with the keyboard alone, in an order that makes sense."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.pages.conftest import Open
from tests.e2e.pages.phone import Way
from tests.e2e.system import System

pytestmark = pytest.mark.live


async def test_a_page_is_handed_in_with_the_keyboard(opened: Open, system: System, letters: tuple[Path, Path]) -> None:
    """Enter in the code field activates and switches no language; pages are sent, moved and handed in by keys."""
    phone = await opened(Way(width=1280, height=800))
    await phone.go("/")
    await phone.page.keyboard.press("Tab")
    await expect(phone.page.locator(".skip")).to_be_focused()
    await phone.tab_to("#code")
    await phone.page.keyboard.type(system.new_code())
    await phone.page.keyboard.press("Enter")
    await expect(phone.page.locator("html")).to_have_attribute("lang", "de")
    await phone.tab_to(".big a[href='/hand-in']")
    await phone.page.keyboard.press("Enter")
    await phone.tab_to("[data-pick=files]")
    await phone.page.keyboard.press("Enter")
    await phone.pick(letters[1], letters[1])
    await phone.sees("good", 2)
    first = await phone.page.locator(".sheet").first.get_attribute("id")
    await phone.tab_to(".sheet:first-child [id^=down-]")
    await phone.page.keyboard.press("Enter")
    await expect(phone.page.locator(".sheet").last).to_have_id(str(first))
    await phone.tab_to("#hand-over")
    await phone.page.keyboard.press("Enter")
    await phone.page.wait_for_url("**/documents/*")
