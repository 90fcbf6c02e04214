"""The press: receipts are printed one at a time, in turns between people; who leaves the line costs nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from services.gateway.domain.refusal import RefusedError
from shared.shares import NoShareError, Share, Slots

RETRY_AFTER_S = 10
WAITING = 32
"""How many may wait in all: more would hear of our deadline before their turn came."""

Make = Callable[[], Awaitable[bytes]]


@dataclass(slots=True, eq=False)
class _Job:
    work: "asyncio.Task[bytes]" = field(init=False)
    printing: bool = False
    awaited: int = 0


class Press:
    """Makes each PDF once, however many ask for it at a time."""

    def __init__(self, waiting: int = WAITING) -> None:
        """Let so many wait."""
        self._slots = Slots(1, waiting=waiting)
        self._jobs: dict[str, _Job] = {}

    @property
    def waiting(self) -> int:
        """How many PDFs wait to be made."""
        return self._slots.waiting

    async def made(self, key: str, shares: Sequence[Share], make: Make) -> bytes:
        """Return what `make` makes, when it is its turn.

        What is being made when nobody waits for it any more is made to its end; what still waits then is not begun.

        Raises:
            RefusedError: `receipts.too_many`: too many of the same person or address wait; `receipts.busy`: of all.
        """
        job = self._jobs.get(key) or self._begin(key, shares, make)
        job.awaited += 1
        try:
            return await asyncio.shield(job.work)
        except NoShareError as full:
            code = "receipts.too_many" if full.own else "receipts.busy"
            raise RefusedError(code, retry_after_s=RETRY_AFTER_S) from full
        finally:
            job.awaited -= 1
            if not (job.awaited or job.printing):
                self._forget(key, job)
                job.work.cancel()

    def _begin(self, key: str, shares: Sequence[Share], make: Make) -> _Job:
        job = self._jobs[key] = _Job()
        job.work = asyncio.ensure_future(self._in_turn(job, shares, make))
        job.work.add_done_callback(lambda done: self._end(key, job, done))
        return job

    async def _in_turn(self, job: _Job, shares: Sequence[Share], make: Make) -> bytes:
        async with self._slots.in_turn(*shares):
            job.printing = True
            return await make()

    def _end(self, key: str, job: _Job, done: "asyncio.Task[bytes]") -> None:
        self._forget(key, job)
        if not done.cancelled():
            done.exception()  # whoever asked may be gone

    def _forget(self, key: str, job: _Job) -> None:
        if self._jobs.get(key) is job:
            del self._jobs[key]


def shares_of(person: str, address: str, *, stranger: bool) -> tuple[Share, ...]:
    """Return what somebody's receipt counts towards; those without an account share one turn with each other."""
    if stranger:
        return Share("strangers", 1, waiting=12), Share(f"at {address}", 1, waiting=6), Share(person, 1, waiting=2)
    return Share(person, 1, waiting=4), Share(f"at {address}", 1, waiting=16)
