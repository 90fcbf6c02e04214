"""Correcting where a page lies: kept with who did it, guarded against others, told to upload, until it is handed in."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.gateway.store.repeats import Repeats
from shared.clock import utc_now
from shared.events.outline import Outline
from shared.events.upload import PageChecked
from shared.ids import new_id
from shared.storage.pictures import picture_key, plain_key
from tests import loopback
from tests.integration.gateway.door import Door
from tests.integration.gateway.helping import helper_of
from tests.integration.gateway.people import JPEG, Phone
from tests.integration.gateway.test_site import OURS

pytestmark = pytest.mark.live

QUAD = [[0.1, 0.1], [0.9, 0.12], [0.95, 0.9], [0.05, 0.93]]
FOUND = Outline.model_validate({"quad": [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]], "turn": 0})
CUT = {"quad": QUAD, "turn": 90}


async def correct(phone: Phone, page_id: str, outline: Any, tag: str | None = '"0"') -> httpx.Response:
    """Say where a page lies."""
    headers = {"If-Match": tag} if tag else {}
    return await phone.put(f"/v1/pages/{page_id}/outline", json=outline, headers=headers)


def checked(page_id: str, version: int = 0, verdict: str = "good", **more: Any) -> PageChecked:
    """Return what upload says of a page by a version of its outline."""
    found = {"suggested": FOUND} if version == 0 else {}
    keys = {"annotated_key": picture_key(page_id, version), "plain_key": plain_key(page_id)}
    size = {"width": 1500, "height": 2000, "outline_version": version, "checked_at": utc_now()}
    return PageChecked.model_validate({"page_id": page_id, "verdict": verdict, **found, **keys, **size, **more})


async def seen_page(door: Door, phone: Phone) -> str:
    """Upload a page and have it checked, pictures included."""
    page_id = await phone.page()
    for object_key in (picture_key(page_id), plain_key(page_id)):
        await door.service.objects.put(object_key, JPEG, size_bytes=len(JPEG), media_type="image/jpeg")
    await door.say(checked(page_id))
    return page_id


async def test_a_correction_is_kept_announced_and_checked(door: Door, phone: Phone) -> None:
    """The suggestion stays beside it; the page waits for its check, and only the one by the correction ends that."""
    page_id = await seen_page(door, phone)
    before = await phone.get(f"/v1/pages/{page_id}/outline")
    assert (before.headers["etag"], before.json()["corrected"]) == ('"0"', None)
    assert Outline.model_validate(before.json()["suggested"]) == FOUND
    answer = await correct(phone, page_id, CUT)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    said = answer.json()
    assert (said["corrected"], said["by"], said["state"], said["version"]) == (CUT, "citizen", "uploaded", 1)
    [event] = await door.heard(page_id, "page.outlined.v1")
    assert (event["data"]["outline"], event["data"]["version"]) == (CUT, 1)
    await door.say(checked(page_id, verdict="retake"))
    waiting = (await phone.get(f"/v1/pages/{page_id}")).json()
    assert (waiting["state"], waiting["verdict"], waiting["has_plain"]) == ("uploaded", None, True)
    await door.say(checked(page_id, 1, "usable"), checked(page_id, 0, "good", stage="read"))
    done = (await phone.get(f"/v1/pages/{page_id}")).json()
    assert (done["state"], done["verdict"], done["outline_version"]) == ("checked", "usable", 1)


async def test_what_was_corrected_is_handed_in(door: Door, phone: Phone) -> None:
    """The document's event says how each page lies, however late that is handled."""
    page_id, other = await seen_page(door, phone), await phone.page()
    (await correct(phone, page_id, CUT)).raise_for_status()
    document_id = (await phone.submit([page_id, other])).raise_for_status().json()["document_id"]
    [event] = await door.heard(document_id, "document.submitted.v1")
    assert [page.get("outline") for page in event["data"]["pages"]] == [CUT, None]
    late = await correct(phone, page_id, {"turn": 0}, '"1"')
    assert (late.status_code, late.json()["code"]) == (409, "page.used")
    assert len(door.about(page_id, "page.outlined.v1")) == 1


async def test_back_to_the_suggestion(door: Door, phone: Phone) -> None:
    """It takes a correction back, is checked like one, and what was said before stays known."""
    page_id = await seen_page(door, phone)
    (await correct(phone, page_id, CUT)).raise_for_status()
    back = await phone.delete(f"/v1/pages/{page_id}/outline", headers={"If-Match": '"1"'})
    assert (back.json()["corrected"], back.json()["by"], back.headers["etag"]) == (None, None, '"2"')
    row = await door.database.pages.find_one({"_id": page_id})
    assert row
    assert [each["outline"]["turn"] for each in row["corrections"]] == [90, None]
    document_id = (await phone.submit([page_id])).raise_for_status().json()["document_id"]
    [event] = await door.heard(document_id, "document.submitted.v1")
    assert "outline" not in event["data"]["pages"][0]


async def test_a_correction_that_changes_nothing_has_no_effect(door: Door, phone: Phone) -> None:
    """The same again is the same answer, and no second check."""
    page_id = await seen_page(door, phone)
    first = await correct(phone, page_id, CUT)
    again = await correct(phone, page_id, CUT, '"1"')
    assert again.json() == first.json()
    assert len(await door.heard(page_id, "page.outlined.v1")) == 1


