"""Acting for somebody in a browser: the address says for whom, and nothing gets from one person to another."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest

from shared.clock import utc_now
from shared.ids import new_id
from tests import loopback
from tests.integration.gateway.door import Door
from tests.integration.gateway.helping import HELPER, accept, invite
from tests.integration.gateway.newcomers import NEWCOMER
from tests.integration.gateway.people import Phone, picture

pytestmark = pytest.mark.live
OURS = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


@pytest.fixture
async def browser(door: Door, stranger: Phone) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of a citizen who helps others."""
    token = stranger.headers["Authorization"].removeprefix("Bearer ")
    async with loopback.client(base_url=door.url, headers=OURS, cookies={"amtsbote": token}, timeout=60) as browser:
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
    async with loopback.client(base_url=door.url, headers=OURS) as nobody:
        answer = await nobody.get(f"{base}/things")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_an_empty_list_speaks_of_whom_it_is_about(
    phone: Phone, stranger: Phone, browser: httpx.AsyncClient
) -> None:
    """It names the other person, says no more than the helper may know, and leads only where they may go."""
    base = await _for(phone, stranger, "read")
    shown = (await browser.get(f"{base}/things")).text
    assert "Für Amina Yildiz ist noch nichts abgegeben." in shown
    assert (f"{base}/things/events" in shown, f"{base}/hand-in" in shown) == (True, False)
    await phone.delete(f"/v1/mandates/{base.rpartition('/')[2]}")
    base = await _for(phone, stranger, "upload", "appointments")
    shown = (await browser.get(f"{base}/things")).text
    assert "Sie haben für Amina Yildiz noch nichts abgegeben." in shown
    assert (f"{base}/things/events" in shown, f"{base}/hand-in" in shown) == (False, True)
    assert "Für Amina Yildiz ist noch kein Rückruf gewünscht." in (await browser.get(f"{base}/callbacks")).text


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
    """A double tap shows a new code for the same invitation, the first is worthless; another name is another person."""
    token = phone.headers["Authorization"].removeprefix("Bearer ")
    async with loopback.client(base_url=door.url, headers=OURS, cookies={"amtsbote": token}) as citizen:
        text = (await citizen.get("/trusted")).text
        last_day = text.partition('name="last_day"')[2].partition('value="')[2].partition('"')[0]
        form = {"key": _key(text), "kind": "beistand", "scope": ["upload", "read"], "last_day": last_day}
        form |= {"called": "Frau Kaya", "citizen_name": "Amina Yildiz"}
        pages = [(await citizen.post("/trusted", data=form)).text for _ in range(2)]
        other = (await citizen.post("/trusted", data=form | {"called": "Herr Demir"})).text
    codes = [page.partition('id="code">')[2].partition("<")[0] for page in pages]
    assert "Code für Herr Demir" in other
    assert [one["called"] for one in (await phone.get("/v1/mandates")).json()["items"]] == ["Herr Demir", "Frau Kaya"]
    async with loopback.client(base_url=door.url, headers=OURS) as nobody:
        answers = [await nobody.post("/accept", data={"code": code, "name": HELPER}) for code in codes]
    assert [answer.status_code for answer in answers] == [422, 303]
    assert answers[1].headers["location"].startswith("/for/")


@asynccontextmanager
async def helping(door: Door, phone: Phone, *scopes: str) -> AsyncIterator[tuple[httpx.AsyncClient, str]]:
    """Return the browser of somebody who only helps a citizen, and where that citizen's pages are in it."""
    mandate = await invite(phone, *scopes)
    async with loopback.client(base_url=door.url, headers=OURS, timeout=60) as browser:
        accepted = await browser.post("/accept", data={"code": mandate["code"], "name": HELPER})
        assert accepted.status_code == 303, accepted.text
        yield browser, f"/for/{mandate['mandate_id']}"


async def _still_helps(browser: httpx.AsyncClient, base: str) -> bool:
    """Tell whether a browser holds the access it was given to help, and whom it helps is in its list."""
    listed = (await browser.get("/people")).text
    return (await browser.get(f"{base}/hand-in")).status_code == 200 and f"{base}/start" in listed


