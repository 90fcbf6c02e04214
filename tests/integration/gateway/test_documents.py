"""Handing in documents: the receipt is a promise, and it is kept once."""

import asyncio
from hashlib import sha256

import pytest

from shared.clock import utc_now
from shared.events.upload import DocumentFailed, DocumentFiled
from shared.ids import new_id, new_number, parse_number
from shared.settings import Connections
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Caller, Phone, key, somebody
from tests.integration.gateway.replacing import listed_pages, replace_page

pytestmark = pytest.mark.live


async def test_receipt_says_exactly_what_arrived(door: Door, phone: Phone) -> None:
    """The receipt names every page in order with its hash, the Berlin time, and a number that can be checked."""
    pages = [(await phone.upload()).json() for _ in range(3)]
    answer = await phone.submit([page["page_id"] for page in reversed(pages)])
    receipt = answer.json()
    assert answer.status_code == 202
    assert receipt["pages"] == [{k: page[k] for k in ("page_id", "sha256", "size_bytes")} for page in reversed(pages)]
    assert parse_number(receipt["receipt_number"]) == receipt["receipt_number"]
    assert receipt["received_at_text"].endswith("Uhr")
    assert (await phone.get(answer.headers["location"] + "/receipt")).json() == receipt
    [event] = await door.heard(receipt["document_id"], "document.submitted.v1")
    assert [page["sha256"] for page in event["data"]["pages"]] == [page["sha256"] for page in receipt["pages"]]


async def test_racing_submissions_are_one_document(door: Door, phone: Phone) -> None:
    """Eight requests at once with one key and one body are one document, one event, and one answer."""
    page_ids, name = [await phone.page(), await phone.page()], new_id()
    answers = await asyncio.gather(*(phone.submit(page_ids, name) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.text for answer in answers}) == 1
    assert await door.database.documents.count_documents({"citizen_id": phone.citizen_id}) == 1
    assert len(await door.heard(answers[0].json()["document_id"], "document.submitted.v1")) == 1


async def test_key_with_another_body_is_a_conflict(phone: Phone) -> None:
    """A key stands for one request."""
    name, first, second = new_id(), await phone.page(), await phone.page()
    assert (await phone.submit([first], name)).status_code == 202
    conflict = await phone.submit([second], name)
    assert (conflict.status_code, conflict.json()["code"]) == (409, "idempotency_key.reused")
    elsewhere = await phone.post("/v1/callbacks", json={}, headers=key(name))
    assert elsewhere.status_code == 422


async def test_consent_repeated_is_answered_as_the_first_time(door: Door, phone: Phone) -> None:
    """What was agreed to stands, a page named more than once being one page; also once that page has given way."""
    document_id = await phone.document()
    [page_id] = (await phone.get(f"/v1/documents/{document_id}")).json()["page_ids"]
    name = key()
    first = await phone.consent(document_id, name, page_ids=[page_id] * 31)
    assert (first.status_code, first.json()["page_ids"]) == (201, [page_id])
    [event] = await door.heard(first.json()["consent_id"], "consent.given.v1")
    assert event["data"]["page_ids"] == [page_id]
    _, tag = await listed_pages(phone, document_id)
    (await replace_page(phone, document_id, page_id, await phone.page(), tag)).raise_for_status()
    assert (await phone.consent(document_id, name, page_ids=[page_id] * 31)).json() == first.json()
    assert (await phone.consent(document_id, page_ids=[page_id])).json()["code"] == "consent.page_foreign"


async def test_a_page_is_in_one_document_only(door: Door, phone: Phone) -> None:
    """Handed in again and again it would be read again and again: one of eight at once is taken, the others say why."""
    page_ids = [await phone.page(), await phone.page()]
    answers = await asyncio.gather(*(phone.submit(page_ids[: 1 + each % 2]) for each in range(8)))
    assert sorted(answer.status_code for answer in answers) == [202, *[409] * 7]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"page.used"}
    assert await door.database.documents.count_documents({"citizen_id": phone.citizen_id}) == 1
    [document_id] = [answer.json()["document_id"] for answer in answers if answer.status_code == 202]
    other = await phone.document()
    page_id, [used] = page_ids[0], (await phone.get(f"/v1/documents/{other}")).json()["page_ids"]
    _, tag = await listed_pages(phone, document_id)
    refused = await replace_page(phone, document_id, page_id, used, tag)
    assert (refused.status_code, refused.json()["code"]) == (409, "page.used")


async def test_submissions_have_a_rate_of_their_own(connections: Connections) -> None:
    """Each makes a document be read; the third in a minute waits, and so does a page that is taken again."""
    async with Door(connections, rate_submit="2/minute") as door, await door.activate() as phone:
        document_id = await phone.document()
        pages, name = [await phone.page()], new_id()
        repeated = [await phone.submit(pages, name) for _ in range(3)]
        assert [(answer.status_code, answer.json()) for answer in repeated] == [(202, repeated[0].json())] * 3
        third = await phone.submit([await phone.page()])
        assert (third.status_code, third.json()["code"]) == (429, "rate.exceeded")
        assert int(third.headers["retry-after"]) > 0
        [page_id], tag = (await phone.get(f"/v1/documents/{document_id}")).json()["page_ids"], '"1"'
        assert (await replace_page(phone, document_id, page_id, await phone.page(), tag)).status_code == 429


