"""A corner of the real servers for one service under test: a virtual host and databases that nobody else uses."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from deploy.local.stack import LocalStack
from shared.ids import new_id
from shared.settings import Connections
from tests import loopback


@asynccontextmanager
async def corner(stack: LocalStack, name: str, **more: Any) -> AsyncIterator[Connections]:
    """Say where the servers are, with retries that take no time; take the virtual host away again."""
    own, addresses = f"{name}-{new_id()}", stack.environment
    async with loopback.client(base_url=addresses["AMTSBOTE_RABBIT_MANAGEMENT_URL"]) as broker:
        (await broker.put(f"/api/vhosts/{own}")).raise_for_status()
        yield Connections.model_validate(
            {
                "rabbit_url": addresses["AMTSBOTE_RABBIT_URL"].rstrip("/") + f"/{own}",
                "mongo_url": addresses["AMTSBOTE_MONGO_URL"],
                "s3_url": addresses["AMTSBOTE_S3_URL"],
                "database_prefix": f"{own}_",
                "retry_delays_ms": (200,) * 20,
                **more,
            }
        )
        (await broker.delete(f"/api/vhosts/{own}")).raise_for_status()
