"""The printer: one child process that makes PDFs while the event loop goes on; it ends when nobody needs it."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

import services
from services.gateway.schemas.sheet import Done, Sheet
from shared.errors import UnavailableError

PROGRAM = "services.gateway.client.print_receipts"
LONGEST_LINE = 32 * 1024 * 1024
TIME_LIMIT_S = 60.0
IDLE_S = 300.0
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME")  # and no secret


class Printer:
    """Prints one sheet after the other; a child that hangs or dies is replaced."""

    def __init__(self, time_limit_s: float = TIME_LIMIT_S, idle_s: float = IDLE_S) -> None:
        """Start nothing before the first sheet."""
        self._time_limit_s = time_limit_s
        self._idle_s = idle_s
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._printing: set[asyncio.Task[bytes]] = set()

    @property
    def pid(self) -> int | None:
        """The process id of the child, if there is one."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def print(self, sheet: Sheet) -> bytes:
        """Return the PDF of a sheet. It is made to its end even if nobody waits for it any more.

        Raises:
            UnavailableError: the child took too long, or ended; it is worth another try.
        """
        work = asyncio.ensure_future(self._in_turn(sheet))
        self._printing.add(work)
        work.add_done_callback(self._forget)
        return await asyncio.shield(work)

    async def close(self) -> None:
        """End the child."""
        if self._rest:
            self._rest.cancel()
        process, self._process = self._process, None
        if process and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def _forget(self, work: "asyncio.Task[bytes]") -> None:
        self._printing.discard(work)
        if not work.cancelled():
            work.exception()  # whoever asked may be gone

    async def _in_turn(self, sheet: Sheet) -> bytes:
        async with self._turn:
            if self._rest:
                self._rest.cancel()
            try:
                async with asyncio.timeout(self._time_limit_s):
                    pdf = await self._ask(sheet)
            except (OSError, ValueError, ValidationError) as error:  # TimeoutError is an OSError
                await self.close()
                raise UnavailableError(f"receipts cannot be printed: {type(error).__name__}") from error
            self._rest = asyncio.get_running_loop().call_later(self._idle_s, self._end_idle)
            return pdf

    async def _ask(self, sheet: Sheet) -> bytes:
        if self._process is None or self._process.returncode is not None:
            self._process = await _start()
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise ConnectionError
        stdin.write(sheet.model_dump_json().encode() + b"\n")
        await stdin.drain()
        return Done.model_validate_json(await stdout.readline()).pdf

    def _end_idle(self) -> None:
        process, self._process = self._process, None
        if process and process.stdin:
            process.stdin.close()  # the child ends with its input


async def _start() -> Process:
    root = str(Path(services.__file__).parents[1])
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", PROGRAM),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={**inherited, "PYTHONPATH": root},
        limit=LONGEST_LINE,
        start_new_session=True,
    )
