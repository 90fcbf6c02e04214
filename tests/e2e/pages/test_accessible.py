"""axe finds nothing on any page in any language: light and dark, on a phone and on a desk; and no page is forgotten."""

from pathlib import Path

import pytest
from playwright.async_api import Route, expect
from pydantic import SecretStr

from services.gateway.pages.words import NAMES
from shared.links import Links
from tests.e2e.citizen import Citizen
from tests.e2e.pages.conftest import Open
from tests.e2e.pages.every_page import NATIVE, EveryPage
from tests.e2e.pages.glass import Glass
from tests.e2e.pages.helping import accept, invite
from tests.e2e.pages.phone import Way
from tests.e2e.pages.test_without_account import ERIKA, fill
from tests.e2e.system import System

pytestmark = pytest.mark.live

LIGHT, DARK = Way(workers=False), Way(width=1280, height=800, locale="ar", scheme="dark")  # no worker hides a request
OTHERS = [language for language in NAMES if language != NATIVE]
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
    "/login/back?error=access_denied",
    "/check",
)


@pytest.mark.timeout(600)  # sixty pages in nine languages
async def test_axe_finds_nothing(opened: Open, system: System, letters: tuple[Path, Path], supplier: str) -> None:
    """No rule of WCAG 2.2 AA that a machine can check is broken on any page, and nothing is wider than the screen."""
    phone = await opened(LIGHT)
    glass, desk = Glass(await phone.other_tab()), Glass(await opened(DARK))
    await glass.prepare()
    await desk.prepare()
    every = EveryPage(phone, glass, desk, OTHERS)
    await _look_as_nobody(every)
    await _look_as_helper(every, system, letters[1])
    await _sign_out(every)
    await _look_as_newcomer(every)
    await _sign_out(every)
    await phone.activate(system.new_code())
    known = await _look_at_handing_in(every, letters) | {"supplier_id": supplier}
    await _look_at_what_follows(every, known)
    known["link"] = await _look_at_channels(every, system)
    await _look_at_devices_and_callbacks(every)
    await _look_at_trusted(every)
    for path in ("/callbacks", "/", "/things", "/things/events", "/nowhere"):
        await every.look(path)
    assert await every.forgotten(known) == []
    await _look_signed_out(every)


async def _look_as_nobody(every: EveryPage) -> None:
    """Look at what needs no access, and at what is said about mistakes."""
    phone = every.phone
    for path in ANYBODYS:
        await every.look(path)
    await phone.go("/#AAAA-AAAA-A")
    await phone.page.keyboard.press("Enter")
    await expect(phone.page.locator("#code-error")).to_be_visible()
    await every.look()
    await phone.go("/accept#AAAA-AAAA-A")
    await phone.page.fill("#name", "Sevim Kaya")
    await phone.page.click("#accept button.kern-btn--primary")
    await expect(phone.page.locator(".kern-alert--danger")).to_be_visible()
    await every.look()
    await phone.go("/new/apply")
    await fill(phone, {**ERIKA, "month": "13", "phone": "123"})
    await expect(phone.page.locator(".kern-error")).to_have_count(2)
    await every.look()
    await phone.context.route("**/oauth2/**", _stay)
    await phone.go("/")
    await phone.page.click("form[action='/login'] button")
    await expect(phone.page.locator("a[rel=noreferrer]")).to_be_visible()
    await every.look()
    await phone.context.unroute_all()


async def _stay(route: Route) -> None:
    """Let nothing lead away: the page that says where one goes leaves at once."""
    await route.fulfill(status=204)


async def _look_as_helper(every: EveryPage, system: System, photo: Path) -> None:
    """Look at what somebody sees who helps others alone: the people, one of them, and the end of it."""
    phone = every.phone
    citizen = await Citizen.activated(system.gateway_url, system.new_code(), photo)
    document_id, mandate = (await citizen.hand_in())["document_id"], await invite(citizen)
    await accept(phone, mandate["code"])
    base = f"/for/{mandate['mandate_id']}"
    [sheet] = (await citizen.http.get(f"/v1/documents/{document_id}/pages")).raise_for_status().json()["pages"]
    shown = f"/documents/{document_id}"
    for path in ("/start", "/hand-in", "/things", "/things/events", "/callbacks", shown):
        await every.look(base + path)
    for path in (f"{shown}/pages/{sheet['page_id']}", "/devices", "/nowhere"):  # the last two: refused, and not there
        await every.look(base + path)
    for path in ("/people", "/devices"):
        await every.look(path)
    (await citizen.http.delete(f"/v1/mandates/{mandate['mandate_id']}")).raise_for_status()
    await every.look(f"{base}/hand-in")
    await every.look("/people")
    await citizen.http.aclose()


async def _sign_out(every: EveryPage) -> None:
    page = every.phone.page
    await every.phone.go("/devices")
    await page.locator(".ask summary").last.click()
    await page.locator(".ask[open] button").click()
    await expect(page.locator("#activation")).to_be_visible()


