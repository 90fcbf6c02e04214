"""What the object store's refusals mean: a server that is away, or an object that is not there."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.local.ports import free_port
from shared.errors import PermanentError, UnavailableError
from shared.settings import ObjectStoreAddress
from shared.storage.objects import Objects
from tests.loopback import served

MISSING = "<Error><Code>{}</Code><Message/><Resource/><RequestId/><HostId/></Error>"


@pytest.fixture
async def objects() -> AsyncIterator[Objects]:
    """Return a client of a server that answers as the name of the object says: `<status>.<code, if it tells one>`."""

    async def answer(request: Request) -> Response:
        status, _, code = request.url.path.rpartition("/")[2].partition(".")
        if code:
            return Response(MISSING.format(code), int(status), media_type="application/xml")
        return Response("<html>a proxy's own words</html>", int(status), media_type="text/html")

    port = free_port()
    address = ObjectStoreAddress(
        endpoint=f"127.0.0.1:{port}", secure=False, access_key="a", secret_key=SecretStr("s"), bucket="papers"
    )
    store = Objects(address)
    methods = ["GET", "PUT", "HEAD", "DELETE"]
    async with served(Starlette(routes=[Route("/{path:path}", answer, methods=methods)]), port):
        yield store
    store.close()


@pytest.mark.parametrize("key", ["502", "503", "404.NoSuchBucket", "403.AccessDenied", "503.SlowDown"])
async def test_a_store_that_cannot_serve_is_away(objects: Objects, key: str) -> None:
    """A proxy's 503 or a lost bucket is no fault of the message's: it waits, and uses up no tries."""
    with pytest.raises(UnavailableError):
        await objects.get(key)
    with pytest.raises(UnavailableError):
        await objects.put(key, b"page", size_bytes=4, media_type="text/plain")


async def test_an_object_that_is_not_there_is_missing(objects: Objects) -> None:
    """To ask again cannot help."""
    with pytest.raises(PermanentError, match=r"object\.missing"):
        await objects.get("404.NoSuchKey")
