"""A client of the tus protocol in its simplest form, for tests."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.integration.gateway.people import key

VERSION = {"Tus-Resumable": "1.0.0"}
PART = {**VERSION, "Content-Type": "application/offset+octet-stream"}
API = "/v1/uploads"


async def begin(http: httpx.AsyncClient, length: int, name: str | None = None, **headers: Any) -> httpx.Response:
    """Announce a file."""
    announced = {**VERSION, "Upload-Length": str(length), **key(name), **headers}
    return await http.post(API, headers=announced)


async def begun(http: httpx.AsyncClient, length: int) -> str:
    """Announce a file; return where its parts go."""
    return str((await begin(http, length)).raise_for_status().headers["location"])


async def send(http: httpx.AsyncClient, url: str, offset: int, data: bytes, **headers: Any) -> httpx.Response:
    """Send a part."""
    return await http.patch(url, content=data, headers={**PART, "Upload-Offset": str(offset), **headers})


async def offset_of(http: httpx.AsyncClient, url: str) -> int:
    """Return how much has arrived."""
    answer = (await http.head(url, headers=VERSION)).raise_for_status()
    return int(answer.headers["upload-offset"])


async def break_off(http: httpx.AsyncClient, url: str, offset: int, data: bytes, announced: int) -> None:
    """Begin to send a part of `announced` bytes, and hang up after `data`."""
    place = urlsplit(str(http.base_url))
    _, writer = await asyncio.open_connection(place.hostname, place.port)
    headers = {
        **PART,
        "Host": "localhost",
        "Authorization": http.headers["authorization"],
        "Upload-Offset": str(offset),
        "Content-Length": str(announced),
    }
    lines = [f"PATCH {url} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    writer.write("\r\n".join(lines).encode() + data)
    await writer.drain()
    writer.close()
