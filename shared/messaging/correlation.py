"""Binds the ids of a message to every log line its handler writes, and writes one line per message handled."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from faststream import BaseMiddleware
from faststream.message import StreamMessage

log = structlog.get_logger()


class Correlation(BaseMiddleware[Any, Any]):
    """Ids in, ids out: never names, numbers or texts of a person."""

    async def consume_scope(self, call_next: Callable[[Any], Awaitable[Any]], msg: StreamMessage[Any]) -> Any:
        """Handle `msg` with its ids bound."""
        started = time.perf_counter()
        ids = {
            "queue": self.context.get_local("handler_").queue.name,
            "event_id": msg.headers.get("x-event-id"),
            "correlation_id": msg.correlation_id,
        }
        with structlog.contextvars.bound_contextvars(**ids):
            result = await call_next(msg)
            log.info("message.handled", ms=round((time.perf_counter() - started) * 1000, 1))
        return result
