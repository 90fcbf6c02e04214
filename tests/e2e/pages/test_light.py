"""The pages are light and keep to themselves: few bytes, soon usable, no foreign host, kept by the browser."""

import pytest
from playwright.async_api import Response, expect

from tests.e2e.pages.conftest import Open
from tests.e2e.pages.phone import Phone, Way
from tests.e2e.system import System

pytestmark = pytest.mark.live

FIRST_BYTES = 150 * 1024
AGAIN_BYTES = 15 * 1024
USABLE_MS = 5000
# What Chrome's DevTools call "3G", and called "Slow 3G" until May 2024: 500 kbit/s and 400 ms, each with a factor that
# makes the emulation come close to such a network (devtools-frontend, `Slow3GConditions` in NetworkManager.ts).
SLOW_3G = {"latency": 400 * 5, "downloadThroughput": 500_000 / 8 * 0.8, "uploadThroughput": 500_000 / 8 * 0.8}
# When the browser has painted the page and its main button is there, in the design system's looks; 0 until then.
USABLE = """() => {
    const button = document.querySelector('#activation button.kern-btn--primary');
    const painted = performance.getEntriesByName('first-contentful-paint').length > 0;
    if (!painted || !button?.checkVisibility() || button.disabled) return 0;
    const asDesigned = getComputedStyle(button).borderRadius !== '0px' && button.offsetHeight >= 44;
    return asDesigned && performance.now();
}"""


async def _transferred(phone: Phone, path: str) -> tuple[int, set[str]]:
    """Open a page; return the bytes on the wire, heads included, and the hosts that were asked."""
    answers: list[Response] = []
    page = await phone.context.new_page()
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - Playwright wants a function of Python's own
    await page.goto(phone.url + path, wait_until="networkidle")
    sizes = [await answer.request.sizes() for answer in answers]
    size = sum(one["responseBodySize"] + one["responseHeadersSize"] for one in sizes)
    return size, {answer.url.partition("/static")[0].rpartition("//")[2].partition("/")[0] for answer in answers}


async def test_first_page_is_small_and_the_next_smaller(opened: Open, system: System) -> None:
    """The first page takes less than 150 KB, fonts included, from no host but ours; the second only its own words."""
    phone = await opened()
    size, hosts = await _transferred(phone, "/")
    assert size < FIRST_BYTES
    assert hosts == {system.gateway_url.removeprefix("http://")}
    again, _ = await _transferred(phone, "/accessibility")
    assert again < AGAIN_BYTES


async def test_first_page_is_soon_usable_on_a_slow_network(opened: Open) -> None:
    """On slow 3G, by a browser that has never been here, the main button can be pressed within five seconds."""
    phone = await opened()
    devtools = await phone.context.new_cdp_session(phone.page)
    await devtools.send("Network.enable")
    await devtools.send("Network.emulateNetworkConditions", {"offline": False, **SLOW_3G})
    await phone.page.goto(phone.url, wait_until="commit")
    usable = await phone.page.wait_for_function(USABLE)
    await phone.page.click("#activation button.kern-btn--primary", trial=True)
    assert await usable.json_value() < USABLE_MS


@pytest.mark.parametrize(
    ("locale", "scripts"),
    [("de-DE", {"latin"}), ("ru-RU", {"latin", "cyrillic"}), ("ar", set())],
    ids=["de", "ru", "ar"],
)
async def test_only_the_letters_of_the_language_are_sent(opened: Open, locale: str, scripts: set[str]) -> None:
    """Nobody pays for another script, the list of languages included; Arabic letters are the phone's own."""
    phone = await opened(Way(locale=locale))
    fonts: set[str] = set()
    phone.page.on("request", lambda asked: fonts.add(asked.url) if asked.url.endswith(".woff2") else None)
    await phone.go("/")
    await phone.page.locator(".languages summary").click()
    await phone.page.wait_for_load_state("networkidle")
    await phone.page.evaluate("document.fonts.ready")
    assert {url.rpartition("-")[2].removesuffix(".woff2") for url in fonts} == scripts
    size, _ = await _transferred(phone, "/")
    assert size < FIRST_BYTES


async def test_letters_are_those_of_the_design_system(opened: Open) -> None:
    """The fonts made at set-up are there and used."""
    phone = await opened()
    await phone.go("/")
    loaded = "document.fonts.ready.then(() => [...document.fonts].filter(f => f.status == 'loaded').map(f => f.weight))"
    assert {"400", "600"} <= set(await phone.page.evaluate(loaded))
    await expect(phone.page.locator("h1")).to_have_css(
        "font-family",
        '"Fira Sans", system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", sans-serif',
    )
