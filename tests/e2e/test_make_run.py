"""What `make run` promises: it comes up, heals itself, refuses a second start, and ends without a trace."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from deploy.local.ports import SHARE
from tests import loopback

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.live


async def start(folder: Path, *words: str) -> Process:
    """Start `python -m deploy.local` in a folder of its own."""
    ours = {name: value for name, value in os.environ.items() if name == SHARE or not name.startswith("AMTSBOTE_")}
    command = (sys.executable, "-m", "deploy.local", *words, "--folder", str(folder))
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=ours, stdout=PIPE, stderr=PIPE)


async def run(folder: Path, *words: str) -> tuple[int | None, str]:
    """Run a command to its end; returns its exit status and all it said."""
    process = await start(folder, *words)
    said, complained = await process.communicate()
    return process.returncode, (said + complained).decode()


async def until_said(process: Process, pattern: str) -> str:
    """Wait for a line."""
    assert process.stdout
    said = ""
    async with asyncio.timeout(120):
        while not re.search(pattern, said):
            line = await process.stdout.readline()
            assert line, f"it ended: {said}"
            said += line.decode()
    return said


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the stack of this file lives."""
    return tmp_path_factory.mktemp("run")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def up(folder: Path) -> AsyncIterator[Process]:
    """A stack that is up, without the demo."""
    process = await start(folder, "up", "--no-demo")
    try:
        said = await until_said(process, r"Amtsbote is up.*\n(.*\n)+.*status")
        async with loopback.client() as client:
            assert (await client.get(re.findall(r"http\S+/ready", said)[0])).is_success
            [page] = re.findall(r"As a citizen +(http\S+/)#\w+-\w+", said)
            assert "<form" in (await client.get(page)).text
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            await process.wait()


async def parts(folder: Path) -> dict[str, int]:
    """Return the process of each part, as `status` shows it."""
    code, said = await run(folder, "status")
    assert code == 0, said
    return {name.strip(): int(pid) for name, pid in re.findall(r"^(.+?) +process +(\d+)", said, re.MULTILINE)}


async def test_status_shows_each_part_and_its_memory(up: Process, folder: Path) -> None:
    """Every part has a process of ours; the last line adds up what all of it takes."""
    shown = await parts(folder)
    assert list(shown) == ["Broker", "Database", "Object store", "Services", "All together"]
    assert shown["All together"] == up.pid


async def test_a_second_start_is_refused_in_one_line(up: Process, folder: Path) -> None:
    """Somebody who types `make run` twice is told so, and the first one goes on."""
    code, said = await run(folder, "up")
    assert code == 1
    assert f"already running in {folder} (process {up.pid})" in said
    assert "Traceback" not in said


async def test_services_that_die_are_started_again(up: Process, folder: Path) -> None:
    """After a kill -9 the services come back by themselves, as another process, ready again."""
    before = (await parts(folder))["Services"]
    os.kill(before, signal.SIGKILL)
    said = await until_said(up, r"Services +ready")
    assert "ended by itself (status -9)" in said
    assert (await parts(folder))["Services"] != before


async def test_the_end_leaves_nothing_behind(up: Process, folder: Path) -> None:
    """SIGTERM stops every process in order and ends with 0; only the data stays."""
    children = psutil.Process(up.pid).children(recursive=True)
    up.send_signal(signal.SIGTERM)
    assert await up.wait() == 0
    assert not [child for child in children if _works(child)]
    code, said = await run(folder, "status")
    assert code == 3
    assert "nothing runs" in said
    assert (folder / "rabbit" / "data").is_dir()


def _works(process: psutil.Process) -> bool:
    """Return whether a process runs; one that ended may stay listed where the first process does not collect it."""
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


async def test_what_is_remembered_is_private(up: Process, folder: Path) -> None:
    """Credentials can be read by their owner only."""
    del up
    for name in ("remembered.json", "running.json", "partners.json", "rabbit/rabbitmq.conf"):
        assert (folder / name).stat().st_mode & 0o077 == 0, name
