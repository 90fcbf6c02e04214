"""Looks at pages as axe and a ruler do, in every language; and knows which pages nobody has looked at."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx
from fastapi.routing import APIRoute
from playwright.async_api import Request, Response

from services.gateway.pages.site import ROOMS
from tests import loopback
from tests.e2e.pages.phone import PATIENCE_MS, Phone

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
# Boxes with words of their own that are wider than the box; only what readers hear is meant to be.
CUT_OFF = """[...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && e.clientWidth > 1
    && [...e.childNodes].some(each => each.nodeType === Node.TEXT_NODE && each.data.trim())
    && e.scrollWidth > e.clientWidth + 1).map(e => e.outerHTML)"""
WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"


# Puts the same page in another language in the place of the one that is open. To load it anew takes five times as long,
# and styles and scripts are the same: what they show and hide is taken over.
EXCHANGE = """async html => {
    const fresh = new DOMParser().parseFromString(html, 'text/html');
    const scripted = '[data-take], [data-plain], [data-push-says], [data-push-key] button';
    const shown = [...document.querySelectorAll(scripted)];
    [...fresh.querySelectorAll(scripted)].forEach((part, index) => (part.hidden = shown[index].hidden));
    const styles = one => [...one.querySelectorAll('link[rel=stylesheet]')];
    const wanted = styles(fresh).map(link => link.href), there = styles(document);
    there.filter(link => !wanted.includes(link.href)).forEach(link => link.remove());
    const missing = styles(fresh).filter(link => !there.some(each => each.href === link.href));
    await Promise.all(missing.map(link => new Promise(done => {
        link.onload = done;
        document.head.append(link);
    })));
    for (const name of ['lang', 'dir']) document.documentElement.setAttribute(name, fresh.documentElement[name]);
    document.title = fresh.title;
    document.body.replaceWith(fresh.body);
    await document.fonts.ready;
}"""


class EveryPage:
    """Looks at one page after the other on one phone: with every rule as it is shown, then in the other languages."""

    def __init__(self, phone: Phone, others: Sequence[str]) -> None:
        """Look in `others` besides the language that the phone speaks."""
        self.phone = phone
        self.seen: set[str] = set()
        self._others = others
        self._opened: Request | None = None
        phone.page.on("response", self._follow)

    def _follow(self, answer: Response) -> None:
        if answer.request.is_navigation_request() and answer.status != HTTPStatus.NO_CONTENT:
            self._opened = answer.request

    async def look(self, path: str | None = None) -> None:
        """Find nothing on a page, or on the one that is open."""
        cookies = await self._cookies()  # an answer may take one away
        if path:
            await self.phone.go(path)
        await look_once(self.phone)
        assert self._opened
        self.seen.add(_route_of(self._opened.method, urlsplit(self._opened.url).path))
        for language in self._others:
            await self.phone.page.evaluate(EXCHANGE, await self._in(language, self._opened, cookies))
            assert await self.phone.page.get_attribute("html", "lang") == language
            assert await self.phone.axe(OF_WORDS) == [], (language, self.phone.page.url)
            await look_at_width(self.phone)
        if self._others:
            await self.phone.page.reload()

    async def _in(self, language: str, opened: Request, cookies: Mapping[str, str]) -> str:
        """Return the page that a request led to as it is in another language."""
        headers = {"accept": "text/html", "sec-fetch-site": "same-origin"}
        headers |= {name: value for name, value in opened.headers.items() if name == "content-type"}
        async with self._browser({**cookies, "language": language}, headers) as http:
            return (await http.request(opened.method, opened.url, content=opened.post_data_buffer)).text

    async def _cookies(self) -> dict[str, str]:
        return {each["name"]: each["value"] for each in await self.phone.context.cookies()}

    def _browser(self, cookies: Mapping[str, str], headers: Mapping[str, str]) -> httpx.AsyncClient:
        url, patience = self.phone.url, PATIENCE_MS / 1000
        return loopback.client(base_url=url, cookies=dict(cookies), headers=headers, timeout=patience)

    async def pass_by(self, path: str) -> None:
        """See that an address answers with a file, and no page."""
        async with self._browser(await self._cookies(), {"accept": "text/html"}) as http:
            assert not await _is_page(http, path)
        self.seen.add(_route_of("GET", path))

    async def forgotten(self, known: Mapping[str, str]) -> list[str]:
        """Return the addresses that answer with a whole page and were not looked at; `known` fills in their ids."""
        paths = [
            route.path for route in ROUTES if "GET" in (route.methods or ()) and f"GET {route.path}" not in self.seen
        ]
        async with self._browser(await self._cookies(), {"accept": "text/html"}) as http:
            return [path for path in paths if await _is_page(http, path.format_map(known))]


async def look_once(phone: Phone) -> None:
    """Find nothing by any rule, and nothing wider than a phone or a desk."""
    assert await phone.axe() == [], phone.page.url
    usual = phone.page.viewport_size
    assert usual
    for width in (1280, 360, usual["width"]):
        await phone.page.set_viewport_size({"width": width, "height": usual["height"]})
        await look_at_width(phone)


async def look_at_width(phone: Phone) -> None:
    """See nothing that is wider than the screen, and no word that sticks out of its box."""
    whole, shown = await phone.page.evaluate(WIDTHS)
    assert whole <= shown, phone.page.url
    assert await phone.page.evaluate(CUT_OFF) == [], phone.page.url


def _route_of(method: str, path: str) -> str:
    own = re.sub(r"^/for/[^/]+", "", path)
    found = [each for each in ROUTES if method in (each.methods or ()) and each.path_regex.fullmatch(own)]
    return f"{method} {found[0].path}"


async def _is_page(http: httpx.AsyncClient, path: str) -> bool:
    """Tell whether an address answers with a whole page; a stream of news has no end to be waited for."""
    async with http.stream("GET", path) as answer:
        if not answer.headers.get("content-type", "").startswith("text/html"):
            assert not answer.is_error, (path, answer.status_code)
            return False
        return (await answer.aread()).lstrip()[:9].lower() == b"<!doctype"
