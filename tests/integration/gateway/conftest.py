"""One gateway for all tests here, on a virtual host and a database of its own."""

from collections.abc import AsyncIterator

import aio_pika
import httpx
import pytest
import pytest_asyncio

from deploy.local.stack import LocalStack
from shared.ids import new_id
from shared.settings import Connections
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import PARTNERS, Phone


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def connections(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Connections]:
    """Where the servers are, with a virtual host and a database prefix nobody else uses."""
    own, addresses = f"gateway-{new_id()}", stack.environment
    partners = tmp_path_factory.mktemp("gateway") / "partners.json"
    partners.write_text(PARTNERS.model_dump_json())
    async with httpx.AsyncClient(base_url=addresses["AMTSBOTE_RABBIT_MANAGEMENT_URL"]) as broker:
        (await broker.put(f"/api/vhosts/{own}")).raise_for_status()
        yield Connections.model_validate(
            {
                "rabbit_url": addresses["AMTSBOTE_RABBIT_URL"].rstrip("/") + f"/{own}",
                "mongo_url": addresses["AMTSBOTE_MONGO_URL"],
                "s3_url": addresses["AMTSBOTE_S3_URL"],
                "database_prefix": f"{own}_",
                "retry_delays_ms": (200,) * 20,
                "partners": partners,
                "link_secret": "only-for-tests-" * 4,
            }
        )
        (await broker.delete(f"/api/vhosts/{own}")).raise_for_status()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def door(connections: Connections) -> AsyncIterator[Door]:
    """A running gateway."""
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
