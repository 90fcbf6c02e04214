"""Servers that die or fall silent: what was accepted stays, what cannot be kept is refused in time."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import aio_pika
import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from deploy.local.stack import LocalStack
from shared.messaging.topology import EVENTS, UNROUTED, dead_name
from shared.settings import Connections
from shared.telemetry.health import failures
from tests.faults import Proxy
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Phone, key, window
from tests.integration.messaging.conftest import bound_on_disk, on_disk
from tests.waiting import until

pytestmark = pytest.mark.live

DEADLINE_S = 3.0

Ask = Callable[[], Awaitable[httpx.Response]]


@pytest_asyncio.fixture
async def strict(connections: Connections) -> AsyncIterator[Door]:
    """A gateway that waits for its servers for three seconds."""
    async with Door(connections, deadline_s=DEADLINE_S) as door:
        yield door


async def test_broker_down_accepts_and_publishes_later(
    strict: Door, stack: LocalStack, connections: Connections
) -> None:
    """With the broker down a document is accepted as ever, and its event is published when the broker is back."""
    await until(strict.service.has_started, what=lambda: "the gateway's queues")
    url = connections.rabbit_url.get_secret_value()
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        queue = await channel.declare_queue("outage", durable=True)
        await queue.bind(EVENTS.name, "document.submitted.v1")
    await bound_on_disk(stack, queue.name, "document.submitted.v1")
    queues = strict.service.consumers
    await on_disk(stack, url, *queues, *map(dead_name, queues), strict.service.ladder.tier(0), UNROUTED)
    async with await strict.activate() as phone:
        await stack.rabbit.kill()
        try:
            answer = await phone.submit([await phone.page()])
            assert answer.status_code == 202
            assert not await failures(strict.service.ready_checks)
        finally:
            await stack.rabbit.start()
        document_id = answer.json()["document_id"]
        assert await _comes(url, document_id)


async def _comes(url: str, document_id: str) -> bool:
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        queue = await channel.get_queue("outage")
        async with queue.iterator(timeout=60) as messages:
            async for message in messages:
                await message.ack()
                if document_id.encode() in message.body:
                    break
        await channel.queue_delete("outage")
    return True


async def test_dead_database_is_told_and_nothing_kept(door: Door, strict: Door, stack: LocalStack) -> None:
    """Without the database every creating request is a 503 with Retry-After, and the same request works later."""
    async with await strict.activate() as phone:
        token = phone.headers["authorization"].removeprefix("Bearer ")
        async with Phone(door.url, token) as before:  # through a gateway with more patience than is tested here
            page_id = await before.page()
        await stack.mongo.kill()
        try:
            refused = await phone.submit([page_id], name="after-the-outage")
            upload = await phone.upload()
        finally:
            await stack.mongo.start()
        for answer in (refused, upload):
            assert (answer.status_code, answer.json()["code"]) == (503, "server.unavailable")
            assert int(answer.headers["retry-after"]) > 0

        async def accepted() -> bool:
            return (await phone.submit([page_id], name="after-the-outage")).status_code == 202

        await until(accepted, seconds=30)
        assert len((await phone.get("/v1/documents")).json()["items"]) == 1


@pytest.mark.parametrize("part", ["mongo", "s3"])
async def test_silent_server_is_told_in_time(strict: Door, stack: LocalStack, part: str) -> None:
    """A server that says nothing costs a client the deadline, and not minutes."""
    async with await strict.activate() as phone:
        server = getattr(stack, part)
        await server.freeze()
        try:
            started = time.monotonic()
            answer = await phone.upload()
            waited = time.monotonic() - started
        finally:
            await server.thaw()
        assert (answer.status_code, answer.json()["code"]) == (503, "server.unavailable")
        assert waited < DEADLINE_S + 2
        await until(partial(_uploads, phone), seconds=40)


async def test_database_that_falls_silent_in_a_transaction_is_told_in_time(
    connections: Connections, stack: LocalStack
) -> None:
    """However far requests have come, and however many: each is answered at its deadline, and what it began is undone.

    The driver itself gives such a command up some ten seconds later.
    """
    freeze = _Freeze(stack)
    async with Proxy(stack.mongo.url) as proxy:
        proxy.alter = lambda: freeze
        through = connections.model_copy(update={"mongo_url": SecretStr(proxy.url)})
        async with Door(through, deadline_s=DEADLINE_S) as door, await door.activate() as phone:
            freeze.armed = True
            try:
                asks: list[Ask] = [phone.upload, partial(_wish, phone)]
                answers = await asyncio.gather(*(_timed(ask) for ask in asks * 8))
            finally:
                await stack.mongo.thaw()
            assert not freeze.armed
            assert {answer.status_code for answer, _ in answers} == {503}
            assert max(waited for _, waited in answers) < DEADLINE_S + 3
            await until(partial(_uploads, phone), seconds=40)


class _Freeze:
    """Stops the database as soon as a transaction is on its way to it."""

    def __init__(self, stack: LocalStack) -> None:
        self._stack = stack
        self.armed = False

    def __call__(self, data: bytes) -> bytes:
        if self.armed and b"startTransaction" in data:
            assert self._stack.mongo.pid
            os.kill(self._stack.mongo.pid, signal.SIGSTOP)
            self.armed = False
        return data


async def _wish(phone: Phone) -> httpx.Response:
    return await phone.post("/v1/callbacks", json=window(), headers=key())


async def _timed(ask: Ask) -> tuple[httpx.Response, float]:
    started = time.monotonic()
    return await ask(), time.monotonic() - started


async def test_dead_object_store_is_told_and_nothing_kept(strict: Door, stack: LocalStack) -> None:
    """Without the object store pages are refused; what needs none is accepted."""
    async with await strict.activate() as phone:
        await stack.s3.kill()
        try:
            upload = await phone.upload()
            wish = await phone.post("/v1/callbacks", json=window(), headers=key())
            unwell = await failures(strict.service.ready_checks)
        finally:
            await stack.s3.start()
        assert (upload.status_code, wish.status_code, set(unwell)) == (503, 202, {"objects"})
        assert await strict.database.pages.count_documents({"citizen_id": phone.citizen_id}) == 0
        await until(partial(_uploads, phone), seconds=30)


async def _uploads(phone: Phone) -> bool:
    return (await phone.upload()).status_code == 201
