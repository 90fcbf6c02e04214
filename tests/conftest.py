"""Live servers for the tests: each started on free ports for the first test that asks, stopped at the end."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
import structlog
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from deploy.local.part import Part, ProgramMissing
from deploy.local.ports import RANGE, SHARE
from deploy.local.stack import PARTS, LocalStack
from shared.telemetry.logs import Libraries
from tests.letters import pair

__all__ = ["pair"]

SYSTEM = "tests/e2e/"


def pytest_configure() -> None:
    """Give each worker ports of its own: while a server is dead, no other worker's may take its ports."""
    number, workers = (os.environ.get(f"PYTEST_XDIST_WORKER{name}") for name in ("", "_COUNT"))
    if number and workers:
        length = len(RANGE) // int(workers)
        own = RANGE[int(number.removeprefix("gw")) * length :][:length]
        os.environ[SHARE] = f"{own[0]}-{own[-1]}"


class BySystem(LoadFileScheduling):  # type: ignore[misc] # xdist brings no types
    """Files go to whichever worker is free; those that need the whole system go to one, which starts it once."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return SYSTEM if file.startswith(SYSTEM) and file != f"{SYSTEM}test_make_run.py" else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> BySystem:
    """Spread the tests over the workers."""
    return BySystem(config, log)


@pytest.fixture(autouse=True)
def _logs() -> Iterator[None]:
    """Put logs back as they were: a command that a test runs in this process sets them up for itself."""
    ours, root = structlog.get_config(), logging.getLogger()
    yield
    structlog.configure(**ours)
    for handler in root.handlers[:]:
        if isinstance(handler, Libraries):
            root.removeHandler(handler)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalStack]:
    async with LocalStack(tmp_path_factory.mktemp("stack"), parts=(), settings=os.environ) as servers:
        yield servers
        await asyncio.gather(*(part.kill() for part in servers.parts if part.pid))  # nobody needs what they hold


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def rabbit(_servers: LocalStack) -> Part:
    """The broker; isolate by queue prefix or virtual host. Start it again if you stop it."""
    await _start(_servers, "rabbit")
    return _servers.rabbit


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def mongo(_servers: LocalStack) -> Part:
    """The database; isolate by database name. Start it again if you stop it."""
    await _start(_servers, "mongo")
    return _servers.mongo


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def s3(_servers: LocalStack) -> Part:
    """The object store with one bucket; isolate by key prefix. Start it again if you stop it."""
    await _start(_servers, "s3")
    return _servers.s3


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(_servers: LocalStack) -> LocalStack:
    """All three; `stack.environment` holds the AMTSBOTE_* settings that point to them."""
    await _start(_servers, *PARTS)
    return _servers


async def _start(servers: LocalStack, *parts: str) -> None:
    """Start parts; a missing program skips the test at a desk and fails it where CI=true."""
    try:
        await servers.start(*parts)
    except ProgramMissing as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))
