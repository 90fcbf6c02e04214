"""All services in one process of their own, over the servers of a stack; one document goes through them."""

import asyncio
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import httpx

from bench.papers import photographed
from deploy.local.child import Child, Launch
from deploy.local.ports import free_port
from deploy.local.stack import LocalStack
from examples.phone import Phone
from services.gateway.store.receipt_keys import add_key
from shared.settings import Connections
from shared.storage.documents import connect

ROOT = Path(__file__).parents[2]
LOOK_EVERY_S = 0.2
DONE_WITHIN_S = 120


@dataclass(frozen=True, slots=True)
class Job:
    """The document that went through."""

    document_id: str
    page_id: str


class Product:
    """Runs the services as `make run` does."""

    def __init__(self, stack: LocalStack, folder: Path) -> None:
        """Start nothing yet."""
        self.receipt_keys = folder / "receipt-keys.json"
        add_key(self.receipt_keys)
        secret = secrets.token_urlsafe(32)
        self._url = f"http://127.0.0.1:{(port := free_port())}"
        self._environment = {
            **os.environ,
            **stack.environment,
            "AMTSBOTE_GATEWAY_PORT": str(port),
            "AMTSBOTE_OPERATIONS_PORT": str(free_port()),
            "AMTSBOTE_GATEWAY_RECEIPT_KEYS": str(self.receipt_keys),
            "AMTSBOTE_LINK_SECRET": secret,
        }
        there = {name: stack.environment[f"AMTSBOTE_{name.upper()}"] for name in ("mongo_url", "s3_url")}
        self.connections = Connections.model_validate({**there, "link_secret": secret})
        self.client = connect(self.connections.mongo_url.get_secret_value())
        command = (sys.executable, "-m", "services")
        self._services = Child(Launch(command, self._environment, ROOT, folder / "services.log"))

    async def __aenter__(self) -> Self:
        """Start, and wait until the gateway answers."""
        await self._services.start()
        async with asyncio.timeout(DONE_WITHIN_S), httpx.AsyncClient(trust_env=False) as client:
            await _until_answered(client, f"{self._url}/v1/limits")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        self.client.close()
        await self._services.stop(patience=40)

    async def main_job(self, folder: Path) -> Job:
        """Hand in a letter, and wait until it is filed."""
        return await asyncio.to_thread(self._main_job, folder)

    def _main_job(self, folder: Path) -> Job:
        command = [sys.executable, "-m", "services", "codes", "new"]
        done = subprocess.run(command, env=self._environment, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
        phone = Phone(self._url, done.stdout.split()[-1])
        [paper] = photographed(1, folder)
        page_id = phone.send_page(paper.file)
        document_id = str(phone.post("/v1/documents", json={"page_ids": [page_id]})["document_id"])
        for entry in phone.follow({"document.filed", "document.failed"}):
            if entry["kind"] == "document.filed":
                return Job(document_id, page_id)
        raise RuntimeError("the letter was not filed")


async def _until_answered(client: httpx.AsyncClient, url: str) -> None:
    while True:
        try:
            (await client.get(url)).raise_for_status()
        except httpx.HTTPError:
            await asyncio.sleep(LOOK_EVERY_S)
        else:
            return
