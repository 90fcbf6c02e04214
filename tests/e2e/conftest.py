"""The system under test, with a virtual host and databases of its own."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import cv2
import numpy as np
import pytest
import pytest_asyncio
from oidc_provider_mock import run_server_in_thread

from deploy.local.ports import free_port
from deploy.local.stack import LocalStack
from examples.paper.jpeg import encode
from examples.paper.pair import Pair
from shared.ids import new_id
from tests import loopback
from tests.e2e.system import System

VHOST = "e2e"


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    """A real OpenID provider, which knows whoever says so."""
    with run_server_in_thread(free_port()) as server:
        yield f"http://localhost:{server.server_port}"


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def system(stack: LocalStack, issuer: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    """All services, running and ready; they stop with the last test here, and not with all the others."""
    await _make_virtual_host(stack.environment["AMTSBOTE_RABBIT_MANAGEMENT_URL"])
    rabbit = urlsplit(stack.environment["AMTSBOTE_RABBIT_URL"])
    own = {"AMTSBOTE_RABBIT_URL": urlunsplit(rabbit._replace(path=f"/{VHOST}")), "AMTSBOTE_DATABASE_PREFIX": "e2e_"}
    own |= {"AMTSBOTE_GATEWAY_OIDC_ISSUER": issuer, "AMTSBOTE_GATEWAY_OIDC_CLIENT_ID": "amtsbote"}
    own |= {"AMTSBOTE_GATEWAY_OIDC_CLIENT_SECRET": new_id()}
    running = System(tmp_path_factory.mktemp("e2e"), {**os.environ, **stack.environment, **own})
    await running.start()
    yield running
    await running.services.stop(patience=40)


@pytest.fixture(scope="session")
def photo(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good photograph of one of the project's own letters, at half a phone's resolution to spare time."""
    image = cv2.resize(pair.retake.image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    path = tmp_path_factory.mktemp("photo") / "letter.jpg"
    path.write_bytes(encode(np.asarray(image, dtype=np.uint8)))
    return path


async def _make_virtual_host(management_url: str) -> None:
    login = urlsplit(management_url).username
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    async with loopback.client(base_url=management_url) as http:
        (await http.put(f"/api/vhosts/{VHOST}")).raise_for_status()
        (await http.put(f"/api/permissions/{VHOST}/{login}", json=everything)).raise_for_status()
