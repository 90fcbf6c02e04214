"""A process that works no more ends itself, with its reason in the log; nobody needs to ask it."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from deploy.local.ports import free_port
from deploy.local.stack import LocalStack
from shared.ids import new_id
from tests import loopback
from tests.waiting import until

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.live


@asynccontextmanager
async def started(stack: LocalStack, fault: str) -> AsyncIterator[Process]:
    """Run the process until it is well; the fault comes with SIGUSR1."""
    port = free_port()
    settings = {
        "AMTSBOTE_DATABASE_PREFIX": f"{new_id()}_",
        "AMTSBOTE_OPERATIONS_PORT": str(port),
        "AMTSBOTE_UNWELL_S": "2",
    }
    command = (sys.executable, "-m", "tests.integration.unwell", fault)
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env={**os.environ, **stack.environment, **settings}, stderr=PIPE
    )
    try:
        async with loopback.client(base_url=f"http://127.0.0.1:{port}") as client:
            await until(lambda: _is_ready(client), what=lambda: "a process that is ready")
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/ready")).is_success
    except httpx.HTTPError:
        return False


@pytest.mark.parametrize(
    ("fault", "reason", "place"),
    [("relay", "not live", "relay.sweep"), ("turn", "the event loop stands still", "stand")],
)
async def test_process_that_works_no_more_ends_itself(stack: LocalStack, fault: str, reason: str, place: str) -> None:
    """A relay that hangs for good, or an event loop that stands, ends the process with 1 and says where it was."""
    async with started(stack, fault) as process:
        process.send_signal(signal.SIGUSR1)
        async with asyncio.timeout(120):
            _, said = await process.communicate()
    assert process.returncode == 1
    [line] = [json.loads(line) for line in said.splitlines() if b"process.ended_itself" in line]
    assert line["reason"] == reason
    assert place in json.dumps(line)


async def test_process_that_was_frozen_goes_on(stack: LocalStack) -> None:
    """A process that was stopped for longer than it may be unwell has not been unwell meanwhile."""
    async with started(stack, "turn") as process:
        process.send_signal(signal.SIGSTOP)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3):
                await process.wait()
        process.send_signal(signal.SIGCONT)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3):
                await process.wait()
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
