"""One office per test: a virtual host and a database of its own on the real servers."""

from collections.abc import AsyncIterator

import aio_pika
import pytest_asyncio

from deploy.local.stack import LocalStack
from shared.settings import Connections
from tests.integration.callback.office import Office
from tests.integration.corner import corner


@pytest_asyncio.fixture
async def connections(stack: LocalStack) -> AsyncIterator[Connections]:
    """Where the servers are, with a virtual host and a database prefix nobody else uses."""
    async with corner(stack, "callback") as made:
        yield made


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
