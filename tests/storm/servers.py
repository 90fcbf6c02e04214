"""The servers under the product: one broker or a cluster of three, the database and the object store."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aio_pika
from aio_pika.abc import AbstractConnection

from deploy.local.part import Part, Silent
from deploy.local.stack import PARTS, LocalStack
from shared.settings import each_host
from tests.cluster import NODES, Cluster

BROKER = "rabbit"
ANSWER_S = 3.0  # what one host of several has to let us in


@dataclass(frozen=True, slots=True)
class Servers:
    """What runs under the product, each by its name, and the settings that point to it."""

    parts: Mapping[str, Part]
    environment: Mapping[str, str]
    folder: Path

    @classmethod
    def of(cls, stack: LocalStack) -> "Servers":
        """Return those of a stack: one of each."""
        return cls({part.name: part for part in stack.parts}, stack.environment, stack.folder)

    @property
    def brokers(self) -> tuple[str, ...]:
        """The names of the broker's nodes."""
        return tuple(name for name in self.parts if is_broker(name))

    async def are_whole(self) -> bool:
        """Tell whether each node of the broker answers."""
        for name in self.brokers:
            try:
                await self.parts[name].greet()
            except Silent:
                return False
        return True


def named(nodes: int) -> tuple[str, ...]:
    """Return the names of the servers, with a broker of so many nodes; raises ValueError if it cannot be had."""
    if nodes not in {1, NODES}:
        raise ValueError(f"the broker has 1 node or {NODES}")
    brokers = [BROKER] if nodes == 1 else [f"{BROKER}{number}" for number in range(1, nodes + 1)]
    return (*brokers, *(part for part in PARTS if part != BROKER))


def is_broker(name: str) -> bool:
    """Tell whether a server is the broker, or a node of it."""
    return name.startswith(BROKER)


def variable(name: str) -> str:
    """Return the setting that has a server's address."""
    return f"AMTSBOTE_{BROKER.upper() if is_broker(name) else name.upper()}_URL"


@asynccontextmanager
async def servers(folder: Path, nodes: int, report: Callable[[str], object]) -> AsyncIterator[Servers]:
    """Start servers of our own in `folder`; their data goes with it."""

    def say(name: str, state: str) -> None:
        report(f"{name} {state}")

    async with AsyncExitStack() as exits:
        parts = tuple(name for name in named(nodes) if name in PARTS)
        stack = await exits.enter_async_context(LocalStack(folder, parts, report=say))
        if nodes == 1:
            yield Servers.of(stack)
            return
        cluster = await exits.enter_async_context(Cluster(stack.folder))
        say("cluster", "ready")
        addresses = {"AMTSBOTE_RABBIT_URL": cluster.url, "AMTSBOTE_RABBIT_MANAGEMENT_URL": cluster.management_url}
        nodes_by_name = {node.name: node for node in cluster.nodes}
        rest = {part.name: part for part in stack.parts}
        yield Servers({**nodes_by_name, **rest}, {**stack.environment, **addresses}, stack.folder)


async def connect(url: str, *, heartbeat: int = 60) -> AbstractConnection:
    """Connect to the first host of an address that lets us in; raises what the last one said."""
    *others, last = each_host(url)
    for host in others:
        try:
            return await _connect(host, heartbeat)
        except Exception:  # noqa: BLE001, S112 - whatever it is, the next one may do
            continue
    return await _connect(last, heartbeat)


async def _connect(url: str, heartbeat: int) -> AbstractConnection:
    connection: AbstractConnection = await aio_pika.connect(url, timeout=ANSWER_S, heartbeat=heartbeat)
    return connection
