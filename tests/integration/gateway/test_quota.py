"""What somebody may keep here before they hand it in: enough for a thick folder, and no free disk."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.gateway.handlers.sweep import sweep_removed
from services.gateway.store.pages import original_key
from shared.clock import utc_now
from shared.errors import PermanentError
from shared.events.upload import PageChecked
from shared.ids import new_id
from shared.settings import Connections
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Caller, Phone, key, picture, somebody
from tests.integration.gateway.transfers import begin, begun

pytestmark = pytest.mark.live

MB = 1024**2


@pytest_asyncio.fixture
async def narrow(connections: Connections) -> AsyncIterator[Door]:
    """Return a gateway that keeps two megabytes for a citizen, and one for a newcomer."""
    apart = connections.model_copy(update={"link_secret": SecretStr(new_id() * 2)})
    settings: dict[str, Any] = {
        "max_unsent_bytes": 2 * MB,
        "max_unsent_bytes_newcomer": MB,
        "max_newcomer_bytes_a_day": MB,
    }
    async with Door(apart, **settings) as door:
        yield door


def large(part: float = 1) -> bytes:
    """Return a picture of a part of a megabyte, with its form around it."""
    return picture(int(part * MB) - 1000)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Return status and code of a refused request."""
    return answer.status_code, str(answer.json()["code"])


async def test_what_waits_is_bounded_and_handing_in_makes_room(narrow: Door) -> None:
    """Refused with a way out; the same request again is answered as before; handed in or removed, it counts no more."""
    async with await narrow.activate() as phone:
        data, name = large(1.5), new_id()
        first = (await phone.upload(data, name)).raise_for_status().json()["page_id"]
        refused = await phone.upload(large())
        assert refusal(refused) == (413, "upload.quota")
        assert "2 MB" in refused.json()["detail"]
        assert (await phone.upload(data, name)).json()["page_id"] == first
        assert (await phone.submit([first])).status_code == 202
        second = (await phone.upload(large(1.5))).raise_for_status().json()["page_id"]
        assert (await phone.delete(f"/v1/pages/{second}")).status_code == 204
        assert (await phone.upload(large(1.5))).status_code == 201
        assert refusal(await phone.delete(f"/v1/pages/{first}")) == (409, "page.used")


async def test_four_at_once_get_no_more_room_than_there_is(narrow: Door) -> None:
    """Counted before the bytes come, not after."""
    async with await narrow.activate() as phone:
        answers = await asyncio.gather(*(phone.upload(large(0.9)) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 201, 413, 413]


async def test_many_small_files_count_too(narrow: Door) -> None:
    """Each counts a quarter of a megabyte at least: eight are as much as two megabytes."""
    async with await narrow.activate() as phone:
        assert [(await phone.upload()).status_code for _ in range(9)] == [201] * 8 + [413]


async def test_unfinished_uploads_count(narrow: Door) -> None:
    """By the length they announce; begun again under its key it is the same one, and its end makes room."""
    async with await narrow.activate() as phone:
        name = new_id()
        assert [(await begin(phone, int(1.5 * MB), name)).status_code for _ in range(2)] == [201, 201]
        assert refusal(await phone.upload(large())) == (413, "upload.quota")
        assert refusal(await begin(phone, MB)) == (413, "upload.quota")
        url = (await begin(phone, int(1.5 * MB), name)).headers["location"]
        assert (await phone.delete(url, headers={"Tus-Resumable": "1.0.0"})).status_code == 204
        assert await begun(phone, MB)


async def test_what_is_only_announced_uses_up_nobodys_day(narrow: Door) -> None:
    """A dozen uploads that are begun and ended without a byte leave all others at that address their day."""
    async with Caller(narrow.url, "nobody") as nobody:
        token = (await nobody.post("/v1/newcomers", json=somebody(), headers=key())).json()["token"]
    before = await _counted(narrow)
    async with Phone(narrow.url, token) as newcomer:
        for _ in range(12):
            url = (await begin(newcomer, MB // 2)).headers["location"]
            assert (await newcomer.delete(url, headers={"Tus-Resumable": "1.0.0"})).status_code == 204
    assert await _counted(narrow) == before


async def _counted(door: Door) -> int:
    return sum([row["used"] async for row in door.database.counts.find() if row["_id"].startswith("bytes ")])


async def test_newcomers_have_less_and_share_a_day_at_one_address(narrow: Door) -> None:
    """Ten tokens are no ten times as much disk; a citizen at the same address goes on."""
    answers = []
    for _ in range(2):
        async with Caller(narrow.url, "nobody") as nobody:
            token = (await nobody.post("/v1/newcomers", json=somebody(), headers=key())).json()["token"]
        async with Phone(narrow.url, token) as newcomer:
            answers += [await newcomer.upload(large(part)) for part in (1.5, 0.7)]
    assert [answer.status_code for answer in answers] == [413, 201, 413, 429]
    assert refusal(answers[3]) == (429, "upload.quota_today")
    assert int(answers[3].headers["retry-after"]) > 0
    async with await narrow.activate() as phone:
        assert (await phone.upload(large())).status_code == 201


async def test_a_removed_page_goes_once_it_was_checked(door: Door, phone: Phone) -> None:
    """It is missing at once, and its bytes some minutes later, so that nothing is looked for that is gone.

    One that was handed in at that very moment stays.
    """
    gone, used = [await phone.page() for _ in range(2)]
    assert (await phone.submit([used])).status_code == 202
    await door.database.pages.update_one({"_id": used}, {"$set": {"removed_at": utc_now()}})
    assert (await phone.delete(f"/v1/pages/{gone}")).status_code == 204
    for page_id in (gone, used):
        await door.say(PageChecked(page_id=page_id, verdict="good", checked_at=utc_now()))
    asked = [phone.get(f"/v1/pages/{gone}"), phone.get(f"/v1/pages/{gone}/original"), phone.submit([gone])]
    assert [refusal(await answer) for answer in asked] == [(404, "page.missing")] * 3
    await sweep_removed(door.stores(), utc_now)
    assert await door.service.objects.get(original_key(gone))
    await sweep_removed(door.stores(), lambda: utc_now() + timedelta(minutes=11))
    assert (await phone.get(f"/v1/pages/{used}")).status_code == 200
    with pytest.raises(PermanentError):
        await door.service.objects.get(original_key(gone))