async def test_newcomers_at_one_address_share_a_rate_of_submissions(connections: Connections) -> None:
    """Ten tokens are no ten times as much; a citizen at the same address goes on."""
    async with Door(connections, rate_submit_newcomer="2/minute") as door, await door.activate() as phone:
        codes = []
        for _ in range(3):
            async with Caller(door.url, "nobody") as nobody:
                token = (await nobody.post("/v1/newcomers", json=somebody(), headers=key())).json()["token"]
            async with Phone(door.url, token) as newcomer:
                codes.append((await newcomer.submit([await newcomer.page()])).status_code)
        assert codes == [202, 202, 429]
        assert (await phone.submit([await phone.page()])).status_code == 202


async def test_refused_request_leaves_its_key_free(phone: Phone) -> None:
    """What was refused was not kept: the corrected request may use the same key."""
    name = new_id()
    assert (await phone.submit([new_id()], name)).status_code == 404
    assert (await phone.submit([await phone.page()], name)).status_code == 202


async def test_unfit_submissions_are_refused(phone: Phone, stranger: Phone) -> None:
    """None, too many, one twice, somebody else's: each has its own reason, and nothing is kept."""
    mine, theirs = await phone.page(), await stranger.page()
    refusals = {
        (): (422, "document.no_pages"),
        tuple(new_id() for _ in range(31)): (422, "document.too_many_pages"),
        (mine, mine): (422, "document.page_twice"),
        (mine, theirs): (404, "page.missing"),
        ("no id",): (422, "request.invalid"),
    }
    for page_ids, (status, code) in refusals.items():
        answer = await phone.submit(list(page_ids))
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await phone.get("/v1/documents")).json()["items"] == []


async def test_filed_document_can_be_read(door: Door, phone: Phone) -> None:
    """After filing, state, types, PDF and text are there; a failure that comes late changes nothing."""
    document_id, pdf = await phone.document(), b"%PDF-1.7 filed"
    assert (await phone.get(f"/v1/documents/{document_id}/pdf")).json()["code"] == "document.not_filed"
    await door.service.objects.put(f"filed/{document_id}.pdf", pdf, size_bytes=len(pdf), media_type="application/pdf")
    await door.service.objects.put(f"filed/{document_id}.txt", b"Strom", size_bytes=5, media_type="text/plain")
    facts = b'{"types": [], "facts": []}'
    await door.service.objects.put(f"filed/{document_id}.json", facts, size_bytes=26, media_type="application/json")
    await door.say(
        DocumentFailed(document_id=document_id, citizen_id=phone.citizen_id, reason="late", failed_at=utc_now()),
        _filed(document_id, phone.citizen_id, pdf),
        DocumentFailed(document_id=document_id, citizen_id=phone.citizen_id, reason="late", failed_at=utc_now()),
    )
    shown = (await phone.get(f"/v1/documents/{document_id}")).json()
    assert (shown["state"], shown["types"][0]["type"]) == ("filed", "sperrankuendigung")
    assert (await phone.get(f"/v1/documents/{document_id}/pdf")).content == pdf
    assert (await phone.get(f"/v1/documents/{document_id}/text")).text == "Strom"
    assert (await phone.get(f"/v1/documents/{document_id}/facts")).json() == {"types": [], "facts": []}


def _filed(document_id: str, citizen_id: str, pdf: bytes) -> DocumentFiled:
    return DocumentFiled.model_validate(
        {
            "document_id": document_id,
            "citizen_id": citizen_id,
            "pdf_key": f"filed/{document_id}.pdf",
            "pdf_sha256": sha256(pdf).hexdigest(),
            "pdf_bytes": len(pdf),
            "text_key": f"filed/{document_id}.txt",
            "facts_key": f"filed/{document_id}.json",
            "page_ids": (),
            "types": [{"type": "sperrankuendigung", "confidence": 0.9}],
            "filed_at": utc_now(),
        }
    )


async def test_lists_come_in_parts(door: Door, phone: Phone) -> None:
    """Following the cursor shows every document once, newest first."""
    rows = [await phone.document() for _ in range(3)]
    template = await door.database.documents.find_one({"_id": rows[0]})
    assert template
    copies = [{**template, "_id": new_id(), "receipt_number": new_number()} for _ in range(120)]
    await door.database.documents.insert_many(copies)
    seen, cursor = [], None
    while True:
        part = (await phone.get("/v1/documents", params={"cursor": cursor} if cursor else {})).json()
        seen += [item["document_id"] for item in part["items"]]
        if not (cursor := part["next_cursor"]):
            break
    assert len(seen) == len(set(seen)) == 123
    assert seen[0] == rows[2]
    assert (await phone.get("/v1/documents?cursor=nonsense")).json()["code"] == "cursor.invalid"
