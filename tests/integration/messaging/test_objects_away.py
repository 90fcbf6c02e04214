"""An object store that falls silent holds up nobody for long, and costs no message its tries."""

import time

import pytest

from deploy.local.stack import LocalStack
from shared.events.event import Event
from shared.ids import new_id
from shared.service import Service
from tests.integration.messaging.conftest import up
from tests.integration.messaging.facts import Followed, Happened, happened
from tests.integration.messaging.outside import Outside
from tests.waiting import until

pytestmark = pytest.mark.live


async def test_silent_object_store_is_waited_out(service: Service, stack: LocalStack, outside: Outside) -> None:
    """While the store is silent, a handler that needs it fails in time and others work; then it is handled."""
    key, tries, fetched, others = new_id(), list[str](), list[str](), list[str]()

    async def fetch(event: Event[Happened]) -> None:
        tries.append(event.id)
        await service.objects.get(key)
        fetched.append(event.id)

    async def other(event: Event[Followed]) -> None:
        others.append(event.id)

    service.on("fetch", fetch, Happened)
    service.on("other", other, Followed)
    await up(service)
    await service.objects.put(key, b"page", size_bytes=4, media_type="text/plain")
    await stack.s3.freeze()
    started = time.monotonic()
    try:
        await outside.put_event("tested.fetch", happened())
        async with service.ledger.begin() as work:
            work.announce(Followed(thing_id=new_id()))
        await until(lambda: others)
        await until(lambda: len(tries) > 1, seconds=35)
    finally:
        await stack.s3.thaw()
    assert time.monotonic() - started < 32
    await until(lambda: fetched)
    assert await outside.count("tested.fetch.dead") == 0
