"""The team's tool and two energy suppliers, one with a queue, one with a webhook: they write down what they hear."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
from aio_pika.abc import AbstractIncomingMessage
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from typer.testing import CliRunner

from deploy.local.ports import free_port
from services.command import command
from tests import loopback
from tests.storm.servers import connect
from tests.storm.site import TEAM, Site

BY_QUEUE, BY_WEBHOOK = "stadtwerke", "energie"
SUPPLIERS = (BY_QUEUE, BY_WEBHOOK)
AGAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Told:
    """What reached a partner: who, the event's id, what caused it, and what it is about."""

    who: str
    event_id: str
    cause: str
    kind: str
    id: str  # of the alert or of the forward
    about: str


class Heard:
    """Everything that reached a partner, repeats of one event once; on disk before it is acknowledged."""

    def __init__(self, path: Path) -> None:
        """Begin a new record at `path`."""
        self._path = path
        path.write_text("")
        self.all: dict[tuple[str, str], Told] = {}

    def keep(self, told: Told) -> bool:
        """Write down what came; returns whether it is new."""
        if (told.who, told.event_id) in self.all:
            return False
        self.all[told.who, told.event_id] = told
        with self._path.open("a") as file:
            file.write(json.dumps(asdict(told)) + "\n")
        return True


class Partners:
    """Registers the partners, then listens for them."""

    def __init__(self, it: Site, heard: Heard) -> None:
        """Nobody is registered yet."""
        self._site = it
        self._heard = heard
        self._webhook_port = free_port()
        self._logins: dict[str, dict[str, str]] = {}
        self._fetching: set[asyncio.Task[None]] = set()
        self.unfetched: list[str] = []  # forwards whose papers were refused to us

    async def register(self) -> None:
        """Make the partners known, as an operator does."""
        await asyncio.to_thread(self._register)

    def _register(self) -> None:
        webhook = f"http://127.0.0.1:{self._webhook_port}/"
        self._logins = {
            TEAM: self._add("add-tool", TEAM, "--team", TEAM),
            BY_QUEUE: self._add("add-supplier", BY_QUEUE, "--name", "Stadtwerke", "--queue"),
            BY_WEBHOOK: self._add("add-supplier", BY_WEBHOOK, "--name", "Energie", "--webhook", webhook),
        }

    def _add(self, *words: str) -> dict[str, str]:
        done = CliRunner().invoke(command, ["partners", *words, "--json"], env=dict(self._site.direct))
        if done.exit_code:
            raise RuntimeError(done.output)
        return dict(json.loads(done.output))

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hear until the context ends."""
        web = Starlette(routes=[Route("/", self._hook, methods=["POST"])])
        async with loopback.served(web, self._webhook_port):
            tasks = [
                asyncio.create_task(self._consume(self._logins[TEAM], self._alert)),
                asyncio.create_task(self._consume(self._logins[BY_QUEUE], self._offer)),
            ]
            try:
                yield
            finally:
                for task in [*tasks, *self._fetching]:
                    task.cancel()
                await asyncio.gather(*tasks, *self._fetching, return_exceptions=True)

    async def _consume(self, login: dict[str, str], take: Callable[[AbstractIncomingMessage], Awaitable[None]]) -> None:
        """Read a queue for ever; a broker that is away is sought again."""
        while True:
            with suppress(Exception):
                async with asyncio.timeout(10):
                    connection = await connect(self._at_each_host(login["amqp_url"]), heartbeat=5)
                try:
                    await self._read(connection, login["queue"], take)
                finally:
                    with suppress(Exception):
                        async with asyncio.timeout(2):
                            await connection.close()
            if (task := asyncio.current_task()) and task.cancelling():
                return
            await asyncio.sleep(AGAIN_S)

    def _at_each_host(self, url: str) -> str:
        """Return a partner's address with all hosts of the broker: which one answers is not the partner's to know."""
        login = urlsplit(url).netloc.rpartition("@")[0]
        hosts = urlsplit(self._site.direct["AMTSBOTE_RABBIT_URL"]).netloc.rpartition("@")[2]
        return urlunsplit(urlsplit(url)._replace(netloc=f"{login}@{hosts}"))

    async def _read(
        self, connection: Any, name: str, take: Callable[[AbstractIncomingMessage], Awaitable[None]]
    ) -> None:
        closed = asyncio.Event()
        connection.close_callbacks.add(lambda *_: closed.set())
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=20)
        queue = await channel.get_queue(name, ensure=False)
        await queue.consume(take)
        await closed.wait()

    async def _alert(self, message: AbstractIncomingMessage) -> None:
        event = json.loads(message.body)
        data = event["data"]
        self._keep(TEAM, event, data["kind"], data["alert_id"], data["about_id"])
        await message.ack()

    async def _offer(self, message: AbstractIncomingMessage) -> None:
        self._offered(BY_QUEUE, json.loads(message.body))
        await message.ack()

    async def _hook(self, request: Request) -> Response:
        self._offered(BY_WEBHOOK, json.loads(await request.body()))
        return Response(status_code=204)

    def _offered(self, who: str, event: dict[str, Any]) -> None:
        data = event["data"]
        if self._keep(who, event, "packet", data["forward_id"], data["forward_id"]):
            task = asyncio.create_task(self._fetch(who, event))
            self._fetching.add(task)
            task.add_done_callback(self._fetching.discard)

    def _keep(self, who: str, event: dict[str, Any], kind: str, its_id: str, about: str) -> bool:
        return self._heard.keep(Told(who, event["id"], event.get("causationid", ""), kind, its_id, about))

    async def _fetch(self, who: str, event: dict[str, Any]) -> None:
        """Fetch the papers and confirm, again and again until both were answered."""
        login = {"Authorization": f"Bearer {self._logins[who]['token']}"}
        async with loopback.client(headers=login, timeout=15) as http:
            for file in event["data"]["files"]:
                if not await self._insist(http, "GET", file["url"]):
                    self.unfetched.append(event["data"]["forward_id"])
            confirmation = {"json": {"answer": "received"}, "headers": {"Idempotency-Key": event["id"]}}
            await self._insist(http, "POST", event["data"]["confirm_url"], **confirmation)

    async def _insist(self, http: httpx.AsyncClient, method: str, url: str, **content: Any) -> bool:
        while True:
            with suppress(httpx.HTTPError):
                answer = await http.request(method, url, **content)
                if answer.is_success:
                    return True
                if answer.status_code in {401, 403, 404, 409, 410, 422}:
                    return False
            await asyncio.sleep(AGAIN_S)
