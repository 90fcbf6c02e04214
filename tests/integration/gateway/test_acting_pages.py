"""Acting for somebody in a browser: the address says for whom, and nothing gets from one person to another."""

from collections.abc import AsyncIterator

import httpx
import pytest

from shared.ids import new_id
from tests.integration.gateway.door import Door
from tests.integration.gateway.helping import HELPER, accept, invite
from tests.integration.gateway.people import Phone, picture

pytestmark = pytest.mark.live
OURS = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


@pytest.fixture
async def browser(door: Door, stranger: Phone) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of a citizen who helps others."""
    token = stranger.headers["Authorization"].removeprefix("Bearer ")
    async with httpx.AsyncClient(base_url=door.url, headers=OURS, cookies={"amtsbote": token}, timeout=60) as browser:
        yield browser


async def _for(citizen: Phone, stranger: Phone, *scopes: str) -> str:
    """Let the stranger act for a citizen; return where their pages are."""
    mandate = await invite(citizen, *scopes)
    (await accept(stranger, mandate["code"])).raise_for_status()
    return f"/for/{mandate['mandate_id']}"


def _key(text: str) -> str:
    return text.partition('name="key" value="')[2].partition('"')[0]


async def test_what_is_begun_for_one_is_not_anothers(
    door: Door, phone: Phone, stranger: Phone, browser: httpx.AsyncClient
) -> None:
    """Pages sent for one person are in no other list, and no form of one hands in for another."""
    async with await door.activate() as third:
        first, second = [await _for(citizen, stranger, "upload") for citizen in (phone, third)]
        files = {"file": ("page.jpg", picture())}
        sent = await browser.post(f"{first}/hand-in/pages?key={new_id()}", files=files)
        assert (sent.status_code, sent.headers["location"]) == (303, f"{first}/hand-in")
        lists = [(await browser.get(f"{base}/hand-in")).text for base in (first, second, "")]
        assert ['class="sheet"' in text for text in lists] == [True, False, False]
        for base in (second, ""):
            assert (await browser.post(f"{base}/hand-in", data={"key": _key(lists[0])})).status_code == 409
        done = await browser.post(f"{first}/hand-in", data={"key": _key(lists[0])})
        assert done.headers["location"].startswith(f"{first}/documents/")
        counts = [len((await one.get("/v1/documents")).json()["items"]) for one in (phone, third, stranger)]
        assert counts == [1, 0, 0]


async def test_pages_for_somebody_are_closed_unless_opened(
    door: Door, phone: Phone, stranger: Phone, browser: httpx.AsyncClient
) -> None:
    """Access, invitations, consents and everything outside the mandate stay shut; nobody is led to the start."""
    document = await phone.document()
    base = await _for(phone, stranger, "read")
    assert (await browser.get(f"{base}/documents/{document}")).status_code == 200
    closed = ("/", "/devices", "/trusted", "/people", "/hand-in", "/callbacks", f"/documents/{document}/forward/energy")
    for path in closed:
        answer = await browser.get(base + path)
        assert answer.status_code == 403, path
        assert "Das ist nicht erlaubt" in answer.text, path
    assert (await browser.get(f"/for/{new_id()}/things")).status_code == 404
    async with httpx.AsyncClient(base_url=door.url, headers=OURS) as nobody:
        answer = await nobody.get(f"{base}/things")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_an_open_page_hears_nothing_after_the_end(
    phone: Phone, stranger: Phone, browser: httpx.AsyncClient
) -> None:
    """A stream that was opened under a mandate is over with the first news after its end."""
    base = await _for(phone, stranger, "read")
    heard = ""
    async with browser.stream("GET", f"{base}/live") as news:
        await phone.delete(f"/v1/mandates/{base.rpartition('/')[2]}")
        await phone.document()
        async for text in news.aiter_text():
            heard += text
    assert "data: document.submitted" not in heard
    assert (await browser.get(f"{base}/live")).status_code == 403


async def test_a_form_sent_twice_invites_once(phone: Phone, door: Door) -> None:
    """A double tap shows a new code for the same invitation; the first code is worthless then."""
    token = phone.headers["Authorization"].removeprefix("Bearer ")
    async with httpx.AsyncClient(base_url=door.url, headers=OURS, cookies={"amtsbote": token}) as citizen:
        text = (await citizen.get("/trusted")).text
        last_day = text.partition('name="last_day"')[2].partition('value="')[2].partition('"')[0]
        form = {"key": _key(text), "kind": "beistand", "scope": ["upload", "read"], "last_day": last_day}
        form |= {"called": "Frau Kaya", "citizen_name": "Amina Yildiz"}
        pages = [(await citizen.post("/trusted", data=form)).text for _ in range(2)]
    codes = [page.partition('id="code">')[2].partition("<")[0] for page in pages]
    assert len((await phone.get("/v1/mandates")).json()["items"]) == 1
    async with httpx.AsyncClient(base_url=door.url, headers=OURS) as nobody:
        answers = [await nobody.post("/accept", data={"code": code, "name": HELPER}) for code in codes]
    assert [answer.status_code for answer in answers] == [422, 303]
    assert answers[1].headers["location"].startswith("/for/")
