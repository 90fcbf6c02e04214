"""HTTP as a client that does as it likes speaks it: byte by byte, from an address of its own, reading or not."""

import asyncio
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Self


class RawClient:
    """One connection to a server on this machine; use it with `async with`."""

    def __init__(self, port: int, address: str = "127.0.0.1", *, read_buffer: int | None = None) -> None:
        """Connect from `address`; the kernel takes about `read_buffer` bytes that are not read."""
        self._socket = socket.socket()
        if read_buffer:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, read_buffer)
        self._socket.settimeout(0)  # as asyncio wants it
        self._socket.bind((address, 0))
        self._port = port

    async def __aenter__(self) -> Self:
        """Connect."""
        await asyncio.get_running_loop().sock_connect(self._socket, ("127.0.0.1", self._port))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close; who still waits here must not listen to whatever gets this number next."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._socket)
        loop.remove_writer(self._socket)
        self._socket.close()

    async def send(self, data: bytes) -> None:
        """Send bytes; a connection that is closed meanwhile takes no more."""
        with suppress(ConnectionError):
            await asyncio.get_running_loop().sock_sendall(self._socket, data)

    async def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> None:
        """Send a request."""
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        await self.send("\r\n".join([*lines, "", ""]).encode() + body)

    async def read(self, most: int = 65536) -> bytes:
        """Return what comes next; nothing if the server has closed."""
        with suppress(ConnectionError):
            return await asyncio.get_running_loop().sock_recv(self._socket, most)
        return b""

    async def rest(self) -> bytes:
        """Return all that comes until the server closes."""
        parts = []
        while more := await self.read():
            parts.append(more)
        return b"".join(parts)

    async def status(self) -> int:
        """Return the status of the answer, 0 if the server closed without one."""
        line = (await self.read()).split(b" ", 2)
        return int(line[1]) if len(line) > 1 else 0
