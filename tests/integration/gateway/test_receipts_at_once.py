"""Receipts as PDFs: kept once they are printed, and printed in turns, so that nobody's keep another's waiting."""

import asyncio

import httpx
import pytest

from services.gateway.store.printed import RECEIPTS
from shared.clock import utc_now
from shared.events.upload import PageChecked
from shared.settings import Connections
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Phone

pytestmark = pytest.mark.live

PATIENCE_S = 60  # a busy machine prints slowly


async def _receipt(phone: Phone, document_id: str, language: str = "de") -> httpx.Response:
    return await phone.get(f"/v1/documents/{document_id}/receipt.pdf", headers={"Accept-Language": language})


async def _kept(door: Door, document_id: str) -> list[str]:
    return [each.key async for each in door.service.objects.list(f"{RECEIPTS}{document_id}/")]


async def test_a_receipt_asked_for_again_has_the_same_bytes(door: Door, phone: Phone) -> None:
    """It is printed once in each language, and kept where its document's files are looked for."""
    document_id = await phone.document()
    first = (await _receipt(phone, document_id)).raise_for_status()
    again, english = [await _receipt(phone, document_id, language) for language in ("de", "en")]
    assert first.content == again.content != english.content
    assert first.headers["content-disposition"] == again.headers["content-disposition"]
    assert len(await _kept(door, document_id)) == 2


async def test_a_receipt_shows_pictures_as_soon_as_there_are_any(door: Door, phone: Phone) -> None:
    """What was printed before the page was seen gives way to the receipt that shows it."""
    document_id = await phone.document()
    early = await _receipt(phone, document_id)
    [page_id] = (await phone.get(f"/v1/documents/{document_id}")).json()["page_ids"]
    key = f"annotated/{page_id}/0.jpg"
    fact = PageChecked(page_id=page_id, verdict="good", annotated_key=key, checked_at=utc_now())
    await door.say(fact)
    assert (await _receipt(phone, document_id)).content != early.content
    assert len(await _kept(door, document_id)) == 1


async def test_twenty_receipts_of_one_person_keep_nobody_else_waiting(connections: Connections) -> None:
    """Five are printed in turn, the others refused at once with a time; somebody else gets theirs meanwhile."""
    async with (
        Door(connections, deadline_s=PATIENCE_S) as door,
        await door.activate() as phone,
        await door.activate() as stranger,
    ):
        theirs = [await phone.document() for _ in range(20)]
        mine = await stranger.document()
        many = [asyncio.ensure_future(_receipt(phone, document_id)) for document_id in theirs]
        done, waiting = await asyncio.wait(many, return_when=asyncio.FIRST_COMPLETED)
        assert (await _receipt(stranger, mine)).status_code == 200
        answers = await asyncio.gather(*many)
    refused = [answer for answer in answers if answer.status_code != 200]
    assert len(refused) == 15
    assert {answer.json()["code"] for answer in refused} == {"receipts.too_many"}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
    assert done
    assert waiting
