"""The broker's client: every default of it that loses or hangs has been replaced; reasons in docs/delivery.md."""

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import structlog
from aio_pika import RobustConnection, connect_robust
from aio_pika.abc import AbstractConnection
from faststream import AckPolicy
from faststream.message import StreamMessage
from faststream.rabbit import Channel, RabbitBroker

from shared.clock import Clock
from shared.deadlines import within
from shared.messaging.correlation import Correlation
from shared.messaging.crashes import Crashes
from shared.messaging.hosts import Turns
from shared.messaging.salvage import Salvage
from shared.messaging.topology import Ladder
from shared.settings import each_host

if TYPE_CHECKING:
    from aiormq import Connection

log = structlog.get_logger()

# How long a stopping process waits for its handlers; those cut off are delivered again.
GRACE_S = 20.0
# Tried, or read about in its notes of release; e.g. 4.3 counts plain returns no more, so `Crashes` does.
KNOWN_VERSIONS = r"(3\.1[0-3]|4\.[0-3])(\..*)?"
HEARTBEAT_S = 10  # a silent network is noticed after three
GOODBYE_S = 2.0


class _Client(RabbitBroker):
    """FastStream's client, which takes several hosts in turn, and gives up a connection lost before it was ready.

    Without this, the driver goes on seeking the broker for it behind our back, beside the next try, and its task
    swallows the cancellation that ends a process.
    """

    turns: Turns

    async def _connect(self) -> RobustConnection:
        made: list[RobustConnection] = []

        def make(*arguments: Any, **options: Any) -> RobustConnection:
            made.append(RobustConnection(*arguments, **options))
            made[-1].kwargs["transport_factory"] = self.turns
            return made[-1]

        try:
            await connect_robust(**self._connection_kwargs, connection_class=cast("type[RobustConnection]", make))
            self.config.connect(made[0])
            self._channel = await self.config.channel_manager.get_channel()
        except BaseException:
            await close(made)
            self.config.disconnect()
            raise
        _look_at_version(made[0])
        return made[0]


async def close(connections: Sequence[AbstractConnection]) -> None:
    """Close connections, without waiting long for a broker that does not answer; they seek it no more."""
    for connection in connections:
        with suppress(Exception):
            await within(GOODBYE_S, connection.close())


def connect(url: str, ladder: Ladder, clock: Clock, crashes: Crashes | None = None) -> RabbitBroker:
    """Return a broker client for `url` whose failed messages wait on `ladder`; nothing is sent before its start.

    Args:
        url: may name several hosts, which are tried in turn.
        ladder: the delays of retries.
        clock: tells the time.
        crashes: counts messages whose process died.
    """
    urls = each_host(url)
    broker = _Client(
        _with_heartbeat(urls[0]),
        timeout=5,  # without, a network that falls silent during the handshake is waited for without end
        reconnect_interval=1,
        fail_fast=True,  # of the first connection only; `Service` tries again, and says so
        graceful_timeout=GRACE_S,
        logger=None,  # two lines a message; `Correlation` writes one
        default_channel=Channel(on_return_raises=True),
        ack_policy=AckPolicy.REJECT_ON_ERROR,  # what fails before `Salvage` sees it is dead-lettered by the broker
        apply_types=False,  # `Reader` validates, once, and where `Salvage` sees it fail
        decoder=_undecoded,
        middlewares=[Correlation],
    )
    broker.turns = Turns(urls)
    broker.add_middleware(partial(Salvage, broker=broker, ladder=ladder, clock=clock, crashes=crashes))
    return broker


def _look_at_version(connection: RobustConnection) -> None:
    """Say so if nobody has tried this version of RabbitMQ: what is promised rests on details of its behaviour."""
    transport = connection.transport
    told = cast("Connection", transport.connection).server_properties.get("version", "") if transport else ""
    version = str(told)
    if not re.fullmatch(KNOWN_VERSIONS, version):
        log.warning("broker.version_unknown", version=version[:40])


def _with_heartbeat(url: str) -> str:
    """Have the connection watched, as often as the address says if it says so."""
    query = urlsplit(url).query
    return url if "heartbeat=" in query else f"{url}{'&' if query else '?'}heartbeat={HEARTBEAT_S}"


async def _undecoded(msg: StreamMessage[Any]) -> Any:
    return msg.body
