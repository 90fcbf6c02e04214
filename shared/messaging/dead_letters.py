"""Counts and tells what the broker moved to a dead queue by itself: nobody of ours was there to tell."""

from collections.abc import Callable, Iterable

import structlog
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from faststream.rabbit import RabbitBroker

from shared.messaging.lease import Lease
from shared.messaging.topology import dead_name
from shared.telemetry.health import connection_of, is_blocked
from shared.telemetry.metrics import DEAD_LETTERED

log = structlog.get_logger()

TELL_EVERY_S = 60.0
MOST = 500  # letters that are looked at in one queue; what lies behind them was told when it was new
TIMEOUT_S = 5.0


class DeadLetters:
    """Looks into one service's dead queues when they have grown; of several processes, one looks."""

    def __init__(
        self, broker: RabbitBroker, has_started: Callable[[], bool], work_queues: Iterable[str], lease: Lease
    ) -> None:
        """Remember nothing yet: what is there at the first look is told."""
        self._broker = broker
        self._has_started = has_started
        self._work_queues = work_queues
        self._lease = lease
        self._counts: dict[str, int] = {}
        self._told: dict[str, set[str | None]] = {}

    async def look(self) -> None:
        """Tell what is new; costs a question for each queue while nothing is."""
        line = await connection_of(self._broker)
        if line is None or not self._has_started() or await is_blocked(line) or not await self._lease.hold():
            return
        connection = await self._broker.connect()
        for queue in self._work_queues:
            async with connection.channel() as channel:  # closing it gives back what was looked at
                await self._look(channel, queue)

    async def _look(self, channel: AbstractChannel, queue: str) -> None:
        dead = await channel.declare_queue(dead_name(queue), passive=True, timeout=TIMEOUT_S)
        count = dead.declaration_result.message_count or 0
        before, self._counts[queue] = self._counts.get(queue, 0), count
        if count <= before:
            return
        told, there = self._told.get(queue, set()), set[str | None]()
        for _ in range(min(count, MOST)):
            if (letter := await dead.get(fail=False, timeout=TIMEOUT_S)) is None:
                break
            there.add(letter.message_id)
            if letter.message_id not in told and "x-reason" not in letter.headers:  # which we give it
                _tell(queue, letter)
        self._told[queue] = there


def _tell(queue: str, letter: AbstractIncomingMessage) -> None:
    reason = str(letter.headers.get("x-first-death-reason", "unknown"))
    DEAD_LETTERED.labels(queue, reason).inc()
    log.warning("message.dead_lettered", queue=queue, event_id=letter.headers.get("x-event-id"), reason=reason)
