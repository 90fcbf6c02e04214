"""What the controls of the storm do to the product on purpose, and by how much its counters move."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from aio_pika import Message
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from typer.testing import CliRunner

from services.command import command
from tests.storm.account import account, settled
from tests.storm.evidence import queues_of
from tests.storm.faults import altered
from tests.storm.servers import connect
from tests.storm.storm import Scene

COUNTERS = ("lost", "duplicated", "stuck", "orphaned", "innocent", "unburied")


async def seen(stage: Scene) -> dict[str, set[str]]:
    """Look at everything and balance it; returns what stands under each counter."""
    found = await stage.account(await stage.look())
    return {name: set(getattr(found, name)) for name in COUNTERS}


def moved(before: dict[str, set[str]], after: dict[str, set[str]]) -> dict[str, int]:
    """Return by how much each counter has grown."""
    return {name: len(after[name] - before[name]) for name in COUNTERS if after[name] - before[name]}


@asynccontextmanager
async def database(stage: Scene, service: str) -> AsyncIterator[AsyncDatabase[dict[str, Any]]]:
    """Reach behind a service, into its database."""
    async with AsyncMongoClient[dict[str, Any]](stage.it.direct["AMTSBOTE_MONGO_URL"]) as client:
        yield client[stage.it.prefix + service]


async def nothing_under_way(stage: Scene) -> bool:
    """Tell whether all that was announced was taken by somebody."""
    return not (await stage.look(objects=False)).under_way


async def has(stage: Scene, queue: str, messages: int) -> bool:
    """Tell whether a queue has so many messages, in hand or waiting."""
    return (await queues_of(stage.it))[queue] == messages


async def is_settled(stage: Scene, before: dict[str, set[str]]) -> bool:
    """Tell whether everything that was accepted since is at its end."""
    return settled(stage.notebook.accepted, await stage.look(objects=False)) <= len(before["stuck"])


async def has_doubled(stage: Scene, before: dict[str, set[str]]) -> bool:
    """Tell whether something took effect more than once meanwhile."""
    found = account(stage.notebook.accepted, await stage.look(objects=False))
    return bool(set(found.duplicated) - before["duplicated"])


async def replay(stage: Scene, since: datetime) -> None:
    """Announce again what was announced since, as an operator does."""
    words = ["replay", "--since", since.isoformat()]
    done = await asyncio.to_thread(CliRunner().invoke, command, words, env=dict(stage.it.direct))
    assert done.exit_code == 0, done.output


async def alter(stage: Scene, **flaws: str) -> None:
    """Have services run with a safety taken away."""
    for name, flaw in flaws.items():
        child = stage.it.services[name]
        child.launch = replace(child.launch, command=altered(name, "--flaw", flaw))
        await child.kill()
        await child.start()
    await stage.it.until_ready()


async def publish(stage: Scene, exchange: str, routing_key: str, body: bytes, **headers: str) -> None:
    """Put a message in past all services."""
    message = Message(body, headers={name.replace("_", "-"): value for name, value in headers.items()})
    async with await connect(stage.it.direct["AMTSBOTE_RABBIT_URL"]) as connection:
        channel = await connection.channel()
        to = await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
        await to.publish(message, routing_key=routing_key)
