"""Uploads in parts: what has arrived is never sent again, and becomes one page whatever breaks in between."""

import asyncio
import base64
import hashlib
import io
from datetime import datetime, timedelta

import pytest

from services.gateway.domain.access import Citizen
from services.gateway.domain.refusal import RefusedError
from services.gateway.handlers.arrive import arrive
from services.gateway.handlers.sweep import sweep_transfers
from services.gateway.settings import GatewaySettings
from services.gateway.store.transfers import PARTS
from shared.clock import utc_now
from shared.settings import Connections
from tests import loopback
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Phone, picture
from tests.integration.gateway.transfers import API, PART, VERSION, begin, begun, break_off, offset_of, send
from tests.waiting import until

pytestmark = pytest.mark.live


def _in_a_week() -> datetime:
    return utc_now() + timedelta(days=7, minutes=1)


async def _parts(door: Door, url: str) -> list[str]:
    return [found.key async for found in door.service.objects.list(PARTS) if url.rpartition("/")[2] in found.key]


async def test_parts_become_one_page(door: Door, phone: Phone) -> None:
    """The last part makes the file one page, unchanged and announced once, however often anything is asked again."""
    data = picture(300_000)
    first = await begin(phone, len(data), "one-key")
    url = first.headers["location"]
    assert (await send(phone, url, 0, data[:200_000])).headers["upload-offset"] == "200000"
    again = await begin(phone, len(data), "one-key")
    assert (again.headers["location"], again.headers["upload-offset"]) == (url, "200000")
    assert await offset_of(phone, url) == 200_000
    last = await send(phone, url, 200_000, data[200_000:])
    page_id = last.headers["x-page"]
    assert (last.status_code, last.headers["tus-resumable"]) == (204, "1.0.0")
    assert (await phone.head(url, headers=VERSION)).headers["x-page"] == page_id
    assert (await begin(phone, len(data), "one-key")).headers["x-page"] == page_id
    assert (await phone.get(url)).json()["page_id"] == page_id
    assert (await phone.get(f"/v1/pages/{page_id}/original")).content == data
    assert len(await door.heard(page_id, "page.uploaded.v1")) == 1
    assert await door.database.pages.count_documents({"citizen_id": phone.citizen_id}) == 1
    assert await _parts(door, url) == []


async def test_whole_file_may_come_with_its_announcement(phone: Phone) -> None:
    """A small file takes one request; that request repeated is the same page."""
    data = picture()
    headers = {**PART, "Upload-Length": str(len(data)), "Idempotency-Key": "at-once"}
    first, again = [await phone.post(API, content=data, headers=headers) for _ in range(2)]
    assert (first.status_code, first.headers["upload-offset"]) == (201, str(len(data)))
    assert first.headers["x-page"] == again.headers["x-page"]


async def test_what_does_not_fit_is_refused(phone: Phone) -> None:
    """Each refusal has its own status and code, says the protocol's version, and keeps what has arrived."""
    data = picture(3000)
    url = await begun(phone, 3000)
    await send(phone, url, 0, data[:2000])
    wrong = base64.b64encode(hashlib.sha256(b"else").digest()).decode()
    cases = [
        (await send(phone, url, 0, data[:2000]), 409, "upload.offset"),
        (await send(phone, url, 2000, data), 413, "upload.longer"),
        (await send(phone, url, 2000, b"x", **{"Tus-Resumable": "0.2.2"}), 412, "upload.version"),
        (await send(phone, url, 2000, b"x", **{"Content-Type": "image/jpeg"}), 415, "upload.part_type"),
        (await send(phone, url, 2000, b"x", **{"Upload-Checksum": f"sha256 {wrong}"}), 460, "upload.checksum"),
        (await send(phone, url, 2000, b"x", **{"Upload-Checksum": "md5 x"}), 400, "upload.checksum_unknown"),
        (await begin(phone, 50 * 1024**2 + 1), 413, "page.too_large"),
        (await begin(phone, 0), 422, "page.empty"),
        (await begin(phone, -1), 400, "upload.length"),
        (await begin(phone, 10, **{"Upload-Metadata": "replaces eA=="}), 400, "upload.metadata"),
        (await send(phone, await begun(phone, 9000), 0, bytes(2000)), 415, "page.format"),
        (await send(phone, await begun(phone, 20), 0, b"Guten Tag, Jobcenter"), 415, "page.format"),
    ]
    for answer, status, code in cases:
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert (answer.headers["tus-resumable"], answer.headers["tus-version"]) == ("1.0.0", "1.0.0")
    assert await offset_of(phone, url) == 2000
    sum_ = base64.b64encode(hashlib.sha256(data[2000:]).digest()).decode()
    assert (await send(phone, url, 2000, data[2000:], **{"Upload-Checksum": f"sha256 {sum_}"})).status_code == 204


