"""A TCP proxy in front of a server, whose network can be made to fail: cut, refused, or silent."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit, urlunsplit

# Closing with this lingering sends RST at once, as a crashed host or a firewall does.
_RESET = struct.pack("ii", 1, 0)

Alter = Callable[[bytes], bytes]


class Proxy:
    """Stands between a client and the server of `url`; use it with `async with`, clients connect to `.url`.

    A connection that was open during a blackhole, or was opened during it, stays dead after `heal`: as after a real
    partition in which a firewall forgot it. Clients must notice by themselves.
    """

    def __init__(self, url: str) -> None:
        """Stand in front of the server that `url` names."""
        self._parts = urlsplit(url)
        self._port = 0
        self._server: asyncio.Server | None = None
        self._links: set[_Link] = set()
        self._silent = False
        self.cut_after_bytes: int | None = None  # of one connection
        self.carried_up = 0  # bytes on their way to the server, by all connections
        self.pace: Callable[[], Awaitable[None]] | None = None  # what everything waits for, in either direction
        self.alter: Callable[[], Alter] | None = None  # makes, for each connection, what changes its way to the server

    @property
    def url(self) -> str:
        """The server's URL by way of this proxy."""
        login, at, _ = self._parts.netloc.rpartition("@")
        return urlunsplit(self._parts._replace(netloc=f"{login}{at}127.0.0.1:{self._port}"))

    @property
    def lying_dead(self) -> int:
        """How many connections a blackhole swallowed."""
        return sum(link.dead for link in self._links)

    async def __aenter__(self) -> Self:
        """Listen."""
        await self._listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening and cut what is open."""
        await self.refuse()

    def cut(self) -> None:
        """Reset every connection; new ones pass."""
        for link in list(self._links):
            link.reset()

    def blackhole(self) -> None:
        """Let nothing through any more, in either direction, without a word."""
        self._silent = True
        for link in self._links:
            link.silence()

    async def refuse(self) -> None:
        """Reset every connection and refuse new ones."""
        if self._server:
            self._server.close()
            self._server = None
        self.cut()

    async def heal(self) -> None:
        """Let new connections through; those of a blackhole stay dead."""
        self._silent = False
        if not self._server:
            await self._listen()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = _Link(reader, writer, self)
        self._links.add(link)
        try:
            await (link.lie_dead() if self._silent else link.carry(self._parts.hostname or "", self._parts.port or 0))
        finally:
            self._links.discard(link)
            writer.close()


class _Link:
    """One client's connection and its counterpart to the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, proxy: Proxy) -> None:
        self._reader = reader
        self._proxy = proxy
        self._left = proxy.cut_after_bytes
        self._alter = proxy.alter() if proxy.alter else None
        self._writers = [writer]
        self._pumps: list[asyncio.Task[None]] = []
        self._over = asyncio.Event()
        self.dead = False

    async def carry(self, host: str, port: int) -> None:
        """Carry bytes both ways until one side ends."""
        try:
            reader, writer = await asyncio.open_connection(host, port)
        except OSError:
            self.reset()
            return
        self._writers.append(writer)
        ways = ((self._reader, writer), (reader, self._writers[0]))
        self._pumps = [asyncio.create_task(self._pump(*way)) for way in ways]
        await self._over.wait()
        for pump in self._pumps:
            pump.cancel()
        writer.close()

    async def lie_dead(self) -> None:
        """Stay open and say nothing."""
        self.dead = True
        await self._over.wait()

    def silence(self) -> None:
        """Stop carrying without closing."""
        self.dead = True
        for pump in self._pumps:
            pump.cancel()

    def reset(self) -> None:
        """End both sides with a reset."""
        for writer in self._writers:
            with suppress(OSError):
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()
        self._over.set()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                if reader is self._reader:
                    self._proxy.carried_up += len(data)
                if self._is_over(len(data)):
                    self.reset()
                    return
                if self._proxy.pace:
                    await self._proxy.pace()
                writer.write(self._alter(data) if self._alter and reader is self._reader else data)
                await writer.drain()
        self._over.set()

    def _is_over(self, size: int) -> bool:
        if self._left is not None:
            self._left -= size
        return self._left is not None and self._left < 0
