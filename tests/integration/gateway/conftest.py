"""One gateway for all tests here, on a virtual host and a database of its own."""

from collections.abc import AsyncIterator

import aio_pika
import pytest
import pytest_asyncio

from deploy.local.stack import LocalStack
from shared.settings import Connections
from tests.integration.corner import corner
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import PARTNERS, Phone


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def connections(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Connections]:
    """Where the servers are, with a virtual host and a database prefix nobody else uses."""
    partners = tmp_path_factory.mktemp("gateway") / "partners.json"
    partners.write_text(PARTNERS.model_dump_json())
    async with corner(stack, "gateway", partners=partners, link_secret="only-for-tests-" * 4) as made:
        yield made


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def door(connections: Connections) -> AsyncIterator[Door]:
    """A running gateway; it stops with the last test here."""
    connection = await aio_pika.connect_robust(connections.rabbit_url.get_secret_value())
    async with connection, Door(connections) as door:
        await door.listen(await connection.channel())
        yield door


@pytest_asyncio.fixture
async def phone(door: Door) -> AsyncIterator[Phone]:
    """A citizen's phone, activated."""
    async with await door.activate() as phone:
        yield phone


@pytest_asyncio.fixture
async def stranger(door: Door) -> AsyncIterator[Phone]:
    """Somebody else's phone, activated."""
    async with await door.activate() as phone:
        yield phone
