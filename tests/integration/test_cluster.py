"""On a cluster of three brokers a service goes on when the node dies that it is connected to."""

import time
from collections.abc import AsyncIterator
from urllib.parse import urlsplit
from uuid import uuid4

import psutil
import pytest
import pytest_asyncio

from deploy.local.part import Part
from deploy.local.stack import LocalStack
from shared.composition import compose
from shared.events.event import Event
from shared.ids import new_id
from shared.service import Service
from shared.settings import Connections
from tests import loopback
from tests.cluster import Cluster
from tests.integration.messaging.facts import Happened
from tests.waiting import until, until_ready

WITHIN_S = 3.0
pytestmark = pytest.mark.live


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    """Three nodes of this file's own."""
    async with Cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest_asyncio.fixture(loop_scope="session")
async def service(cluster: Cluster, stack: LocalStack) -> AsyncIterator[Service]:
    """A service on the cluster, not started."""
    service = compose(
        "tested",
        Connections(
            rabbit_url=cluster.url,
            mongo_url=stack.environment["AMTSBOTE_MONGO_URL"],
            s3_url=stack.environment["AMTSBOTE_S3_URL"],
            database_prefix=f"test_{uuid4().hex[:8]}_",
        ),
    )
    yield service
    await service.stop()


async def test_client_of_a_killed_node_goes_on(cluster: Cluster, service: Service) -> None:
    """Events are published and handled again within seconds of the kill, and none is lost."""
    handled: dict[str, float] = {}

    async def handle(event: Event[Happened]) -> None:
        handled[event.id] = time.monotonic()

    service.on("work", handle, Happened)
    await service.start()
    await until_ready(service)
    announced = [await _announce(service)]
    await until(lambda: {*announced} <= {*handled}, what=lambda: "a first event")
    assert await _members(cluster, "tested.work") == len(cluster.nodes)
    await _connected(cluster).kill()
    killed = time.monotonic()

    async def goes_on() -> bool:
        announced.append(await _announce(service))
        return max(handled.values()) > killed

    await until(goes_on, what=lambda: "an event that is handled after the kill")
    assert max(handled.values()) - killed < WITHIN_S
    await until(lambda: {*announced} <= {*handled}, what=lambda: "every event")


async def _announce(service: Service) -> str:
    async with service.ledger.begin() as work:
        return work.announce(Happened(thing_id=new_id()))


async def _members(cluster: Cluster, queue: str) -> int:
    """Return how many nodes keep a queue."""
    url = urlsplit(cluster.management_url)
    async with loopback.client(auth=(url.username or "", url.password or "")) as client:
        answer = await client.get(f"http://{url.hostname}:{url.port}/api/queues/%2F/{queue}")
    return len(answer.json()["members"])


def _connected(cluster: Cluster) -> Part:
    """Return the node that this process is connected to."""
    ports = {c.raddr.port for c in psutil.Process().net_connections() if c.status == psutil.CONN_ESTABLISHED}
    [node] = [node for node in cluster.nodes if urlsplit(node.url).port in ports]
    return node
