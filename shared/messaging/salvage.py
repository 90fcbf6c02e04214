"""What happens to a message whose handler failed: another try after a delay, or the dead queue with its reason."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from faststream import BaseMiddleware, ContextRepo
from faststream.exceptions import AckMessage
from faststream.message import StreamMessage
from faststream.rabbit import RabbitBroker

from shared.clock import Clock
from shared.deadlines import is_cancelled
from shared.errors import AlreadyHandledError, PublishError
from shared.messaging.crashes import Crashes
from shared.messaging.publish import publish
from shared.messaging.reasons import Reason, reason_of
from shared.messaging.topology import Ladder, dead_name
from shared.storage.documents import again_on_conflict
from shared.telemetry.logs import where
from shared.telemetry.metrics import BURIED, HANDLED, RETRIED

log = structlog.get_logger()

# A server that stays away longer than this needs a person, not another try.
UNAVAILABLE_FOR = timedelta(hours=24)
PUBLISH_AGAIN_S = 1.0

BROKERS_OWN = ("x-death", "x-first-death", "x-last-death", "x-delivery-count", "x-acquired-count")


@dataclass(frozen=True, slots=True)
class Move:
    """Where a failed message goes: the rung of the ladder to wait on, or the dead queue if there is none."""

    headers: dict[str, Any]
    step: int | None


def move_of(headers: Mapping[str, Any], reason: Reason, now: datetime, *, steps: int) -> Move:
    """Decide what becomes of a message with `headers` that failed for `reason` on a ladder of `steps` rungs.

    A server's absence does not use up tries: the message waits on the first rung once, then on the second, so that
    work resumes soon after the server is back, until `UNAVAILABLE_FOR` has passed.
    """
    attempt = int(headers.get("x-attempt", 0)) + reason.counts
    waits = int(headers.get("x-waits", 0)) + (not reason.counts)
    first_seen = headers.get("x-first-seen") or now.isoformat()
    kept = {k: v for k, v in headers.items() if not k.startswith(BROKERS_OWN)}
    told = {"x-attempt": attempt, "x-first-seen": first_seen, "x-reason": reason.code, "x-error": reason.error}
    if not reason.counts:
        told["x-waits"] = waits
    if reason.permanent or attempt > steps:
        return Move(kept | told, None)
    if reason.counts:
        return Move(kept | told, attempt - 1)
    too_long = now - datetime.fromisoformat(first_seen) > UNAVAILABLE_FOR
    return Move(kept | told, None if too_long else min(waits - 1, 1, steps - 1))


class Salvage(BaseMiddleware[Any, Any]):
    """Catches what a handler raises; the original is acknowledged only after its copy was confirmed elsewhere."""

    def __init__(
        self,
        msg: Any,
        /,
        *,
        context: ContextRepo,
        broker: RabbitBroker,
        ladder: Ladder,
        clock: Clock,
        crashes: Crashes | None = None,
    ) -> None:
        """Salvage messages of `broker`'s subscribers through the delays of `ladder`."""
        super().__init__(msg, context=context)
        self._broker = broker
        self._ladder = ladder
        self._clock = clock
        self._crashes = crashes

    async def consume_scope(self, call_next: Callable[[Any], Awaitable[Any]], msg: StreamMessage[Any]) -> Any:
        """Handle `msg`; on a failure move a copy to where it belongs, then acknowledge."""
        queue = self.context.get_local("handler_").queue.name
        try:
            result = await self._handle(call_next, msg, queue)
        except AlreadyHandledError:
            log.info("message.repeated")
            return None
        except (Exception, asyncio.CancelledError) as error:
            if is_cancelled():  # the connection broke: the broker delivers the message anew
                raise asyncio.CancelledError from error
            reason = reason_of(error)
            move = move_of(msg.headers, reason, self._clock(), steps=len(self._ladder.delays_ms))
            await self._carry_out(move, msg, queue)
            _tell(queue, reason, move, error)
            raise AckMessage from error
        HANDLED.labels(queue).inc()
        return result

    async def _handle(self, call_next: Callable[[Any], Awaitable[Any]], msg: StreamMessage[Any], queue: str) -> Any:
        if self._crashes is None or not msg.raw_message.redelivered:
            return await again_on_conflict(partial(call_next, msg))
        async with self._crashes.guarded(queue, msg.headers.get("x-event-id") or msg.message_id):
            return await again_on_conflict(partial(call_next, msg))

    async def _carry_out(self, move: Move, msg: StreamMessage[Any], queue: str) -> None:
        """Publish the copy, again and again while the broker does not take it.

        Meanwhile the original stays unacknowledged; should the connection break, this task is cancelled with it and
        the broker delivers the original anew. Giving it back instead would have the handler fail in a tight loop.
        """
        while True:
            try:
                return await self._publish(move, msg, queue)
            except PublishError as error:
                log.warning("salvage.postponed", error=str(error))
            await asyncio.sleep(PUBLISH_AGAIN_S)

    async def _publish(self, move: Move, msg: StreamMessage[Any], queue: str) -> None:
        await publish(
            self._broker,
            msg.body,
            exchange=None if move.step is None else self._ladder.exchange(move.step),
            routing_key=dead_name(queue) if move.step is None else queue,
            headers=move.headers,
            content_type=msg.content_type,
            correlation_id=msg.correlation_id,
        )


def _tell(queue: str, reason: Reason, move: Move, error: BaseException) -> None:
    dead = move.step is None
    (BURIED if dead else RETRIED).labels(queue, reason.code).inc()
    log.warning(
        "message.buried" if dead else "message.retried",
        reason=reason.code,
        error=reason.error,
        attempt=move.headers["x-attempt"],
        where=where(error),
    )