async def test_of_two_corrections_at_once_one_is_told_that_it_is_late(door: Door, phone: Phone) -> None:
    """Nobody's correction disappears unnoticed under another's."""
    page_id = await seen_page(door, phone)
    answers = await asyncio.gather(*(correct(phone, page_id, {"turn": turn}) for turn in (90, 180, 270)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    assert len(await door.heard(page_id, "page.outlined.v1")) == 1


@pytest.mark.parametrize(
    ("outline", "tag", "status", "code"),
    [
        ({"quad": [QUAD[0], QUAD[2], QUAD[1], QUAD[3]]}, '"0"', 422, "outline.crossed"),
        ({"quad": [[-0.01, 0], *QUAD[1:]]}, '"0"', 422, "outline.outside"),
        ({"quad": [[0.1, 0.1], [0.12, 0.1], [0.12, 0.12], [0.1, 0.12]]}, '"0"', 422, "outline.too_small"),
        ({"quad": QUAD[:3]}, '"0"', 422, "request.invalid"),
        ({"turn": 45}, '"0"', 422, "request.invalid"),
        ({"angle": 90}, '"0"', 422, "request.invalid"),
        (CUT, None, 428, "outline.version_missing"),
        (CUT, '"7"', 412, "outline.changed"),
    ],
)
async def test_impossible_outlines_are_refused(  # noqa: PLR0917 - what is asked, and what is answered
    door: Door, phone: Phone, outline: Any, tag: str | None, status: int, code: str
) -> None:
    """Each with its reason, and nothing is kept or announced."""
    page_id = await phone.page()
    answer = await correct(phone, page_id, outline, tag)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await phone.get(f"/v1/pages/{page_id}/outline")).json()["version"] == 0
    assert not door.about(page_id, "page.outlined.v1")


async def test_refusals_speak_the_readers_language(phone: Phone) -> None:
    """What is wrong with the corners is said in words."""
    page_id, crossed = await phone.page(), {"quad": [QUAD[0], QUAD[2], QUAD[1], QUAD[3]]}
    headers = {"If-Match": "*", "Accept-Language": "ro"}
    answer = await phone.put(f"/v1/pages/{page_id}/outline", json=crossed, headers=headers)
    assert answer.json()["title"] == "Colțuri încurcate"


async def test_a_pdf_is_only_turned(door: Door, phone: Phone) -> None:
    """Its page has no corners to set."""
    page_id = (await phone.upload(b"%PDF-1.7 one")).json()["page_id"]
    assert (await correct(phone, page_id, CUT)).json()["code"] == "outline.turn_only"
    turned = (await correct(phone, page_id, {"turn": 180})).raise_for_status().json()
    assert (turned["corrected"], turned["turn_only"]) == ({"quad": None, "turn": 180}, True)


async def test_nobody_else_sees_or_corrects_it(door: Door, phone: Phone, stranger: Phone) -> None:
    """Another citizen's page is missing; a helper corrects what they handed in themselves, and no more."""
    page_id = await seen_page(door, phone)
    for answer in (
        await stranger.get(f"/v1/pages/{page_id}/outline"),
        await stranger.get(f"/v1/pages/{page_id}/plain"),
        await correct(stranger, page_id, CUT),
        await stranger.delete(f"/v1/pages/{page_id}/outline", headers={"If-Match": "*"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "page.missing")
    assert (await phone.get(f"/v1/pages/{page_id}/plain")).content == JPEG
    async with await helper_of(phone, door.url, "read") as reader:
        assert (await reader.get(f"/v1/pages/{page_id}/outline")).status_code == 200
        assert (await correct(reader, page_id, CUT)).json()["code"] == "mandate.not_covered"
    async with await helper_of(phone, door.url, "upload") as helper:
        assert (await correct(helper, page_id, CUT)).json()["code"] == "page.missing"
        own = await helper.page()
        assert (await correct(helper, own, {"turn": 90})).raise_for_status().json()["by"] == "helper"
        [event] = await door.heard(own, "page.outlined.v1")
        assert event["data"]["mandate_id"] == helper.headers["Acting-For"]
    assert not door.about(page_id, "page.outlined.v1")


async def test_a_correction_without_an_effect_is_announced_again(door: Door, phone: Phone) -> None:
    """Under the same id, until the page was checked by it."""
    await door.settle()
    page_id = await seen_page(door, phone)
    (await correct(phone, page_id, CUT)).raise_for_status()
    [first] = await door.heard(page_id, "page.outlined.v1")
    later = lambda: utc_now() + timedelta(hours=1)  # noqa: E731
    repeats = Repeats(door.database, door.service.ledger, later, tenant="default", after=timedelta(minutes=15))
    assert await repeats.pages() == 1
    again = await door.heard(page_id, "page.outlined.v1", 2)
    assert again[1]["id"] == first["id"]
    assert again[1]["data"] == first["data"]
    await door.say(checked(page_id, 1))
    assert await repeats.pages() == 0


async def test_all_pictures_of_a_page_go_with_it(door: Door, phone: Phone) -> None:
    """The plain one and those of every outline."""
    page_id, objects = await seen_page(door, phone), door.service.objects
    keys = [picture_key(page_id), picture_key(page_id, 1), plain_key(page_id)]
    await objects.put(keys[1], JPEG, size_bytes=len(JPEG), media_type="image/jpeg")
    kept = door.stores()
    assert await kept.pages.drop(await kept.pages.granted(page_id))
    assert [await objects.exists(each) for each in keys] == [False] * 3


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
    assert "/outline" not in (await browser.get("/hand-in")).text
    [device] = await door.stores().people.devices_of(phone.citizen_id)
    photo, pdf = (await door.stores().drafts.of_device(device.id)).page_ids
    await door.say(checked(photo), checked(pdf))
    shown = (await browser.get("/hand-in")).text
    assert f'href="/pages/{photo}/outline" aria-label="Ecken anpassen: Seite 1"' in shown
    assert f'href="/pages/{pdf}/outline" aria-label="Drehen: Seite 2"' in shown
    (await browser.get(f"/pages/{photo}/outline")).raise_for_status()
