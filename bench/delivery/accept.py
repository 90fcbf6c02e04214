"""How fast the gateway accepts pages, beside its floor: the same bytes stored, one insert, one confirm."""

import asyncio
import os
import secrets
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Self

import aio_pika
import httpx

from bench.delivery.fact import WORKERS
from bench.delivery.floor import QUEUE
from bench.delivery.pace import seconds_for
from deploy.local.child import Child, Launch
from deploy.local.ports import free_port
from services.gateway.store.receipt_keys import add_key
from shared.ids import new_id
from shared.settings import Connections
from shared.storage.documents import connect
from shared.storage.objects import Objects

PAGE_BYTES = 400_000  # a page as phones shrink it
JPEG = b"\xff\xd8\xff\xe0"  # the gateway looks at the first bytes only

ROOT = Path(__file__).parents[2]
EVENTS_A_PAGE = 5  # a page is measured for so many events, as it takes so much longer


class Door:
    """A gateway in a process of its own, and the bare clients of the servers behind it."""

    def __init__(self, connections: Connections, environment: Mapping[str, str], folder: Path) -> None:
        """Start nothing yet."""
        self._connections = connections
        port = free_port()
        add_key(folder / "receipt-keys.json")
        own = {
            "AMTSBOTE_DATABASE_PREFIX": connections.database_prefix,
            "AMTSBOTE_GATEWAY_PORT": str(port),
            "AMTSBOTE_OPERATIONS_PORT": str(free_port()),
            "AMTSBOTE_GATEWAY_RECEIPT_KEYS": str(folder / "receipt-keys.json"),
            "AMTSBOTE_LINK_SECRET": secrets.token_urlsafe(32),
            "AMTSBOTE_GATEWAY_RATE_UPLOAD": "1000000/minute",
            "AMTSBOTE_GATEWAY_RATE_CITIZEN": "1000000/minute",
            "AMTSBOTE_GATEWAY_MAX_UNSENT_BYTES": str(10**12),
            "AMTSBOTE_GATEWAY_MAX_UPLOADS_EACH": str(WORKERS),
            "AMTSBOTE_GATEWAY_MAX_UPLOADS_ADDRESS": str(WORKERS),
        }
        self._environment = {**os.environ, **environment, **own}
        command = (sys.executable, "-m", "services", "gateway")
        self._gateway = Child(Launch(command, self._environment, ROOT, folder / "gateway.log"))
        self._http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60)
        self._client = connect(connections.mongo_url.get_secret_value())
        self._rows = self._client[f"{connections.database_prefix}floor"].pages
        self._objects = Objects(connections.objects)

    async def __aenter__(self) -> Self:
        """Start the gateway and become a citizen."""
        await self._gateway.start()
        await self._until_open()
        code = await asyncio.to_thread(self._new_code)
        activation = await self._http.post("/v1/activations", json={"code": code})
        self._http.headers["Authorization"] = f"Bearer {activation.raise_for_status().json()['token']}"
        self._connection = await aio_pika.connect(self._connections.rabbit_url.get_secret_value())
        self._channel = await self._connection.channel()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop the gateway and let go of the servers."""
        await self._connection.close()
        await self._http.aclose()
        self._objects.close()
        self._client.close()
        await self._gateway.stop(patience=40)

    async def get(self, path: str) -> httpx.Response:
        """Ask the gateway for something."""
        return await self._http.get(path)

    async def floor(self, count: int) -> float:
        """Store, insert and confirm page after page with bare clients; returns the seconds for `count` of them."""

        async def one() -> None:
            page_id, page = new_id(), _page()
            await self._objects.put(f"floor/{page_id}", page, size_bytes=len(page), media_type="image/jpeg")
            await self._rows.insert_one({"_id": page_id})
            message = aio_pika.Message(page_id.encode(), delivery_mode=2)
            await self._channel.default_exchange.publish(message, QUEUE)

        return await _seconds(one, count)

    async def gateway(self, count: int) -> float:
        """Upload page after page; returns the seconds for `count` of them."""

        async def one() -> None:
            key = {"Idempotency-Key": new_id()}
            response = await self._http.post("/v1/pages", files={"file": ("page.jpg", _page())}, headers=key)
            response.raise_for_status()

        return await _seconds(one, count)

    async def _until_open(self) -> None:
        while True:
            try:
                (await self._http.get("/v1/limits")).raise_for_status()
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
            else:
                return

    def _new_code(self) -> str:
        command = [sys.executable, "-m", "services", "codes", "new"]
        done = subprocess.run(command, env=self._environment, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
        return done.stdout.split()[-1]


async def _seconds(one: Callable[[], Awaitable[None]], count: int) -> float:
    pages = max(count // EVENTS_A_PAGE, 1)
    return await seconds_for(pages, one, at_once=WORKERS) * count / pages


def _page() -> bytes:
    return JPEG + secrets.token_bytes(PAGE_BYTES - len(JPEG))
