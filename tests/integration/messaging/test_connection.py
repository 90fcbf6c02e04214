"""A service finds its way back: to a broker that was down, silent, or has lost its queues."""

import asyncio
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from aio_pika.exceptions import AMQPError

from deploy.local.stack import LocalStack
from shared.clock import utc_now
from shared.messaging.broker import connect
from shared.messaging.topology import UNROUTED, Ladder
from shared.service import Service
from shared.telemetry.health import failures
from tests.faults import Proxy
from tests.integration.messaging.conftest import Composer, management, on_disk, up
from tests.integration.messaging.facts import Happened
from tests.integration.messaging.outside import Outside
from tests.integration.messaging.test_relay import announce, subscribe
from tests.waiting import until, until_ready

pytestmark = pytest.mark.live


async def works(service: Service, calls: list[str]) -> None:
    """See an event go all the way."""
    ids = await announce(service)
    await until(lambda: set(ids) <= set(calls), seconds=40)


async def test_service_starts_before_its_broker(compose_service: Composer, virtual_host: str) -> None:
    """A service whose broker is not there yet starts, accepts work, and carries it out when the broker comes."""
    async with Proxy(virtual_host) as proxy:
        await proxy.refuse()
        service = compose_service(rabbit_url=proxy.url)
        calls = subscribe(service)
        await service.start()
        await until(lambda: _prepared(service))
        ids = await announce(service)
        assert "broker" in await failures(service.ready_checks)
        assert not await failures(service.live_checks)
        await proxy.heal()
        await until(lambda: calls == ids)


async def test_service_without_a_broker_stops_promptly(compose_service: Composer, virtual_host: str) -> None:
    """A service that never saw its broker does not wait for it when told to stop."""
    async with Proxy(virtual_host) as proxy:
        await proxy.refuse()
        service = compose_service(rabbit_url=proxy.url)
        await service.start()
        await until(lambda: _prepared(service))
        started = time.monotonic()
        await service.stop()
        assert time.monotonic() - started < 2


async def test_service_cut_off_in_silence_stops_in_time(compose_service: Composer, virtual_host: str) -> None:
    """A service whose network went silent lets go within its grace."""
    async with Proxy(virtual_host) as proxy:
        service = compose_service(rabbit_url=proxy.url)
        subscribe(service)
        await up(service)
        proxy.blackhole()
        started = time.monotonic()
        await service.stop()
        assert time.monotonic() - started < 15


async def test_reset_connection_is_made_anew(compose_service: Composer, virtual_host: str) -> None:
    """After a reset the service consumes and publishes again by itself."""
    async with Proxy(virtual_host) as proxy:
        service = compose_service(rabbit_url=proxy.url)
        calls = subscribe(service)
        await up(service)
        proxy.cut()
        await works(service, calls)


async def test_silence_during_the_handshake_is_survived(compose_service: Composer, virtual_host: str) -> None:
    """A network that falls silent just when the service reconnects does not hold it for ever."""
    async with Proxy(virtual_host) as proxy:
        service = compose_service(rabbit_url=proxy.url)
        calls = subscribe(service)
        await up(service)
        proxy.cut()
        proxy.blackhole()
        await until(lambda: proxy.lying_dead)
        await proxy.heal()
        await works(service, calls)


async def test_silence_is_noticed_and_survived(compose_service: Composer, virtual_host: str) -> None:
    """A connection that says nothing any more is given up by its missing heartbeats, and made anew."""
    async with Proxy(virtual_host) as proxy:
        service = compose_service(rabbit_url=proxy.url + "?heartbeat=2")
        calls = subscribe(service)
        await up(service)
        proxy.blackhole()
        await proxy.heal()  # for new connections; the old one stays dead
        ids = await announce(service)
        await until(lambda: set(ids) <= set(calls), seconds=60)


async def test_deleted_queue_is_declared_and_consumed_again(service: Service, outside: Outside) -> None:
    """When somebody deletes a queue, it is back with its consumer and bindings soon."""
    calls = subscribe(service)
    await up(service)
    await outside.delete_queue("tested.work")
    await until_ready(service)
    await works(service, calls)


async def test_broker_that_lost_everything_is_set_up_again(
    compose_service: Composer, virtual_host: str, stack: LocalStack
) -> None:
    """A broker that comes back empty gets its exchanges, queues, dead queues and delays again."""
    service = compose_service()
    calls = subscribe(service)
    await up(service)
    name = urlsplit(virtual_host).path.strip("/")
    async with management(stack) as client:
        await client.delete(f"vhosts/{name}")
        await client.put(f"vhosts/{name}")
        await until_ready(service, seconds=40)
        await works(service, calls)

        async def is_complete() -> bool:
            found = {queue["name"] for queue in (await client.get(f"queues/{name}")).json()}
            return found >= {*service.consumers, "tested.work.dead", UNROUTED, *map(service.ladder.tier, range(2))}

        await until(is_complete)


async def test_killed_broker_loses_no_confirmed_event(
    compose_service: Composer, virtual_host: str, stack: LocalStack
) -> None:
    """A broker that is killed with messages in its queues has them when it is back, and the service resumes."""
    service = compose_service()
    go_on = asyncio.Event()
    calls: list[str] = []

    async def handle(event: object) -> None:
        await go_on.wait()
        calls.append(event.id)  # type: ignore[attr-defined]

    service.on("work", handle, Happened, prefetch=2)
    await up(service)
    ids = await announce(service, 20)
    await until(lambda: _outbox_is_empty(service))
    await on_disk(stack, virtual_host, "tested.work", "tested.work.dead", "tested.wait.400ms", "amtsbote.unrouted")
    await stack.rabbit.kill()
    await stack.rabbit.start()
    go_on.set()
    await until(lambda: set(calls) == set(ids), seconds=40)


async def _prepared(service: Service) -> bool:
    return "outbox" in await service.database.list_collection_names()


async def _outbox_is_empty(service: Service) -> bool:
    return not await service.database.outbox.count_documents({})


async def test_connection_lost_before_it_is_ready_is_given_up(virtual_host: str) -> None:
    """However far a start came when it was cut off, no connection goes on seeking the broker behind our back."""
    failed = 0
    others = asyncio.all_tasks()
    async with Proxy(virtual_host) as proxy:
        for limit in range(100, 1500, 50):
            proxy.cut_after_bytes = limit
            client = connect(proxy.url, Ladder("tested", ()), utc_now)
            try:
                await client.connect()
            except AMQPError:
                failed += 1
                await until(lambda: not _seeking(others), seconds=10)
            else:
                await client.stop()
    assert failed > 5


def _seeking(others: set[asyncio.Task[Any]]) -> list[str]:
    """Return the driver's tasks that look after a connection, those of `others` left out."""
    return [name for task in asyncio.all_tasks() - others if "connection_factory" in (name := repr(task))]
