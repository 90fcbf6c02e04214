"""A phone with a browser, and what a citizen does with it."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest
from playwright.async_api import Browser, BrowserContext, FileChooser, Page, expect

from deploy.assets import TEST_MODULE

PATIENCE_MS = 60_000
MOST_TABS = 40
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# The message has the element itself: to say where it is found costs a third of the time. No page has frames, and none
# of these rules reads styles as text.
AXE = """rules => axe.run({
    runOnly: rules, resultTypes: ['violations'], selectors: false, preload: false, iframes: false
}).then(({violations}) => violations.flatMap(rule => rule.nodes.map(
        node => `${rule.id}: ${node.html.slice(0, 200)} ${node.failureSummary}`)))"""


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody looks at pages."""

    width: int = 360
    height: int = 740
    locale: str = "de-DE"
    scheme: str = "light"
    scripts: bool = True
    workers: bool = True

    def options(self) -> dict[str, Any]:
        """Return it in the browser's words."""
        small = self.width < 600
        return {
            "viewport": {"width": self.width, "height": self.height},
            "locale": self.locale,
            "color_scheme": self.scheme,
            "java_script_enabled": self.scripts,
            "service_workers": "allow" if self.workers else "block",
            "is_mobile": small,
            "has_touch": small,
        }


@dataclass(slots=True)
class Phone:
    """One browser context with one page; errors of its scripts and of the content policy are kept."""

    context: BrowserContext
    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    choosers: "asyncio.Queue[FileChooser]" = field(default_factory=asyncio.Queue)

    @classmethod
    async def opened(cls, browser: Browser, url: str, way: Way) -> Self:
        """Open a browser that has never been here."""
        context = await browser.new_context(**way.options())
        context.set_default_timeout(PATIENCE_MS)
        return cls(context, await context.new_page(), url)

    async def other_tab(self) -> Self:
        """Open another page of the same browser, which complains with this one."""
        return type(self)(self.context, await self.context.new_page(), self.url, self.complaints)

    def __post_init__(self) -> None:
        """Listen from the beginning."""
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("filechooser", self.choosers.put_nowait)
        self.page.on("console", lambda said: self._hear(said.type, said.text))

    def _hear(self, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource" not in text:  # an answer 4xx that a test asked for
            self.complaints.append(text)

    async def go(self, path: str) -> None:
        """Open a page."""
        await self.page.goto(self.url + path)

    async def speak(self, language: str) -> None:
        """Choose a language, as the buttons do: for tests that are about something else."""
        await self.context.add_cookies([{"name": "language", "value": language, "url": self.url}])

    async def tab_to(self, selector: str) -> None:
        """Press Tab until something has the focus."""
        wanted = self.page.locator(selector)
        for _ in range(MOST_TABS):
            await self.page.keyboard.press("Tab")
            if await wanted.evaluate("element => element === document.activeElement"):
                return
        pytest.fail(f"{selector} cannot be reached with the keyboard")

    async def activate(self, code: str) -> None:
        """Type the code of a letter."""
        await self.go("/")
        await self.page.fill("#code", code)
        await self.page.click("#activation button.kern-btn--primary")
        await expect(self.page.locator(".tabs")).to_be_visible()

    async def take(self, *photos: Path) -> None:
        """Choose pictures, as the camera or the gallery hands them over."""
        await self.page.set_input_files("[data-source=files]", photos)

    async def pick(self, *photos: Path) -> None:
        """Choose pictures in the dialog that was opened just now."""
        async with asyncio.timeout(PATIENCE_MS / 1000):
            chooser = await self.choosers.get()
        await chooser.set_files(photos)

    async def sees(self, verdict: str, count: int = 1) -> None:
        """Wait until so many pages have a verdict."""
        await expect(self.page.locator(f"[data-verdict={verdict}]")).to_have_count(count, timeout=PATIENCE_MS)

    async def send(self) -> str:
        """Hand in; return the document's id once its receipt is there."""
        await self.page.click("#hand-over")
        await self.page.wait_for_url("**/documents/*")
        return self.page.url.rpartition("/")[2]

    async def bring_axe(self) -> None:
        """Have axe at hand on the page that is open: no page that nobody asks about pays for it."""
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(TEST_MODULE.read_text())

    async def axe(self) -> list[str]:
        """Return what axe finds on the page, by all rules."""
        await self.page.wait_for_load_state()  # without its styles no page has targets that are large enough
        await self.bring_axe()
        return list(await self.page.evaluate(AXE, WCAG))
