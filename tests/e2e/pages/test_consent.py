"""Passing papers on to a supplier: the citizen sees the pages, agrees to some of them, and takes it back."""

from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.pages.conftest import Open
from tests.e2e.pages.phone import Phone, Way
from tests.e2e.system import System

pytestmark = pytest.mark.live


async def _two_pages_handed_in(phone: Phone, letter: Path) -> None:
    await phone.go("/hand-in")
    await phone.take(letter, letter)
    await phone.sees("good", 2)
    await phone.page.select_option("#kind", "sperrankuendigung")
    await phone.send()


def _link(phone: Phone, supplier: str) -> Locator:
    return phone.page.locator(f"a[href$='/forward/{supplier}']")


async def test_a_consent_is_given_and_taken_back(phone: Phone, letters: tuple[Path, Path], supplier: str) -> None:
    """Without a page nothing is agreed to; then the ticked page is named, and taking it back shows at once."""
    await _two_pages_handed_in(phone, letters[1])
    await _link(phone, supplier).click()
    await expect(phone.page.locator("h1")).to_have_text("Weitergeben an Meine Stadtwerke")
    await expect(phone.page.locator("#consent img")).to_have_count(2)
    await phone.page.get_by_role("button", name="Ich bin einverstanden").click()
    await expect(phone.page.locator("#missing")).to_be_visible()
    await expect(phone.page.locator("#page-1")).to_be_focused()
    await phone.page.check("#page-2")
    await phone.page.get_by_role("button", name="Ich bin einverstanden").click()
    given = phone.page.locator("#consents .card")
    await expect(given).to_contain_text("Sie haben eingewilligt: Ich bin einverstanden, dass")
    await expect(given).to_contain_text("1 Seite")
    await expect(phone.page.locator("#consents")).to_be_in_viewport()
    await phone.page.get_by_role("button", name="Einwilligung zurücknehmen").click()
    await expect(given).to_contain_text("Einwilligung zurückgenommen")
    await expect(phone.page.locator("#consents")).to_be_in_viewport()
    await expect(phone.page.get_by_role("button", name="Einwilligung zurücknehmen")).to_have_count(0)
    await expect(phone.page.locator(".events")).to_contain_text(
        "Sie haben die Zustimmung zur Weitergabe zurückgenommen."
    )


async def test_who_agreed_to_all_pages_is_not_asked_again(
    opened: Open, system: System, letters: tuple[Path, Path], supplier: str
) -> None:
    """A supplier is offered until all pages are agreed to, and again once that is taken back; no scripts needed."""
    phone = await opened(Way(scripts=False))
    await phone.activate(system.new_code())
    await phone.go("/hand-in")
    await phone.page.set_input_files("#file", letters[1])
    await phone.page.get_by_role("button", name="Seite senden").click()
    await phone.page.select_option("#kind", "sperrankuendigung")
    await phone.send()
    await _link(phone, supplier).click()
    await phone.page.check("#page-1")
    await phone.page.get_by_role("button", name="Ich bin einverstanden").click()
    await expect(phone.page.locator("#consents .card")).to_have_count(1)
    await expect(_link(phone, supplier)).to_have_count(0)
    await phone.page.get_by_role("button", name="Einwilligung zurücknehmen").click()
    await expect(_link(phone, supplier)).to_have_count(1)
