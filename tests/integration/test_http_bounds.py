"""What one client may take of our HTTP servers: time, memory and connections all have an end."""

import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

import psutil
import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from deploy.local.ports import free_port
from shared.serving.server import HttpServer
from shared.serving.settings import HttpSettings
from tests import loopback
from tests.raw_http import RawClient
from tests.waiting import until

ELSEWHERE = "127.0.0.2"
"""An address that is no trusted proxy's."""
MB = 1024**2


async def _plain(request: Request) -> Response:
    return PlainTextResponse(request.client.host if request.client else "")


async def _take(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def _refuse(_: Request) -> Response:
    return PlainTextResponse("no", 403)


async def _large(request: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(50 * 16):
            yield bytes(64 * 1024)

    async def note_end() -> None:
        request.app.state.ended += 1

    return StreamingResponse(pieces(), background=BackgroundTask(note_end))


async def _hold(request: Request) -> Response:
    while not await request.is_disconnected():
        await request.receive()
    return PlainTextResponse("")


WEB = Starlette(
    routes=[
        Route("/", _plain),
        Route("/take", _take, methods=["POST"]),
        Route("/refuse", _refuse, methods=["POST"]),
        Route("/large", _large),
        Route("/hold", _hold),
    ]
)


@asynccontextmanager
async def served(**settings: object) -> AsyncIterator[int]:
    """Serve; return the port."""
    port = free_port()
    WEB.state.ended = 0
    async with HttpServer(WEB, "127.0.0.1", port, HttpSettings.model_validate(settings)):
        yield port


async def drip(client: RawClient, answer: "asyncio.Task[Any]") -> bool:
    """Send a byte; tell whether there is an answer."""
    await client.send(b"\n")
    return answer.done()


async def test_an_answer_on_a_kept_connection_comes_at_once() -> None:
    """Header and body of an answer do not wait for the client's acknowledgement, 40 ms each time."""
    async with served() as port, loopback.client(base_url=f"http://127.0.0.1:{port}") as client:
        took = []
        for _ in range(30):
            began = time.perf_counter()
            assert (await client.get("/")).status_code == 200
            took.append(time.perf_counter() - began)
    assert statistics.median(took) < 0.02


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * MB + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nA: " + b"a" * MB + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"A: a\r\n" * 200 + b"\r\n",
        b"POST /take HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: " + b"a" * MB,
    ],
    ids=["line", "field", "fields", "trailer"],
)
async def test_a_head_that_is_too_large_is_refused(head: bytes) -> None:
    """A megabyte of line, of one field or of what follows a body is refused, and so are two hundred fields."""
    async with served() as port, RawClient(port) as client:
        await client.send(head)
        assert await client.status() == 431
        assert await client.rest() == b""


async def test_large_heads_cost_no_memory() -> None:
    """Clients that send heads without an end do not make the server grow."""
    async with served() as port, AsyncExitStack() as stack:
        before = psutil.Process(os.getpid()).memory_info().rss
        clients = [await stack.enter_async_context(RawClient(port)) for _ in range(20)]
        part = b"GET / HTTP/1.1\r\nA: " + bytes(10 * MB).replace(b"\0", b"a")
        await asyncio.gather(*(client.send(part) for client in clients))
        assert psutil.Process(os.getpid()).memory_info().rss - before < 60 * MB


@pytest.mark.parametrize(("said", "status"), [(b"", 0), (b"GET / HT", 408), (b"\r\n", 408)])
async def test_a_head_that_is_late_is_not_waited_for(said: bytes, status: int) -> None:
    """A connection on which no request, or only a part of one, comes in time is closed."""
    async with served(head_s=0.2) as port, RawClient(port) as client:
        await client.send(said)
        assert await client.status() == status
        assert await client.rest() == b""


async def test_dripping_does_not_lengthen_the_time_for_a_head() -> None:
    """A byte now and then keeps no connection open, on the first request as on a later one."""
    async with served(head_s=0.3) as port, RawClient(port) as client:
        await client.ask("GET", "/")
        assert await client.status() == 200
        answer = asyncio.create_task(client.status())
        await until(partial(drip, client, answer), seconds=20)
        assert await answer == 408


async def test_the_rest_of_a_refused_body_is_not_waited_for() -> None:
    """Who is refused and goes on dripping is cut off; who sends quickly reads the refusal."""
    async with served(head_s=0.3) as port, RawClient(port) as client:
        await client.ask("POST", "/refuse", {"Content-Length": "100000"}, b"a")
        assert await client.status() == 403
        await until(partial(drip, client, asyncio.create_task(client.rest())), seconds=20)


