"""Connects anew when the connection to the broker stands, but a channel of it does not come back."""

import time
from collections.abc import Callable

import structlog
from faststream.rabbit import RabbitBroker

from shared.deadlines import within
from shared.telemetry.health import Ask, connection_of, is_blocked

log = structlog.get_logger()

RECOVER_EVERY_S = 5.0
# What the driver gets to bring a channel back by itself.
AFTER_S = 10.0
GOODBYE_S = 3.0


class Recovery:
    """Looks whether we can publish and consume; a driver that was cut off in the middle may never try again."""

    def __init__(
        self, broker: RabbitBroker, has_started: Callable[[], bool], ask_consumers: Ask, *, after_s: float = AFTER_S
    ) -> None:
        """Look at the channels of `broker`; what is wrong for `after_s` seconds needs a new connection."""
        self._broker = broker
        self._has_started = has_started
        self._ask_consumers = ask_consumers
        self._after_s = after_s
        self._since: float | None = None

    async def look(self) -> None:
        """Close the connection if something is wrong with it for too long: the driver then makes everything anew."""
        reason = await self._fault()
        now = time.monotonic()
        self._since = (self._since or now) if reason else None
        if self._since and now - self._since >= self._after_s:
            self._since = None
            log.warning("broker.reconnecting", reason=reason)
            await self._reconnect()

    async def _fault(self) -> str | None:
        connection = await connection_of(self._broker)
        if connection is None or not self._has_started() or await is_blocked(connection):
            return None
        channel = await self._broker.config.channel_manager.get_channel()
        return "the publishing channel is closed" if channel.is_closed else await self._ask_consumers()

    async def _reconnect(self) -> None:
        if connection := await connection_of(self._broker):
            await within(GOODBYE_S, connection.close(ConnectionError("a channel did not come back")))
