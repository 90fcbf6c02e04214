"""Files on their way out: never whole in memory, and not kept for readers that do not read."""

import os
from contextlib import AsyncExitStack

import httpx
import psutil
import pytest

from services.gateway.settings import GatewaySettings
from shared.serving.settings import HttpSettings
from shared.settings import Connections
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Phone, picture
from tests.raw_http import RawClient
from tests.waiting import until

pytestmark = pytest.mark.live

MB = 1024**2
MOST = ("max_downloads_each", "max_downloads_address", "max_downloads_together")


async def test_readers_that_do_not_read_cost_nothing(connections: Connections) -> None:
    """Forty connections that ask for a large page and read nothing fill no memory, end soon, and stop nobody else."""
    most = {name: getattr(GatewaySettings(), name) for name in MOST}
    async with Door(connections, http=HttpSettings(stalled_s=1), **most) as door, AsyncExitStack() as stack:
        phone = await stack.enter_async_context(await door.activate())
        page_id = (await phone.upload(picture(40 * MB))).raise_for_status().json()["page_id"]
        other = await stack.enter_async_context(await door.activate())
        own = await other.page()
        before = psutil.Process(os.getpid()).memory_info().rss
        headers = {"Authorization": phone.headers["authorization"]}
        readers = [
            await stack.enter_async_context(RawClient(door.port, "127.0.0.2", read_buffer=4096)) for _ in range(40)
        ]
        for reader in readers:
            await reader.ask("GET", f"/v1/pages/{page_id}/original", headers)
        assert (await other.get(f"/v1/pages/{own}/original")).status_code == 200
        refused = (await _status(phone, page_id)).json()
        assert refused["code"] == "downloads.too_many"
        assert psutil.Process(os.getpid()).memory_info().rss - before < 100 * MB
        await until(lambda: _is_served(phone, page_id), seconds=30)  # they were let go
        assert psutil.Process(os.getpid()).memory_info().rss - before < 100 * MB
        got = [await reader.read() for reader in readers]
        assert sum(data.startswith(b"HTTP/1.1 429") for data in got) == 40 - most["max_downloads_each"]


async def _status(phone: Phone, page_id: str) -> httpx.Response:
    return await phone.get(f"/v1/pages/{page_id}/original")


async def _is_served(phone: Phone, page_id: str) -> bool:
    async with phone.stream("GET", f"/v1/pages/{page_id}/original") as answer:
        return answer.status_code == 200


async def test_a_large_page_arrives_whole(door: Door, phone: Phone) -> None:
    """What was uploaded comes back to the byte, with its size and its tag; HEAD says the same without it."""
    data = picture(3 * MB + 11)
    page_id = (await phone.upload(data)).json()["page_id"]
    answer = await phone.get(f"/v1/pages/{page_id}/original")
    head = await phone.head(f"/v1/pages/{page_id}/original")
    assert answer.content == data
    assert (head.status_code, head.content) == (200, b"")
    same = ("content-length", "content-type", "etag", "content-disposition")
    assert [head.headers[name] for name in same] == [answer.headers[name] for name in same]
    known = await phone.get(f"/v1/pages/{page_id}/original", headers={"If-None-Match": answer.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")


@pytest.mark.parametrize("path", ["/", "/imprint", "/hand-in/shell", "/nowhere", "/v1/limits", "/openapi.json"])
async def test_head_is_answered_like_get(door: Door, phone: Phone, path: str) -> None:
    """Whoever looks before fetching is told the same, of a page as of the API."""
    got, looked = await phone.get(path), await phone.head(path)
    assert (looked.status_code, looked.content) == (got.status_code, b"")
    assert looked.headers["content-type"] == got.headers["content-type"]


@pytest.mark.parametrize("path", ["/live", "/login/back", "/v1/events"])
async def test_what_has_an_effect_has_no_head(door: Door, phone: Phone, path: str) -> None:
    """A look uses nothing up and opens no stream."""
    assert (await phone.head(path)).status_code == 405
