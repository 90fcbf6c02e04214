"""Getting in: from a letter's code to a phone that is known, one more phone, and a lost one."""

import pytest
from playwright.async_api import expect

from tests.e2e.pages.conftest import Open
from tests.e2e.pages.phone import Phone
from tests.e2e.system import System

pytestmark = pytest.mark.live


async def test_a_letters_qr_code_leads_in(opened: Open, system: System) -> None:
    """The code behind `#` is filled in, leaves the address, never reaches the server's log, and works once."""
    code = system.new_code()
    phone, late = await opened(), await opened()
    await phone.go("/")  # the page may be open already when the link is followed
    await phone.go(f"/#{code}")
    await expect(phone.page.locator("#code")).to_have_value(code)
    assert phone.page.url == f"{system.gateway_url}/"
    await phone.page.keyboard.press("Enter")
    await expect(phone.page.locator(".tabs")).to_be_visible()
    cookies = {cookie["name"]: cookie for cookie in await phone.context.cookies()}
    assert cookies["amtsbote"]["httpOnly"]
    assert cookies["amtsbote"]["sameSite"] == "Lax"
    await phone.page.reload()
    await late.go(f"/#{code}")
    await late.page.keyboard.press("Enter")
    await expect(late.page.locator("#code-error")).to_contain_text("falsch, abgelaufen oder schon benutzt")
    await expect(late.page.locator("#code")).to_have_value(code)
    assert code not in (system.folder / "services.log").read_text()


async def test_one_more_phone_and_a_lost_one(phone: Phone, opened: Open) -> None:
    """A signed-in phone shows a code for another one; blocked there, the other one is out at its next step."""
    other = await opened()
    await phone.go("/devices")
    await phone.page.get_by_role("button", name="Code anzeigen").click()
    await other.activate(await phone.page.locator("#code").inner_text())
    await phone.go("/devices")
    await phone.page.get_by_text("Verloren? Zugang sperren").click()
    await other.go("/things")  # the first tap only asks
    await expect(other.page.locator("h1")).to_have_text("Meine Sachen")
    await phone.page.get_by_role("button", name="Ja, Zugang sperren").click()
    await expect(phone.page.locator(".card")).to_have_count(1)
    await other.go("/things")
    await expect(other.page.locator("h1")).to_have_text("Anmeldung unbekannt")
    await other.go("/things")
    await expect(other.page.locator("#code")).to_be_visible()


async def test_signing_out_forgets_the_phone(phone: Phone) -> None:
    """Who signs out is asked first, and for a code again afterwards."""
    await phone.go("/devices")
    await phone.page.get_by_text("Dieses Telefon abmelden").click()
    await phone.page.get_by_role("button", name="Ja, abmelden").click()
    await expect(phone.page.locator("#code")).to_be_visible()
    assert "amtsbote" not in {cookie["name"] for cookie in await phone.context.cookies()}
