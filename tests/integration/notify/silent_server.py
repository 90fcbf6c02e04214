"""A server on loopback that takes connections and never answers, except at `/hook` if told so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.waiting import until


@dataclass(slots=True)
class SilentServer:
    """Counts what came, and what is held at this moment."""

    answers_hook: bool = False
    url: str = ""
    came: int = 0
    held: int = 0

    async def until_held(self, tries: int) -> None:
        """Return when so many tries wait for an answer."""
        await until(lambda: self.held >= tries, what=lambda: f"{tries} tries held, but {self.held}")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if self.answers_hook and head.startswith(b"POST /hook "):
            writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
        else:
            self.came += 1
            self.held += 1
            await reader.read()  # until whoever came goes
            self.held -= 1
        writer.close()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["SilentServer"]:
        """Serve on a free port."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()
