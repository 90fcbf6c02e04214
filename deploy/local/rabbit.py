"""RabbitMQ as a private node: own data, ports, plugins, port mapper and home, all on the loopback address."""

import asyncio
import os
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import aio_pika
import httpx
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractQueue
from aio_pika.exceptions import CONNECTION_EXCEPTIONS

from deploy.local.child import Launch, tied_to_us
from deploy.local.part import Silent
from deploy.local.ports import LOOPBACK
from deploy.local.programs import find
from deploy.local.remembered import Remembered
from shared.deadlines import is_cancelled, seen, within
from shared.settings import each_host
from shared.telemetry.health import is_blocked

USER = "amtsbote"
NODE = "amtsbote@localhost"
MAPPER = "rabbit-epmd"
GREETING: dict[str, Any] = {"x-queue-type": "quorum", "x-expires": 3_600_000}
PASSED_WITHIN_S = 6.0
CONFIG = """\
listeners.tcp.1 = {host}:{amqp}
management.tcp.ip = {host}
management.tcp.port = {management}
default_user = {user}
default_pass = {password}
log.file = false
log.console = true
log.console.use_colors = off
"""


class Rabbit:
    """The recipe of a one-node broker with its management API."""

    def __init__(
        self, folder: Path, remembered: Remembered, search: str, *, name: str = "rabbit", node: str = NODE
    ) -> None:
        """Choose its ports and credentials; `node` is its name among Erlang's nodes. Raises ProgramMissing."""
        self.name, self.node = name, node
        roles = (name, f"{name}-management", f"{name}-distribution", MAPPER)
        self.ports = tuple(remembered.port(role) for role in roles)
        self._amqp, self._management, self._distribution, self._epmd = self.ports
        self._password = remembered.secret("rabbit")
        self._folder, self.home = folder, folder / "home"
        self._greeting = ""
        self._programs = find("epmd", search), find("rabbitmq-server", search)
        self._setpriv = find("setpriv", search)
        self.url = f"amqp://{USER}:{self._password}@{LOOPBACK}:{self._amqp}/"
        self.management_url = f"http://{USER}:{self._password}@{LOOPBACK}:{self._management}"

    @property
    def environment(self) -> Mapping[str, str]:
        """Both addresses: messages, and the API that makes logins for partners."""
        return {"AMTSBOTE_RABBIT_URL": self.url, "AMTSBOTE_RABBIT_MANAGEMENT_URL": self.management_url}

    def launches(self) -> tuple[Launch, ...]:
        """Our own port mapper first: the one RabbitMQ would start stays behind for ever."""
        epmd, server = self._programs
        mapper = (epmd, "-address", LOOPBACK, "-port", str(self._epmd))
        return self._launch("epmd", mapper), self._launch(self.name, (server,))

    async def prepare(self) -> None:
        """Write the configuration; the password is read only at the first start of all."""
        # A name for each start: one that was declared just before a kill comes back without a leader.
        self._greeting = f"amtsbote.greeting.{uuid4().hex[:8]}"
        for folder in (self._folder, self.home):
            folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "rabbitmq.conf"
        config.touch(mode=0o600)
        config.write_text(
            CONFIG.format(
                host=LOOPBACK,
                amqp=self._amqp,
                management=self._management,
                user=USER,
                password=self._password,
            )
        )
        (self._folder / "plugins").write_text("[rabbitmq_management].\n")

    async def greet(self) -> None:
        """Log in over AMQP and over the management API."""
        await greet(self.url, self.management_url)

    async def lives(self) -> None:
        """See whether it is of use: after a full disk it lets everybody in, and its queues have no process any more."""
        await self.greet()
        await _told(within(PASSED_WITHIN_S, _pass_a_message(self.url, self._greeting)))

    def _launch(self, name: str, command: tuple[str, ...]) -> Launch:
        log = self._folder.parent / "log" / f"{name}.log"
        return Launch(tied_to_us(command, self._setpriv), self._surroundings(), self._folder, log)

    def _surroundings(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": str(self.home),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "ERL_EPMD_PORT": str(self._epmd),
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "RABBITMQ_MNESIA_BASE": str(self._folder / "data"),
            "RABBITMQ_LOG_BASE": str(self._folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(self._folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            # The start script then replaces itself by the server: its process id is the server's.
            "RUNNING_UNDER_SYSTEMD": "true",
        }


async def greet(urls: str, management_url: str | None) -> None:
    """Greet the first host of an address that answers; raises Silent if none does."""
    *others, last = each_host(urls)
    for url in others:
        with suppress(Silent):
            return await _greet(url, management_url)
    return await _greet(last, management_url)


async def _greet(url: str, management_url: str | None) -> None:
    """Log in over AMQP, open a channel, and ask the management API who we are; raises Silent."""
    await _told(_log_in(url, management_url))


async def _log_in(url: str, management_url: str | None) -> None:
    async with asyncio.timeout(5):
        await _knock(url)
        async with await aio_pika.connect(url) as connection:
            await connection.channel()
        if management_url:
            await _greet_management(management_url)


async def _pass_a_message(url: str, name: str) -> None:
    """Put a message into a quorum queue and take it out; an alarm, under which nothing is taken, passes by itself."""
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        queue = await channel.declare_queue(name, durable=True, arguments=GREETING)
        passing = asyncio.create_task(_there_and_back(channel, queue))
        passing.add_done_callback(seen)
        done, _ = await asyncio.wait((passing,), timeout=PASSED_WITHIN_S / 2)
        if done:
            return await passing
        passing.cancel()
        if not await _is_blocked(connection):
            raise TimeoutError("no message passes through a quorum queue")
    return None


async def _there_and_back(channel: AbstractChannel, queue: AbstractQueue) -> None:
    await channel.default_exchange.publish(aio_pika.Message(b""), queue.name)
    await queue.get(no_ack=True)


async def _is_blocked(connection: AbstractConnection) -> bool:
    """Tell whether the broker's alarm is on: it then says so to those who publish, and reads no more from them."""
    transport = connection.transport
    return transport is not None and await is_blocked(transport.connection)


async def _told(asking: Coroutine[Any, Any, None]) -> None:
    """Have whatever goes wrong told as silence."""
    try:
        await asking
    except (*CONNECTION_EXCEPTIONS, httpx.HTTPError) as error:
        raise Silent(f"{type(error).__name__}: {error}") from error
    except asyncio.CancelledError as error:
        if is_cancelled():
            raise
        raise Silent("the connection broke") from error


async def _knock(url: str) -> None:
    """Open and close a plain connection: aio-pika makes a noise in the log when nobody listens yet."""
    parts = urlsplit(url)
    _, writer = await asyncio.open_connection(parts.hostname, parts.port or 5672)
    writer.close()


async def _greet_management(url: str) -> None:
    parts = urlsplit(url)
    login = httpx.BasicAuth(parts.username or "", parts.password or "")
    base = f"{parts.scheme}://{parts.hostname}:{parts.port or 15672}"
    async with httpx.AsyncClient(auth=login, trust_env=False) as client:
        (await client.get(f"{base}/api/whoami")).raise_for_status()
