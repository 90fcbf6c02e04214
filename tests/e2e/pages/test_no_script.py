"""The basic path without JavaScript: file, submit, receipt."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.pages.conftest import Open
from tests.e2e.pages.phone import Way
from tests.e2e.system import System

pytestmark = pytest.mark.live


async def test_handing_in_without_scripts(opened: Open, system: System, letters: tuple[Path, Path]) -> None:
    """Plain forms send a page, take it again, move, remove, hand in, and ask for a call."""
    cut, good = letters
    phone = await opened(Way(scripts=False))
    await phone.activate(system.new_code())
    await phone.go("/hand-in")
    for path in (cut, good, good):
        await phone.page.set_input_files("#file", path)
        await phone.page.get_by_role("button", name="Seite senden").click()
    await expect(phone.page.locator(".sheet")).to_have_count(3)
    await phone.page.get_by_role("link", name="Neu aufnehmen: Seite 1").click()
    await phone.page.set_input_files("#file", good)
    await phone.page.get_by_role("button", name="Seite senden").click()
    await expect(phone.page.locator(".sheet")).to_have_count(3)
    await phone.page.get_by_role("button", name="Seite 3 entfernen").click()
    await phone.page.get_by_role("button", name="Seite 1 nach hinten").click()
    await expect(phone.page.locator(".sheet")).to_have_count(2)
    await phone.page.select_option("#kind", "stromrechnung")
    await phone.send()
    await expect(phone.page.locator(".receipt")).to_contain_text("Stromrechnung")
    await phone.go("/callbacks")
    await phone.page.select_option("#topic", "money")
    await phone.page.get_by_role("button", name="Um Rückruf bitten").click()
    await expect(phone.page.locator("[data-state]")).to_have_count(1)
