"""A process that dies in the middle of telling a supplier leaves nothing untold, and tells nothing twice in effect."""

import os
import sys
from asyncio.subprocess import DEVNULL, Process, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest

from deploy.local.ports import free_port
from deploy.local.stack import LocalStack
from shared.events.notify import ForwardQueued, ForwardSent
from shared.storage.objects import Objects
from tests import loopback
from tests.integration.notify.conftest import Place, corner
from tests.integration.notify.supplier_server import SupplierServer
from tests.integration.notify.world import world
from tests.waiting import until

pytestmark = pytest.mark.live


@asynccontextmanager
async def running(place: Place, port: int) -> AsyncIterator[Process]:
    """Run `python -m services notify` until it is ready; end it if it still runs."""
    environment = {**os.environ, **place.environment, "AMTSBOTE_OPERATIONS_PORT": str(port)}
    words = (sys.executable, "-m", "services", "notify")
    process = await create_subprocess_exec(*words, env=environment, stdout=DEVNULL, stderr=DEVNULL)

    async def ready() -> bool:
        assert process.returncode is None
        with suppress(httpx.TransportError):
            return (await http.get(f"http://127.0.0.1:{port}/ready")).is_success
        return False

    try:
        async with loopback.client() as http:
            await until(ready)
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def test_a_process_killed_between_send_and_record_sends_again_with_the_same_id(
    stack: LocalStack, supplier: SupplierServer, tmp_path: Path
) -> None:
    """The supplier can drop the repeat by its webhook-id, and the packet counts as sent once."""
    async with corner(stack.environment, tmp_path) as place, running(place, free_port()) as first:
        objects = Objects(place.connections().objects)
        supplier_id = place.add_supplier("--webhook", supplier.url)["id"]

        async def killing() -> int:
            first.kill()
            await first.wait()
            return 204

        supplier.answers.append(killing)
        async with world(place.environment["AMTSBOTE_RABBIT_URL"], objects) as events:
            document = await events.forward(supplier_id)
            await supplier.until(requests=1)
            assert await first.wait() < 0
            async with running(place, free_port()):
                sent = await events.until(ForwardSent, document_id=document.document_id)
            assert sent.attempt == 2
            assert supplier.message_ids == [sent.forward_id, sent.forward_id]
            assert len(events.all(ForwardSent)) == len(events.all(ForwardQueued)) == 1
        objects.close()
