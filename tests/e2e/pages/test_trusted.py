"""A trusted person: invited, hands in for the citizen, both names on the receipt, revoked, refused."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.pages.conftest import Open
from tests.e2e.pages.phone import Phone, Way

pytestmark = pytest.mark.live

CITIZEN, HELPER = "Amina Yildiz", "Sevim Kaya"


async def _invite(phone: Phone, *scopes: str) -> str:
    """Invite somebody on the pages; return the code."""
    await phone.go("/devices")
    await phone.page.get_by_role("link", name="Wer für Sie handeln darf").click()
    await phone.page.fill("#called", "Frau Kaya")
    await phone.page.fill("#citizen-name", CITIZEN)
    for scope in scopes:
        await phone.page.check(f"#scope-{scope}")
    await phone.page.click("#invite button.kern-btn--primary")
    await expect(phone.page.locator(".qr")).to_be_visible()
    return await phone.page.locator("#code").inner_text()


async def _end(phone: Phone) -> None:
    """End what was allowed."""
    await phone.go("/trusted")
    await phone.page.locator(".ask summary").click()
    await phone.page.get_by_role("button", name="Ja, beenden").click()
    await expect(phone.page.locator("[data-standing=revoked]")).to_be_visible()


async def _is_refused(helper: Phone) -> None:
    """Find that one acts for nobody any more; the list of callbacks may have asked for news just before."""
    await helper.page.get_by_role("link", name="Abgeben").click()
    await expect(helper.page.locator("h1")).to_have_text("Sie handeln nicht mehr für diese Person")
    helper.complaints[:] = [said for said in helper.complaints if not said.startswith("Response Status Error Code 403")]


async def _ask_for_a_call(helper: Phone) -> None:
    """Ask for the citizen to be called; the wish names who asked."""
    await helper.page.get_by_role("link", name="Rückruf").click()
    await helper.page.select_option("#topic", "power_cut")
    await helper.page.click("#callback button.kern-btn--primary")
    await expect(helper.page.locator("#callbacks")).to_contain_text(f"Darum gebeten hat: {HELPER}")


async def _come_for_oneself(helper: Phone) -> None:
    """Look at the ways to come for oneself, where it is said that helping others goes on."""
    await helper.page.get_by_role("link", name="Für mich selbst beginnen").click()
    await expect(helper.page.locator(".kern-alert")).to_contain_text("Sie helfen weiter")
    assert await helper.axe() == []


async def _accept_by_qr(helper: Phone, code: str) -> None:
    """Follow the QR code of an invitation, whose code leaves the address at once."""
    await helper.go(f"/accept#{code}")
    await expect(helper.page.locator("#code")).to_have_value(code)
    assert code not in helper.page.url
    await helper.page.fill("#name", HELPER)
    await helper.page.click("#accept button.kern-btn--primary")


async def test_from_invitation_to_refusal(phone: Phone, opened: Open, letters: tuple[Path, Path]) -> None:
    """The helper always sees for whom they act; the citizen sees what was done by whom, and ends it at once."""
    code, helper = await _invite(phone, "read", "appointments"), await opened()
    await _accept_by_qr(helper, code)
    bar = helper.page.locator(".acting")
    await expect(bar).to_contain_text(f"Sie handeln für {CITIZEN}")
    assert await helper.axe() == []
    await helper.page.get_by_role("link", name="Unterlagen abgeben").click()
    await helper.take(letters[1])
    await helper.sees("good")
    await expect(bar).to_be_visible()
    assert await helper.axe() == []
    await helper.send()
    await expect(helper.page.locator(".receipt")).to_contain_text(f"von {HELPER} (Beistand) für {CITIZEN}")
    assert await helper.axe() == []
    await phone.go("/things/events")
    await expect(phone.page.locator("#events")).to_contain_text(f"Getan hat das: {HELPER}")
    await phone.go("/things")
    await phone.page.locator("#things .stretched").click()
    await expect(phone.page.locator(".receipt")).to_contain_text(f"von {HELPER} (Beistand) für {CITIZEN}")
    await _ask_for_a_call(helper)
    await _end(phone)
    await _is_refused(helper)
    assert await helper.axe() == []
    await helper.go("/")
    await expect(helper.page.locator(".empty")).to_contain_text("Im Moment helfen Sie niemandem.")
    await expect(helper.page.locator(".events")).to_contain_text(f"{CITIZEN} hat Ihnen die Erlaubnis entzogen.")
    assert await helper.axe() == []
    await _come_for_oneself(helper)


async def test_helping_without_scripts(phone: Phone, opened: Open, letters: tuple[Path, Path]) -> None:
    """Plain forms do: what is begun for somebody is not in their own list, and stopping leads back to the people."""
    code, helper = await _invite(phone), await opened(Way(scripts=False))
    await helper.go("/accept")
    await helper.page.fill("#code", code)
    await helper.page.fill("#name", HELPER)
    await helper.page.click("#accept button.kern-btn--primary")
    await helper.page.get_by_role("link", name="Unterlagen abgeben").click()
    await helper.page.set_input_files("#file", letters[1])
    await helper.page.get_by_role("button", name="Seite senden").click()
    await expect(helper.page.locator(".sheet")).to_have_count(1)
    await expect(helper.page.locator(".tabs li")).to_have_count(2)  # neither callbacks nor access
    await phone.go("/hand-in")
    await expect(phone.page.locator(".sheet")).to_have_count(0)
    await helper.send()
    await expect(helper.page.locator(".receipt")).to_contain_text(HELPER)
    await helper.page.click("#stop-acting")
    await expect(helper.page.locator("#people")).to_contain_text(CITIZEN)
    await expect(helper.page.locator(".acting")).to_have_count(0)
