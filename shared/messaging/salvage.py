"""What happens to a message whose handler failed: another try after a delay, or the dead queue with its reason."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from faststream import BaseMiddleware, ContextRepo
from faststream.exceptions import AckMessage, NackMessage
from faststream.message import StreamMessage
from faststream.rabbit import RabbitBroker
from pydantic import ValidationError

from shared.clock import Clock
from shared.errors import AlreadyHandledError, PermanentError, PublishError, UnavailableError
from shared.messaging.publish import publish
from shared.messaging.topology import Ladder, dead_name
from shared.storage.documents import is_conflict, is_unavailable
from shared.telemetry.logs import where
from shared.telemetry.metrics import BURIED, HANDLED, RETRIED

log = structlog.get_logger()

# A server that stays away longer than this needs a person, not another try.
UNAVAILABLE_FOR = timedelta(hours=24)
CONFLICT_TRIES = 5

_BROKERS_OWN = ("x-death", "x-first-death", "x-last-death", "x-delivery-count", "x-acquired-count")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a message was not handled: a code for machines and the error's type, never its data."""

    code: str
    error: str
    permanent: bool = False
    counts: bool = True


def reason_of(error: Exception) -> Reason:
    """Tell a permanent failure from one worth another try, and a server's absence from the message's own fault."""
    name = type(error).__name__
    match error:
        case PermanentError():
            return Reason(error.code, name, permanent=True)
        case ValidationError():
            return Reason(_invalid_event(error), name, permanent=True)
        case UnavailableError() | OSError() | TimeoutError():
            return Reason("server.unavailable", name, counts=False)
        case _ if is_unavailable(error):
            return Reason("server.unavailable", name, counts=False)
        case _:
            return Reason("handler.failed", name)


def _invalid_event(error: ValidationError) -> str:
    unknown = any(e["type"] == "union_tag_invalid" for e in error.errors(include_input=False))
    return "event.unknown_type" if unknown else "event.malformed"


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
    ) -> None:
        """Salvage messages of `broker`'s subscribers through the delays of `ladder`."""
        super().__init__(msg, context=context)
        self._broker = broker
        self._ladder = ladder
        self._clock = clock

    async def consume_scope(self, call_next: Callable[[Any], Awaitable[Any]], msg: StreamMessage[Any]) -> Any:
        """Handle `msg`; on a failure move a copy to where it belongs, then acknowledge."""
        queue = self.context.get_local("handler_").queue.name
        try:
            result = await _without_conflict(call_next, msg)
        except AlreadyHandledError:
            log.info("message.repeated")
            return None
        except (AckMessage, NackMessage):
            raise
        except Exception as error:
            await self._move(queue, msg, reason_of(error), error)
            raise AckMessage from error
        HANDLED.labels(queue).inc()
        return result

    async def _move(self, queue: str, msg: StreamMessage[Any], reason: Reason, error: Exception) -> None:
        first_seen = msg.headers.get("x-first-seen") or self._clock().isoformat()
        attempt = int(msg.headers.get("x-attempt", 0)) + (1 if reason.counts else 0)
        headers = {
            **{k: v for k, v in msg.headers.items() if not k.startswith(_BROKERS_OWN)},
            "x-attempt": attempt,
            "x-first-seen": first_seen,
            "x-reason": reason.code,
            "x-error": reason.error,
        }
        dead = reason.permanent or attempt > len(self._ladder.delays_ms) or self._too_old(first_seen, reason)
        try:
            if dead:
                await self._publish(msg, headers, routing_key=dead_name(queue))
            else:
                await self._publish(msg, headers, routing_key=queue, tier=max(attempt - 1, 0))
        except PublishError:
            await asyncio.sleep(1)  # the broker is in trouble: do not spin while it redelivers
            raise NackMessage from error
        self._tell(queue, reason, attempt, dead=dead, error=error)

    def _too_old(self, first_seen: str, reason: Reason) -> bool:
        return not reason.counts and self._clock() - datetime.fromisoformat(first_seen) > UNAVAILABLE_FOR

    async def _publish(
        self, msg: StreamMessage[Any], headers: dict[str, Any], *, routing_key: str, tier: int | None = None
    ) -> None:
        await publish(
            self._broker,
            msg.body,
            exchange=None if tier is None else self._ladder.exchange(tier),
            routing_key=routing_key,
            headers=headers,
            content_type=msg.content_type,
            correlation_id=msg.correlation_id,
        )

    @staticmethod
    def _tell(queue: str, reason: Reason, attempt: int, *, dead: bool, error: Exception) -> None:
        (BURIED if dead else RETRIED).labels(queue, reason.code).inc()
        log.warning(
            "message.buried" if dead else "message.retried",
            reason=reason.code,
            error=reason.error,
            attempt=attempt,
            where=where(error),
        )


async def _without_conflict(call_next: Callable[[Any], Awaitable[Any]], msg: StreamMessage[Any]) -> Any:
    """Call the handler again at once when its transaction met another one; nothing of the first try was kept."""
    for _ in range(CONFLICT_TRIES - 1):
        try:
            return await call_next(msg)
        except Exception as error:
            if not is_conflict(error):
                raise
    return await call_next(msg)
