"""The services as one more part of the stack: a single child process, ready when all of them say so."""

import asyncio
import os
import ssl
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from deploy.local.child import Launch, tied_to_us
from deploy.local.part import Silent
from deploy.local.ports import LOOPBACK
from deploy.local.programs import find
from deploy.local.remembered import Remembered
from services.gateway.store.receipt_keys import add_key
from shared.vapid import make_key

ROOT = Path(__file__).parents[2]


class Services:
    """The recipe of `python -m services`, pointed at the stack's servers."""

    name = "services"

    def __init__(self, folder: Path, servers: Mapping[str, str], settings: Mapping[str, str], search: str) -> None:
        """Choose ports and secrets; what is in `settings` (AMTSBOTE_*) has the last word."""
        remembered = Remembered(folder / "remembered.json")
        self._folder = folder
        self._settings = {**settings, **servers}
        self._setpriv = find("setpriv", search)
        gateway = settings.get("AMTSBOTE_GATEWAY_PORT") or str(remembered.port("gateway", preferred=8080))
        operations = settings.get("AMTSBOTE_OPERATIONS_PORT") or str(remembered.port("operations", preferred=8081))
        self.ports = (int(gateway), int(operations))
        self.url = f"http://{LOOPBACK}:{gateway}"
        self.operations_url = f"http://{LOOPBACK}:{operations}"
        self._ours = {
            "AMTSBOTE_GATEWAY_PORT": gateway,
            "AMTSBOTE_GATEWAY_URL": self.url,
            "AMTSBOTE_OPERATIONS_PORT": operations,
            "AMTSBOTE_PUBLIC_URL": self.url,
            "AMTSBOTE_PARTNERS": str(folder / "partners.json"),
            "AMTSBOTE_GATEWAY_RECEIPT_KEYS": str(folder / "receipt-keys.json"),
            "AMTSBOTE_PUSH_KEY": str(folder / "push-key.json"),
            "AMTSBOTE_LINK_SECRET": remembered.secret("links"),
            "AMTSBOTE_NOTIFY_ALLOWED_NETWORKS": '["127.0.0.0/8"]',  # the sample supplier listens on this machine
        }

    @property
    def environment(self) -> Mapping[str, str]:
        """Every AMTSBOTE_* setting that the services and those who talk to them need."""
        return {**self._ours, **self._settings}

    def launches(self) -> tuple[Launch, ...]:
        """One process for all services."""
        command = tied_to_us((sys.executable, "-m", "services"), self._setpriv)
        environment = {
            "MOTOR_MAX_WORKERS": "32",
            **os.environ,
            **self.environment,
        }  # the default is few for four services
        return (Launch(command, environment, ROOT, self._folder / "log" / "services.log"),)

    async def prepare(self) -> None:
        """Make the keys for receipts and for push, once; an operator's own are the operator's."""
        await asyncio.to_thread(self._make_keys)

    def _make_keys(self) -> None:
        path = self._folder / "receipt-keys.json"
        if self.environment["AMTSBOTE_GATEWAY_RECEIPT_KEYS"] == str(path) and not path.exists():
            add_key(path)
        path = self._folder / "push-key.json"
        if self.environment["AMTSBOTE_PUSH_KEY"] == str(path) and not path.exists():
            make_key(path)

    async def lives(self) -> None:
        """See whether the process answers at all: one that is not well ends itself, and may wait for its servers."""
        await self._ask("/live")

    async def greet(self) -> None:
        """Ask whether all services are ready; raises Silent with the names of what is not."""
        answer = await self._ask("/ready")
        if answer.status_code != httpx.codes.OK:
            raise Silent(f"not ready: {answer.text[:300]}")

    async def _ask(self, path: str) -> httpx.Response:
        nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # no TLS here, and the usual authorities take 30 ms to load
        try:
            async with httpx.AsyncClient(verify=nobody, trust_env=False, timeout=5) as client:
                return await client.get(f"{self.operations_url}{path}")
        except httpx.HTTPError as error:
            raise Silent(type(error).__name__) from error
