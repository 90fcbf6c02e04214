"""`/ready` notices what is missing, `/live` notices what is stuck, and neither blames a process for its servers."""

from datetime import timedelta
from functools import partial

import httpx
import pytest

from deploy.local.stack import LocalStack
from shared.operations import operations
from shared.service import Service
from shared.telemetry.health import Check, consumers_check, freshness_check, lasting
from tests.faults import Proxy
from tests.integration.messaging.conftest import Composer, subscriber, up
from tests.integration.messaging.test_relay import announce, subscribe
from tests.waiting import until

pytestmark = pytest.mark.live


async def unwell(service: Service, path: str) -> dict[str, str]:
    """Ask over HTTP; return what is not well, none of it exactly when the status is 200."""
    transport = httpx.ASGITransport(operations([service]))
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        answer = await client.get(path)
    found: dict[str, str] = answer.json()["unwell"]
    assert (answer.status_code == 200) == (not found)
    return found


async def test_running_service_is_live_and_ready(service: Service) -> None:
    """A service on servers that work is well."""
    subscribe(service)
    await up(service)
    assert await unwell(service, "/ready") == {}
    assert await unwell(service, "/live") == {}


async def test_cancelled_consumer_is_not_ready(service: Service) -> None:
    """A consumer that is gone while the connection is fine is noticed, and told by its queue."""
    subscribe(service)
    await up(service)
    await subscriber(service, "tested.work").stop()
    assert await unwell(service, "/ready") == {"tested.consumers": "no consumer on tested.work"}


async def test_consumer_that_stays_away_is_not_live(service: Service) -> None:
    """A process whose consumer does not come back is to be restarted, but not at once."""
    subscribe(service)
    await up(service)
    await subscriber(service, "tested.work").stop()
    soon = lasting(consumers_check(service.broker, service.consumers), timedelta(seconds=0.2))
    assert await soon.ask() is None
    assert await until(soon.ask) == "no consumer on tested.work"


async def test_consumer_that_comes_back_is_forgiven() -> None:
    """Two short absences are not one long one."""
    answers = iter(["away", None, "away"])

    async def ask() -> str | None:
        return next(answers)

    check = lasting(Check("x", ask), timedelta(0))
    assert [await check.ask() for _ in range(3)] == [None, None, None]


async def test_absent_broker_is_not_ready_but_live(compose_service: Composer, virtual_host: str) -> None:
    """A process without its broker is not ready, and restarting it would not help."""
    async with Proxy(virtual_host) as proxy:
        service = compose_service(rabbit_url=proxy.url)
        subscribe(service)
        await up(service)
        await proxy.refuse()
        await until(lambda: _is_away(service))
        assert await unwell(service, "/live") == {}


async def test_silent_database_is_not_ready_but_live(service: Service, stack: LocalStack) -> None:
    """A process whose database says nothing is not ready, and ready again when it answers."""
    subscribe(service)
    await up(service)
    await stack.mongo.freeze()
    try:
        await until(partial(_names, service, "tested.database"), what=lambda: "a silent database that is noticed")
        assert await unwell(service, "/live") == {}
    finally:
        await stack.mongo.thaw()
    await until(lambda: _is_well(service))


async def _names(service: Service, check: str) -> bool:
    return check in await unwell(service, "/ready")


async def test_stuck_relay_is_not_live(service: Service, stack: LocalStack) -> None:
    """A relay that does not come round is noticed, and forgiven when it does."""
    subscribe(service)
    await up(service)
    check = freshness_check("relay", lambda: service.relay.ticked_at, timedelta(seconds=3))
    assert await check.ask() is None
    await stack.mongo.freeze()
    try:
        assert "relay has not ticked" in str(await until(check.ask))
    finally:
        await stack.mongo.thaw()
    await until(lambda: _passes(check))
    await announce(service)


async def test_outbox_is_measured(service: Service) -> None:
    """The age of the oldest event not yet confirmed is there to be watched."""
    subscribe(service)
    await service.ledger.prepare()
    assert await service.relay.oldest_age_s() == 0
    await announce(service)
    await until(lambda: _is_older(service))


async def _is_older(service: Service) -> bool:
    return await service.relay.oldest_age_s() > 0


async def _is_away(service: Service) -> bool:
    return "tested.broker" in await unwell(service, "/ready")


async def _is_well(service: Service) -> bool:
    return not await unwell(service, "/ready")


async def _passes(check: Check) -> bool:
    return await check.ask() is None
