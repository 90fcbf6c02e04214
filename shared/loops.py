"""Steps that come again whatever happens: no failure ends them, and none of them is waited for without end."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NoReturn, TypeVar

import structlog

from shared.deadlines import GRACE_S, ended, is_cancelled, result_of, seen
from shared.telemetry.logs import where
from shared.telemetry.metrics import ABANDONED

log = structlog.get_logger()

T = TypeVar("T")
Step = Callable[[], Awaitable[None]]

ROUND_S = 30.0
# A loop with so many rounds that do not end begins no other one: its process is to be started anew.
MOST_ABANDONED = 3


@dataclass(slots=True)
class Pulse:
    """The sign of life of one loop: by when the next one is due.

    Attributes:
        name: of the loop, for logs and health.
        deadline_s: how long a round may go on without a sign of life; `beat` gives one.
    """

    name: str
    deadline_s: float = ROUND_S
    _due: float = float("inf")
    _abandoned: set["asyncio.Task[Any]"] = field(default_factory=set)

    @property
    def late_s(self) -> float:
        """How many seconds ago the loop should have shown that it lives; negative while it is well."""
        return time.monotonic() - self._due

    @property
    def is_stuck(self) -> bool:
        """Whether so many rounds were left behind that no other one begins."""
        return len(self._abandoned) >= MOST_ABANDONED

    def beat(self, pause_s: float = 0) -> None:
        """Show that the loop lives, and will again after `pause_s` seconds and what a round may take."""
        self._due = time.monotonic() + pause_s + self.deadline_s

    async def round(self, step: Step) -> None:
        """Run `step` as a task of its own until its end, or until its deadline if it shows no life.

        Raises:
            TimeoutError: it was cancelled for its silence; if it did not end even then, it is left behind.
        """
        if self.is_stuck:
            raise TimeoutError(self.name)
        self.beat()
        task = asyncio.create_task(_with(self, step), name=self.name)
        task.add_done_callback(seen)
        in_time = False
        try:
            while not task.done() and self.late_s < 0:
                await asyncio.wait((task,), timeout=-self.late_s)
            in_time = task.done()
        finally:
            if not await ended(task, grace_s=GRACE_S):
                self._abandon(task)
        await result_of(task, self.name, in_time=in_time)

    def _abandon(self, task: "asyncio.Task[Any]") -> None:
        ABANDONED.labels(self.name).inc()
        log.error("step.abandoned", step=self.name, where=_waits_at(task))
        self._abandoned.add(task)
        task.add_done_callback(self._abandoned.discard)


_PULSE: ContextVar[Pulse | None] = ContextVar("pulse", default=None)


def beat() -> None:
    """Show that the loop whose round calls this is alive: for rounds that may take long, or for ever."""
    if pulse := _PULSE.get():
        pulse.beat()


async def _with(pulse: Pulse, step: Step) -> None:
    _PULSE.set(pulse)
    await step()


async def attempt(step: Step, name: str) -> bool:
    """Run `step` once; tell in the log if it failed, and return whether it did not.

    Raises:
        CancelledError: if the calling task is really being cancelled.
    """
    beat()
    try:
        await step()
    except asyncio.CancelledError as error:
        if is_cancelled():
            raise
        log.warning("step.failed", step=name, error="stray cancellation", where=where(error))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told and the step comes again
        log.warning("step.failed", step=name, error=type(error).__name__, where=where(error))
    else:
        return True
    return False


async def until_done(step: Step, pulse: Pulse, *, pause_s: float) -> None:
    """Run rounds of `step` until one succeeds."""
    while not await attempt(partial(pulse.round, step), pulse.name):
        await _pause(pulse, pause_s)


async def for_ever(step: Step, pulse: Pulse, *, pause_s: float, pause_after_failure_s: float = 1.0) -> NoReturn:
    """Run rounds of `step` until cancelled, `pause_s` apart."""
    while True:
        done = await attempt(partial(pulse.round, step), pulse.name)
        await _pause(pulse, pause_s if done else max(pause_s, pause_after_failure_s))


async def _pause(pulse: Pulse, seconds: float) -> None:
    if not pulse.is_stuck:
        pulse.beat(seconds)
    await asyncio.sleep(seconds)


def _waits_at(task: "asyncio.Task[Any]") -> str | None:
    """Return the innermost place of ours or of a driver's at which a task waits, as `file:line function`."""
    waiting: Any = task.get_coro()
    while getattr(waiting.cr_await, "cr_frame", None):
        waiting = waiting.cr_await
    frame = waiting.cr_frame
    return f"{frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_name}" if frame else None


async def patiently(wait: Callable[[], Awaitable[T]], *, every_s: float = 5) -> T:
    """Return what `wait()` returns, showing life meanwhile: for waits that may take for ever by design.

    It is begun anew every `every_s` seconds, so it must be one that may be: of a lock, an event, a queue.
    """
    while True:
        beat()
        with suppress(TimeoutError):
            async with asyncio.timeout(every_s):
                return await wait()
