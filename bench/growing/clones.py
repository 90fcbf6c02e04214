"""Clones the rows that one document left in all databases, for many citizens."""

import re
import secrets
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console
from rich.progress import track

from bench.growing.product import Job
from shared.clock import utc_now
from shared.ids import new_id, new_number
from shared.partners import hash_token
from shared.storage.documents import Client

SERVICES = ("gateway", "upload", "notify", "callback")
NOT_OURS = {"outbox", "leases", "citizens", "devices", "codes"}  # of citizens there are new ones
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
APART = timedelta(seconds=1)
AT_ONCE = 50  # documents


@dataclass(slots=True)
class Copy:
    """What stands in a clone in the place of an id, a number or a time."""

    ids: Mapping[str, str]
    number: str
    of_number: str
    earlier: timedelta
    fresh: dict[str, str] = field(default_factory=dict)

    def of(self, value: Any) -> Any:
        """Return a value as it is in the clone."""
        if isinstance(value, str):
            return ID.sub(self._id, value).replace(self.of_number, self.number)
        if isinstance(value, datetime):
            return value - self.earlier
        if isinstance(value, dict):
            return {self.of(key): self.of(inner) for key, inner in value.items()}
        return [self.of(inner) for inner in value] if isinstance(value, list) else value

    def _id(self, found: re.Match[str]) -> str:
        return self.ids.get(found[0]) or self.fresh.setdefault(found[0], new_id())


class Clones:
    """Keeps the rows to be cloned, and whose the clones are."""

    def __init__(self, client: Client, prefix: str, citizens: int) -> None:
        """Clone in the databases whose names begin with `prefix`."""
        self._client = client
        self._prefix = prefix
        self._citizens = [(new_id(), secrets.token_urlsafe(32)) for _ in range(citizens)]
        self._rows: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self._job: Job | None = None
        self._number = self._citizen = ""
        self._count = 0
        self.visits: list[tuple[str, str]] = []
        """Tokens, and a document of whoever has it."""

    async def learn(self, job: Job) -> None:
        """Find the rows of a document, its page and its citizen in every database; let the citizens in."""
        gateway = self._client[f"{self._prefix}gateway"]
        document = await gateway.documents.find_one({"_id": job.document_id}) or {}
        self._job, self._citizen, self._number = job, document["citizen_id"], document["receipt_number"]
        ours = (job.document_id, job.page_id, self._citizen)
        for service in SERVICES:
            database = self._client[self._prefix + service]
            for name in set(await database.list_collection_names()) - NOT_OURS:
                rows = [row async for row in database[name].find() if any(one in str(row) for one in ours)]
                self._rows |= {(service, name): rows} if rows else {}
        now = utc_now()
        ids = [{"_id": citizen_id, "created_at": now} for citizen_id, _ in self._citizens]
        devices = [
            {"_id": new_id(), "citizen_id": citizen_id, "token_sha256": hash_token(token), "seen_at": now}
            for citizen_id, token in self._citizens
        ]
        await gateway.citizens.insert_many(ids)
        await gateway.devices.insert_many([{**device, "created_at": now} for device in devices])

    async def grow_to(self, documents: int) -> None:
        """Clone until there are so many documents."""
        steps = range(self._count, documents, AT_ONCE)
        for first in track(steps, "cloning", console=Console(stderr=True)):
            await self._clone(range(first, min(first + AT_ONCE, documents)))
        self._count = documents

    async def _clone(self, numbers: range) -> None:
        rows: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for number in numbers:
            copy, token = self._copy(number)
            for place, templates in self._rows.items():
                rows[place] += [copy.of(row) for row in templates]
            if self._job:
                self.visits.append((token, copy.ids[self._job.document_id]))
        for (service, name), clones in rows.items():
            await self._client[self._prefix + service][name].insert_many(clones)

    def _copy(self, number: int) -> tuple[Copy, str]:
        citizen_id, token = self._citizens[number % len(self._citizens)]
        document_id = self._job.document_id if self._job else ""
        ids = {self._citizen: citizen_id, document_id: new_id()}
        return Copy(ids, new_number(), self._number, APART * number), token
