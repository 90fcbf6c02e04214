"""Correcting where a page lies: kept with who did it, guarded against others, told to upload, until it is handed in."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.gateway.store.repeats import Repeats
from shared.clock import utc_now
from shared.events.outline import Outline
from shared.storage.pictures import picture_key, plain_key
from tests.integration.gateway.door import Door
from tests.integration.gateway.helping import helper_of
from tests.integration.gateway.outlines import CUT, FOUND, QUAD, checked, correct, seen_page
from tests.integration.gateway.people import JPEG, Phone

pytestmark = pytest.mark.live


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
