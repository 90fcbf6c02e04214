"""A process that dies with a message in hand: the message has its effect later, or is put aside if it kills again."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from aio_pika.exceptions import ChannelNotFoundEntity

from deploy.local.ports import free_port
from shared.events.event import Event
from shared.service import Service
from shared.settings import Connections
from tests.integration.messaging.conftest import settle, up
from tests.integration.messaging.facts import Happened, happened
from tests.integration.messaging.outside import Outside
from tests.integration.messaging.test_relay import effects, subscribe
from tests.waiting import until

ROOT = Path(__file__).parents[3]
QUEUE = "tested.work"
DEAD = "tested.work.dead"
pytestmark = pytest.mark.live


async def start(connections: Connections, how: str, event_id: str) -> Process:
    """Start the process of `crashing.py` on this test's servers."""
    settings = {
        "AMTSBOTE_RABBIT_URL": connections.rabbit_url.get_secret_value(),
        "AMTSBOTE_MONGO_URL": connections.mongo_url.get_secret_value(),
        "AMTSBOTE_S3_URL": connections.s3_url.get_secret_value(),
        "AMTSBOTE_DATABASE_PREFIX": connections.database_prefix,
        "AMTSBOTE_RETRY_DELAYS_MS": "[200, 400]",
        "AMTSBOTE_OPERATIONS_PORT": str(free_port()),
        "AMTSBOTE_MOST_CRASHES": "2",
    }
    command = (sys.executable, "-m", "tests.integration.messaging.crashing", how, event_id)
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, env={**os.environ, **settings}, stdout=PIPE)


@asynccontextmanager
async def started_again(connections: Connections, event_id: str) -> AsyncIterator[list[int]]:
    """Run the process that `event_id` kills, and start it whenever it dies; the list has how it ended each time."""
    ends: list[int] = []

    async def run() -> None:
        while True:
            process = await start(connections, "poison", event_id)
            try:
                ends.append(await process.wait())
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()

    running = asyncio.create_task(run())
    try:
        yield ends
    finally:
        running.cancel()
        await asyncio.wait((running,))


async def test_message_that_kills_its_process_is_put_aside_alone(
    connections: Connections, outside: Outside, service: Service
) -> None:
    """Without any limit of the broker's, poison is dead after some deaths; who was in hand beside it has its effect."""
    poison, others = happened(), [happened() for _ in range(3)]
    async with started_again(connections, poison.id) as ends:
        await until(partial(_is_there, outside), what=lambda: "the queue")
        await outside.put_event(QUEUE, poison, *others)
        dead = await outside.arrival(DEAD)
        await until(partial(_have_effects, service, others), what=lambda: "the others' effects")
    assert (dead.headers["x-event-id"], dead.headers["x-reason"]) == (poison.id, "handler.crashed")
    assert ends == [9, 9, 9]
    assert await outside.count(DEAD) == 0


async def test_transaction_of_a_killed_process_is_outlasted(
    connections: Connections, outside: Outside, service: Service
) -> None:
    """What a killed process left open holds its rows for a minute; the event waits that long, and is not buried."""
    event = happened()
    process = await start(connections, "open", event.id)
    await until(partial(_is_there, outside), what=lambda: "the queue")
    await outside.put_event(QUEUE, event)
    assert process.stdout
    assert await process.stdout.readline() == b"open\n"
    process.kill()
    await process.wait()
    for queue in (QUEUE, "tested.journal"):  # their limits differ
        await outside.delete_queue(queue)
    subscribe(service)
    await up(service)
    await outside.put_event(QUEUE, event)
    await until(partial(_have_effects, service, [event]), seconds=90, what=lambda: "the effect")
    await settle(service, outside)
    assert await outside.count(DEAD) == 0


async def _is_there(outside: Outside) -> bool:
    try:
        return await outside.count(QUEUE) >= 0
    except ChannelNotFoundEntity:
        return False


async def _have_effects(service: Service, events: list[Event[Happened]]) -> bool:
    return {event.id for event in events} <= set(await effects(service))
