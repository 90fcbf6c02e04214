"""How many uploads one citizen may have running: each holds a connection and a file for as long as it is sent."""

import asyncio
from contextlib import AsyncExitStack
from typing import Self

import pytest

from services.gateway.routes.bodies import BEGIN_BYTES
from services.gateway.settings import GatewaySettings
from shared.settings import Connections
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Phone, key, picture, somebody
from tests.raw_http import RawClient
from tests.waiting import until

pytestmark = pytest.mark.live

AT_ONCE = GatewaySettings().max_uploads_each
START = b'--x\r\nContent-Disposition: form-data; name="file"; filename="page.jpg"\r\n\r\n' + picture(BEGIN_BYTES)
END = b"\r\n--x--\r\n"


class Slow:
    """An upload that pauses before its end; unlike a usual client, it hears an answer while it still sends."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Use an open connection."""
        self._reader, self._writer = reader, writer

    @classmethod
    async def begin(cls, door: Door, phone: Phone) -> Self:
        """Send all but the end of a page."""
        slow = cls(*await asyncio.open_connection("127.0.0.1", door.port))
        headers = {
            "Host": "localhost",
            "Authorization": phone.headers["authorization"],
            "Content-Type": "multipart/form-data; boundary=x",
            "Content-Length": str(len(START + END)),
            "Connection": "close",
            **key(),
        }
        lines = ["POST /v1/pages HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        slow._writer.write("\r\n".join(lines).encode() + START)
        return slow

    async def answer(self) -> bytes:
        """Return the whole answer."""
        answer = await self._reader.read()
        self._writer.close()
        return answer

    def end(self) -> None:
        """Send the rest."""
        self._writer.write(END)


async def test_more_uploads_at_once_than_allowed_are_put_off(connections: Connections) -> None:
    """While the allowed number runs, one more is told when to come back; those that run all arrive."""
    async with Door(connections, max_uploads_each=AT_ONCE) as door, await door.activate() as phone:
        uploads = [await Slow.begin(door, phone) for _ in range(AT_ONCE + 1)]
        answers = {asyncio.create_task(upload.answer()): upload for upload in uploads}
        ended, running = await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
        [refused] = [answer.result() for answer in ended]
        assert refused.startswith(b"HTTP/1.1 429")
        assert b"uploads.too_many" in refused
        assert b"\r\nretry-after: " in refused.lower()
        for answer in running:
            answers[answer].end()
        assert all(answer.startswith(b"HTTP/1.1 201") for answer in await asyncio.gather(*running))
        assert (await phone.upload()).status_code == 201


class Dripping:
    """An upload that sends some bytes, then one now and then, and never ends."""

    def __init__(self, client: RawClient) -> None:
        """Use an open connection."""
        self.client = client
        self.refused = asyncio.create_task(client.status())

    @classmethod
    async def begin(cls, client: RawClient, token: str, first: int) -> Self:
        """Send the head and the first bytes."""
        headers = {"Authorization": token, "Content-Type": "multipart/form-data; boundary=x", **key()}
        await client.ask("POST", "/v1/pages", {**headers, "Content-Length": "5000000"}, START + bytes(first))
        return cls(client)


async def test_strangers_who_drip_stop_nobody_else(connections: Connections) -> None:
    """While newcomers at one address drip, eight pages at once at most, every page of somebody else arrives."""
    usual = GatewaySettings()
    most = {name: getattr(usual, name) for name in ("max_uploads_each", "max_uploads_address", "max_uploads_together")}
    async with Door(connections, **most) as door, AsyncExitStack() as stack:
        phone = await stack.enter_async_context(await door.activate())
        drips = []
        for number in range(8):
            newcomer = (await phone.post("/v1/newcomers", json=somebody(), headers=key())).raise_for_status().json()
            for _ in range(4):
                client = await stack.enter_async_context(RawClient(door.port, "127.0.0.2"))
                token, first = f"Bearer {newcomer['token']}", (number % 2) * 40_000
                drips.append(await Dripping.begin(client, token, first))
                stack.callback(drips[-1].refused.cancel)
        await until(lambda: sum(drip.refused.done() for drip in drips) == 24)
        assert {await drip.refused for drip in drips if drip.refused.done()} == {429}
        sent = 0

        async def have_all_arrived() -> bool:
            nonlocal sent
            for drip in drips:
                await drip.client.send(b"a")
            assert (await phone.upload()).status_code == 201
            sent += 1
            return sent == 15

        await until(have_all_arrived)


async def test_who_drips_loses_the_place(connections: Connections) -> None:
    """A page that comes too slowly is ended, and whoever sends it reads why."""
    async with (
        Door(connections, client_grace_s=0.3) as door,
        await door.activate() as phone,
        RawClient(door.port) as raw,
    ):
        drip = await Dripping.begin(raw, phone.headers["authorization"], 1000)

        async def is_ended() -> bool:
            await raw.send(b"a")
            return drip.refused.done()

        await until(is_ended, seconds=20)
        assert await drip.refused == 408
