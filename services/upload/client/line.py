"""Who is next: urgent jobs overtake the others, but never so many that those get nowhere."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from services.upload.schemas import Answer, Job

OVERTAKING = 8  # checks take about an eighth of the time of a reading: both get half the time when all is busy


@dataclass(eq=False, slots=True)
class Waiting:
    """A job, whether it may overtake, whether it failed before, and the answer that somebody waits for."""

    job: Job
    urgent: bool
    failed: bool = False
    answer: asyncio.Future[Answer] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def settle(self, answer: Answer) -> None:
        """Give the answer, unless nobody waits for it any more."""
        if not self.answer.done():
            self.answer.set_result(answer)

    def fail(self, error: Exception) -> None:
        """Give an error for an answer."""
        if not self.answer.done():
            self.answer.set_exception(error)


class Line:
    """Jobs that wait: urgent ones first, yet after eight of them it is the turn of one that is not."""

    def __init__(self) -> None:
        """Begin with nobody waiting."""
        self._urgent: deque[Waiting] = deque()
        self._others: deque[Waiting] = deque()
        self._overtook = 0
        self._arrived = asyncio.Semaphore(0)

    def put(self, waiting: Waiting) -> None:
        """Let a job wait behind those of its kind."""
        self._of(waiting).append(waiting)
        self._arrived.release()

    def put_back(self, waiting: Waiting) -> None:
        """Let a job wait before those of its kind, for its turn had come already."""
        self._of(waiting).appendleft(waiting)
        self._arrived.release()

    async def take(self) -> Waiting:
        """Return the job whose turn it is, as soon as there is one."""
        while True:
            await self._arrived.acquire()
            if self._urgent or self._others:
                return self._next()

    def clear(self) -> list[Waiting]:
        """Return all that wait, and let none wait any longer."""
        all_of_them = [*self._urgent, *self._others]
        self._urgent.clear()
        self._others.clear()
        return all_of_them

    def _of(self, waiting: Waiting) -> deque[Waiting]:
        return self._urgent if waiting.urgent else self._others

    def _next(self) -> Waiting:
        overtakes = bool(self._urgent) and (not self._others or self._overtook < OVERTAKING)
        self._overtook = self._overtook + 1 if overtakes and self._others else 0
        return (self._urgent if overtakes else self._others).popleft()
