"""What is handed out once counts as handed out when all of it was sent, and only then; nothing is read in vain."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message

from deploy.local.ports import free_port
from services.gateway.domain.limits import Most
from services.gateway.routes.at_once import AtOnce
from services.gateway.routes.stored_file import StoredFile
from shared.errors import PermanentError
from shared.settings import ObjectStoreAddress
from shared.storage.objects import SENT_AT_ONCE, Objects
from tests.loopback import served

SIZE = 5 * SENT_AT_ONCE + 7
SHA256 = hashlib.sha256(bytes(SIZE)).hexdigest()


@dataclass
class Stores:
    """What a file needs of the gateway's stores."""

    objects: Objects


@dataclass
class Parts:
    """What a file needs of the gateway."""

    stores: Stores
    downloads: AtOnce = field(default_factory=lambda: AtOnce("downloads.too_many", Most(2, 2, 2)))


@asynccontextmanager
async def store() -> AsyncIterator[Any]:
    """Serve one object under every key."""

    async def answer(_: Request) -> Response:
        return Response(bytes(SIZE), headers={"etag": '"of-the-store"'})

    port = free_port()
    address = ObjectStoreAddress(
        endpoint=f"127.0.0.1:{port}", secure=False, access_key="a", secret_key=SecretStr("s"), bucket="papers"
    )
    objects = Objects(address)
    async with served(Starlette(routes=[Route("/{path:path}", answer)]), port):
        yield Parts(Stores(objects))
    objects.close()


class Client:
    """Reads so many bytes and closes the connection at once, as uvicorn tells of it."""

    def __init__(self, reads: int = SIZE) -> None:
        """Read `reads` bytes."""
        self._reads = reads
        self._gone = asyncio.Event()
        self._asked = False
        self.got = 0
        self.status = 0
        self.headers: dict[str, str] = {}
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
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        elif not self._gone.is_set():
            self.got += len(message["body"])
        if self.got >= self._reads:
            self._gone.set()
        await asyncio.sleep(0)  # lets the server see the end before it sends more

    async def download(self, parts: Any, sha256: str | None = SHA256, **headers: str) -> None:
        """Fetch."""
        sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": "GET", "headers": sent, "client": ("192.0.2.1", 1), "state": {}}

        async def finish() -> None:
            self.finished += 1

        file = StoredFile(parts, "key", sha256=sha256, headers={}, media_type="application/pdf", then=finish)
        await file(scope, self.receive, self.send)


async def test_client_that_closes_with_the_last_byte_has_everything() -> None:
    """Closing right after the last byte, before the server has ended its answer, is a complete download."""
    client = Client()
    async with store() as parts:
        await client.download(parts)
    assert (client.got, client.finished, client.headers["content-length"]) == (SIZE, 1, str(SIZE))


@pytest.mark.parametrize("reads", [1, SENT_AT_ONCE, SIZE - 8])
async def test_client_that_closes_earlier_has_not(reads: int) -> None:
    """A download that breaks off before its last part leaves everything as it was."""
    client = Client(reads)
    async with store() as parts:
        await client.download(parts)
    assert client.finished == 0


async def test_bytes_that_were_altered_never_count_as_sent() -> None:
    """What does not have its hash is broken off before its end."""
    client = Client()
    async with store() as parts:
        with pytest.raises(PermanentError, match=r"object\.altered"):
            await client.download(parts, "0" * 64)
    assert (client.got < SIZE, client.finished) == (True, 0)


async def test_what_a_client_has_is_not_sent_again() -> None:
    """A client that names the tag it has gets a few bytes; without a hash the tag is the store's."""
    known, unknown = Client(), Client()
    async with store() as parts:
        await known.download(parts, if_none_match=f'"{SHA256}"')
        await unknown.download(parts, None, if_none_match='"of-the-store"')
    assert (known.status, known.got, unknown.status, unknown.got) == (304, 0, 304, 0)
