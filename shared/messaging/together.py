"""Handles events that wait at the same moment in one unit of work: a commit costs more than all else an event does."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog

from shared.errors import AlreadyHandledError
from shared.events.event import Event
from shared.messaging.ledger import Ledger, Work
from shared.storage.documents import again_on_conflict, is_conflict

log = structlog.get_logger()

Effect = Callable[[Event[Any], Work], Awaitable[None]]

# Where one event in twenty fails, handling many together gains nothing any more.
ALONE_AFTER_FAILURE_S = 10.0
# One transaction computes while others wait for the database. Where two meet at a row, the later one loses its work,
# and the next ones are likely to meet again: then they take turns for a while.
SIDE_BY_SIDE = 3
IN_TURN_AFTER_CONFLICT_S = 10.0
# Longer than any commit, which the driver bounds: an effect that does not end holds up nobody else for longer.
ROUND_S = 60.0


@dataclass(slots=True, eq=False)
class _Waiting:
    """An event in hand; its future tells whether it took effect with others, or is to be handled alone."""

    event: Event[Any]
    done: "asyncio.Future[bool]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def tell(self, *, took_effect: bool) -> None:
        if not self.done.done():
            self.done.set_result(took_effect)

    def fail(self, error: BaseException) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class Together:
    """Gives each event its effect, once: one by one while few come, many in one transaction while many wait.

    The events of a transaction take effect in the order of their arrival, and all or none of them. If one fails, each
    is handled alone, so that an event never suffers from its neighbours. Some transactions run side by side.
    """

    def __init__(self, ledger: Ledger, consumer: str, effect: Effect, most: int, *, round_s: float = ROUND_S) -> None:
        """Have `effect` for `consumer`, of at most `most` events together and for at most `round_s` seconds."""
        self._ledger = ledger
        self._consumer = consumer
        self._effect = effect
        self._most = most
        self._round_s = round_s
        self._waiting: list[_Waiting] = []
        self._running: set[asyncio.Task[None]] = set()
        self._alone_until = 0.0
        self._in_turn_until = 0.0

    async def handle(self, event: Event[Any]) -> None:
        """Have the event's effect, with others that wait or alone.

        Raises:
            AlreadyHandledError: its effect is recorded.
        """
        if _now() < self._alone_until or not await self._joined(event):
            await self._alone(event)

    async def _joined(self, event: Event[Any]) -> bool:
        waiting = _Waiting(event)
        self._waiting.append(waiting)
        if len(self._running) < self._side_by_side:
            self._running.add(asyncio.create_task(self._run(), name=f"{self._consumer}.together"))
        try:
            return await waiting.done
        finally:
            if waiting in self._waiting:  # its own time is over
                self._waiting.remove(waiting)

    @property
    def _side_by_side(self) -> int:
        return 1 if _now() < self._in_turn_until else SIDE_BY_SIDE

    async def _run(self) -> None:
        try:
            while self._waiting and len(self._running) <= self._side_by_side:
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                with suppress(TimeoutError):  # each was told to go on alone, within its own deadline
                    async with asyncio.timeout(self._round_s):
                        await (self._one(batch[0]) if len(batch) == 1 else self._many(batch))
        finally:
            self._running -= {asyncio.current_task()}
            if not self._running:  # nobody is there for them
                self._part(self._waiting)

    async def _one(self, waiting: _Waiting) -> None:
        """Handle one here rather than in its own task: meanwhile others gather behind it."""
        try:
            await self._alone(waiting.event)
        except asyncio.CancelledError:
            waiting.tell(took_effect=False)
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is raised where the event is waited for
            waiting.fail(error)
        else:
            waiting.tell(took_effect=True)

    async def _many(self, batch: Sequence[_Waiting]) -> None:
        try:
            fresh = await again_on_conflict(partial(self._commit, [waiting.event for waiting in batch]))
        except asyncio.CancelledError:
            self._part(batch)
            raise
        except Exception as error:  # noqa: BLE001 - each meets it again alone, where it is told
            if not is_conflict(error):
                self._alone_until = _now() + ALONE_AFTER_FAILURE_S
            log.info("together.parted", consumer=self._consumer, events=len(batch), error=type(error).__name__)
            self._part(batch)
        else:
            self._settle(batch, fresh)

    async def _commit(self, events: Sequence[Event[Any]]) -> set[str]:
        """Give events their effects in one unit of work; return the ids of those that had none yet."""
        try:
            async with self._ledger.once_each(self._consumer, events) as works:
                for event, work in works:
                    await self._have_effect(event, work)
        except Exception as error:
            if is_conflict(error):
                self._in_turn_until = _now() + IN_TURN_AFTER_CONFLICT_S
            raise
        return {event.id for event, _ in works}

    def _part(self, batch: Sequence[_Waiting]) -> None:
        for waiting in batch:
            waiting.tell(took_effect=False)

    def _settle(self, batch: Sequence[_Waiting], fresh: set[str]) -> None:
        for waiting in batch:
            if waiting.event.id in fresh:
                fresh.discard(waiting.event.id)
                waiting.tell(took_effect=True)
            else:
                waiting.fail(AlreadyHandledError(waiting.event.id))

    async def _alone(self, event: Event[Any]) -> None:
        async with self._ledger.once(self._consumer, event) as work:
            await self._have_effect(event, work)

    async def _have_effect(self, event: Event[Any], work: Work) -> None:
        """Have an effect under its event's own ids: the task that runs it was begun by another event's handler."""
        ids = {"event_id": event.id, "correlation_id": event.correlation_id}
        with structlog.contextvars.bound_contextvars(**ids):
            await self._effect(event, work)


def _now() -> float:
    return asyncio.get_running_loop().time()
