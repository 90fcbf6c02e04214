"""One child process as the parent sees it: started, asked, and ended when it hangs or dies."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Self

from pydantic import TypeAdapter

import services
from services.upload.client.confine import SILENT
from services.upload.schemas import Answer, Order, Refused
from shared.errors import UnavailableError

PROGRAM = "services.upload.client.child"
READY = b"ready\n"
GOODBYE_S = 2.0
LONGEST_ANSWER = 1_000_000  # bytes
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TESSDATA_PREFIX")  # and no secret
NO_PLUGINS = {"PYDANTIC_DISABLE_PLUGINS": "__all__"}  # to look for some takes a tenth of a start
ONE_THREAD = {"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

_answers: TypeAdapter[Answer] = TypeAdapter(Answer)


class WorkersUnavailableError(UnavailableError):
    """No child process could be started; worth another try, and its own error output says why."""


class Child:
    """A running child process."""

    def __init__(self, process: Process) -> None:
        """Take over a process."""
        self._process = process

    @property
    def alive(self) -> bool:
        """Say whether it still runs, as far as is known."""
        return self._process.returncode is None

    @classmethod
    async def start(cls, memory_bytes: int, seconds: float) -> Self:
        """Start a process in a session of its own, so that Ctrl-C reaches only the parent.

        Raises:
            WorkersUnavailableError: if it cannot be started, or is not ready within so many seconds.
        """
        try:
            child = cls(await _spawn(memory_bytes))
        except OSError as error:  # no memory, no process or no file descriptor left for it
            raise WorkersUnavailableError(f"{PROGRAM} could not be started: {error.strerror}") from error
        try:
            await child._greet(seconds)
        except BaseException:
            await child.end()
            raise
        return child

    async def _greet(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                greeting = await self._line()
        except (OSError, ValueError) as error:  # TimeoutError is an OSError
            raise WorkersUnavailableError(f"{PROGRAM} was not ready within {seconds} s") from error
        if greeting != READY:
            raise WorkersUnavailableError(f"{PROGRAM} ended before it was ready")

    async def ask(self, order: Order, seconds: float) -> Answer:
        """Return the answer to a job; a process that hangs, dies or talks nonsense is ended."""
        try:
            async with asyncio.timeout(seconds):
                return _answers.validate_json(await self._exchange(order.model_dump_json().encode() + b"\n"))
        except TimeoutError:
            await self.end()
            return Refused(code="timed_out")
        except (OSError, ValueError):  # a broken pipe, an endless line, an answer that is none
            used_up = await self._exit_status() == -signal.SIGXCPU
            return Refused(code="too_complex" if used_up else "worker_died")

    async def end(self) -> None:
        """End the process at once, whatever it does, and wait until it is gone."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        await self._process.wait()

    async def _exit_status(self) -> int | None:
        """Return what a process ended with that ends by itself; killed first, it would not tell any more."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await self._process.wait()
        await self.end()
        return self._process.returncode

    async def _exchange(self, line: bytes) -> bytes:
        if self._process.stdin is None:
            raise ConnectionError("the child process has no standard input")
        self._process.stdin.write(line)
        await self._process.stdin.drain()
        return await self._line()

    async def _line(self) -> bytes:
        if self._process.stdout is None:
            raise ConnectionError("the child process has no standard output")
        return await self._process.stdout.readline()


async def _spawn(memory_bytes: int) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", PROGRAM, str(memory_bytes), str(os.getpid())),
        stdin=PIPE,
        stdout=PIPE,
        env=_environment(),
        limit=LONGEST_ANSWER,
        start_new_session=True,
    )


def _environment() -> dict[str, str]:
    """Return what a child needs to know; the parent's credentials are not among it."""
    root = str(Path(services.__file__).parents[1])
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**inherited, **NO_PLUGINS, **ONE_THREAD, **SILENT, "PYTHONPATH": root}
