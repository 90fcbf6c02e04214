"""Who is next: the more urgent job goes first, but none is overtaken so often that it gets nowhere."""

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from enum import IntEnum

from services.upload.schemas import Answer, Job

OVERTAKING = 8  # checks take about an eighth of the time of a reading: both get half the time when all is busy


class Priority(IntEnum):
    """How urgent a job is, the most urgent first."""

    VERDICT = 0  # the letter still lies on the table
    PROBE = 1  # the second verdict, with recognised words
    URGENT = 2  # a document that says of itself that power is about to be cut
    DOCUMENT = 3  # nobody stands waiting


@dataclass(eq=False, slots=True)
class Waiting:
    """A job, how urgent it is, for whom, whether it failed before, and the answer that somebody waits for."""

    job: Job
    priority: Priority
    owner: str = ""
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


class _Lane:
    """Jobs of one priority, the owners in turn: who has many pages does not hold up who has one."""

    def __init__(self) -> None:
        self._owners: OrderedDict[str, deque[Waiting]] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._owners)

    def put(self, waiting: Waiting) -> None:
        self._owners.setdefault(waiting.owner, deque()).append(waiting)

    def put_back(self, waiting: Waiting) -> None:
        self._owners.setdefault(waiting.owner, deque()).appendleft(waiting)
        self._owners.move_to_end(waiting.owner, last=False)

    def take(self) -> Waiting:
        owner, jobs = next(iter(self._owners.items()))
        waiting = jobs.popleft()
        if jobs:
            self._owners.move_to_end(owner)
        else:
            del self._owners[owner]
        return waiting

    def clear(self) -> list[Waiting]:
        everybody = [waiting for jobs in self._owners.values() for waiting in jobs]
        self._owners.clear()
        return everybody


class Line:
    """Jobs that wait in a lane for each priority; after eight of the more urgent ones it is a lane's own turn."""

    def __init__(self) -> None:
        """Begin with nobody waiting."""
        self._lanes = {priority: _Lane() for priority in Priority}
        self._overtaken = dict.fromkeys(Priority, 0)
        self._arrived = asyncio.Event()

    def put(self, waiting: Waiting) -> None:
        """Let a job wait behind those of its kind and owner."""
        self._lanes[waiting.priority].put(waiting)
        self._arrived.set()

    def put_back(self, waiting: Waiting) -> None:
        """Let a job wait before those of its kind, for its turn had come already."""
        self._lanes[waiting.priority].put_back(waiting)
        self._arrived.set()

    async def take(self, least: Priority = Priority.DOCUMENT) -> Waiting:
        """Return the job whose turn it is, as soon as there is one; none less urgent than `least`."""
        while not (waiting := self._wanted(least)):
            self._arrived.clear()  # whoever waits was woken already, and looks again
            await self._arrived.wait()
        return self._next(waiting)

    def clear(self) -> list[Waiting]:
        """Return all that wait, and let none wait any longer."""
        return [waiting for lane in self._lanes.values() for waiting in lane.clear()]

    def _wanted(self, least: Priority) -> list[Priority]:
        """Return the lanes in which somebody waits, the most urgent first."""
        return [priority for priority, lane in self._lanes.items() if lane and priority <= least]

    def _next(self, waiting: list[Priority]) -> Waiting:
        overdue = [priority for priority in waiting if self._overtaken[priority] >= OVERTAKING]
        chosen = (overdue or waiting)[0]
        self._overtaken[chosen] = 0
        for priority in waiting:
            if priority > chosen:
                self._overtaken[priority] += 1
        return self._lanes[chosen].take()
