"""How many uploads one citizen may have running: each holds a connection and a file for as long as it is sent."""

import asyncio
from typing import Self

import pytest

from services.gateway.settings import GatewaySettings
from shared.settings import Connections
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Phone, key, picture

pytestmark = pytest.mark.live

AT_ONCE = GatewaySettings().max_uploads_each
START = b'--x\r\nContent-Disposition: form-data; name="file"; filename="page.jpg"\r\n\r\n' + picture()
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