async def _look_at_handing_in(every: EveryPage, letters: tuple[Path, Path]) -> dict[str, str]:
    """Look at the way from nothing to a receipt; return the ids of what was handed in."""
    phone, page = every.phone, every.phone.page
    for path in ("/", "/things", "/hand-in", "/hand-in/shell"):  # while there is nothing
        await every.look(path)
    for path in ("/hand-in/camera", "/hand-in/camera/shell"):
        await phone.go(path)
        await expect(page.locator("[data-why=missing]")).to_be_visible()
        await every.look()
    await phone.go("/hand-in")
    await page.eval_on_selector("#add", "form => form.hidden = false")
    await page.set_input_files("#file", {"name": "letter.txt", "mimeType": "text/plain", "buffer": b"Guten Tag"})
    await page.click("#add button")
    await expect(page.locator(".hash")).to_be_visible()
    await every.look()
    await phone.go("/hand-in")
    await phone.take(*letters)
    await phone.sees("retake")
    await phone.sees("good")
    await page.locator(".languages summary").click()
    await every.look()
    name = await page.locator("#draft .sheet").first.get_attribute("id")
    await every.look(f"/pages/{(name or '').removeprefix('page-')}/outline")
    await phone.go("/hand-in")
    await page.select_option("#kind", "sperrankuendigung")
    document_id = await phone.send()
    page_id = (name or "").removeprefix("page-")
    return {"document_id": document_id, "page_id": page_id, "version": "any", "name": "app.css", "number": "1"}


async def _look_at_what_follows(every: EveryPage, known: dict[str, str]) -> None:
    """Look at what a document leads to: its text, its receipt's check, and a consent, given and taken back."""
    page, document = every.phone.page, f"/documents/{known['document_id']}"
    await page.locator("a[href$='/text']").wait_for(timeout=60_000)  # it comes once the document is filed
    for path in (document, f"{document}/text", f"{document}/pages/{known['page_id']}"):
        await every.look(path)
    await every.phone.go(document)
    await page.locator(".receipt a[href*='/check']").click()
    await expect(page.locator(".kern-alert--success")).to_be_visible()
    await every.look()
    await page.fill("#check #code", "AAAA-AAAA-A")
    await page.click("#check button.kern-btn--primary")
    await expect(page.locator(".kern-alert--danger")).to_be_visible()
    await every.look()
    await every.look(f"{document}/forward/{known['supplier_id']}")
    await page.click("#consent button.kern-btn--primary")
    await expect(page.locator("#missing")).to_be_visible()
    await every.look()
    await page.check("#page-1")
    await page.click("#consent button.kern-btn--primary")
    await expect(page.locator("#consents button")).to_be_visible()
    await every.look()
    await page.click("#consents button")
    await expect(page.locator("#consents button")).to_have_count(0)
    await every.look()


async def _look_at_channels(every: EveryPage, system: System) -> str:
    """Look at the ways to be told; return the link that ends one."""
    page = every.phone.page
    await every.look("/channels")
    await page.fill("#address", "erika@example.org")
    await page.click("#mailbox button.kern-btn--primary")
    await expect(page.locator("#confirmation")).to_be_visible()
    action = await page.locator("#confirmation").get_attribute("action") or ""
    await page.fill("#code", "AAAA-AAAA-A")
    await page.click("#confirmation button.kern-btn--primary")
    await expect(page.locator("#field-error")).to_be_visible()
    await every.look()
    link = Links(SecretStr(system.environment["AMTSBOTE_LINK_SECRET"])).sign_off(action.split("/")[2])
    await every.look(f"/off/{link}")
    await page.click("main button.kern-btn--primary")
    await expect(page.locator(".kern-alert--success")).to_be_visible()
    await every.look()
    return link


async def _look_at_devices_and_callbacks(every: EveryPage) -> None:
    """Look at access with a code for another phone, and ask to be called."""
    page = every.phone.page
    await every.phone.go("/devices")
    await page.locator("form[action='/devices'] button").click()
    await expect(page.locator("#code")).to_be_visible()
    await every.look()
    await every.phone.go("/callbacks")
    await page.select_option("#topic", "money")
    await page.click("#callback button.kern-btn--primary")
    await expect(page.locator("[data-state]")).to_be_visible()


async def _look_at_trusted(every: EveryPage) -> None:
    """Look at the pages of who lets somebody act for them."""
    page = every.phone.page
    for path in ("/people", "/trusted"):
        await every.look(path)
    await page.uncheck("#scope-upload")
    await page.fill("#called", "Frau Kaya")
    await page.fill("#citizen-name", "Amina Yildiz")
    await page.click("#invite button.kern-btn--primary")
    await expect(page.locator(".kern-alert--danger")).to_be_visible()
    await every.look()
    await page.check("#scope-read")
    await page.click("#invite button.kern-btn--primary")
    await expect(page.locator(".qr")).to_be_visible()
    await every.look()
    await every.phone.go("/trusted")
    await page.locator(".ask summary").click()
    await every.look()


async def _look_signed_out(every: EveryPage) -> None:
    """Look at what a phone is told that was blocked elsewhere."""
    unknown = {"name": "amtsbote", "value": "x" * 43, "url": every.phone.url}
    await every.phone.context.add_cookies([unknown])  # type: ignore[list-item] # Playwright's own kind of a dict
    await every.look("/things")


async def _look_as_newcomer(every: EveryPage) -> None:
    """Look at the first page of who started without a code, and at what they have in writing."""
    page = every.phone.page
    await every.phone.go("/new/apply")
    await fill(every.phone, ERIKA)
    await expect(page.locator("#newcomer.card")).to_be_visible()
    await every.look()
    receipt = await page.locator("#newcomer a[href^='/applications/']").get_attribute("href") or ""
    await every.look(receipt)
    await every.pass_by(f"{receipt}/receipt.pdf")
