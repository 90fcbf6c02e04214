"""What is there at the end: rows, objects, messages, and what reached partners; read past the faulty network."""

import json
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import aio_pika
from pydantic import SecretStr
from pymongo import AsyncMongoClient

from services.names import names
from services.objects import compare
from shared.messaging.topology import UNROUTED
from shared.settings import Connections
from shared.storage.inventory import Findings
from shared.storage.objects import Objects
from tests import loopback
from tests.storm.partners import Told
from tests.storm.servers import connect
from tests.storm.site import Site

Rows = dict[str, dict[str, Any]]
MARKER = ".marker"  # the queue in which each service leaves a message for good


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in a dead queue or in the queue of what nobody reads."""

    queue: str
    event_id: str
    type: str
    reason: str


@dataclass(slots=True)
class Evidence:
    """One look at everything."""

    pages: Rows = field(default_factory=dict)
    documents: Rows = field(default_factory=dict)
    consents: Rows = field(default_factory=dict)
    callbacks: Rows = field(default_factory=dict)
    newcomers: Rows = field(default_factory=dict)
    checked: Rows = field(default_factory=dict)
    filed: Rows = field(default_factory=dict)
    forwards: Rows = field(default_factory=dict)
    promised: Rows = field(default_factory=dict)
    timeline: Counter[tuple[str, str]] = field(default_factory=Counter)  # code and what it is about
    told: Sequence[Told] = ()
    objects: Findings = field(default_factory=Findings)
    outboxes: dict[str, int] = field(default_factory=dict)  # what the broker confirmed has left them for the journal
    missing: int = 0  # minutes of which a service knows that something has not arrived
    given_up: int = 0  # of these, those it asks for no more
    inboxes: dict[str, int] = field(default_factory=dict)
    queues: dict[str, int] = field(default_factory=dict)  # messages of each, in hand or waiting
    letters: Sequence[Letter] = ()

    @property
    def under_way(self) -> int:
        """How much is still on its way: unpublished rows, messages in other queues than those for persons, and gaps."""
        waiting = sum(count for name, count in self.queues.items() if not for_persons(name))
        return waiting + sum(self.outboxes.values()) + self.missing


def for_persons(queue: str) -> bool:
    """Tell whether a queue keeps what a person must look at, or what stays at the broker for good."""
    return queue.endswith((".dead", MARKER)) or queue in {UNROUTED, "storm.lost"}


async def look(it: Site, told: Sequence[Told], *, objects: bool = True) -> Evidence:
    """Look at everything; at objects and letters only if asked to."""
    found = Evidence(told=told)
    async with AsyncMongoClient[dict[str, Any]](it.direct["AMTSBOTE_MONGO_URL"]) as client:
        await _look_at_rows(client, it.prefix, found)
    found.queues = await queues_of(it)
    if objects:
        found.objects = await _audit(it)
        lying = [name for name in found.queues if for_persons(name) and not name.endswith(MARKER)]
        found.letters = [letter async for letter in _letters(it, lying)]
    return found


async def _look_at_rows(client: AsyncMongoClient[dict[str, Any]], prefix: str, found: Evidence) -> None:
    gateway, upload, notify, callback = (client[prefix + name] for name in ("gateway", "upload", "notify", "callback"))
    for rows, database, collection in (
        ("pages", gateway, "pages"),
        ("documents", gateway, "documents"),
        ("consents", gateway, "consents"),
        ("callbacks", gateway, "callbacks"),
        ("newcomers", gateway, "newcomers"),
        ("checked", upload, "pages"),
        ("filed", upload, "documents"),
        ("forwards", notify, "forwards"),
        ("promised", callback, "callbacks"),
    ):
        setattr(found, rows, {str(row["_id"]): row async for row in database[collection].find()})
    found.timeline = Counter([(row["code"], row["about_id"]) async for row in gateway.timeline.find()])
    for service in names():
        database = client[prefix + service]
        found.outboxes[service] = await database.outbox.count_documents({})
        found.inboxes[service] = await database.inbox.count_documents({})
        found.missing += await database.missing.count_documents({"given_up": False})
        found.given_up += await database.missing.count_documents({"given_up": True})


async def queues_of(it: Site) -> dict[str, int]:
    """Return how many messages each queue has, in hand or waiting, as the broker counted them lately."""
    url = urlsplit(it.direct["AMTSBOTE_RABBIT_MANAGEMENT_URL"])
    async with loopback.client(auth=(url.username or "", url.password or ""), timeout=10) as http:
        answer = await http.get(f"http://{url.hostname}:{url.port}/api/queues/{it.name}")
        return {row["name"]: row.get("messages", 0) for row in answer.raise_for_status().json()}


@asynccontextmanager
async def bucket(it: Site) -> AsyncIterator[Objects]:
    """Reach the object store past the faulty network."""
    objects = Objects(Connections(s3_url=SecretStr(it.direct["AMTSBOTE_S3_URL"])).objects)
    try:
        yield objects
    finally:
        objects.close()


async def _audit(it: Site) -> Findings:
    """Compare objects and rows as the product's own command does, however young the objects are."""
    with _surroundings(it.direct):
        findings, _ = await compare(Connections(), timedelta(0))
    return findings


@contextmanager
def _surroundings(variables: Mapping[str, str]) -> Iterator[None]:
    """Have other environment variables for a while: the services are composed from them."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


async def altered(it: Site, hashes: Mapping[str, str]) -> list[str]:
    """Return the keys whose bytes are gone or are not those of the hash."""
    wrong = []
    async with bucket(it) as store:
        for key, sha256 in hashes.items():
            try:
                await store.get(key, sha256=sha256)
            except Exception:  # noqa: BLE001 - whatever it is, these bytes cannot be had
                wrong.append(key)
    return wrong


async def _letters(it: Site, queues: Sequence[str]) -> AsyncIterator[Letter]:
    """Read queues and leave everything in them."""
    async with await connect(it.direct["AMTSBOTE_RABBIT_URL"]) as connection:
        for name in queues:
            channel = await connection.channel()
            queue = await channel.get_queue(name, ensure=False)
            while message := await queue.get(fail=False, no_ack=False):
                yield _letter(name, message)
            await channel.close()


def _letter(queue: str, message: aio_pika.abc.AbstractIncomingMessage) -> Letter:
    headers = message.headers
    try:
        event = json.loads(message.body)
    except ValueError:
        event = {}
    event_id = str(headers.get("x-event-id") or event.get("id", ""))
    deaths: Any = headers.get("x-death") or [{}]
    reason = str(headers.get("x-reason") or deaths[0].get("reason", ""))
    return Letter(queue, event_id, str(event.get("type", message.routing_key)), reason)
