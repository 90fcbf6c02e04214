"""What was confirmed moves from the outbox to the journal, whatever happens meanwhile."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from shared.messaging.journal import Journal
from shared.messaging.publish import publish
from shared.service import Service
from tests.integration.messaging.conftest import up
from tests.integration.messaging.test_relay import announce, is_empty, subscribe
from tests.waiting import until

pytestmark = pytest.mark.live


async def test_what_is_confirmed_while_others_are_moved_is_kept(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal gets each event, also those that the broker confirms while it is being written."""
    subscribe(service)
    await up(service)
    published, moving, confirmed = [asyncio.Event() for _ in range(3)]

    async def second_waits(*arguments: Any, **options: Any) -> None:
        if published.is_set():
            await moving.wait()
        await publish(*arguments, **options)
        (confirmed if published.is_set() else published).set()

    async def keep(journal: Journal, rows: Iterable[Any]) -> None:
        await kept(journal, rows)
        moving.set()
        await confirmed.wait()
        for _ in range(100):  # turns of the event loop, in which the relay learns of it
            await asyncio.sleep(0)

    kept = Journal.keep
    monkeypatch.setattr("shared.messaging.relay.publish", second_waits)
    monkeypatch.setattr(Journal, "keep", keep)
    ids = await announce(service)
    await published.wait()
    ids += await announce(service)
    await until(lambda: is_empty(service.database.outbox))
    rows = await service.database.journal.find().to_list(None)
    assert sorted({message["event_id"] for row in rows for message in row["messages"]}) == sorted(ids)
