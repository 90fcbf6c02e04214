"""The reader's language: asked for by the browser, switched at any moment, with nothing typed lost."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from services.gateway.pages.words import NAMES
from tests.e2e.pages.conftest import Open
from tests.e2e.pages.phone import Phone, Way
from tests.e2e.system import System

pytestmark = pytest.mark.live


async def _switch(phone: Phone, name: str) -> None:
    await phone.page.locator(".languages summary").click()
    await phone.page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no_scripts"])
async def test_switching_keeps_what_was_typed(opened: Open, system: System, *, scripts: bool) -> None:
    """A half-typed code stays in its field, in both directions; the choice holds on the next page."""
    phone = await opened(Way(locale="en-GB", scripts=scripts))
    await phone.go("/")
    await expect(phone.page.locator("h1")).to_have_text("Hand in letters with your phone")
    await phone.page.fill("#code", "K7Q2-M")
    await _switch(phone, "Deutsch")
    await expect(phone.page.locator("h1")).to_have_text("Briefe abgeben mit dem Telefon")
    await expect(phone.page.locator("#code")).to_have_value("K7Q2-M")
    await expect(phone.page.locator("html")).to_have_attribute("lang", "de")
    await phone.page.get_by_role("link", name="Impressum").click()
    await expect(phone.page.locator("h1")).to_have_text("Impressum")
    await _switch(phone, "English")
    await expect(phone.page.locator("h1")).to_have_text("Legal notice")
    assert phone.page.url == f"{system.gateway_url}/imprint"


async def test_switching_keeps_choices_and_does_nothing_else(phone: Phone, letters: tuple[Path, Path]) -> None:
    """The chosen type survives, nothing is handed in, and no call is asked for."""
    await phone.go("/hand-in")
    await phone.take(letters[1])
    await phone.sees("good")
    await phone.page.select_option("#kind", "mietvertrag")
    await _switch(phone, "English")
    await expect(phone.page.locator("h1")).to_have_text("Hand in papers")
    await expect(phone.page.locator("#kind")).to_have_value("mietvertrag")
    await phone.go("/callbacks")
    await phone.page.select_option("#hours", "14-16")
    await _switch(phone, "Deutsch")
    await expect(phone.page.locator("#hours")).to_have_value("14-16")
    await expect(phone.page.locator("[data-state]")).to_have_count(0)
    await phone.go("/things")
    await expect(phone.page.locator(".card")).to_have_count(0)


async def test_errors_speak_the_readers_language(opened: Open) -> None:
    """A page that is not there says so in the chosen language, with a way back."""
    phone = await opened(Way(locale="en-GB"))
    await phone.go("/nowhere")
    await expect(phone.page.locator("h1")).to_have_text("Not found")
    await expect(phone.page.get_by_role("link", name="To the first page")).to_be_visible()


async def test_arabic_from_code_to_receipt(opened: Open, system: System, letters: tuple[Path, Path]) -> None:
    """A page is handed in from right to left; numbers keep their order, and the receipt is in Arabic."""
    phone = await opened(Way(locale="ar"))
    await phone.go("/")
    await expect(phone.page.locator("html")).to_have_attribute("dir", "rtl")
    await expect(phone.page.locator("h1")).to_have_text("سلّم رسائلك بهاتفك")
    await phone.activate(system.new_code())
    await phone.go("/hand-in")
    await phone.take(letters[1])
    await phone.sees("good")
    await expect(phone.page.locator(".sheet .kern-badge")).to_have_text("سهلة القراءة")
    await phone.page.select_option("#kind", "sperrankuendigung")
    await phone.send()
    await expect(phone.page.locator("h1")).to_contain_text("إيصال الاستلام")
    number = phone.page.locator(".receipt-number .number")
    await expect(number).to_have_css("direction", "ltr")
    await expect(phone.page.locator(".facts time")).to_contain_text("برلين")
    box, page = (
        await phone.page.locator(".facts dt").first.bounding_box(),
        await phone.page.locator("main").bounding_box(),
    )
    assert box
    assert page
    assert box["x"] + box["width"] > page["width"] / 2  # labels stand on the right
    await phone.page.locator(".receipt a[href*='/check']").click()
    await expect(phone.page.locator(".kern-alert--success")).to_contain_text("هذا الإيصال أصلي")
    answer = await phone.page.reload()
    assert answer
    assert answer.headers["content-language"] == "ar"
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in answer.headers["vary"].split(",")}


async def test_plain_german_is_a_language_of_its_own(opened: Open) -> None:
    """It is chosen by the keyboard among nine, each in its own words, and the chosen one is marked."""
    phone = await opened()
    await phone.go("/")
    await phone.page.locator(".languages summary").focus()
    await phone.page.keyboard.press("Enter")
    buttons = phone.page.locator(".languages li button")
    assert await buttons.all_inner_texts() == list(NAMES.values())
    assert [await button.get_attribute("lang") for button in await buttons.all()] == list(NAMES)
    await expect(phone.page.locator(".languages [aria-current]")).to_have_text("Deutsch")
    await phone.page.get_by_role("button", name="Leichte Sprache").press("Enter")
    await expect(phone.page.locator("html")).to_have_attribute("lang", "de-simple")
    await expect(phone.page.locator(".languages [aria-current]")).to_have_text("Leichte Sprache")
    await expect(phone.page.locator("main")).to_contain_text("Der Code hat 9 Zeichen.")


async def test_back_to_a_page_whose_language_was_switched(phone: Phone) -> None:
    """In a good network Back leads to the form, in the language that was chosen, and not to the page for no network."""
    await phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await phone.go("/callbacks")
    await _switch(phone, "English")
    await expect(phone.page.locator("html")).to_have_attribute("lang", "en")
    heading = await phone.page.locator("h1").inner_text()
    await phone.go("/things")
    await phone.page.go_back()
    await expect(phone.page.locator("h1")).to_have_text(heading)
    await expect(phone.page.locator("html")).to_have_attribute("lang", "en")
