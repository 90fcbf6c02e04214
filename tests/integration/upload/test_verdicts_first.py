"""A verdict does not wait for a document, and no process outlives the service that started it."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil

from services.upload.client.line import Priority
from services.upload.client.pool import Limits, Pool
from services.upload.client.workers import Workers
from services.upload.schemas import Answer, Check, Checked, Finished, Read
from tests.corpus.jpegs import jpeg
from tests.corpus.pdfs import laughing_forms
from tests.unit.upload.drawn import corners, encoded, letter, photograph
from tests.waiting import until

PAGE = encoded(photograph(letter(), corners(1500, 2000)), quality=85)
HALFWAY_S = 0.2  # of CPU time; reading the page takes about 1 s
LEFT_BEHIND = """
import asyncio, sys
from pathlib import Path
from services.upload.client.workers import Workers

async def check(file):
    async with Workers(processes=1) as workers:
        await workers.check(Path(file).read_bytes())

asyncio.run(check(sys.argv[1]))
"""


def _held(file: Path) -> int:
    """Return the process that has a file open, 0 if there is none yet."""
    for child in _children():
        with suppress(psutil.NoSuchProcess):
            if any(opened.path == str(file) for opened in child.open_files()):
                return child.pid
    return 0


def _children() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


def _worked(children: set[psutil.Process]) -> dict[int, float]:
    """Return the CPU time that each of these processes has used, in seconds."""
    return {child.pid: sum(child.cpu_times()[:2]) for child in children}


def _halfway(children: set[psutil.Process], before: dict[int, float]) -> int:
    """Return the process that has worked for a while since `before`, 0 if there is none yet."""
    return next((pid for pid, used in _worked(children).items() if used - before[pid] > HALFWAY_S), 0)


async def test_a_verdict_comes_while_every_other_process_is_stuck_in_a_document(tmp_path: Path) -> None:
    """All processes for documents stand still, halfway: the verdict is given all the same, and then they go on."""
    pool = Pool(2, Limits(), reserved=1)
    for name in ("one", "two", "page"):
        (tmp_path / name).write_bytes(PAGE)
    others = _children()
    pool.start()
    try:
        await until(lambda: pool.served == 3)
        children, stuck = _children() - others, list[int]()
        async with asyncio.TaskGroup() as group:
            reading: list[asyncio.Task[Answer]] = []
            for name in ("one", "two"):
                job, before = Read(file=str(tmp_path / name), out=str(tmp_path / f"{name}.json")), _worked(children)
                reading.append(group.create_task(pool.do(job, priority=Priority.DOCUMENT)))
                stuck.append(await until(partial(_halfway, children, before), what=lambda: "a page half read"))
                os.kill(stuck[-1], signal.SIGSTOP)
            check = Check(file=str(tmp_path / "page"), annotated=str(tmp_path / "seen.jpg"))
            assert isinstance(await pool.do(check, priority=Priority.VERDICT), Checked)
            assert not any(each.done() for each in reading)
            for process in stuck:
                os.kill(process, signal.SIGCONT)
        assert [type(each.result()) for each in reading] == [Finished, Finished]
    finally:
        await pool.stop()


async def test_verdicts_keep_their_pace_while_long_documents_are_read() -> None:
    """With every process busy, no verdict waits until each of them has begun another page."""
    pages_done = 0
    async with Workers(processes=2, reserved=1) as workers:

        async def fetch() -> bytes:
            return PAGE

        def count(done: int, _known: int) -> None:
            nonlocal pages_done
            pages_done = done

        reading = asyncio.create_task(workers.make_document([fetch] * 8, count))
        await until(lambda: pages_done > 0)
        for _ in range(5):
            before = pages_done
            assert (await workers.check(jpeg())).report.verdict == "good"
            assert pages_done - before <= workers.processes
        assert (await reading).files == tuple(range(8))


async def test_readings_give_way_and_verdicts_do_not(tmp_path: Path) -> None:
    """The thread that reads has what others leave of the CPU; the one that checks has its full share."""
    (tmp_path / "page").write_bytes(PAGE)
    pool = Pool(1, Limits())
    before = set(psutil.Process().children(recursive=True))
    pool.start()
    try:
        read = Read(file=str(tmp_path / "page"), out=str(tmp_path / "page.json"))
        await pool.do(read, priority=Priority.DOCUMENT)
        (child,) = set(psutil.Process().children(recursive=True)) - before
        nice = {thread.id: os.getpriority(os.PRIO_PROCESS, thread.id) for thread in child.threads()}
        assert nice[child.pid] == os.getpriority(os.PRIO_PROCESS, 0)
        assert max(nice.values()) == nice[child.pid] + 10
    finally:
        await pool.stop()


async def test_a_file_that_uses_up_its_cpu_time_is_refused_at_once() -> None:
    """Unlike time by the clock, that is never the machine's fault: there is no second try."""
    async with Workers(processes=1, limits=Limits(check_seconds=600, cpu_share=0.001)) as workers:
        assert (await workers.check(laughing_forms(12, 10))).report.reasons == ("too_complex",)
        assert (await workers.check(jpeg())).report.verdict == "good"


async def test_after_a_killed_service_no_process_and_no_picture_is_left(tmp_path: Path) -> None:
    """A process in the middle of a page ends with its service; the original goes when the next service starts."""
    endless, good, desks = tmp_path / "endless.pdf", tmp_path / "good.jpg", tmp_path / "temporary"
    desks.mkdir()
    endless.write_bytes(laughing_forms(12, 10))
    good.write_bytes(jpeg())
    own = {**os.environ, "TMPDIR": str(desks)}
    service = await asyncio.create_subprocess_exec(sys.executable, "-c", LEFT_BEHIND, str(endless), env=own)
    (original,) = await until(lambda: list(desks.glob("amtsbote-desk-*/check-*/page")))
    child = psutil.Process(await until(partial(_held, original)))
    service.kill()
    await service.wait()
    await until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    assert original.exists()
    following = await asyncio.create_subprocess_exec(sys.executable, "-c", LEFT_BEHIND, str(good), env=own)
    assert await following.wait() == 0
    assert not list(desks.glob("amtsbote-*"))
