"""Handing in with a bad network, or none: what has arrived is not sent again, and what was taken is not lost."""

import asyncio
import secrets
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Page, Request, Response, Route, expect

from tests.e2e.pages.conftest import Open
from tests.e2e.pages.phone import PATIENCE_MS, Phone
from tests.e2e.system import System
from tests.faults import Proxy

pytestmark = pytest.mark.live

PART = 512 * 1024
CUT_AFTER = 3 * PART
SAME_FOR_ALL = {"/hand-in/shell", "/hand-in/camera/shell", "/offline"}
KEPT = "caches.keys().then(n => Promise.all(n.map(x => caches.open(x)))).then(c => Promise.all(c.map(x => x.keys())))"
LEFT = f"""async () => [(await {KEPT}).flat().length, (await navigator.serviceWorker.getRegistrations()).length,
  (await indexedDB.databases()).length]"""


@dataclass
class Parts:
    """What a page sends: where each part began, and that none began before what the server had confirmed by then."""

    begun: list[int] = field(default_factory=list)
    confirmed: int = 0
    repeated: list[int] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Follow one tab."""
        page.on("request", self._see)
        page.on("response", self._hear)

    def _see(self, request: Request) -> None:
        if request.method == "PATCH":
            self.begun.append(int(request.headers["upload-offset"]))
            if self.begun[-1] < self.confirmed:
                self.repeated.append(self.begun[-1])

    def _hear(self, answer: Response) -> None:
        if answer.ok and "upload-offset" in answer.headers:
            self.confirmed = int(answer.headers["upload-offset"])


async def test_cut_connections_go_on_where_they_stopped(opened: Open, system: System, big: Path) -> None:
    """However often the network resets the connection, each byte that arrived is sent once, and there is one page."""
    size, parts = big.stat().st_size, Parts()
    async with Proxy(system.gateway_url) as proxy:
        phone = await opened(url=proxy.url)
        await phone.activate(system.new_code())
        await phone.go("/hand-in")
        parts.watch(phone.page)
        proxy.cut_after_bytes = CUT_AFTER
        proxy.cut()
        before = proxy.carried_up
        await phone.take(big)
        await phone.sees("good")
        assert parts.repeated == []
        sent = proxy.carried_up - before
        cuts = sent // CUT_AFTER
        assert cuts >= size // CUT_AFTER  # no connection lived long enough for the whole file
        assert sent - size < (cuts + 1) * PART
        await expect(phone.page.locator(".sheet--local")).to_have_count(0)
        proxy.cut_after_bytes = None
        assert await _size_of(phone) == size
        await phone.page.close()  # before the proxy ends, which is one more cut
    # A cut may meet what the page asks for beside the upload.
    phone.complaints[:] = [
        said for said in phone.complaints if not said.startswith(("htmx:sendError", "htmx:afterRequest"))
    ]


async def test_a_closed_tab_loses_nothing(phone: Phone, big: Path) -> None:
    """The network goes half-way and the tab is closed: the page is on the phone, and goes on from there."""
    parts = Parts()
    await phone.go("/hand-in")
    parts.watch(phone.page)
    await lose_network_after_first_part(phone, big, parts)
    local = phone.page.locator(".sheet--local")
    await expect(local).to_contain_text("Kein Netz. Die Seite bleibt auf dem Telefon")
    await expect(phone.page.locator("#draft .sheet")).to_have_count(0)
    await expect(phone.page.locator("#hand-over")).to_have_count(0)
    await phone.page.close()
    phone.page = await phone.context.new_page()
    before, parts.begun = parts.confirmed, []
    parts.watch(phone.page)
    await _is_reminded(phone)
    await phone.sees("good")
    assert before >= PART
    assert min(parts.begun) == before
    assert await _size_of(phone) == big.stat().st_size


async def test_pages_are_taken_without_network(phone: Phone, letters: tuple[Path, Path]) -> None:
    """The app opens without network, takes pages and keeps them through a restart; with network they are sent.

    Nothing that is somebody's own is kept for that, and nothing at all is left when the phone is signed out.
    """
    await phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    assert await _hindrances(phone) <= {"in-incognito"}
    await phone.context.set_offline(offline=True)
    await phone.go("/things")
    await expect(phone.page.locator("h1")).to_have_text("Gerade kein Netz")
    assert await phone.axe() == []
    await phone.page.click("a[href='/hand-in'].kern-btn")
    await phone.take(*letters)
    await expect(phone.page.locator(".sheet--local")).to_have_count(2)
    await expect(phone.page.locator(".sheet--local").first).to_contain_text("Auf diesem Telefon")
    assert await phone.axe() == []
    await phone.page.close()
    phone.page = await phone.context.new_page()
    await phone.go("/hand-in")
    await expect(phone.page.locator(".sheet--local").nth(1)).to_contain_text("Auf diesem Telefon")
    await expect(phone.page.locator("[data-offline]")).to_be_visible()
    await phone.context.set_offline(offline=False)
    await expect(phone.page.locator("[data-offline]")).to_have_count(0)
    await phone.sees("retake")
    await phone.sees("good")
    await phone.send()
    names = await phone.page.evaluate(f"{KEPT}.then(all => all.flat().map(each => new URL(each.url).pathname))")
    assert {name for name in names if not name.startswith("/static/")} == SAME_FOR_ALL
    await phone.go("/devices")
    await phone.page.get_by_text("Dieses Telefon abmelden").click()
    await phone.page.get_by_role("button", name="Ja, abmelden").click()
    await expect(phone.page.locator("#code")).to_be_visible()
    await phone.page.wait_for_function(f"({LEFT})().then(left => left.every(count => count == 0))")


async def test_only_what_nobody_can_read_is_left_out_of_big_pictures(phone: Phone, tmp_path: Path) -> None:
    """More than 16 megapixels are made smaller on the phone, upright as the camera meant it; less comes as it was."""
    huge, usual = tmp_path / "huge.jpg", tmp_path / "usual.jpg"
    turned = Image.Exif()
    turned[0x0112] = 6  # to be turned to the right
    noise = Image.frombytes("L", (520, 390), secrets.token_bytes(520 * 390))
    noise.resize((5200, 3900)).save(huge, quality=97, exif=turned)
    noise.save(usual, exif=turned)
    await phone.go("/hand-in")
    await phone.take(huge, usual)
    await expect(phone.page.locator("#draft .sheet")).to_have_count(2, timeout=PATIENCE_MS)
    with Image.open(BytesIO(await _original(phone, 0))) as small:
        width, height = small.size
        assert small.getexif().get(0x0112, 1) == 1
    assert 15_900_000 < width * height <= 16_000_000
    assert abs(width / height - 3900 / 5200) < 0.001
    assert await _original(phone, 1) == usual.read_bytes()


async def lose_network_after_first_part(phone: Phone, photo: Path, parts: Parts) -> None:
    """Take a picture; once a part of it has arrived, there is no network any more."""
    gone = asyncio.Event()

    async def pass_one(route: Route) -> None:
        if route.request.method == "PATCH" and parts.confirmed:
            await phone.context.set_offline(offline=True)
            gone.set()
            return await route.abort("internetdisconnected")
        return await route.continue_()

    await phone.context.route("**/hand-in/uploads/*", pass_one)
    await phone.take(photo)
    async with asyncio.timeout(PATIENCE_MS / 1000):
        await gone.wait()


async def _is_reminded(phone: Phone) -> None:
    """See on other pages that something still waits on the phone; it goes on from there once it can."""
    await phone.context.unroute_all()
    await phone.context.route("**/hand-in/uploads**", lambda route: route.abort("internetdisconnected"))
    await phone.context.set_offline(offline=False)
    await phone.go("/devices")
    await expect(phone.page.get_by_text("Beim Abmelden werden sie gelöscht.")).to_be_visible()
    await phone.go("/")
    queue = phone.page.locator("[data-queue]")
    await expect(queue).to_contain_text("Seiten, die noch nicht bei uns sind: 1")
    await expect(queue).to_contain_text("Sie warten auf das Netz.")
    assert await phone.axe() == []
    await phone.context.unroute_all()
    await phone.page.evaluate("dispatchEvent(new Event('online'))")
    await expect(queue).to_contain_text("Angekommen, aber noch nicht abgegeben.")
    await expect(queue.locator("[data-queued]")).to_be_hidden()
    assert await phone.axe() == []
    await queue.get_by_role("link", name="Weiter mit dem Abgeben").click()


async def _hindrances(phone: Phone) -> set[str]:
    """Return why Chromium would not install the app."""
    devtools = await phone.context.new_cdp_session(phone.page)
    found = await devtools.send("Page.getInstallabilityErrors")
    return {error["errorId"] for error in found["installabilityErrors"]}


async def _original(phone: Phone, place: int) -> bytes:
    """Return the bytes that came of the page at a place."""
    name = await phone.page.locator("#draft .sheet").nth(place).get_attribute("id")
    answer = await phone.context.request.get(f"{phone.url}/pages/{(name or '').removeprefix('page-')}/original")
    return await answer.body()


async def _size_of(phone: Phone) -> int:
    """Return how large the only page of the draft is."""
    await expect(phone.page.locator("#draft .sheet")).to_have_count(1)
    return len(await _original(phone, 0))
