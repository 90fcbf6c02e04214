"""Real child processes for the tests of pictures and documents."""

from collections.abc import AsyncIterator
from contextlib import suppress

import aio_pika
import pytest_asyncio

from deploy.local.stack import LocalStack
from services.upload.app import app
from services.upload.client.workers import Workers
from services.upload.settings import UploadSettings
from shared.events.upload import DocumentFailed, DocumentFiled, PageChecked
from shared.ids import new_id
from shared.service import Service
from shared.settings import Connections
from tests.integration.upload.neighbour import NOW, Neighbour
from tests.waiting import until_ready


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def workers() -> AsyncIterator[Workers]:
    """Two warm child processes, shared by all tests: none may leave them broken."""
    async with Workers(processes=2) as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(stack: LocalStack) -> AsyncIterator[Service]:
    """The upload service, running."""
    values = {k.removeprefix("AMTSBOTE_").lower(): v for k, v in stack.environment.items()}
    known = {k: v for k, v in values.items() if k in Connections.model_fields}
    own = {"database_prefix": f"t{new_id()[-8:]}_", "link_secret": "only-for-tests-" * 4}
    connections = Connections.model_validate(known | own)
    running = app(connections, UploadSettings(processes=2, reserved_processes=0), clock=lambda: NOW)
    await running.start()
    await until_ready(running)
    yield running
    await running.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def gateway(service: Service) -> AsyncIterator[Neighbour]:
    """A neighbour that hears upload's events."""
    connection = await aio_pika.connect(service.connections.rabbit_url.get_secret_value())
    async with connection:
        channel = await connection.channel()
        heard = await channel.declare_queue(exclusive=True)
        for kind in (PageChecked, DocumentFiled, DocumentFailed):
            await heard.bind("amtsbote", routing_key=kind.type)
        yield Neighbour(service, channel, heard)
        with suppress(Exception):
            await heard.delete(if_unused=False, if_empty=False)
