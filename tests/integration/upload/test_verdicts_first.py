"""A verdict does not wait for a document, and no process outlives the service that started it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from services.upload.client.line import Priority
from services.upload.client.pool import Limits, Pool
from services.upload.client.workers import Workers
from services.upload.schemas import Answer, Check, Checked, Finished, Read
from tests.corpus.jpegs import jpeg
from tests.corpus.pdfs import laughing_forms
from tests.unit.upload.drawn import BRIEF, corners, encoded, letter, photograph
from tests.waiting import until

HALFWAY_S = 0.2  # of CPU time; reading the page takes about 0.8 s
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


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ready() -> AsyncIterator[tuple[Pool, set[psutil.Process]]]:
    """Two processes for any job and one for verdicts only, all of them ready."""
    pool, others = Pool(2, Limits(), reserved=1), _children()
    pool.start()
    try:
        await until(lambda: pool.served == 3)
        yield pool, _children() - others
    finally:
        await pool.stop()


@pytest.fixture
def pool(ready: tuple[Pool, set[psutil.Process]]) -> Pool:
    """The pool of these processes."""
    return ready[0]


@pytest.fixture
def children(ready: tuple[Pool, set[psutil.Process]]) -> set[psutil.Process]:
    """The processes themselves."""
    return ready[1]


@pytest.fixture
def pages(tmp_path: Path) -> list[Path]:
    """The same page in several files."""
    files = [tmp_path / str(number) for number in range(8)]
    for file in files:
        file.write_bytes(encoded(photograph(letter(BRIEF), corners(900, 1200), (900, 1200)), quality=85))
    return files


async def read(pool: Pool, file: Path) -> Answer:
    """Read a page as one of a document."""
    job = Read(file=str(file), out=str(file.with_suffix(".json")))
    return await pool.do(job, priority=Priority.DOCUMENT)


async def verdict(pool: Pool, file: Path) -> str:
    """Return the verdict on a page."""
    job = Check(file=str(file), annotated=str(file.with_suffix(".jpg")))
    answer = await pool.do(job, priority=Priority.VERDICT)
    return answer.report.verdict if isinstance(answer, Checked) else str(answer)


async def test_a_verdict_comes_while_every_other_process_is_stuck_in_a_document(
    pool: Pool, children: set[psutil.Process], pages: list[Path]
) -> None:
    """All processes for documents stand still, halfway: the verdict is given all the same, and then they go on."""
    stuck = list[int]()
    async with asyncio.TaskGroup() as group:
        reading: list[asyncio.Task[Answer]] = []
        for file in pages[:2]:
            before = _worked(children)
            reading.append(group.create_task(read(pool, file)))
            stuck.append(await until(partial(_halfway, children, before), what=lambda: "a page half read"))
            os.kill(stuck[-1], signal.SIGSTOP)
        assert await verdict(pool, pages[2]) == "good"
        assert not any(each.done() for each in reading)
        for process in stuck:
            os.kill(process, signal.SIGCONT)
    assert [type(each.result()) for each in reading] == [Finished, Finished]


async def test_verdicts_keep_their_pace_while_long_documents_are_read(pool: Pool, pages: list[Path]) -> None:
    """With every process busy, no verdict waits until each of them has begun another page."""
    async with asyncio.TaskGroup() as group:
        reading = [group.create_task(read(pool, file)) for file in pages]

        def done() -> int:
            return sum(each.done() for each in reading)

        await until(done)
        for _ in range(5):
            before = done()
            assert await verdict(pool, pages[0]) == "good"
            assert done() - before <= 2
        assert done() < len(pages)


async def test_readings_give_way_and_verdicts_do_not(
    pool: Pool, children: set[psutil.Process], pages: list[Path]
) -> None:
    """The thread that reads has what others leave of the CPU; the one that checks has its full share."""
    await read(pool, pages[0])
    own, least = os.getpriority(os.PRIO_PROCESS, 0), list[int]()
    for child in children:
        nice = {thread.id: os.getpriority(os.PRIO_PROCESS, thread.id) for thread in child.threads()}
        assert nice[child.pid] == own
        least.append(max(nice.values()))
    assert sorted(set(least)) == [own, own + 10]


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
