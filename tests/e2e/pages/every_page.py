"""Has every page looked at, in every language; and knows which pages nobody has looked at."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx
from fastapi.routing import APIRoute
from playwright.async_api import Request, Response

from services.gateway.pages import sending
from services.gateway.pages.site import ROOMS
from tests import loopback
from tests.e2e.pages.glass import SHOWN, Glass
from tests.e2e.pages.phone import PATIENCE_MS, WCAG, Phone
from tests.waiting import until

NATIVE, ELSEWHERE = "de", "ar"
ROUTES = [route for room in ROOMS for route in room.router.routes if isinstance(route, APIRoute)]
# What words and their direction can change; all else is the same page, and looked at once.
OF_WORDS = (
    "aria-command-name",
    "aria-dialog-name",
    "aria-input-field-name",
    "aria-progressbar-name",
    "button-name",
    "document-title",
    "empty-heading",
    "html-has-lang",
    "html-lang-valid",
    "image-alt",
    "image-redundant-alt",
    "input-button-name",
    "label",
    "landmark-unique",
    "link-name",
    "scrollable-region-focusable",
    "select-name",
    "summary-name",
    "target-size",
    "valid-lang",
)


class EveryPage:
    """Looks at one page after the other that a phone has opened: as it is, in other languages, on a desk in the dark.

    What depends on two of direction, width and scheme at once is rare: Arabic on a wide, dark screen is the only other
    way that is looked at with every rule.
    """

    def __init__(self, phone: Phone, glass: Glass, desk: Glass, others: Sequence[str]) -> None:
        """Look in `others` besides the language that the phone speaks."""
        self.phone = phone
        self.seen: set[str] = set()
        self._glass, self._desk = glass, desk
        self._others = others
        self._opened: Request | None = None
        phone.page.on("response", self._follow)

    def _follow(self, answer: Response) -> None:
        if answer.request.is_navigation_request() and answer.status != HTTPStatus.NO_CONTENT:
            self._opened = answer.request

    async def look(self, path: str | None = None) -> None:
        """Find nothing on a page, or on the one that is open."""
        cookies = await self.phone.context.cookies()  # an answer may take one away
        if path:
            await self.phone.go(path)
        page, opened = self.phone.page, self._opened
        assert opened
        self.seen.add(_route_of(opened.method, urlsplit(opened.url).path))
        html, shown = await page.content(), await page.evaluate(SHOWN)
        await self._desk.tab.context.add_cookies(cookies)  # type: ignore[arg-type] # what it gives, it takes
        found = [await self._glass.find(NATIVE, html, shown, WCAG), await self._desk.find(NATIVE, html, shown)]
        async for language, translated in self._translated(opened, {each["name"]: each["value"] for each in cookies}):
            found.append(await self._glass.find(language, translated, shown, OF_WORDS))
            if language == ELSEWHERE:
                found.append(await self._desk.find(language, translated, shown, WCAG))
        assert not any(found), (page.url, found)

    async def _translated(self, opened: Request, cookies: Mapping[str, str]) -> AsyncIterator[tuple[str, str]]:
        """Return the page that a request led to as it is in each other language."""
        headers = {"accept": "text/html", "sec-fetch-site": "same-origin"}
        headers |= {name: value for name, value in opened.headers.items() if name == "content-type"}
        for language in self._others:
            async with self._browser({**cookies, "language": language}, headers) as http:
                answer = await http.request(opened.method, opened.url, content=opened.post_data_buffer)
            yield language, answer.text

    async def _cookies(self) -> dict[str, str]:
        return {each["name"]: each["value"] for each in await self.phone.context.cookies()}

    def _browser(self, cookies: Mapping[str, str], headers: Mapping[str, str]) -> httpx.AsyncClient:
        url, patience = self.phone.url, PATIENCE_MS / 1000
        return loopback.client(base_url=url, cookies=dict(cookies), headers=headers, timeout=patience)

    async def pass_by(self, path: str) -> None:
        """See that an address answers with a file, and no page; a busy server may first say that it is."""
        async with self._browser(await self._cookies(), {"accept": "text/html"}) as http:
            await until(lambda: _is_file(http, path), what=lambda: f"a file at {path}")
        self.seen.add(_route_of("GET", path))

    async def forgotten(self, known: Mapping[str, str]) -> list[str]:
        """Return the addresses that answer with a whole page and were not looked at; `known` fills in their ids."""
        paths = [
            route.path
            for route in ROUTES
            if "GET" in (route.methods or ())
            and f"GET {route.path}" not in self.seen
            and not route.path.startswith(sending.PATH)  # what a script speaks to
        ]
        async with self._browser(await self._cookies(), {"accept": "text/html"}) as http:
            return [path for path in paths if await _is_page(http, path.format_map(known))]


def _route_of(method: str, path: str) -> str:
    own = re.sub(r"^/for/[^/]+", "", path)
    found = [each for each in ROUTES if method in (each.methods or ()) and each.path_regex.fullmatch(own)]
    return f"{method} {found[0].path}"


async def _is_file(http: httpx.AsyncClient, path: str) -> bool:
    return not await _is_page(http, path)


async def _is_page(http: httpx.AsyncClient, path: str) -> bool:
    """Tell whether an address answers with a whole page; a stream of news has no end to be waited for."""
    async with http.stream("GET", path) as answer:
        if not answer.headers.get("content-type", "").startswith("text/html"):
            assert not answer.is_error, (path, answer.status_code)
            return False
        return (await answer.aread()).lstrip()[:9].lower() == b"<!doctype"
