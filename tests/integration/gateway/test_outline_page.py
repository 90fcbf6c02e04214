"""The editor of where a page lies: without scripts each button is kept at once; nobody else gets in."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from shared.ids import new_id
from tests import loopback
from tests.integration.gateway.door import Door
from tests.integration.gateway.outlines import QUAD, checked, seen_page
from tests.integration.gateway.people import JPEG, Phone
from tests.integration.gateway.test_site import OURS

pytestmark = pytest.mark.live


@pytest.fixture
async def browser(door: Door, phone: Phone) -> AsyncIterator[httpx.AsyncClient]:
    """The citizen's browser, without scripts."""
    token = phone.headers["Authorization"].removeprefix("Bearer ")
    async with loopback.client(base_url=door.url, headers=OURS, cookies={"amtsbote": token}, timeout=60) as made:
        yield made


async def press(
    browser: httpx.AsyncClient, page_id: str, step: str, version: int, outline: Any = None
) -> httpx.Response:
    """Press a button of the editor."""
    form = {"step": step, "version": str(version), "outline": json.dumps(outline or {"quad": None, "turn": None})}
    return await browser.post(f"/pages/{page_id}/outline", data=form)


async def test_the_page_turns_and_keeps_the_whole_picture_without_scripts(
    door: Door, phone: Phone, browser: httpx.AsyncClient
) -> None:
    """Each button takes effect at once and leads back; saving leads to the pages."""
    page_id = await seen_page(door, phone)
    path = f"/pages/{page_id}/outline"
    shown = (await browser.get(path)).text
    assert 'viewBox="0 0 1500 2000"' in shown
    assert 'points="300.0,400.0 1200.0,400.0 1200.0,1600.0 300.0,1600.0"' in shown
    turned = await press(browser, page_id, "right", 0)
    assert (turned.status_code, turned.headers["location"]) == (303, path)
    shown = (await browser.get(path)).text
    assert 'viewBox="0 0 2000 1500"' in shown
    assert 'transform="translate(2000 0) rotate(90)"' in shown
    await press(browser, page_id, "whole", 1, {"quad": None, "turn": 90})
    kept = (await phone.get(f"/v1/pages/{page_id}/outline")).json()["corrected"]
    assert kept == {"quad": [[0, 0], [1, 0], [1, 1], [0, 1]], "turn": 90}
    await press(browser, page_id, "suggestion", 2, kept)
    assert (await phone.get(f"/v1/pages/{page_id}/outline")).json()["corrected"] is None
    saved = await press(browser, page_id, "save", 3, {"quad": QUAD, "turn": None})
    assert saved.headers["location"] == "/hand-in"
    assert (await phone.get(f"/v1/pages/{page_id}/outline")).json()["corrected"] == {"quad": QUAD, "turn": 0}


async def test_the_page_says_what_is_wrong(door: Door, phone: Phone, browser: httpx.AsyncClient) -> None:
    """A form of an older state, crossed corners, nonsense, and a page that was never looked at."""
    page_id = await seen_page(door, phone)
    await press(browser, page_id, "right", 0)
    old = await press(browser, page_id, "left", 0)
    assert (old.status_code, "inzwischen geändert" in old.text) == (412, True)
    assert 'name="version" value="1"' in old.text
    crossed = await press(browser, page_id, "save", 1, {"quad": [QUAD[0], QUAD[2], QUAD[1], QUAD[3]], "turn": 0})
    assert (crossed.status_code, "Ecken vertauscht" in crossed.text) == (422, True)
    assert (await press(browser, page_id, "save", 1, {"quad": "all"})).status_code == 422
    unseen = await browser.get(f"/pages/{await phone.page()}/outline")
    assert (unseen.status_code, "noch kein Bild" in unseen.text) == (404, True)


async def test_strangers_do_not_see_the_editor(door: Door, phone: Phone, stranger: Phone) -> None:
    """Neither its page nor its picture, and their forms have no effect."""
    page_id = await seen_page(door, phone)
    token = stranger.headers["Authorization"].removeprefix("Bearer ")
    async with loopback.client(base_url=door.url, headers=OURS, cookies={"amtsbote": token}) as thief:
        for path in (f"/pages/{page_id}/outline", f"/pages/{page_id}/plain"):
            assert (await thief.get(path)).status_code == 404
        assert (await press(thief, page_id, "right", 0)).status_code == 404
    assert (await phone.get(f"/v1/pages/{page_id}/outline")).json()["version"] == 0


async def test_each_card_leads_to_the_editor(door: Door, phone: Phone, browser: httpx.AsyncClient) -> None:
    """A photograph's corners are set, a PDF is turned; before a page was looked at there is nothing to correct."""
    for data, media_type in ((JPEG + b"photo", "image/jpeg"), (b"%PDF-1.7 one", "application/pdf")):
        sent = await browser.post(f"/hand-in/pages?key={new_id()}", files={"file": ("page", data, media_type)})
        assert sent.status_code == 303
    assert "/outline" not in (await browser.get("/hand-in")).raise_for_status().text
    [device] = await door.stores().people.devices_of(phone.citizen_id)
    photo, pdf = (await door.stores().drafts.of_device(device.id)).page_ids
    await door.say(checked(photo), checked(pdf))
    shown = (await browser.get("/hand-in")).text
    assert f'href="/pages/{photo}/outline" aria-label="Ecken anpassen: Seite 1"' in shown
    assert f'href="/pages/{pdf}/outline" aria-label="Drehen: Seite 2"' in shown
    (await browser.get(f"/pages/{photo}/outline")).raise_for_status()
