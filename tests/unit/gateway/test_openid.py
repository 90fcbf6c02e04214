"""An identity provider that drips, floods or sends elsewhere costs one login, and no more of us."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from services.gateway.client.openid import MOST_BYTES, TIMEOUT_S, Metadata, OpenIdProvider
from services.gateway.domain.logins import Provider
from services.gateway.domain.refusal import RefusedError
from shared.clock import utc_now

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"


@asynccontextmanager
async def provider(piece: bytes, limit: int | None = None) -> AsyncIterator[tuple[OpenIdProvider, list[int]]]:
    """Return a provider whose every answer is this piece over and over, and how many bytes it could send."""
    sent = [0]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD)
        try:
            while limit is None or sent[0] < limit:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
                sent[0] += len(piece)
        except ConnectionError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    known = Provider(issuer=url, client_id="amtsbote", secret=SecretStr("x"), name="Login", scopes="openid")
    ours = OpenIdProvider(known, "https://amtsbote.example", utc_now)
    async with server:
        yield ours, sent
        await ours.close()


async def test_an_answer_without_end_is_not_kept() -> None:
    """A provider that sends gigabytes fills no memory: after a megabyte the login is refused, to be tried again."""
    async with provider(b" " * 65536) as (ours, sent):
        with pytest.raises(RefusedError, match=r"login\.unavailable"):
            await ours.begin("/")
        assert sent[0] < 40 * MOST_BYTES  # what lies in sockets' buffers


async def test_an_answer_that_drips_ends_in_time() -> None:
    """A byte now and then does not hold a login, and who waits for it, for longer than one request may take."""
    began = time.monotonic()
    async with provider(b" ") as (ours, _):
        with pytest.raises(RefusedError, match=r"login\.unavailable"):
            await ours.begin("/")
    assert time.monotonic() - began < 5 * TIMEOUT_S


def test_a_provider_that_sends_our_secret_in_the_clear_is_not_used() -> None:
    """What a provider states must be https throughout: one plain address, such as one inside, is noticed."""
    whole = {
        "issuer": "https://login.example",
        "authorization_endpoint": "https://login.example/a",
        "token_endpoint": "https://login.example/t",
        "jwks_uri": "https://login.example/k",
    }
    assert Metadata.model_validate(whole).is_https
    for name in ("token_endpoint", "jwks_uri", "userinfo_endpoint"):
        assert not Metadata.model_validate(whole | {name: "http://169.254.169.254/"}).is_https
