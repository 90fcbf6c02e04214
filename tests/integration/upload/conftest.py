"""Real child processes for the tests of pictures and documents."""

from collections.abc import AsyncIterator

import pytest_asyncio

from services.upload.client.workers import Workers


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def workers() -> AsyncIterator[Workers]:
    """Two warm child processes, shared by all tests: none may leave them broken."""
    async with Workers(processes=2) as started:
        yield started
