"""`/ready` notices what is missing, `/live` notices what is stuck, and neither blames a process for its servers."""

import asyncio
from datetime import timedelta
from functools import partial

import httpx
import pytest

from deploy.local.stack import LocalStack
from shared.loops import Pulse
from shared.operations import operations
from shared.service import Service
from shared.telemetry.health import Check, connection_of, consumers_check, failures, lasting, loops_check
from tests.alarm import disk_alarm
from tests.deaf import deaf
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


async def test_stuck_loop_is_not_live() -> None:
    """A loop that does not come round is named, and forgiven when it does."""
    pulse = Pulse("tested.relay", deadline_s=0.01)
    check = loops_check([Pulse("tested.other"), pulse], late_s=0.01)
    assert await check.ask() is None
    pulse.beat()
    assert await until(check.ask) == "tested.relay has not come round for 0 s"
    pulse.beat(pause_s=60)
    assert await check.ask() is None


async def test_question_that_a_driver_swallows_is_answered_in_time() -> None:
    """Whatever a check does, `/ready` names it: an error, a stray cancellation, silence that ignores its end."""
    go_on = asyncio.Event()

    async def raise_(error: BaseException) -> str | None:
        raise error

    checks = [
        Check("error", partial(raise_, KeyError())),
        Check("stray", partial(raise_, asyncio.CancelledError())),
        Check("silent", partial(raise_, TimeoutError())),
        Check("deaf", partial(deaf, go_on)),
    ]
    found = await failures(checks)
    go_on.set()
    assert found == {"error": "KeyError", "stray": "CancelledError", "silent": "no answer", "deaf": "no answer"}


async def test_broker_that_takes_nothing_is_not_ready_but_live(service: Service, stack: LocalStack) -> None:
    """Under a disk alarm `/ready` says what is wrong, `/live` passes, and asking leaves no channels behind."""
    calls = subscribe(service)
    await up(service)
    async with disk_alarm(stack.rabbit):
        await announce(service)
        await until(partial(_names, service, "tested.broker"), what=lambda: "an alarm that is noticed")
        connection = await connection_of(service.broker)
        assert connection
        before = len(connection.channels)
        for _ in range(20):
            assert (await unwell(service, "/ready"))["tested.broker"] == "the broker takes nothing (alarm)"
            assert await unwell(service, "/live") == {}
        assert len(connection.channels) <= before
    await until(lambda: calls)
    await until(lambda: _is_well(service))


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
