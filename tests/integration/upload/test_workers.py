"""A job that hangs or kills its process fails alone, and urgent jobs go first."""

import asyncio
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import psutil
import pytest

from services.upload.client.pool import Limits, Pool
from services.upload.client.process import WorkersUnavailableError
from services.upload.client.workers import Workers
from services.upload.domain.refusal import RefusedFileError
from services.upload.schemas import Check
from tests.unit.upload.drawn import corners, encoded, letter, photograph
from tests.waiting import until

GOOD = encoded(photograph(letter(), corners(1500, 2000)), quality=85)

LARGE = encoded(letter().repeat(5, axis=0).repeat(5, axis=1), "PNG", compress_level=1)
NOTHING = Check(file="/dev/null", annotated="/dev/null")  # refused as empty


def children() -> set[int]:
    """Return the processes of ours that serve pictures."""
    mine = psutil.Process().children(recursive=True)
    return {child.pid for child in mine if "services.upload.client.child" in child.cmdline()}


async def test_a_process_that_hangs_is_replaced() -> None:
    """The file is refused after its time, and the next one is served by a fresh process."""
    before = children()
    async with Workers(processes=1, limits=Limits(check_seconds=8)) as workers:
        assert (await workers.check(GOOD)).report.verdict == "good"
        (frozen,) = children() - before
        os.kill(frozen, signal.SIGSTOP)
        assert (await workers.check(GOOD)).report.reasons == ("timed_out",)
        assert (await workers.check(GOOD)).report.verdict == "good"
        assert frozen not in children()


async def test_a_process_killed_in_the_middle_of_its_job_fails_that_job_alone() -> None:
    """Its file is refused; the one that waited behind it is served."""
    before = children()
    async with Workers(processes=1) as workers:
        assert (await workers.check(GOOD)).report.verdict == "good"
        (busy,) = children() - before
        first = asyncio.create_task(workers.check(LARGE))
        second = asyncio.create_task(workers.check(GOOD))
        await until(partial(_reads_a_file, busy))
        os.kill(busy, signal.SIGKILL)
        assert (await first).report.reasons == ("worker_died",)
        assert (await second).report.verdict == "good"


async def test_too_much_memory_ends_the_job_and_not_the_service() -> None:
    """A child that may have little memory refuses a large picture, and goes on."""
    async with Workers(processes=1, limits=Limits(memory_bytes=1_100_000_000)) as workers:
        assert (await workers.check(LARGE)).report.reasons[0] in {"out_of_memory", "worker_died", "failed"}
        assert (await workers.check(GOOD)).report.width == 1500


async def test_stopping_leaves_no_process_behind() -> None:
    """When the service ends, so do its children."""
    before = children()
    async with Workers(processes=2) as workers:
        await workers.check(GOOD)
        assert len(children() - before) >= 1
    assert children() == before


async def test_an_urgent_job_overtakes_those_that_wait() -> None:
    """It goes first, whatever came earlier."""
    served: list[bool] = []
    pool = Pool(1, Limits())

    async def ask(*, urgent: bool) -> None:
        with pytest.raises(RefusedFileError):
            await pool.do(NOTHING, urgent=urgent)
        served.append(urgent)

    try:
        async with asyncio.TaskGroup() as asking:
            for urgent in (False, False, True):
                asking.create_task(ask(urgent=urgent))
            asking.create_task(_start(pool))
    finally:
        await pool.stop()
    assert served == [True, False, False]


async def test_whoever_waits_when_the_pool_stops_is_told() -> None:
    """Nobody waits for an answer that will not come."""
    pool = Pool(1, Limits())
    waits = asyncio.create_task(pool.do(NOTHING, urgent=True))
    await asyncio.sleep(0)  # let it join the line
    await pool.stop()
    with pytest.raises(asyncio.CancelledError):
        await waits


async def test_processes_come_back_once_they_can_be_started_again() -> None:
    """While nothing can be started jobs fail with our own outage, and afterwards they are served."""
    pool = Pool(1, Limits())
    with no_more_files():
        pool.start()
        with pytest.raises(WorkersUnavailableError, match="Too many open files"):
            await pool.do(NOTHING, urgent=True)
        assert pool.served == 0
    try:
        await until(lambda: pool.served == 1)
        with pytest.raises(RefusedFileError, match="empty"):
            await pool.do(NOTHING, urgent=True)
    finally:
        await pool.stop()


async def test_a_process_that_is_not_ready_in_time_is_our_own_outage() -> None:
    """Again and again: the first failure does not end the trying, and health tells."""
    before = children()
    async with Workers(processes=1, limits=Limits(start_seconds=0.001)) as workers:
        for _ in range(2):
            with pytest.raises(WorkersUnavailableError, match="not ready"):
                await workers.check(GOOD)
        assert await workers.missing() == "no child process is ready"
    assert children() == before


@contextmanager
def no_more_files() -> Iterator[None]:
    """Let this process open nothing more, as on a machine that has run out of something."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest_free = os.dup(0)
    os.close(lowest_free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def _start(pool: Pool) -> None:
    pool.start()


async def _reads_a_file(pid: int) -> bool:
    return bool(psutil.Process(pid).open_files())