async def test_limits_and_abilities_are_stated_up_front(phone: Phone) -> None:
    """What is understood and how long an upload waits is known before the first byte, without a token."""
    async with loopback.client(base_url=phone.base_url) as nobody:
        able = (await nobody.options(API)).headers
        limits = (await nobody.get("/v1/limits")).json()
        assert (await nobody.post(API, headers=VERSION)).status_code == 401
    assert able["tus-max-size"] == str(limits["max_file_bytes"])
    assert able["tus-extension"].split(",") == limits["uploads"]["extensions"]
    assert limits["uploads"]["valid_days"] == GatewaySettings().upload_valid_days


async def test_another_citizens_upload_is_missing(phone: Phone, stranger: Phone) -> None:
    """Somebody else can neither see nor fill nor end it."""
    url = await begun(phone, 2000)
    answers = [
        await stranger.head(url, headers=VERSION),
        await stranger.get(url),
        await send(stranger, url, 0, picture(2000)),
        await stranger.delete(url, headers=VERSION),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert await offset_of(phone, url) == 0


async def test_broken_connection_loses_nothing_that_came(phone: Phone) -> None:
    """What was on its way when the connection broke counts: the client goes on behind it."""
    data = picture(400_000)
    url = await begun(phone, len(data))
    await break_off(phone, url, 0, data[:300_000], len(data))
    await until(lambda: _is_at(phone, url, 300_000), what=lambda: "the first 300,000 bytes")
    assert "x-page" in (await send(phone, url, 300_000, data[300_000:])).headers


async def _is_at(phone: Phone, url: str, offset: int) -> bool:
    return await offset_of(phone, url) == offset


async def test_two_parts_at_once_count_once(door: Door, phone: Phone) -> None:
    """Of two that begin at the same place one is kept; the file is whole, and one page."""
    data = picture(100_000)
    url = await begun(phone, len(data))
    answers = await asyncio.gather(*(send(phone, url, 0, data) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [204, 409, 409, 409]
    assert await door.database.pages.count_documents({"citizen_id": phone.citizen_id}) == 1


async def test_another_gateway_goes_on(connections: Connections, door: Door, phone: Phone) -> None:
    """Parts survive the gateway that took them: one that is started later makes the page."""
    data = picture(50_000)
    token = phone.headers["authorization"].removeprefix("Bearer ")
    async with Door(connections) as before, Phone(before.url, token) as there:
        url = await begun(there, len(data))
        await send(there, url, 0, data[:20_000])
    assert await offset_of(phone, url) == 20_000
    page_id = (await send(phone, url, 20_000, data[20_000:])).headers["x-page"]
    assert (await phone.get(f"/v1/pages/{page_id}/original")).content == data
    assert await _parts(door, url) == []


async def test_gateway_that_dies_after_the_last_byte_loses_no_page(door: Door, phone: Phone) -> None:
    """A file that is complete and no page yet becomes one by itself, and one only."""
    data, kept = picture(3000), door.stores()
    url = await begun(phone, len(data))
    await send(phone, url, 0, data[:1000])
    transfer = await kept.transfers.of_citizen(url.rpartition("/")[2], Citizen(phone.citizen_id, ""))
    part = kept.transfers.append(transfer, io.BytesIO(data[1000:]), 2000)
    assert (await part).complete
    await arrive(kept, utc_now)  # too early: the request that brought the last byte may still be at it
    assert await door.database.pages.count_documents({"citizen_id": phone.citizen_id}) == 0
    await arrive(kept, lambda: utc_now() + timedelta(minutes=2))
    await arrive(kept, lambda: utc_now() + timedelta(minutes=2))
    page_id = (await phone.head(url, headers=VERSION)).headers["x-page"]
    assert (await phone.get(f"/v1/pages/{page_id}/original")).content == data
    assert await door.database.pages.count_documents({"citizen_id": phone.citizen_id}) == 1


async def test_upload_that_cannot_be_finished_holds_up_no_other(door: Door, phone: Phone) -> None:
    """One whose bytes are gone is looked at again after all others, which become pages meanwhile."""
    kept, urls = door.stores(), [await begun(phone, 3000) for _ in range(2)]
    for url in urls:
        transfer = await kept.transfers.of_citizen(url.rpartition("/")[2], Citizen(phone.citizen_id, ""))
        await kept.transfers.append(transfer, io.BytesIO(picture(3000)), 3000)
    for object_key in await _parts(door, urls[0]):
        await kept.objects.remove(object_key)
    await arrive(kept, lambda: utc_now() + timedelta(minutes=2))
    assert "x-page" in (await phone.head(urls[1], headers=VERSION)).headers
    rows = [await door.database.transfers.find_one({"_id": url.rpartition("/")[2]}) for url in urls]
    lost, done = [row or {} for row in rows]
    assert (lost["page_id"], bool(done["page_id"])) == (None, True)


async def test_unfinished_uploads_expire_and_are_swept(door: Door, phone: Phone) -> None:
    """After seven days without a part it is too late, and a day later nothing of it is left."""
    data = picture(3000)
    old, young = await begun(phone, 3000), await begun(phone, 3000)
    await send(phone, old, 0, data[:2000])
    await sweep_transfers(door.stores())
    assert len(await _parts(door, old)) == 1
    afterwards = door.stores(_in_a_week)
    with pytest.raises(RefusedError, match=r"upload\.expired"):
        await afterwards.transfers.of_citizen(old.rpartition("/")[2], Citizen(phone.citizen_id, ""))
    await sweep_transfers(afterwards)
    assert await _parts(door, old) == []
    assert (await phone.head(young, headers=VERSION)).status_code == 404


async def test_ended_upload_is_gone(door: Door, phone: Phone) -> None:
    """What a citizen discards leaves no bytes; a page that a finished upload became stays."""
    url = await begun(phone, 3000)
    await send(phone, url, 0, picture(2000))
    assert (await phone.delete(url, headers=VERSION)).status_code == 204
    assert (await phone.head(url, headers=VERSION)).status_code == 404
    assert await _parts(door, url) == []
    done = await begun(phone, 3000)
    page_id = (await send(phone, done, 0, picture(3000))).headers["x-page"]
    await phone.delete(done, headers=VERSION)
    assert (await phone.get(f"/v1/pages/{page_id}")).status_code == 200


async def test_unfinished_uploads_are_limited(connections: Connections) -> None:
    """Who begins more than they finish is told to finish first."""
    async with Door(connections, max_unfinished_uploads=2) as door, await door.activate() as phone:
        url = await begun(phone, 2000)
        await begun(phone, 2000)
        refused = await begin(phone, 2000)
        assert (refused.status_code, refused.json()["code"]) == (429, "upload.too_many")
        await send(phone, url, 0, picture(2000))
        assert (await begin(phone, 2000)).status_code == 201
