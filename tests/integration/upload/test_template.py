"""The template that child processes are forked from gives them what is loaded, and nothing of its own."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from services.upload.client.workers import Workers
from tests.corpus.jpegs import jpeg
from tests.waiting import until

SECRET = "AMTSBOTE_LINK_SECRET"  # noqa: S105 - the name of one


@pytest_asyncio.fixture(loop_scope="session")
async def family(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Workers, psutil.Process]]:
    """Two children that are ready, and their template."""
    others = set(psutil.Process().children())
    monkeypatch.setenv(SECRET, "hunter2")
    async with Workers(processes=2) as workers:
        await until(lambda: workers.served == 2)
        (template,) = set(psutil.Process().children()) - others
        yield workers, template


def sockets(process: psutil.Process) -> int:
    """Return how many sockets a process has open."""
    opened = Path(f"/proc/{process.pid}/fd").iterdir()
    return sum(str(entry.readlink()).startswith("socket:") for entry in opened)


def shared(process: psutil.Process) -> float:
    """Return which share of a process's memory it does not have for itself alone."""
    memory = process.memory_full_info()
    return 1 - memory.uss / memory.rss


async def test_children_have_what_is_loaded_and_nothing_else(family: tuple[Workers, psutil.Process]) -> None:
    """Each has one socket, no secret, a session of its own, and shares most of its memory with the others."""
    _, template = family
    assert (template.num_threads(), sockets(template)) == (1, 1)
    children = template.children()
    assert len(children) == 2
    for child in children:
        assert sockets(child) == 2  # the two directions of one
        assert SECRET not in child.environ()
        assert os.getsid(child.pid) == child.pid
        assert shared(child) > 0.5


async def test_a_template_that_is_killed_is_replaced(family: tuple[Workers, psutil.Process]) -> None:
    """Its children end with it, and the next page has its verdict all the same."""
    workers, template = family
    children = template.children()
    os.kill(template.pid, signal.SIGKILL)
    assert (await workers.check(jpeg())).report.verdict == "good"
    await until(lambda: not any(_runs(child) for child in children))


async def test_a_template_that_hangs_is_replaced(family: tuple[Workers, psutil.Process]) -> None:
    """A child that must be ended while the template does nothing is ended with it."""
    workers, template = family
    os.kill(template.pid, signal.SIGSTOP)
    for child in template.children():
        os.kill(child.pid, signal.SIGKILL)
    assert (await workers.check(jpeg())).report.verdict == "good"
    assert not template.is_running()


def _runs(process: psutil.Process) -> bool:
    """Tell whether a process still does something; who has ended may wait for its new parent to notice."""
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
