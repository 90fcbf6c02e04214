"""Everything the storm hits, and a look at it from outside: servers, a faulty network, two processes of ours."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import aio_pika
from pymongo import AsyncMongoClient

from deploy.local.child import Child, Launch, tied_to_us
from deploy.local.ports import free_port
from deploy.local.programs import find, search_path
from deploy.local.stack import LocalStack
from shared.events.event import Event
from shared.messaging.topology import UNROUTED, Ladder, dead_name
from tests import loopback
from tests.chaos.facts import ThingAccepted
from tests.chaos.process import ACCEPT, FILE, FILING, NOTING, Flaw
from tests.faults import Proxy
from tests.waiting import until

RETRIES_MS = (200, 400)
ROOT = Path(__file__).parent.parent.parent


@dataclass(slots=True)
class World:
    """What can be hurt, and what can be counted."""

    stack: LocalStack
    proxy: Proxy
    accept: Child
    file: Child
    url: str
    broker_url: str
    prefix: str

    @property
    def children(self) -> tuple[Child, Child]:
        """Our two processes."""
        return self.accept, self.file

    async def supervise(self) -> None:
        """Start a process again when it has ended, as an orchestrator does; until cancelled."""
        while True:
            for child in self.children:
                if child.pid is None:
                    await child.start()
            await asyncio.sleep(0.2)

    async def effects(self) -> list[str]:
        """Return the things that were filed, one entry an effect."""
        return await self._column(FILE, "effects")

    async def notes(self) -> list[str]:
        """Return the things whose filing was noted, one entry an effect: the second hop."""
        return await self._column(ACCEPT, "notes")

    async def waiting(self) -> int:
        """Return how much is still on its way: rows in outboxes, messages in queues."""
        async with AsyncMongoClient[dict[str, object]](self.stack.mongo.url) as client:
            rows = sum([await client[self.prefix + name].outbox.count_documents({}) for name in (ACCEPT, FILE)])
        async with await aio_pika.connect(self.broker_url) as connection:
            channel = await connection.channel()
            declared = [await channel.declare_queue(name, passive=True) for name in self._queues()]
        return rows + sum(queue.declaration_result.message_count or 0 for queue in declared)

    async def buried(self) -> list[str]:
        """Take the dead queue of the filing handler empty; return the things in it."""
        found = []
        async with await aio_pika.connect(self.broker_url) as connection:
            queue = await (await connection.channel()).declare_queue(dead_name(FILING), passive=True)
            while message := await queue.get(fail=False, no_ack=True):
                found.append(Event[ThingAccepted].model_validate_json(message.body).data.thing_id)
        return found

    async def on_disk(self) -> None:
        """Wait until the broker has written down its queues: killed before, it forgets who leads them."""
        registry = self.stack.folder / "rabbit/data/amtsbote@localhost/quorum/amtsbote@localhost/names.dets"
        host = urlsplit(self.broker_url).path.strip("/")
        names = [*self._queues(), dead_name(FILING), dead_name(NOTING), UNROUTED]
        await until(lambda: all(f"{host}_{name}m".encode() in registry.read_bytes() for name in names))

    def _queues(self) -> Iterator[str]:
        yield from (FILING, NOTING)
        for service in (ACCEPT, FILE):
            yield from (Ladder(service, RETRIES_MS).tier(step) for step in range(len(RETRIES_MS)))

    async def _column(self, service: str, collection: str) -> list[str]:
        async with AsyncMongoClient[dict[str, object]](self.stack.mongo.url) as client:
            return [str(row["thing"]) async for row in client[self.prefix + service][collection].find()]


@asynccontextmanager
async def world(stack: LocalStack, *, flaws: Sequence[Flaw] = (), work_s: float = 0) -> AsyncIterator[World]:
    """Start the two processes in a virtual host and with databases of their own; stop them at the end.

    Each of the `flaws` takes a safety away; filing one thing takes `work_s` seconds beside its transaction.
    """
    name = f"chaos-{uuid4().hex[:8]}"
    direct = urlunsplit(urlsplit(stack.environment["AMTSBOTE_RABBIT_URL"])._replace(path=f"/{name}"))
    await _virtual_host(stack, name)
    async with Proxy(direct) as proxy:
        port, prefix = free_port(), f"{name.replace('-', '_')}_"
        environment = {
            **stack.environment,
            "AMTSBOTE_RABBIT_URL": proxy.url,
            "AMTSBOTE_DATABASE_PREFIX": prefix,
            "AMTSBOTE_RETRY_DELAYS_MS": str(list(RETRIES_MS)),
            "CHAOS_FLAWS": json.dumps(flaws),
            "CHAOS_WORK_S": str(work_s),
        }
        accept = _child(stack, "accept", {**environment, "CHAOS_PORT": str(port)})
        file = _child(stack, "file", environment)
        it = World(stack, proxy, accept, file, f"http://127.0.0.1:{port}", direct, prefix)
        try:
            await asyncio.gather(*(child.start() for child in it.children))
            await it.on_disk()
            yield it
        finally:
            await asyncio.gather(*(child.kill() for child in it.children))


def _child(stack: LocalStack, role: str, environment: Mapping[str, str]) -> Child:
    command = tied_to_us((sys.executable, "-m", "tests.chaos.process", role), find("setpriv", search_path()))
    surroundings = {"PATH": os.environ["PATH"], **environment, "CHAOS_OPERATIONS_PORT": str(free_port())}
    return Child(Launch(command, surroundings, ROOT, stack.folder / "log" / f"chaos-{role}.log"))


async def _virtual_host(stack: LocalStack, name: str) -> None:
    url = urlsplit(stack.environment["AMTSBOTE_RABBIT_MANAGEMENT_URL"])
    async with loopback.client(auth=(url.username or "", url.password or "")) as client:
        (await client.put(f"http://{url.hostname}:{url.port}/api/vhosts/{name}")).raise_for_status()
