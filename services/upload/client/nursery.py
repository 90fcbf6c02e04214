"""Starts child processes: keeps the template that they are forked from, and hears from it how they end."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections import deque
from contextlib import suppress
from functools import partial
from pathlib import Path

from pydantic import TypeAdapter

import services
from services.upload.client.confine import SILENT
from services.upload.client.forks import Ended, Fork, Forked, FromTemplate, Kill, Loaded
from services.upload.client.process import GOODBYE_S, Child, WorkersUnavailableError

PROGRAM = "services.upload.client.template"
LONGEST_ANSWER = 1_000_000  # bytes
LONGEST_NEWS = 4096  # bytes
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TESSDATA_PREFIX")  # and no secret
NO_PLUGINS = {"PYDANTIC_DISABLE_PLUGINS": "__all__"}  # to look for some takes a tenth of a start
ONE_THREAD = {"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

_news: TypeAdapter[FromTemplate] = TypeAdapter(FromTemplate)


class Nursery:
    """Starts children of one template, which is started with the first of them, and anew when it has ended."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._template: _Template | None = None
        self._starting = asyncio.Lock()

    async def child(self, memory_bytes: int, seconds: float) -> Child:
        """Return a new child that may take so much memory.

        Raises:
            WorkersUnavailableError: if it cannot be started, or is not ready within so many seconds.
        """
        try:
            async with asyncio.timeout(seconds):
                return await self._born(memory_bytes)
        except TimeoutError as error:
            raise WorkersUnavailableError(f"a child process was not ready within {seconds} s") from error
        except OSError as error:  # no memory, no process or no file descriptor left for it
            raise WorkersUnavailableError(f"no child process could be started: {error.strerror}") from error

    async def stop(self) -> None:
        """End the template, and with it every child."""
        if self._template:
            await self._template.stop()

    async def _born(self, memory_bytes: int) -> Child:
        async with self._starting:
            if self._template is None or not self._template.alive:
                await self.stop()
                self._template = await _Template.start()
        born = await self._template.fork(memory_bytes)
        try:
            await born.greet()
        except BaseException:
            await born.end()
            raise
        return born


class _Template:
    """The running template."""

    def __init__(self, process: Process, control: socket.socket) -> None:
        self._process = process
        self._control = control
        self._loaded = asyncio.get_running_loop().create_future()
        self._births: deque[asyncio.Future[int]] = deque()
        self._ends: dict[int, asyncio.Future[int]] = {}
        self._listening = asyncio.create_task(self._listen())

    @property
    def alive(self) -> bool:
        """Say whether it still runs, as far as is known."""
        return not self._listening.done()

    @classmethod
    async def start(cls) -> "_Template":
        """Start it in a session of its own, so that Ctrl-C reaches only the service; return it when it has loaded."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                process = await _spawn(theirs.fileno())
        except BaseException:
            ours.close()
            raise
        ours.setblocking(False)  # noqa: FBT003 - the standard library's own signature
        template = cls(process, ours)
        try:
            await template._loaded
        except BaseException:
            await template.stop()
            raise
        return template

    async def fork(self, memory_bytes: int) -> Child:
        """Return a new child; raises OSError or WorkersUnavailableError if there can be none."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                pid = await self._birth(Fork(memory_bytes=memory_bytes), theirs)
                reader, writer = await asyncio.open_unix_connection(sock=ours, limit=LONGEST_ANSWER)
            except BaseException:
                ours.close()
                raise
        return Child(reader, writer, partial(self._kill, pid), self._ends[pid])

    async def stop(self) -> None:
        """End it at once."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
        await self._process.wait()
        await self._listening
        self._control.close()

    async def _birth(self, order: Fork, channel: socket.socket) -> int:
        birth: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        socket.send_fds(self._control, [order.model_dump_json().encode()], [channel.fileno()])
        self._births.append(birth)
        return await birth

    def _kill(self, pid: int) -> None:
        """Have a child ended; if the template does not see to it, it ends with the template."""
        with suppress(OSError):
            self._control.send(Kill(pid=pid).model_dump_json().encode())
        asyncio.get_running_loop().call_later(GOODBYE_S, self._insist, pid)

    def _insist(self, pid: int) -> None:
        if pid in self._ends and self._process.returncode is None:
            self._process.kill()

    async def _listen(self) -> None:
        """Hear what it tells until it ends, and all its children with it."""
        with suppress(OSError):
            while news := await asyncio.get_running_loop().sock_recv(self._control, LONGEST_NEWS):
                self._hear(_news.validate_json(news))
        gone = WorkersUnavailableError("the process that children are forked from ended")
        for waits in (self._loaded, *self._births):
            if not waits.done():
                waits.set_exception(gone)
        for ended in self._ends.values():
            ended.set_result(-signal.SIGKILL)
        self._ends.clear()

    def _hear(self, news: FromTemplate) -> None:
        match news:
            case Loaded():
                if not self._loaded.done():
                    self._loaded.set_result(None)
            case Forked(pid=pid, why=why):
                self._bear(self._births.popleft(), pid, why)
            case Ended(pid=pid, code=code):
                self._ends.pop(pid).set_result(code)

    def _bear(self, birth: "asyncio.Future[int]", pid: int, why: str) -> None:
        if pid:
            self._ends[pid] = asyncio.get_running_loop().create_future()
        if birth.done():  # nobody waits for it any more
            self._kill(pid)
        elif pid:
            birth.set_result(pid)
        else:
            birth.set_exception(WorkersUnavailableError(f"no child process could be forked: {why}"))


async def _spawn(control: int) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", PROGRAM, str(control), str(os.getpid())),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        pass_fds=(control,),
        env=_environment(),
        start_new_session=True,
    )


def _environment() -> dict[str, str]:
    """Return what a child needs to know; the parent's credentials are not among it."""
    root = str(Path(services.__file__).parents[1])
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**inherited, **NO_PLUGINS, **ONE_THREAD, **SILENT, "PYTHONPATH": root}
