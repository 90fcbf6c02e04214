"""A unit of work that is cancelled while the database is away leaves nothing behind when the database comes back."""

import asyncio
from uuid import uuid4

import pytest

from deploy.local.part import Part
from shared.storage.documents import connect
from tests.faults import Proxy

pytestmark = pytest.mark.live


async def test_a_cancelled_transaction_does_not_take_effect_by_halves(mongo: Part) -> None:
    """A command that waited for the database when its work was cancelled is undone with it, not carried out alone."""
    name = f"cancelled-{uuid4().hex[:8]}"
    direct = connect(mongo.url)
    await direct[name].create_collection("inbox")
    async with Proxy(mongo.url) as proxy:
        client = connect(proxy.url)
        await proxy.refuse()
        session, sent = await client.start_session(), asyncio.Event()

        async def work() -> None:
            async with session.start_transaction():
                sent.set()
                await client[name].inbox.insert_one({"_id": "event"}, session=session)

        working = asyncio.create_task(work())
        await sent.wait()
        working.cancel()
        await proxy.heal()
        await asyncio.gather(working, return_exceptions=True)
        for _ in range(20):  # by now whatever waited has been sent
            await client.admin.command("ping")
        assert working.cancelled()
        assert await direct[name].inbox.count_documents({}) == 0
        client.close()
    direct.close()
