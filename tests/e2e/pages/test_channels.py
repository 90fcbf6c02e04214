"""Being told: an address is switched on, confirmed, told of a filed document, and switched off from the mail itself."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests import loopback
from tests.e2e.pages.conftest import Open, launched
from tests.e2e.pages.phone import Phone, Way
from tests.e2e.system import System
from tests.mail_server import MailServer

pytestmark = pytest.mark.live

NEWS = ("Es gibt etwas Neues", "Es eilt: bitte sehen Sie gleich nach")
REGISTER = "navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready).then(() => null)"
SHOWN = """titles => navigator.serviceWorker.ready.then(worker => worker.getNotifications())
  .then(shown => shown.map(one => one.title).sort().join() === titles)"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The whole Chromium: its headless shell knows no notifications."""
    async with launched("chromium") as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def mail(system: System) -> AsyncIterator[MailServer]:
    """The mail server that the system hands its letters to."""
    async with MailServer(port=system.mail_port).serving() as server:
        yield server


def _link(letter: EmailMessage) -> str:
    """Return the first address in a letter."""
    found = re.search(r"https?://\S+", letter.get_content())
    assert found
    return found.group()


async def test_a_mailbox_from_first_to_last(
    phone: Phone, opened: Open, mail: MailServer, letters: tuple[Path, Path]
) -> None:
    """A filed document is told in words that betray nothing; one click in the mail ends it."""
    await _switch_on(phone, mail)
    await phone.go("/hand-in")
    await phone.take(letters[1])
    await phone.sees("good")
    await phone.send()
    told = await mail.until(lambda one: one["Subject"] in NEWS)
    assert not re.search(r"jobcenter|strom|sperr|dokument", told.get_content(), re.IGNORECASE)
    await phone.page.goto(_link(told))
    await expect(phone.page.locator("h1")).to_have_text("Meine Sachen")
    off = told["List-Unsubscribe"].strip("<>")
    reader = await opened()  # whoever reads the mail needs no access
    await reader.page.goto(off)
    await reader.page.get_by_role("button", name="E-Mails ausschalten").click()
    await expect(reader.page.locator(".kern-alert--success")).to_be_visible()
    await phone.go("/channels")
    await expect(phone.page.locator("#address")).to_be_visible()
    async with loopback.client() as program:
        assert (await program.post(off)).status_code == 200


async def _switch_on(phone: Phone, mail: MailServer) -> None:
    """Find the page, type an address, follow the mail's link, which fills the code in, and send a test."""
    page = phone.page
    await phone.go("/devices")
    await page.get_by_role("link", name="Nachrichten einstellen").click()
    await page.fill("#address", "erika@example.org")
    await page.click("#mailbox button.kern-btn--primary")
    await expect(page.locator("[data-channel=pending]")).to_be_visible()
    code = await mail.until(lambda one: one["Subject"] == "Ihr Code")
    await page.goto("about:blank")
    await page.goto(_link(code))
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-channel=on]")).to_contain_text("erika@example.org")
    await page.get_by_role("button", name="Test schicken").click()
    await expect(page.locator(".kern-alert--success")).to_contain_text("unterwegs")
    await mail.until(lambda one: one["Subject"] == "Das ist ein Test")


async def test_a_mailbox_without_scripts(opened: Open, system: System, mail: MailServer) -> None:
    """Address, code, a slip in it, and switching off work as plain forms; the browser's messages say what they need."""
    phone = await opened(Way(scripts=False))
    await phone.activate(system.new_code())
    await phone.go("/channels")
    await expect(phone.page.locator("#push")).to_contain_text("JavaScript")
    await phone.page.fill("#address", "ohne@example.org")
    await phone.page.click("#mailbox button.kern-btn--primary")
    letter = await mail.until(lambda one: one["To"] == "ohne@example.org")
    await phone.page.fill("#code", "AAAA-AAAA-A")
    await phone.page.click("#confirmation button.kern-btn--primary")
    await expect(phone.page.locator("#field-error")).to_contain_text("falsch, abgelaufen")
    await phone.page.fill("#code", _link(letter).partition("#")[2])
    await phone.page.click("#confirmation button.kern-btn--primary")
    await expect(phone.page.locator("[data-channel=on]")).to_be_visible()
    await phone.page.get_by_role("button", name="Ausschalten").click()
    await expect(phone.page.locator("#address")).to_be_visible()


async def test_a_browser_that_may_not_says_so(phone: Phone) -> None:
    """A browser whose citizen forbade messages says how to allow them, and asks for nothing."""
    await phone.context.clear_permissions()
    await phone.go("/channels")
    await phone.page.get_by_role("button", name="Mitteilungen einschalten").click()
    denied = phone.page.locator("[data-push-says=denied]")
    await expect(denied).to_contain_text("Einstellungen des Browsers")


async def test_the_worker_shows_what_was_pushed(phone: Phone, system: System) -> None:
    """News take the place of news, and not that of what presses and was not seen yet."""
    await phone.context.grant_permissions(["notifications"])
    await phone.go("/channels")
    tools = await phone.context.new_cdp_session(phone.page)
    found: asyncio.Queue[str] = asyncio.Queue()

    def keep(event: dict[str, Any]) -> None:
        for one in event["registrations"]:
            found.put_nowait(one["registrationId"])

    tools.on("ServiceWorker.workerRegistrationUpdated", keep)
    await tools.send("ServiceWorker.enable")
    await phone.page.evaluate(REGISTER)
    async with asyncio.timeout(30):
        registration = await found.get()
    message = {"id": "1", "body": "Tippen Sie hier.", "url": f"{system.gateway_url}/things", "lang": "de"}
    for tag, title, shown in (("urgent", "A", "A"), ("news", "B", "A,B"), ("news", "C", "A,C")):
        data = json.dumps({**message, "tag": tag, "title": title})
        push = {"origin": system.gateway_url, "registrationId": registration, "data": data}
        await tools.send("ServiceWorker.deliverPushMessage", push)
        await phone.page.wait_for_function(SHOWN, arg=shown)


async def test_a_browser_that_changes_its_subscription_is_told_there(phone: Phone) -> None:
    """The worker tells of a new subscription by itself; the page shows it, and ends it."""
    await phone.go("/channels")
    await phone.page.evaluate(REGISTER)
    [worker] = phone.context.service_workers or [await phone.context.wait_for_event("serviceworker")]
    subscription = {
        "endpoint": "https://fcm.googleapis.com/fcm/send/new",
        "keys": {"p256dh": "B" + "A" * 86, "auth": "A" * 22},
    }
    await worker.evaluate("json => renew({newSubscription: {toJSON: () => json}})", subscription)
    await phone.go("/channels")
    card = phone.page.locator("#push [data-channel=on]")
    await expect(card).to_contain_text("Dieses Telefon")
    await card.get_by_role("button", name="Ausschalten").click()
    await expect(phone.page.get_by_role("button", name="Mitteilungen einschalten")).to_be_visible()
