"""How fast events go: our path beside raw drivers and beside the least that is safe, on the same servers."""

import argparse
import asyncio
import json
import logging
import os
import statistics
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import aio_pika
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.delivery import floor, ours
from bench.delivery.accept import Door
from bench.delivery.fact import Measured, measured
from bench.neighbours.compare import neighbours
from deploy.local.stack import LocalStack
from shared.composition import compose
from shared.messaging.topology import dead_name, declare_queue, quorum_queue, work_queue
from shared.service import Service
from shared.settings import Connections
from shared.telemetry.logs import configure_logs

Way = Callable[[int], Awaitable[float]]


@dataclass(frozen=True, slots=True)
class Row:
    """One way: events a second (median and spread of the rounds), and its share of the way it is compared with."""

    way: str
    per_second: float
    lowest: float
    highest: float
    microseconds: float
    compared_with: str | None
    ratio: float | None


# Each way, and the way it is compared with: ours with the least that is safe, and parts of ours with the bare driver.
COMPARED = {
    "publish: raw aio-pika, confirmed": None,
    "publish: ours, without ledger": "publish: raw aio-pika, confirmed",
    "publish: transaction + confirm, bare": "publish: raw aio-pika, confirmed",
    "publish: ours, commit only": "publish: transaction + confirm, bare",
    "publish: ours, ledger + relay": "publish: transaction + confirm, bare",
    "handle: raw aio-pika, acknowledged": None,
    "handle: ours, empty handler": "handle: raw aio-pika, acknowledged",
    "handle: transaction + ack, bare": "handle: raw aio-pika, acknowledged",
    "handle: ours, ledger + one effect": "handle: transaction + ack, bare",
    "handle: ours, effects together": "handle: ours, ledger + one effect",
    "accept: 400 KB stored + insert + confirm, bare": None,
    "accept: gateway, a page of 400 KB": "accept: 400 KB stored + insert + confirm, bare",
}


def main(arguments: Sequence[str]) -> int:
    """Run the ways in turn, several rounds, and print one table."""
    parser = argparse.ArgumentParser(prog="python -m bench events", description=__doc__)
    parser.add_argument("--count", type=int, default=500, help="events a way and round (default 500)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds; the median counts (default 3)")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument("--neighbours", action="store_true", help="only: ours beside Dramatiq, their losses included")
    options = parser.parse_args(arguments)
    configure_logs(logging.ERROR)
    if options.neighbours:
        return asyncio.run(neighbours(max(options.count, 2000), options.rounds))
    rows = asyncio.run(_measure(options.count, options.rounds))
    Console(width=130).print(_table(rows))
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
    return 0


async def _measure(count: int, rounds: int) -> list[Row]:
    seconds: dict[str, list[float]] = {way: [] for way in COMPARED}
    with TemporaryDirectory(prefix="bench-") as folder:
        async with LocalStack(Path(folder), settings=os.environ) as stack, _ways(stack, Path(folder)) as ways:
            for _ in track(range(rounds), "rounds", console=Console(stderr=True)):
                for name, way in ways.items():
                    seconds[name].append(await way(count))
    return _rows(seconds, count)


@asynccontextmanager
async def _ways(stack: LocalStack, folder: Path) -> AsyncIterator[dict[str, Way]]:
    """Return the ways, each on a queue that its predecessor has filled or emptied."""
    there = {name: part.url for name, part in zip(("rabbit_url", "mongo_url", "s3_url"), stack.parts, strict=True)}
    prefix = {"database_prefix": f"bench_{uuid4().hex[:6]}_"}
    connections = Connections.model_validate({**Connections().model_dump(), **there, **prefix})
    async with (
        await aio_pika.connect_robust(connections.rabbit_url.get_secret_value()) as connection,
        ours.running(compose("benchpublish", connections)) as service,
        Door(connections, stack.environment, folder) as door,
    ):
        channel = await connection.channel()
        await floor.declare(channel)
        await _make_collections(service)
        yield _named(connections, service, connection, channel) | _doors(channel, door)
        for queue in (floor.QUEUE, ours.QUEUE, f"{ours.QUEUE}.dead"):
            await channel.queue_delete(queue)


def _named(connections: Connections, service: Service, connection: Any, channel: Any) -> dict[str, Way]:
    async def emptied(way: Awaitable[float]) -> float:
        result = await way
        await (await channel.get_queue(floor.QUEUE)).purge()
        return result

    async def filled(count: int, *, with_ledger: bool) -> float:
        await _fill(channel, count)
        return await ours.handle_ours(connections, count, ledger=with_ledger)

    async def together(count: int) -> float:
        await _fill(channel, count)
        return await ours.handle_together(connections, count)

    ways: tuple[Way, ...] = (
        lambda n: emptied(floor.publish_raw(channel, n)),
        lambda n: emptied(ours.publish_ours(service, n)),
        lambda n: emptied(floor.publish_with_outbox(channel, service.database, n)),
        lambda n: ours.commit_ours(service, n),
        lambda n: ours.relay_ours(service, n),
        lambda n: _refilled(channel, n, lambda: floor.handle_raw(connection, n)),
        lambda n: filled(n, with_ledger=False),
        lambda n: _refilled(channel, n, lambda: floor.handle_with_inbox(connection, service.database, n)),
        lambda n: filled(n, with_ledger=True),
        together,
    )
    return dict(zip(COMPARED, ways, strict=False))


def _doors(channel: Any, door: Door) -> dict[str, Way]:
    async def floor_way(count: int) -> float:
        result = await door.floor(count)
        await (await channel.get_queue(floor.QUEUE)).purge()
        return result

    return dict(zip(list(COMPARED)[-2:], (floor_way, door.gateway), strict=True))


async def _refilled(channel: Any, count: int, way: Callable[[], Awaitable[float]]) -> float:
    await floor.publish_raw(channel, count)
    return await way()


async def _fill(channel: Any, count: int) -> None:
    """Put events into our queue; the service that will handle them declares it the same way."""
    await declare_queue(channel, quorum_queue(dead_name(ours.QUEUE)))
    await declare_queue(channel, work_queue(ours.QUEUE, routing_key=Measured.type))
    bodies = [measured().to_json() for _ in range(count)]
    publish = channel.default_exchange.publish
    await asyncio.gather(*(publish(aio_pika.Message(body, delivery_mode=2), ours.QUEUE) for body in bodies))


async def _make_collections(service: Service) -> None:
    for name in ("floor_outbox", "floor_inbox", "floor_effects"):
        await service.database.create_collection(name)
    await service.client[f"{service.connections.database_prefix}bench"].create_collection("effects")


def _rows(seconds: dict[str, list[float]], count: int) -> list[Row]:
    rates = {way: statistics.median(count / s for s in times) for way, times in seconds.items()}
    return [
        Row(
            way=way,
            per_second=rates[way],
            lowest=count / max(seconds[way]),
            highest=count / min(seconds[way]),
            microseconds=1e6 / rates[way],
            compared_with=base,
            ratio=rates[way] / rates[base] if base else None,
        )
        for way, base in COMPARED.items()
    ]


def _table(rows: Sequence[Row]) -> Table:
    table = Table("way", "events/s", "lowest - highest", "µs an event", "ratio", "beside")
    for row in rows:
        ratio = f"{row.ratio:.2f}" if row.ratio else ""
        spread = f"{row.lowest:,.0f} - {row.highest:,.0f}"
        table.add_row(row.way, f"{row.per_second:,.0f}", spread, f"{row.microseconds:,.0f}", ratio, row.compared_with)
    return table
