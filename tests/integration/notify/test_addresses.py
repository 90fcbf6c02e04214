"""A name with several addresses is reached at the one that listens, within the time of one try."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network

from services.notify.client.outside import Outside

LOOPBACK = ip_network("127.0.0.0/8")
EVERY = "0.0.0.0"  # noqa: S104 - this machine's IPv4 addresses; "" also listens on IPv6, at a port of its own
NAME = "two.example"
TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"


@asynccontextmanager
async def answering(answer: bytes, received: list[bytes], host: str = "127.0.0.1") -> AsyncIterator[int]:
    """Listen, keep each request's head, and answer it; an empty answer hangs up. Return the port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, host, 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def way_out(*addresses: str, answer_within_s: float = 5) -> AsyncIterator[Outside]:
    """Return a way out that may reach this machine, and for which every name leads to these addresses."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]
    outside = Outside(answer_within_s=answer_within_s, allowed=[LOOPBACK], look_up=lambda *_, **__: found)
    try:
        yield outside
    finally:
        await outside.close()


async def test_the_second_address_is_tried_when_the_first_does_not_listen() -> None:
    """A supplier of whose two machines one is down is told at the first try."""
    received: list[bytes] = []
    async with (
        answering(b"HTTP/1.1 204 No Content\r\n\r\n", received) as port,
        way_out("127.0.0.9", "127.0.0.1") as outside,
    ):
        told = await outside.post(f"http://{NAME}:{port}/", {}, b"x")
    assert (told.kind, len(received)) == ("taken", 1)
    assert f"host: {NAME}:{port}".encode() in received[0].lower()


async def test_an_address_that_is_silent_leaves_time_for_the_next() -> None:
    """A firewall that swallows IPv6 costs a part of the time, not all of it."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.9", 0), backlog=0) as deaf:  # its line is full: what comes is swallowed
        port = deaf.getsockname()[1]
        waiting = [socket.socket() for _ in range(2)]
        for each in waiting:
            each.setblocking(False)  # noqa: FBT003 - the socket's own way
            each.connect_ex(("127.0.0.9", port))
        server = await asyncio.start_server(_taking(received), "127.0.0.1", port)
        async with server, way_out("127.0.0.9", "127.0.0.1", answer_within_s=3) as outside:
            told = await outside.post(f"http://{NAME}:{port}/", {}, b"x")
        for each in waiting:
            each.close()
    assert (told.kind, len(received)) == ("taken", 1)


async def test_what_was_sent_is_not_sent_to_another_address() -> None:
    """A server that took a request and fell silent or hung up is not doubled by the next one."""
    received: list[bytes] = []
    async with answering(b"", received, EVERY) as port, way_out("127.0.0.1", "127.0.0.2") as outside:
        told = await outside.post(f"http://{NAME}:{port}/", {}, b"x")
    assert (told.kind, told.reason, len(received)) == ("again", "connection_failed", 1)


async def test_one_address_inside_refuses_the_name() -> None:
    """A name that leads to a public address and to one of ours is not reached at either."""
    async with way_out("127.0.0.1", "10.0.0.1") as outside:
        told = await outside.post(f"http://{NAME}/", {}, b"x")
    assert (told.kind, told.reason) == ("refused", "address_refused")


async def test_an_answer_that_drips_for_ever_ends_with_the_try() -> None:
    """A server that sends a byte now and then holds a try for its time and no longer."""

    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
            await writer.drain()
            await asyncio.sleep(0)

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    async with server, way_out("127.0.0.1", answer_within_s=0.5) as outside:
        told = await outside.post(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", {}, b"x")
    assert (told.kind, told.reason) == ("again", "timeout")


def _taking(received: list[bytes]) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    """Return a server that keeps each request's head and takes it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(TAKEN)
        writer.close()

    return serve