async def test_an_idle_connection_is_closed() -> None:
    """A kept connection on which nothing more comes does not stay."""
    async with served(idle_s=1) as port, RawClient(port) as client:
        await client.ask("GET", "/")
        assert await client.status() == 200
        assert await client.rest() == b""


async def test_a_slow_body_is_none_of_the_heads_time() -> None:
    """A body that takes longer than a head may is taken whole."""
    async with served(head_s=0.2) as port, RawClient(port) as client:
        await client.ask("POST", "/take", {"Content-Length": "100"})
        answer, began, sent = asyncio.create_task(client.status()), time.monotonic(), 0

        async def has_dripped() -> bool:
            nonlocal sent
            sent += 1
            return await drip(client, answer) or time.monotonic() - began > 0.5

        await until(has_dripped)
        assert not answer.done()
        await client.send(bytes(100 - sent))
        assert await answer == 200


async def test_one_address_does_not_take_all_connections() -> None:
    """The connection too many of one address is told to come back; another address is served, and so are proxies."""
    async with served(connections_each=3) as port, AsyncExitStack() as stack:
        for _ in range(3):
            await stack.enter_async_context(RawClient(port, ELSEWHERE))
        many = [await stack.enter_async_context(RawClient(port)) for _ in range(5)]
        async with RawClient(port, ELSEWHERE) as one_more:
            assert b" 429 " in (refused := await one_more.rest())
            assert b"retry-after" in refused
        await many[-1].ask("GET", "/")
        assert await many[-1].status() == 200


async def test_a_connection_that_ends_makes_room() -> None:
    """When all connections are taken the next is told so, until one of them has gone."""
    async with served(connections=2) as port, RawClient(port):
        async with RawClient(port) as second:
            await second.ask("GET", "/")
            assert await second.status() == 200
            async with RawClient(port) as third:
                assert b" 503 " in await third.rest()
        async with RawClient(port) as fourth:
            await fourth.ask("GET", "/")
            assert await fourth.status() == 200


async def test_one_address_behind_a_proxy_does_not_take_all_requests() -> None:
    """What a trusted proxy says of its client counts: that client has a share, and others are served."""
    async with served(connections_each=2) as port, AsyncExitStack() as stack:
        for _ in range(2):
            held = await stack.enter_async_context(RawClient(port))
            await held.ask("GET", "/hold", {"X-Forwarded-For": "203.0.113.7"})
        async with loopback.client(base_url=f"http://127.0.0.1:{port}") as proxy:
            refused = await proxy.get("/", headers={"X-Forwarded-For": "203.0.113.7"})
            other = await proxy.get("/", headers={"X-Forwarded-For": "203.0.113.8"})
        assert (refused.status_code, "retry-after" in refused.headers) == (429, True)
        assert (other.status_code, other.text) == (200, "203.0.113.8")


async def test_a_reader_that_stands_still_is_let_go() -> None:
    """An answer that nobody reads is not kept for ever, neither the large one nor its connection."""
    async with served(stalled_s=0.3) as port, RawClient(port, read_buffer=4096) as client:
        await client.ask("GET", "/large")
        async with loopback.client(base_url=f"http://127.0.0.1:{port}") as other:
            assert (await other.get("/")).status_code == 200
        await until(lambda: WEB.state.ended, seconds=20)
        assert len(await client.rest()) < 40 * MB


async def test_a_slow_reader_gets_everything() -> None:
    """Who reads slowly but steadily is waited for, much longer than one who does not read."""
    async with served(stalled_s=0.3, least_rate=1000) as port, RawClient(port, read_buffer=65536) as client:
        await client.ask("GET", "/large", {"Connection": "close"})
        size, began = 0, time.monotonic()

        async def has_read() -> bool:
            nonlocal size
            size += len(more := await client.read(64 * 1024))
            return not more or time.monotonic() - began > 1

        await until(has_read)
        assert size + len(await client.rest()) > 50 * MB


async def test_a_websocket_is_refused() -> None:
    """Who asks for a WebSocket is told that there is none, and not that the server failed."""
    async with served() as port, RawClient(port) as client:
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        await client.ask("GET", "/", {**upgrade, "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="})
        assert (await client.rest()).startswith(b"HTTP/1.1 403 ")
