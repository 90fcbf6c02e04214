"""The camera page: says before the shutter falls whether the page is whole, and takes the picture by itself."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from examples.paper.pair import Pair
from services.upload.domain.pixels import Picture
from tests.e2e.pages.conftest import launched
from tests.e2e.pages.film import write_film
from tests.e2e.pages.phone import Phone, Way
from tests.e2e.system import System

pytestmark = pytest.mark.live

CAMERA = "/hand-in/camera"
CUT_S, WHOLE_S = 12, 20
SEES_MS = 60_000  # a phone takes its time to load the net and to look; so does a busy machine
CUT, WHOLE = "Unten fehlt ein Stück.", "Gut. Die ganze Seite ist zu sehen."
Films = Callable[..., Awaitable[Phone]]


@pytest_asyncio.fixture(loop_scope="session")
async def films(system: System, tmp_path: Path) -> AsyncIterator[Films]:
    """Opens a citizen's phone whose camera sees some scenes, in the whole browser: half of it has no camera."""
    phones: list[Phone] = []
    async with AsyncExitStack() as browsers:

        async def opened(*scenes: tuple[Picture, int], way: Way | None = None, allowed: bool = True) -> Phone:
            film = write_film(tmp_path / f"{len(phones)}.y4m", scenes)
            switches = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}")
            browser: Browser = await browsers.enter_async_context(launched("chromium", *switches))
            phone = await Phone.opened(browser, system.gateway_url, way or Way())
            phones.append(phone)
            if allowed:
                await phone.context.grant_permissions(["camera"])
            await phone.activate(system.new_code())
            return phone

        yield opened
        for phone in phones:
            await phone.context.close()
    for film in tmp_path.glob("*.y4m"):
        film.unlink()  # 4 MB a second
    assert [complaint for phone in phones for complaint in phone.complaints] == []


async def test_the_picture_is_taken_once_the_page_is_whole(films: Films, pair: Pair) -> None:
    """First refused, with what to do; then the bottom is missing, then the picture is taken, and arrives as good."""
    phone = await films((pair.first.image, CUT_S), (pair.retake.image, WHOLE_S), allowed=False)
    page, camera = phone.page, phone.page.locator("[data-camera]")
    await phone.go("/hand-in")
    await page.get_by_role("button", name="Seite fotografieren").click()
    await expect(camera).to_contain_text("Die Kamera ist nicht erlaubt")
    assert await phone.axe() == []
    await expect(camera).to_have_attribute("data-check", "ready", timeout=SEES_MS)
    await phone.context.grant_permissions(["camera"])
    await page.get_by_role("button", name="Noch einmal versuchen").click()
    await _says(phone, CUT)
    await _says(phone, WHOLE)
    assert await phone.axe() == []
    assert await _uploads(phone) == []
    await page.get_by_role("button", name="Seite senden").click()
    await _says(phone, "Legen Sie jetzt die nächste Seite hin.")
    await expect(camera).to_contain_text("Aufgenommene Seiten: 1")
    await page.get_by_role("link", name="Fertig").click()
    await phone.sees("good")


async def test_a_cut_page_is_taken_anyway_with_the_keyboard(films: Films, pair: Pair) -> None:
    """The button is always there; the picture says what is wrong with it, and goes nowhere before somebody says so."""
    phone = await films((pair.first.image, 1), way=Way(width=1280, height=800))
    page = phone.page
    await phone.go(CAMERA)
    await _says(phone, CUT)
    await expect(page.locator("#said")).to_have_text(CUT, timeout=SEES_MS)
    await expect(page.get_by_role("button", name="Trotzdem aufnehmen")).to_be_enabled()
    await phone.tab_to("[data-shutter]")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-say]")).to_be_focused(timeout=SEES_MS)
    await _says(phone, CUT)
    await expect(page.get_by_role("button", name="Trotzdem senden")).to_be_visible()
    await page.keyboard.press("Enter")  # nothing has the focus that a key would press
    assert await _uploads(phone) == []
    await phone.tab_to("[data-again]")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-shutter]")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-say]")).to_be_focused(timeout=SEES_MS)
    await phone.tab_to("[data-use]")
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Fertig").click()
    await phone.sees("retake")


