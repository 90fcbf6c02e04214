"""A few warm child processes and one line of jobs, each job alone with its time limit.

A library was looked for first (pebble, anyio.to_process, concurrent.futures): they unpickle what a process
says that has just decoded a hostile picture, share one pipe among workers, or break as a whole when one dies.
"""

import asyncio
import math
from dataclasses import dataclass

import structlog

from services.upload.client.line import Line, Priority, Waiting
from services.upload.client.nursery import Nursery
from services.upload.client.process import Child, WorkersUnavailableError
from services.upload.domain.refusal import PERHAPS_OURS, RefusedFileError
from services.upload.schemas import Answer, Bind, Check, Count, Job, Order, Probe, Read, Refused

log = structlog.get_logger()

PAUSE = 1.0  # seconds before another process is tried when one could not be started


@dataclass(frozen=True, slots=True)
class Limits:
    """What a job may take before it is ended: seconds by the clock and of CPU time, bytes of address space.

    The times are long, for on a busy machine a good page must not be refused for being slow. CPU time does not pass
    while others are served: a third of the clock's is still forty times what a page takes.
    """

    check_seconds: float = 30.0
    probe_seconds: float = 60.0
    read_seconds: float = 120.0
    bind_seconds: float = 120.0
    cpu_share: float = 1 / 3
    memory_bytes: int = 4_000_000_000
    start_seconds: float = 60.0  # a cold machine imports slowly

    def seconds(self, job: Job) -> float:
        """Return how long a job may take."""
        match job:
            case Count() | Check():
                return self.check_seconds
            case Probe():
                return self.probe_seconds
            case Read():
                return self.read_seconds
            case Bind():
                return self.bind_seconds

    def cpu_seconds(self, job: Job) -> int:
        """Return how much CPU time a job may take, in whole seconds as the kernel counts them."""
        return math.ceil(self.seconds(job) * self.cpu_share) + 1


class Pool:
    """Child processes that do jobs: `processes` of them any, `reserved` ones verdicts only."""

    def __init__(self, processes: int, limits: Limits, *, reserved: int = 0) -> None:
        """Plan the pool; nothing is started yet, and `served` says how many processes are ready for jobs."""
        self.served = 0
        self._least = [*[Priority.DOCUMENT] * processes, *[Priority.VERDICT] * reserved]
        self._limits = limits
        self._line = Line()
        self._nursery = Nursery()
        self._wanted: set[asyncio.Future[Answer]] = set()
        self._servants: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start the child processes in the background; jobs may be handed in at once."""
        self._servants = [asyncio.create_task(self._serve(least)) for least in self._least]

    async def stop(self) -> None:
        """End the child processes, and with them the jobs that are still under way."""
        for servant in self._servants:
            servant.cancel()
        await asyncio.gather(*self._servants, return_exceptions=True)
        await self._nursery.stop()
        for answer in self._wanted:
            answer.cancel()

    async def do(self, job: Job, *, priority: Priority, owner: str = "") -> Answer:
        """Return the answer to a job; a more urgent one overtakes others that wait, within bounds; owners take turns.

        Raises:
            RefusedFileError: with the code that says why the file cannot be worked on; `timed_out` and
                `worker_died` where it hung or killed its process, twice, and `too_complex` where it used up its
                CPU time, which no other job notices.
            WorkersUnavailableError: if no child process can be started at all.
        """
        waiting = Waiting(job, priority, owner)
        self._wanted.add(waiting.answer)
        self._line.put(waiting)
        try:
            result = await waiting.answer
        finally:
            self._wanted.discard(waiting.answer)
        if isinstance(result, Refused):
            raise RefusedFileError(result.code, result.detail)
        return result

    async def _serve(self, least: Priority) -> None:
        """Keep one child process, replaced whenever it had to be ended, and give it one job after another."""
        while True:
            try:
                child = await self._nursery.child(self._limits.memory_bytes, self._limits.start_seconds)
            except WorkersUnavailableError as error:
                log.warning("worker.not_started", reason=str(error))
                self._excuse(error)
                await asyncio.sleep(PAUSE)
            else:
                await self._employ(child, least)

    def _excuse(self, error: WorkersUnavailableError) -> None:
        """Fail whatever waits, unless another process is there to do it."""
        if not self.served:
            for waiting in self._line.clear():
                waiting.fail(error)

    async def _employ(self, child: Child, least: Priority) -> None:
        """Give a process jobs as long as it lives; one that failed waits once more, behind those of its kind."""
        self.served += 1
        try:
            while child.alive:
                waiting = await self._line.take(least)
                if not child.alive:  # it died while it had nothing to do; the job is innocent
                    self._line.put_back(waiting)
                elif not await self._settled(child, waiting):
                    self._line.put(waiting)
                    return
        finally:
            self.served -= 1
            await child.end()

    async def _settled(self, child: Child, waiting: Waiting) -> bool:
        """Have a job done; the first failure that may be ours is not its answer."""
        if waiting.answer.done():
            return True
        patient = waiting.priority >= Priority.URGENT
        order = Order(job=waiting.job, cpu_seconds=self._limits.cpu_seconds(waiting.job), patient=patient)
        answer = await child.ask(order, self._limits.seconds(waiting.job))
        if not waiting.failed and isinstance(answer, Refused) and _worth_another_try(waiting.job, answer):
            log.warning("worker.failed_once", code=answer.code, where=answer.detail)
            waiting.failed = True
            return False
        waiting.settle(answer)
        return True


def _worth_another_try(job: Job, refused: Refused) -> bool:
    """Say whether a fresh process may succeed, and soon enough.

    The time of a reading is forty times what it takes: what overran it once would do so again, and two such
    pages tried twice would cost the whole document its deadline.
    """
    return refused.code in PERHAPS_OURS and (refused.code != "timed_out" or isinstance(job, Count | Check))
