"""Asks a gateway in this process for pages, and counts what it asks of the database."""

import statistics
import time
from collections.abc import Mapping
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any, Self

import httpx
from pymongo import monitoring

from bench.growing.clones import Clones
from services.gateway.app import app
from services.gateway.pages.visitor import cookie_name
from services.gateway.settings import GatewaySettings
from shared.settings import Connections

HOST = "http://127.0.0.1"
OFTEN = "1000000/minute"
VISITS: Mapping[str, str] = MappingProxyType(
    {
        "home": "/",
        "a document": "/documents/{document_id}",
        "documents (API)": "/v1/documents",
        "timeline (API)": "/v1/timeline",
        "a document's timeline (API)": "/v1/documents/{document_id}/timeline",
    }
)


class _Commands(monitoring.CommandListener):
    """Adds up how long commands take, on the client's clock, in milliseconds."""

    def __init__(self) -> None:
        self.milliseconds = 0.0
        self.count = 0

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        del event

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        self.milliseconds += event.duration_micros / 1000
        self.count += 1

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        self.milliseconds += event.duration_micros / 1000
        self.count += 1


class Visits:
    """Visits pages as citizens whose documents were cloned."""

    def __init__(self, connections: Connections, receipt_keys: Path, clones: Clones) -> None:
        """Compose a gateway; it does nothing but answer."""
        self._commands, self._clones, self._chance = _Commands(), clones, Random(7)  # noqa: S311 - no secret
        monitoring.register(self._commands)
        rates: dict[str, Any] = {"rate_citizen": OFTEN, "receipt_keys": receipt_keys}
        self._service = app(connections, GatewaySettings(**rates))
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(self._web), base_url=HOST)

    @property
    def _web(self) -> Any:
        return self._service.web

    async def __aenter__(self) -> Self:
        """Nothing is to be started."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let go of the servers."""
        await self._http.aclose()
        await self._service.stop()

    async def of(self, path: str, count: int) -> tuple[float, float, float]:
        """Visit a page so often, each time as somebody else; return medians: database ms, commands, whole ms."""
        chosen = self._chance.sample(self._clones.visits, min(count + 1, len(self._clones.visits)))
        found = [await self._one(path.format(document_id=document_id), token) for token, document_id in chosen]
        database, commands, whole = zip(*found[1:], strict=True)  # the first one loads what all need
        return statistics.median(database), statistics.median(commands), statistics.median(whole)

    async def _one(self, path: str, token: str) -> tuple[float, int, float]:
        headers = {"Authorization": f"Bearer {token}", "Cookie": f"{cookie_name(secure=False)}={token}"}
        before, count, begun = self._commands.milliseconds, self._commands.count, time.perf_counter()
        (await self._http.get(path, headers=headers)).raise_for_status()
        whole = (time.perf_counter() - begun) * 1000
        return self._commands.milliseconds - before, self._commands.count - count, whole