async def test_who_helps_applies_for_themselves_and_goes_on_helping(door: Door, phone: Phone) -> None:
    """Said before: the own access comes beside the helper's; papers begun for the other stay, and stay apart."""
    async with helping(door, phone, "upload") as (browser, base):
        token = browser.cookies["amtsbote"]
        await browser.post(f"{base}/hand-in/pages?key={new_id()}", files={"file": ("page.jpg", picture())})
        assert 'href="/own"' in (await browser.get("/people")).text
        for way in ("/own", "/new/apply"):
            assert "Sie helfen weiter" in (await browser.get(way)).text
        form = NEWCOMER | {"key": new_id()}
        for _ in range(2):  # the second time its answer got lost
            started = await browser.post("/new/apply", data=form)
            assert (started.status_code, started.headers["location"]) == (303, "/")
        assert browser.cookies["amtsbote"] == token
        home = (await browser.get("/")).text
        assert "Ihr Antrag ist bei uns" in home
        assert 'href="/people"' in home
        assert await _still_helps(browser, base)
        drafts = [(await browser.get(f"{where}/hand-in")).text for where in (base, "")]
        assert ['class="sheet"' in text for text in drafts] == [True, False]
        row = await door.database.devices.find_one({"helper_id": {"$ne": None}}, sort=[("_id", -1)])
        assert row
        await door.heard(row["citizen_id"], "assignment.requested.v1")
        assert (await browser.post(f"/people/{base.rpartition('/')[2]}/resign")).status_code == 303
        assert (await browser.get(f"{base}/hand-in")).status_code == 403
        assert "Das haben Sie selbst so entschieden" in (await browser.get("/people")).text


async def test_who_helps_gets_in_with_a_letter_too(door: Door, phone: Phone) -> None:
    """A letter's code on a helper's phone opens the own papers beside; a second phone gets both, until it is lost."""
    others = loopback.client(base_url=door.url, headers=OURS)
    async with helping(door, phone, "upload") as (browser, base), others as second:
        wrong = await browser.post("/", data={"code": "AAAA-AAAA-A"})
        assert (wrong.status_code, "Sie helfen weiter" in wrong.text) == (422, True)
        code = await door.stores().people.invite(timedelta(days=1))
        assert (await browser.post("/", data={"code": code})).status_code == 303
        assert (await browser.get("/things")).status_code == 200
        assert await _still_helps(browser, base)
        shown = (await browser.post("/devices")).text
        await second.post("/", data={"code": shown.partition('id="code">')[2].partition("<")[0]})
        assert await _still_helps(second, base)
        ids = re.findall(r'action="/devices/([^/"]+)/revoke"', (await second.get("/devices")).text)
        assert len(ids) == 2
        for device_id in ids:
            await second.post(f"/devices/{device_id}/revoke")
        for lost in (browser, second):
            assert (await lost.get(f"{base}/hand-in")).status_code in {303, 401}


async def test_two_ways_to_help_somebody_are_one(door: Door, phone: Phone) -> None:
    """Whoever already helps a citizen from this phone is told so, though by now they are here for themselves."""
    async with helping(door, phone, "upload") as (browser, base):
        await browser.post("/new/hand-in", data=NEWCOMER | {"key": new_id()})
        again = await invite(phone, "read")
        refused = await browser.post("/accept", data={"code": again["code"], "name": HELPER})
        assert (refused.status_code, "Sie helfen dieser Person schon" in refused.text) == (409, True)
        assert await _still_helps(browser, base)


async def test_a_helper_who_came_to_nothing_is_a_helper_again(door: Door, phone: Phone) -> None:
    """Forgotten for themselves after a month, they keep what they were given to help."""
    async with helping(door, phone, "upload") as (browser, base):
        await browser.post("/new/hand-in", data=NEWCOMER | {"key": new_id()})
        assert (await browser.get("/things")).status_code == 200
        await door.forget(lambda: utc_now() + timedelta(days=31))
        assert await _still_helps(browser, base)
        assert (await browser.get("/")).headers["location"] == "/people"
