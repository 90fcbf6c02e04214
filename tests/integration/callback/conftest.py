"""One office per test: a virtual host and a database of its own on the real servers."""

from collections.abc import AsyncIterator

import aio_pika
import httpx
import pytest_asyncio

from deploy.local.stack import LocalStack
from shared.ids import new_id
from shared.settings import Connections
from tests.integration.callback.office import Office


@pytest_asyncio.fixture
async def connections(stack: LocalStack) -> AsyncIterator[Connections]:
    """Where the servers are, with a virtual host and a database prefix nobody else uses."""
    own, addresses = f"callback-{new_id()}", stack.environment
    async with httpx.AsyncClient(base_url=addresses["AMTSBOTE_RABBIT_MANAGEMENT_URL"]) as broker:
        (await broker.put(f"/api/vhosts/{own}")).raise_for_status()
        yield Connections.model_validate(
            {
                "rabbit_url": addresses["AMTSBOTE_RABBIT_URL"].rstrip("/") + f"/{own}",
                "mongo_url": addresses["AMTSBOTE_MONGO_URL"],
                "s3_url": addresses["AMTSBOTE_S3_URL"],
                "database_prefix": f"{own}_",
                "retry_delays_ms": (200,) * 20,
            }
        )
        (await broker.delete(f"/api/vhosts/{own}")).raise_for_status()


@pytest_asyncio.fixture
async def office(connections: Connections) -> AsyncIterator[Office]:
    """An office that is not open yet."""
    connection = await aio_pika.connect_robust(connections.rabbit_url.get_secret_value())
    async with connection, connection.channel() as channel:
        office = Office(connections, channel)
        yield office
        await office.close()
        await office.database.client.drop_database(office.database.name)
        office.database.client.close()
