"""Live events: each entry as it becomes known, over a real connection."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest

from services.gateway.domain.access import Citizen
from shared.ids import new_id
from shared.settings import Connections
from tests.integration.gateway.door import Door
from tests.integration.gateway.newcomers import start
from tests.integration.gateway.people import Phone
from tests.waiting import until

pytestmark = pytest.mark.live


class Stream:
    """An event stream as a phone reads it."""

    def __init__(self, answer: httpx.Response) -> None:
        """Read from `answer`."""
        self._lines = answer.aiter_lines()
        self.last_id = ""

    async def next(self) -> dict[str, Any]:
        """Return the next event's data."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(20):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                fields[name] = value
                if not line and "data" in fields:
                    break
        self.last_id = fields["id"]
        return dict(json.loads(fields["data"]))


@asynccontextmanager
async def _following(phone: Phone, last_id: str = "") -> AsyncIterator[Stream]:
    headers = {"Last-Event-ID": last_id} if last_id else {}
    async with phone.stream("GET", "/v1/events", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Stream(answer)


async def test_entries_arrive_live_and_only_ones_own(phone: Phone, stranger: Phone) -> None:
    """A phone hears of its own document within seconds, and never of anybody else's."""
    async with _following(phone) as stream:
        await stranger.document()
        document_id = await phone.document()
        entry = await stream.next()
    assert (entry["kind"], entry["about"]) == ("document.submitted", {"type": "document", "id": document_id})


async def test_broken_connection_goes_on_where_it_broke(phone: Phone) -> None:
    """What happened while nobody listened comes first after reconnecting, and nothing comes twice."""
    async with _following(phone) as stream:
        first = await phone.document()
        assert (await stream.next())["document_id"] == first
    missed = [await phone.document(), await phone.document()]
    async with _following(phone, stream.last_id) as again:
        assert [(await again.next())["document_id"] for _ in missed] == missed
        last = await phone.document()
        assert (await again.next())["document_id"] == last


async def test_another_process_hears_it_too(door: Door, phone: Phone, connections: Connections) -> None:
    """A phone connected to one gateway hears what came in through another."""
    async with Door(connections) as other:
        token = phone.headers["Authorization"].removeprefix("Bearer ")
        async with Phone(other.url, token) as same_phone, _following(same_phone) as stream:
            document_id = await phone.document()
            assert (await stream.next())["document_id"] == document_id


async def test_a_lost_phone_hears_no_more(door: Door, phone: Phone) -> None:
    """A stream that is open when its device is let out ends with the next entry, and does not tell it."""
    people, at_home = door.stores().people, Citizen(phone.citizen_id, new_id())
    [lost] = await people.devices_of(phone.citizen_id)
    cookie = {"Cookie": f"amtsbote={phone.headers['Authorization'].removeprefix('Bearer ')}"}
    async with phone.stream("GET", "/v1/events") as api, phone.stream("GET", "/live", headers=cookie) as page:
        await people.revoke(lost.id, phone.citizen_id)
        async with Phone(door.url, await people.admit(at_home)) as other:
            await other.document()
        async with asyncio.timeout(20):
            for answer in (api, page):
                assert [line async for line in answer.aiter_lines() if line.startswith("data")] == []


async def test_too_many_connections_are_refused(phone: Phone) -> None:
    """One citizen cannot use up all connections."""
    async with AsyncExitStack() as open_streams:

        async def is_refused() -> bool:
            answer = await open_streams.enter_async_context(phone.stream("GET", "/v1/events"))
            if answer.status_code == 200:
                return False
            await answer.aread()
            assert (answer.status_code, answer.json()["code"]) == (429, "events.too_many")
            return answer.headers["retry-after"] == "30"

        await until(is_refused, seconds=20)


async def test_stopping_gateway_ends_its_streams(phone: Phone, connections: Connections) -> None:
    """A gateway that stops does not wait for phones that listen."""
    async with Door(connections) as other:
        token = phone.headers["Authorization"].removeprefix("Bearer ")
        async with Phone(other.url, token) as same_phone, same_phone.stream("GET", "/v1/events") as answer:
            other.service.stopping.set()
            async with asyncio.timeout(3):
                assert [line async for line in answer.aiter_lines() if line.startswith("data")] == []


async def _opened(open_streams: AsyncExitStack, phone: Phone, count: int) -> list[int]:
    """Open so many connections at the same time; return how each was answered."""

    async def one() -> int:
        return (await open_streams.enter_async_context(phone.stream("GET", "/v1/events"))).status_code

    return sorted(await asyncio.gather(*(one() for _ in range(count))))


async def test_connections_opened_at_the_same_time_are_no_more(phone: Phone) -> None:
    """Ten are let in, however fast they come; when they are closed there is room again."""
    async with AsyncExitStack() as open_streams:
        assert await _opened(open_streams, phone, 15) == [200] * 10 + [429] * 5

    async def has_room() -> bool:
        async with AsyncExitStack() as again:
            return await _opened(again, phone, 1) == [200]

    await until(has_room, what=lambda: "room for a connection")


async def test_newcomers_at_one_address_share_their_connections(door: Door, phone: Phone) -> None:
    """Ten tokens hold no ten times as many; a citizen at the same address is let in."""
    async with AsyncExitStack() as open_streams:
        answers = []
        for _ in range(3):
            newcomer = await open_streams.enter_async_context(await start(door))
            answers.append(await _opened(open_streams, newcomer, 10))
        assert answers == [[200] * 10, [200] * 10, [429] * 10]
        assert await _opened(open_streams, phone, 1) == [200]
