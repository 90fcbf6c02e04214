"""A job that hangs or kills its process fails alone, and urgent jobs go first."""

import asyncio
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path

import psutil
import pytest
from structlog.testing import capture_logs

from services.upload.client.line import Priority
from services.upload.client.pool import Limits, Pool
from services.upload.client.process import WorkersUnavailableError
from services.upload.client.workers import Workers
from services.upload.domain.refusal import RefusedFileError
from services.upload.schemas import Check, Read
from tests.corpus.deflate import MIB, deflated
from tests.corpus.jpegs import jpeg
from tests.corpus.photo import SIZE
from tests.corpus.pngs import png
from tests.waiting import until

TEMPLATE = "services.upload.client.template"  # what it forks has its command line
NOTHING = Check(file="/dev/null", annotated="/dev/null")  # refused as empty


@cache
def large() -> bytes:
    """Return a picture of 99 megapixels: long to look at, and quickly made."""
    return png(9_000, 11_000, deflated(MIB, 95))


def children() -> set[int]:
    """Return the processes of ours that serve pictures."""
    return {child.pid for child in psutil.Process().children(recursive=True) if _serves_pictures(child)}


def _serves_pictures(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):  # it may end while we look
        parent = process.parent()
        return parent is not None and TEMPLATE in process.cmdline() and TEMPLATE in parent.cmdline()
    return False


async def test_a_process_that_hangs_is_replaced_and_its_page_checked_again() -> None:
    """One stalled process says nothing about the file: a fresh one gives the verdict."""
    before = children()
    async with Workers(processes=1, limits=Limits(check_seconds=4)) as workers:
        assert (await workers.check(jpeg())).report.verdict == "good"
        (frozen,) = children() - before
        os.kill(frozen, signal.SIGSTOP)
        assert (await workers.check(jpeg())).report.verdict == "good"
        assert frozen not in children()


async def test_a_page_that_hangs_twice_is_refused() -> None:
    """The second time it is the file's fault."""
    async with Workers(processes=1, limits=Limits(check_seconds=0.01)) as workers:
        with capture_logs() as log:
            assert (await workers.check(large())).report.reasons == ("timed_out",)
    assert [line["event"] for line in log] == ["worker.failed_once", "worker.failed"]


async def test_a_document_does_not_wait_twice_for_a_page_that_hangs() -> None:
    """A reading that overran its long time is not tried again."""
    pool = Pool(1, Limits(read_seconds=0))
    pool.start()
    try:
        with capture_logs() as log, pytest.raises(RefusedFileError, match="timed_out"):
            await pool.do(Read(file="/dev/zero", out="/dev/null"), priority=Priority.DOCUMENT)
    finally:
        await pool.stop()
    assert log == []


@pytest.mark.parametrize(("kills", "refused"), [(1, False), (2, True)])
async def test_a_process_that_dies_costs_its_page_at_most_one_try(tmp_path: Path, kills: int, *, refused: bool) -> None:
    """Killed once, the page has its verdict; killed twice, it is refused. Who waits beside it is served in between."""
    before, served = children(), list[str]()
    pool = Pool(1, Limits())

    async def check(name: str, data: bytes) -> None:
        file = tmp_path / name / "page"
        file.parent.mkdir()
        file.write_bytes(data)
        with suppress(RefusedFileError):
            await pool.do(Check(file=str(file), annotated=str(tmp_path / f"{name}.jpg")), priority=Priority.VERDICT)
            name += " seen"
        served.append(name)

    pool.start()
    try:
        async with asyncio.TaskGroup() as checking:
            checking.create_task(check("large", large()))
            first = await until(partial(_reads_a_page, before))
            checking.create_task(check("good", jpeg()))
            await asyncio.sleep(0)  # let it join the line
            os.kill(first, signal.SIGKILL)
            await until(lambda: served)
            for _ in range(kills - 1):
                os.kill(await until(partial(_reads_a_page, before | {first})), signal.SIGKILL)
    finally:
        await pool.stop()
    assert served == ["good seen", "large" if refused else "large seen"]


async def test_too_much_memory_ends_the_job_and_not_the_service() -> None:
    """A child that may have little memory refuses a large picture, and goes on."""
    async with Workers(processes=1, limits=Limits(memory_bytes=1_100_000_000)) as workers:
        colours = png(9_000, 11_000, deflated(MIB, 284), colour=2)
        assert (await workers.check(colours)).report.reasons[0] in {"out_of_memory", "worker_died", "failed"}
        assert (await workers.check(jpeg())).report.width == SIZE[0]


async def test_stopping_leaves_no_process_behind() -> None:
    """When the service ends, so do its children."""
    before = children()
    async with Workers(processes=2) as workers:
        await workers.check(jpeg())
        assert len(children() - before) >= 1
    assert children() == before


async def test_an_urgent_job_overtakes_those_that_wait() -> None:
    """It goes first, whatever came earlier."""
    served: list[Priority] = []
    pool = Pool(1, Limits())

    async def ask(priority: Priority) -> None:
        with pytest.raises(RefusedFileError):
            await pool.do(NOTHING, priority=priority)
        served.append(priority)

    try:
        async with asyncio.TaskGroup() as asking:
            for priority in (Priority.DOCUMENT, Priority.PROBE, Priority.DOCUMENT, Priority.VERDICT):
                asking.create_task(ask(priority))
            asking.create_task(_start(pool))
    finally:
        await pool.stop()
    assert served == [Priority.VERDICT, Priority.PROBE, Priority.DOCUMENT, Priority.DOCUMENT]


async def test_whoever_waits_when_the_pool_stops_is_told() -> None:
    """Nobody waits for an answer that will not come."""
    pool = Pool(1, Limits())
    waits = asyncio.create_task(pool.do(NOTHING, priority=Priority.VERDICT))
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
            await pool.do(NOTHING, priority=Priority.VERDICT)
        assert pool.served == 0
    try:
        await until(lambda: pool.served == 1)
        with pytest.raises(RefusedFileError, match="empty"):
            await pool.do(NOTHING, priority=Priority.VERDICT)
    finally:
        await pool.stop()


async def test_a_process_that_is_not_ready_in_time_is_our_own_outage() -> None:
    """Again and again: the first failure does not end the trying, and health tells."""
    before = children()
    async with Workers(processes=1, limits=Limits(start_seconds=0.001)) as workers:
        for _ in range(2):
            with pytest.raises(WorkersUnavailableError, match="not ready"):
                await workers.check(jpeg())
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


def _reads_a_page(apart_from: set[int]) -> int:
    """Return the child process that has the file of a page open, 0 if none has."""
    for pid in children() - apart_from:
        with suppress(psutil.NoSuchProcess):
            if any(opened.path.endswith("/page") for opened in psutil.Process(pid).open_files()):
                return pid
    return 0
