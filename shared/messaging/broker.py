"""The broker's client: every default of it that loses or hangs has been replaced; reasons in docs/delivery.md."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any, cast
from urllib.parse import urlsplit

from aio_pika import RobustConnection, connect_robust
from aio_pika.abc import AbstractConnection
from faststream import AckPolicy
from faststream.message import StreamMessage
from faststream.rabbit import Channel, RabbitBroker

from shared.clock import Clock
from shared.messaging.correlation import Correlation
from shared.messaging.salvage import Salvage
from shared.messaging.topology import Ladder

# How long a stopping process waits for its handlers; those cut off are delivered again.
GRACE_S = 20.0
HEARTBEAT_S = 10  # a silent network is noticed after three
GOODBYE_S = 2.0


class _Client(RabbitBroker):
    """FastStream's client, which gives up a connection that was lost before it was ready.

    Without this, the driver goes on seeking the broker for it behind our back, beside the next try, and its task
    swallows the cancellation that ends a process.
    """

    async def _connect(self) -> RobustConnection:
        made: list[RobustConnection] = []

        def make(*arguments: Any, **options: Any) -> RobustConnection:
            made.append(RobustConnection(*arguments, **options))
            return made[-1]

        try:
            await connect_robust(**self._connection_kwargs, connection_class=cast("type[RobustConnection]", make))
            self.config.connect(made[0])
            self._channel = await self.config.channel_manager.get_channel()
        except BaseException:
            await close(made)
            self.config.disconnect()
            raise
        return made[0]


async def close(connections: Sequence[AbstractConnection]) -> None:
    """Close connections, without waiting long for a broker that does not answer; they seek it no more."""
    for connection in connections:
        with suppress(Exception):
            async with asyncio.timeout(GOODBYE_S):
                await connection.close()


def connect(url: str, ladder: Ladder, clock: Clock) -> RabbitBroker:
    """Return a broker client for `url` whose failed messages wait on `ladder`; nothing is sent before its start."""
    broker = _Client(
        _with_heartbeat(url),
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
    broker.add_middleware(partial(Salvage, broker=broker, ladder=ladder, clock=clock))
    return broker


def _with_heartbeat(url: str) -> str:
    """Have the connection watched, as often as the address says if it says so."""
    query = urlsplit(url).query
    return url if "heartbeat=" in query else f"{url}{'&' if query else '?'}heartbeat={HEARTBEAT_S}"


async def _undecoded(msg: StreamMessage[Any]) -> Any:
    return msg.body
