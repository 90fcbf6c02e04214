"""A cluster of three brokers for the tests: nodes of our own on the loopback address, each killed and started alone."""

import asyncio
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from deploy.local.child import Child, Launch
from deploy.local.programs import search_path
from deploy.local.rabbit import Rabbit
from deploy.local.remembered import Remembered
from deploy.local.server import LocalServer
from tests import loopback
from tests.waiting import until

NODES = 3


def _names() -> tuple[str, ...]:
    return tuple(f"amtsbote{number}@localhost" for number in range(1, NODES + 1))


class _Node(Rabbit):
    """The recipe of one node: it finds the others by their names, and shares port mapper and cookie with them."""

    def __init__(self, folder: Path, remembered: Remembered, search: str, number: int) -> None:
        node = _names()[number - 1]
        super().__init__(folder / f"rabbit{number}", remembered, search, name=f"rabbit{number}", node=node)
        self.ports = self.ports[:-1]  # the mapper's is the cluster's
        self.home = folder / "home"

    def launches(self) -> tuple[Launch, ...]:
        """Only the server."""
        return super().launches()[-1:]

    @property
    def mapper(self) -> Launch:
        """The port mapper that all nodes share; it ends after them."""
        return super().launches()[0]

    async def prepare(self) -> None:
        """Tell it of the others."""
        await super().prepare()
        with (self._folder / "rabbitmq.conf").open("a") as config:
            config.write("cluster_formation.peer_discovery_backend = classic_config\n")
            for number, name in enumerate(_names(), start=1):
                config.write(f"cluster_formation.classic_config.nodes.{number} = {name}\n")


class Cluster:
    """Three brokers that are one; `async with` starts them and ends them. Each of `nodes` is a Part of its own."""

    def __init__(self, folder: Path) -> None:
        """Start nothing yet; the nodes' data and logs lie under `folder`."""
        remembered = Remembered(folder / "remembered.json")
        self._recipes = [_Node(folder, remembered, search_path(), number + 1) for number in range(NODES)]
        self._mapper = Child(self._recipes[0].mapper)
        self.nodes = tuple(LocalServer(recipe) for recipe in self._recipes)

    @property
    def url(self) -> str:
        """One address with all hosts, as AMTSBOTE_RABBIT_URL takes it."""
        first, *rest = (urlsplit(node.url) for node in self.nodes)
        hosts = ",".join([first.netloc, *(other.netloc.rpartition("@")[2] for other in rest)])
        return urlunsplit(first._replace(netloc=hosts))

    @property
    def management_url(self) -> str:
        """The management API of the first node."""
        return self._recipes[0].management_url

    async def __aenter__(self) -> Self:
        """Start the mapper, then all nodes side by side; return when they are one."""
        await self._recipes[0].prepare()
        await self._mapper.start()
        try:
            await asyncio.gather(*(node.start() for node in self.nodes))
            await until(self.is_whole, what=lambda: f"a cluster of {NODES} nodes")
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """End all at once: nobody needs what they hold."""
        await asyncio.gather(*(node.kill() for node in self.nodes))
        await self._mapper.kill()

    async def is_whole(self) -> bool:
        """Tell whether every node runs and has found the others."""
        url = urlsplit(self.management_url)
        async with loopback.client(auth=(url.username or "", url.password or "")) as client:
            answer = await client.get(f"http://{url.hostname}:{url.port}/api/nodes")
        running: list[bool] = [node["running"] for node in answer.json()]
        return running.count(True) == NODES
