"""axe finds nothing on any page: in German and Arabic, light and dark, on a phone and on a desk; nor elsewhere."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.pages.conftest import Open
from tests.e2e.pages.phone import Phone, Way
from tests.e2e.system import System

pytestmark = pytest.mark.live

# Each page in each direction, each scheme and each width; what depends on two of them at once is rare.
WAYS = [Way(), Way(width=1280, height=800, locale="ar", scheme="dark")]
# Boxes with words of their own that are wider than the box; only what readers hear is meant to be.
CUT_OFF = """[...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && e.clientWidth > 1
    && [...e.childNodes].some(each => each.nodeType === Node.TEXT_NODE && each.data.trim())
    && e.scrollWidth > e.clientWidth + 1).map(e => e.outerHTML)"""
OTHERS = ("de-simple", "en", "tr", "uk", "ru", "ro", "bg")
ANYBODYS = (
    "/",
    "/accept",
    "/new/apply",
    "/new/hand-in",
    "/imprint",
    "/privacy",
    "/accessibility",
    "/offline",
    "/nowhere",
    "/check",
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.width}-{way.scheme}-{way.locale}")
async def test_axe_finds_nothing(
    opened: Open, system: System, letters: tuple[Path, Path], supplier: str, way: Way
) -> None:
    """No rule of WCAG 2.2 AA that a machine can check is broken, and nothing is wider than the screen."""
    phone = await opened(way)
    for path in ANYBODYS:
        await _check(phone, path)
    await phone.go("/#AAAA-AAAA-A")
    await phone.page.keyboard.press("Enter")
    await expect(phone.page.locator("#code-error")).to_be_visible()
    await _check(phone)
    await phone.activate(system.new_code())
    for path in ("/", "/things", "/hand-in"):  # while there is nothing
        await _check(phone, path)
    await phone.take(*letters)
    await phone.sees("retake")
    await phone.sees("good")
    await _check(phone)
    await phone.page.locator(".languages summary").click()
    await _check(phone)
    await phone.page.select_option("#kind", "sperrankuendigung")
    await phone.send()
    await _check(phone)
    await _check_what_follows(phone, supplier)
    await _check_devices_and_callbacks(phone)
    await _check_trusted(phone)
    for path in ("/callbacks", "/", "/things", "/things/events"):
        await _check(phone, path)


async def test_axe_finds_nothing_in_the_other_languages(opened: Open, system: System) -> None:
    """Two pages, one with the list of languages open; and the longest words of any language fit a phone everywhere."""
    phone = await opened()
    await phone.activate(system.new_code())
    for language in OTHERS:
        await phone.speak(language)
        await phone.go("/")
        await phone.page.locator(".languages summary").click()
        await _check(phone)
        await _check(phone, "/callbacks")
        for path in (
            "/hand-in",
            "/things",
            "/things/events",
            "/devices",
            "/check",
            "/accessibility",
            "/privacy",
            "/nowhere",
        ):
            await phone.go(path)
            await _check_width(phone)
        await expect(phone.page.locator("html")).to_have_attribute("lang", language)


async def _check_devices_and_callbacks(phone: Phone) -> None:
    """Check the pages with a code for another phone, and with a wish to be called."""
    await phone.go("/devices")
    await phone.page.locator("form[action='/devices'] button").click()
    await expect(phone.page.locator("#code")).to_be_visible()
    await _check(phone)
    await phone.go("/channels")
    await _check(phone)
    await phone.page.fill("#address", "erika@example.org")
    await phone.page.click("#mailbox button.kern-btn--primary")
    await phone.page.fill("#code", "AAAA-AAAA-A")
    await phone.page.click("#confirmation button.kern-btn--primary")
    await expect(phone.page.locator("#field-error")).to_be_visible()
    await _check(phone)
    await phone.go("/callbacks")
    await phone.page.select_option("#topic", "money")
    await phone.page.click("#callback button.kern-btn--primary")
    await expect(phone.page.locator("[data-state]")).to_be_visible()


async def _check_trusted(phone: Phone) -> None:
    """Check the pages of who lets somebody act for them; `test_trusted` has those of the helper."""
    await phone.go("/people")
    await _check(phone)
    await phone.go("/trusted")
    await _check(phone)
    await phone.page.uncheck("#scope-upload")
    await phone.page.fill("#called", "Frau Kaya")
    await phone.page.fill("#citizen-name", "Amina Yildiz")
    await phone.page.click("#invite button.kern-btn--primary")
    await expect(phone.page.locator(".kern-alert--danger")).to_be_visible()
    await _check(phone)
    await phone.page.check("#scope-read")
    await phone.page.click("#invite button.kern-btn--primary")
    await expect(phone.page.locator(".qr")).to_be_visible()
    await _check(phone)
    await phone.go("/trusted")
    await phone.page.locator(".ask summary").click()
    await _check(phone)


async def _check_what_follows(phone: Phone, supplier: str) -> None:
    """Check the pages that a document leads to: its text, its receipt's check, and a consent, given and taken back."""
    document = phone.page.url
    await phone.page.locator("a[href$='/text']").click(timeout=60_000)  # it comes once the document is filed
    await _check(phone)
    await phone.page.goto(document)
    await phone.page.locator(".receipt a[href*='/check']").click()
    await expect(phone.page.locator(".kern-alert--success")).to_be_visible()
    await _check(phone)
    await phone.page.fill("#check #code", "AAAA-AAAA-A")
    await phone.page.click("#check button.kern-btn--primary")
    await expect(phone.page.locator(".kern-alert--danger")).to_be_visible()
    await _check(phone)
    await phone.page.goto(f"{document}/forward/{supplier}")
    await _check(phone)
    await phone.page.click("#consent button.kern-btn--primary")
    await expect(phone.page.locator("#missing")).to_be_visible()
    await _check(phone)
    await phone.page.check("#page-1")
    await phone.page.click("#consent button.kern-btn--primary")
    await expect(phone.page.locator("#consents button")).to_be_visible()
    await _check(phone)
    await phone.page.click("#consents button")
    await expect(phone.page.locator("#consents button")).to_have_count(0)
    await _check(phone)


async def _check(phone: Phone, path: str | None = None) -> None:
    if path:
        await phone.go(path)
    assert await phone.axe() == [], phone.page.url
    usual = phone.page.viewport_size
    assert usual
    for width in (1280, 360, usual["width"]):
        await phone.page.set_viewport_size({"width": width, "height": usual["height"]})
        await _check_width(phone)


async def _check_width(phone: Phone) -> None:
    """Nothing is wider than the screen, and no word sticks out of its box."""
    sizes = await phone.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert sizes[0] <= sizes[1], phone.page.url
    assert await phone.page.evaluate(CUT_OFF) == [], phone.page.url