async def test_a_page_of_the_draft_is_taken_again(films: Films, pair: Pair, letters: tuple[Path, Path]) -> None:
    """`Neu aufnehmen` opens the camera for that page alone, and leads back."""
    phone = await films((pair.retake.image, 1))
    await phone.go("/hand-in")
    await phone.take(letters[0])
    await phone.sees("retake")
    await phone.page.get_by_role("link", name="Neu aufnehmen: Seite 1").click()
    await expect(phone.page.locator("h1")).to_have_text("Diese Seite noch einmal aufnehmen")
    await phone.page.get_by_role("button", name="Seite senden").click(timeout=SEES_MS)
    await phone.page.wait_for_url("**/hand-in")
    await phone.sees("good")
    await expect(phone.page.locator("#draft .sheet")).to_have_count(1)


async def test_the_camera_works_without_network(films: Films, pair: Pair) -> None:
    """Once opened it opens again without network, sees a page as before, and keeps the picture until there is one."""
    phone = await films((pair.retake.image, 1))
    page, camera = phone.page, phone.page.locator("[data-camera]")
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await phone.go(CAMERA)
    await expect(camera).to_have_attribute("data-check", "ready", timeout=SEES_MS)
    await phone.context.set_offline(offline=True)
    await phone.go(CAMERA)
    await _says(phone, WHOLE)
    await page.get_by_role("button", name="Seite senden").click()
    await page.get_by_role("link", name="Fertig").click()
    await expect(page.locator(".sheet--local")).to_contain_text("Kein Netz")
    await phone.context.set_offline(offline=False)
    await phone.sees("good")


async def test_the_camera_is_let_go(films: Films, pair: Pair) -> None:
    """Nothing is filmed once the page is out of sight; back in sight it goes on."""
    phone = await films((pair.first.image, 1))
    await phone.go(CAMERA)
    camera = phone.page.locator("[data-camera]")
    await expect(camera).to_have_attribute("data-state", "live")
    await phone.page.evaluate("""() => {
        Object.defineProperty(document, 'hidden', {value: true, configurable: true});
        document.dispatchEvent(new Event('visibilitychange'));
    }""")
    await expect(camera).to_have_attribute("data-state", "away")
    assert await phone.page.evaluate("document.querySelector('video').srcObject") is None
    await phone.page.evaluate("""() => {
        Object.defineProperty(document, 'hidden', {value: false, configurable: true});
        document.dispatchEvent(new Event('visibilitychange'));
    }""")
    await _says(phone, CUT)


async def test_without_a_camera_a_photo_is_chosen(phone: Phone, letters: tuple[Path, Path]) -> None:
    """Where there is none the page says so, takes a photo from the phone, and checks that one, too."""
    await phone.go(CAMERA)
    await expect(phone.page.locator("[data-camera]")).to_contain_text("Hier ist keine Kamera zu finden")
    await expect(phone.page.locator("[data-camera]")).to_have_attribute("data-check", "ready", timeout=SEES_MS)
    await phone.page.get_by_role("button", name="Foto wählen oder aufnehmen").click()
    await phone.pick(letters[0])
    await _says(phone, CUT)
    await phone.page.get_by_role("button", name="Trotzdem senden").click()
    await phone.go("/hand-in")
    await phone.sees("retake")


async def test_without_scripts_the_page_leads_back(films: Films, pair: Pair) -> None:
    """Who has no scripts is told so, and hands in with a file."""
    phone = await films((pair.first.image, 1), way=Way(scripts=False))
    await phone.go(CAMERA)
    assert "Das kann es nur mit JavaScript." in await phone.page.inner_text("main")
    await phone.page.get_by_role("link", name="Weiter mit dem Abgeben").click()
    await expect(phone.page.locator("#file")).to_be_visible()


@pytest.mark.parametrize(
    "way", [Way(locale="ar"), Way(width=1280, height=800, locale="ar", scheme="dark"), Way(width=740, height=360)]
)
async def test_it_fits_every_screen(films: Films, pair: Pair, way: Way) -> None:
    """Picture, sentence and button are all in sight, from right to left and held across, too; axe finds nothing."""
    phone = await films((pair.first.image, 1), way=way)
    await phone.go(CAMERA)
    await expect(phone.page.locator("rect[data-border=B]")).to_be_visible(timeout=SEES_MS)
    for part in ("[data-say]", "[data-shutter]", "video"):
        await expect(phone.page.locator(part)).to_be_in_viewport(ratio=1)
    assert await phone.axe() == []


async def _says(phone: Phone, sentence: str) -> None:
    await expect(phone.page.locator("[data-say]")).to_have_text(sentence, timeout=SEES_MS)


async def _uploads(phone: Phone) -> list[str]:
    """Return what was sent of the pictures so far."""
    names: list[str] = await phone.page.evaluate("performance.getEntriesByType('resource').map(each => each.name)")
    return [name for name in names if "/uploads" in name]
