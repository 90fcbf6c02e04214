"""The pages are light and keep to themselves: few bytes, no foreign host, kept by the browser."""

import pytest
from playwright.async_api import Response, expect

from tests.e2e.pages.conftest import Open
from tests.e2e.pages.phone import Phone, Way
from tests.e2e.system import System

pytestmark = pytest.mark.live

FIRST_BYTES = 150 * 1024
AGAIN_BYTES = 15 * 1024


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
