"""One child process as the service sees it: asked, and ended when it hangs or dies."""

import asyncio
import contextlib
import signal
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import TypeAdapter

from services.upload.schemas import Answer, Order, Refused
from shared.errors import UnavailableError

READY = b"ready\n"
GOODBYE_S = 2.0

_answers: TypeAdapter[Answer] = TypeAdapter(Answer)


class WorkersUnavailableError(UnavailableError):
    """No child process could be started; worth another try, and its own error output says why."""


@dataclass(eq=False, slots=True)
class Child:
    """A running child process: the socket to it, the way to kill it, and its exit code once it has ended."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    kill: Callable[[], None]
    ended: asyncio.Future[int]

    @property
    def alive(self) -> bool:
        """Say whether it still runs, as far as is known."""
        return not self.ended.done()

    async def greet(self) -> None:
        """Wait until it is ready; raises WorkersUnavailableError if it ends before."""
        if await self.reader.readline() != READY:
            raise WorkersUnavailableError("a child process ended before it was ready")

    async def ask(self, order: Order, seconds: float) -> Answer:
        """Return the answer to a job; a process that hangs, dies or talks nonsense is ended."""
        try:
            async with asyncio.timeout(seconds):
                return _answers.validate_json(await self._exchange(order.model_dump_json().encode() + b"\n"))
        except TimeoutError:
            await self.end()
            return Refused(code="timed_out")
        except (OSError, ValueError):  # a broken pipe, an endless line, an answer that is none
            used_up = await self._exit_code() == -signal.SIGXCPU
            return Refused(code="too_complex" if used_up else "worker_died")

    async def end(self) -> None:
        """End the process at once, whatever it does, and wait until it is gone."""
        if self.alive:
            self.kill()
        await asyncio.shield(self.ended)
        self.writer.close()

    async def _exit_code(self) -> int:
        """Return what a process ended with that ends by itself; killed first, it would not tell any more."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await asyncio.shield(self.ended)
        await self.end()
        return self.ended.result()

    async def _exchange(self, line: bytes) -> bytes:
        self.writer.write(line)
        await self.writer.drain()
        return await self.reader.readline()
