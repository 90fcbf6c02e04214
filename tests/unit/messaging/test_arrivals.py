"""Notes of what arrived without an effect are kept until the database has them."""

from types import SimpleNamespace
from typing import Any

import pytest
from faststream.exceptions import AckMessage
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import ServerSelectionTimeoutError

from shared.clock import utc_now
from shared.messaging.arrivals import Arrivals
from tests.integration.messaging.facts import happened


async def _fails(_: Any) -> None:
    raise AckMessage


async def test_a_database_that_is_away_costs_no_note() -> None:
    """What failed while the database was away is written down by the next round, and not announced again in vain."""
    away: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient("127.0.0.1", 1, serverSelectionTimeoutMS=50)
    arrivals, event = Arrivals(away.nobody, utc_now), happened()
    message: Any = SimpleNamespace(raw_message=SimpleNamespace(redelivered=False), body=event.to_json())
    with pytest.raises(AckMessage):
        await arrivals.watch("tested.work", _fails, message, event.id)
    for _ in range(2):
        with pytest.raises(ServerSelectionTimeoutError):
            await arrivals.write_down()
    away.close()
