"""One virtual host and one database prefix per test, and services on them."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from deploy.local.stack import LocalStack
from shared.clock import Clock, utc_now
from shared.composition import compose
from shared.service import Service
from shared.settings import Connections
from tests import loopback
from tests.integration.messaging.outside import Outside
from tests.waiting import until, until_ready


class Composer(Protocol):
    """Composes a service on this test's servers; it is stopped when the test ends."""

    def __call__(self, name: str = "tested", *, clock: Clock = utc_now, **connections: Any) -> Service:
        """Return a service that is not started; `connections` replaces settings."""


def management(stack: LocalStack) -> httpx.AsyncClient:
    """Return a client of the broker's management API."""
    url = urlsplit(stack.environment["AMTSBOTE_RABBIT_MANAGEMENT_URL"])
    base = f"{url.scheme}://{url.hostname}:{url.port}/api/"
    return loopback.client(base_url=base, auth=(url.username or "", url.password or ""))


@pytest_asyncio.fixture
async def virtual_host(stack: LocalStack) -> AsyncIterator[str]:
    """A virtual host of its own: its URL."""
    name = f"test-{uuid4().hex[:8]}"
    async with management(stack) as client:
        (await client.put(f"vhosts/{name}")).raise_for_status()
        yield urlunsplit(urlsplit(stack.environment["AMTSBOTE_RABBIT_URL"])._replace(path=f"/{name}"))
        await client.delete(f"vhosts/{name}")


@pytest.fixture
def connections(stack: LocalStack, virtual_host: str) -> Connections:
    """Settings for this test alone; retries come after 200 and 400 ms."""
    return Connections(
        rabbit_url=virtual_host,
        mongo_url=stack.environment["AMTSBOTE_MONGO_URL"],
        s3_url=stack.environment["AMTSBOTE_S3_URL"],
        database_prefix=f"test_{uuid4().hex[:8]}_",
        retry_delays_ms=(200, 400),
    )


@pytest_asyncio.fixture
async def compose_service(connections: Connections) -> AsyncIterator[Composer]:
    """Compose services; all are stopped at the end."""
    services: list[Service] = []

    def make(name: str = "tested", *, clock: Clock = utc_now, **changes: Any) -> Service:
        changed = Connections.model_validate({**connections.model_dump(), **changes})
        services.append(compose(name, changed, clock))
        return services[-1]

    yield make
    await asyncio.gather(*(service.stop() for service in services))


@pytest_asyncio.fixture
async def outside(virtual_host: str) -> AsyncIterator[Outside]:
    """The broker as a stranger sees it."""
    view = Outside(virtual_host)
    yield view
    await view.close()


@pytest.fixture
def service(compose_service: Composer) -> Service:
    """A service called `tested`, not started."""
    return compose_service()


async def up(service: Service, *, seconds: float = 30) -> Service:
    """Start a service and wait until it says it is ready."""
    await service.start()
    await until_ready(service, seconds=seconds)
    return service


def subscriber(service: Service, queue: str) -> Any:
    """Return the consumer of one of a service's queues."""
    return next(found for found in service.broker.subscribers if getattr(found, "queue").name == queue)  # noqa: B009


async def settle(service: Service, outside: Outside) -> None:
    """Wait until nothing of the service waits, end its consumers in good order, and see that nothing came back."""
    queues = [*service.consumers, *(service.ladder.tier(step) for step in range(len(service.ladder.delays_ms)))]

    async def empty() -> bool:
        return not sum([await outside.count(queue) for queue in queues])

    await until(empty)
    await asyncio.gather(*(subscriber.stop() for subscriber in service.broker.subscribers))
    assert await empty()


async def on_disk(stack: LocalStack, virtual_host: str, *queues: str) -> None:
    """Wait until the broker's list of quorum queues is on disk; killed before, it forgets who leads the queue.

    RabbitMQ writes that list half a second after a declaration. Its format ends a name with the tag of the next term.
    """
    registry = stack.folder / "rabbit/data/amtsbote@localhost/quorum/amtsbote@localhost/names.dets"
    name = urlsplit(virtual_host).path.strip("/")
    await until(lambda: all(f"{name}_{queue}m".encode() in registry.read_bytes() for queue in queues))


async def bound_on_disk(stack: LocalStack, queue: str, routing_key: str) -> None:
    """Wait until the binding of a queue is on disk; killed before, the broker forgets what it said is bound."""
    folder = stack.folder / "rabbit/data/amtsbote@localhost"
    binding = re.compile(f"{re.escape(routing_key)}.{{,200}}{re.escape(queue)}".encode(), re.DOTALL)

    def is_there() -> bool:
        files = (folder / "LATEST.LOG", *folder.glob("rabbit_durable_route.DC*"))
        return any(binding.search(file.read_bytes()) for file in files)

    await until(is_there, what=lambda: f"{queue} bound on disk")
