"""What is handed out once counts as handed out when all of it was sent, and only then."""

import asyncio

import pytest
from fastapi import Request
from starlette.types import Message

from services.gateway.routes.handing_over import CHUNK, hand_over

SIZE = 5 * CHUNK + 7


class Client:
    """Reads so many bytes and closes the connection at once, as uvicorn tells of it."""

    def __init__(self, reads: int) -> None:
        """Read `reads` bytes."""
        self._reads = reads
        self._gone = asyncio.Event()
        self._asked = False
        self.got = 0
        self.finished = 0

    async def receive(self) -> Message:
        """Return the empty body of the request, then wait for the end."""
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take what is sent; a server drops what comes after the end."""
        if not self._gone.is_set():
            self.got += len(message.get("body", b""))
        if self.got >= self._reads:
            self._gone.set()
        await asyncio.sleep(0)  # lets the server see the end before it sends more

    async def download(self) -> None:
        """Fetch."""
        scope = {"type": "http", "method": "GET", "headers": [], "asgi": {"spec_version": "2.3"}}

        async def finish() -> None:
            self.finished += 1

        request = Request(scope, self.receive)
        await hand_over(request, bytes(SIZE), {}, "application/pdf", finish)(scope, self.receive, self.send)


async def test_client_that_closes_with_the_last_byte_has_everything() -> None:
    """Closing right after the last byte, before the server has ended its answer, is a complete download."""
    client = Client(reads=SIZE)
    await client.download()
    assert (client.got, client.finished) == (SIZE, 1)


@pytest.mark.parametrize("reads", [1, CHUNK, SIZE - 8])
async def test_client_that_closes_earlier_has_not(reads: int) -> None:
    """A download that breaks off before its last part leaves everything as it was."""
    client = Client(reads)
    await client.download()
    assert client.finished == 0
