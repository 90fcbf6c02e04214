"""HEAD is answered like GET where reading has no effect, and refused where it has one."""

import httpx
import pytest
from fastapi import FastAPI

from services.gateway.routes.head import Head
from services.gateway.routes.tags import Tags
from services.gateway.routes.web import ONLY_GET


def _client(read: list[str]) -> httpx.AsyncClient:
    api = FastAPI()

    @api.get("/v1/{rest:path}")
    def answer(rest: str) -> dict[str, str]:
        read.append(rest)
        return {"read": rest}

    return httpx.AsyncClient(transport=httpx.ASGITransport(Head(Tags(api), ONLY_GET)), base_url="http://gateway")


@pytest.mark.parametrize("path", ["packets/some-link", "events"])
async def test_looking_has_no_effect(path: str) -> None:
    """HEAD of a packet or of the live events is refused before anything is read."""
    read: list[str] = []
    async with _client(read) as client:
        assert (await client.head(f"/v1/{path}")).status_code == 405
        assert read == []
        assert (await client.get(f"/v1/{path}")).json() == {"read": path}


async def test_head_has_the_tag_of_get() -> None:
    """HEAD elsewhere has the tag that GET has."""
    async with _client([]) as client:
        got, looked = await client.get("/v1/documents"), await client.head("/v1/documents")
    assert (looked.status_code, looked.headers["etag"]) == (200, got.headers["etag"])
