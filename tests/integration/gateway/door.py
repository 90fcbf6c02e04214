"""A gateway under test: a real server, real storage, and ears on the broker."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Self

from aio_pika import Message
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from pydantic_core import from_json

from deploy.local.ports import free_port
from services.gateway.app import app
from services.gateway.domain.channels import Cards
from services.gateway.handlers.sweep import forget
from services.gateway.settings import GatewaySettings
from services.gateway.store.catalogues import load_texts
from services.gateway.store.forgetting import Forgetting
from services.gateway.store.people import People
from services.gateway.store.receipt_keys import add_key
from services.gateway.store.receipts import Receipts
from services.gateway.store.stores import Stores, stores
from shared.clock import Clock, utc_now
from shared.events.event import Fact, envelop
from shared.ids import new_id
from shared.links import Links
from shared.messaging.topology import EVENTS
from shared.serving.server import HttpServer
from shared.serving.settings import HttpSettings
from shared.settings import Connections, MailSettings, PushSettings
from shared.storage.documents import Database
from shared.vapid import make_key
from tests.integration.gateway.people import TOKENS, Caller, Phone
from tests.waiting import until, until_ready

OFTEN = "100000/minute"
COUNTED = (
    *("activation", "newcomer", "unknown", "citizen", "upload", "submit", "submit_newcomer"),
    *("tool", "supplier", "receipt", "check", "mail_target", "mail_newcomer"),
    *("consent", "consent_newcomer", "callback", "callback_newcomer"),
)
NO_HINDRANCE: dict[str, Any] = {
    **{f"rate_{name}": OFTEN for name in COUNTED},
    "max_newcomers": 100_000,
    "max_newcomer_bytes_a_day": 10**12,
    "max_wrong_codes": 100_000,
    "max_wrong_codes_together": 100_000,
    "max_uploads_each": 16,
    "max_uploads_address": 32,
    "max_downloads_each": 64,
    "max_downloads_address": 64,
}


class Door:
    """Runs one gateway, brings people to it, and hears what it announces."""

    def __init__(
        self, connections: Connections, clock: Clock = utc_now, http: HttpSettings | None = None, **settings: Any
    ) -> None:
        """Start nothing yet; rates and the number of uploads are no hindrance unless `settings` say so."""
        self.port = free_port()
        keys = connections.partners.with_name("receipt-keys.json")
        if not keys.exists():
            add_key(keys)
        self.service = app(
            connections,
            GatewaySettings(port=self.port, **{**NO_HINDRANCE, "receipt_keys": keys, **settings}),
            clock,
            mail=MailSettings(host="127.0.0.1", security="none", sender="post@post.example"),
            push=PushSettings(key=_push_key(keys)),
        )
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = self.service.database
        self.announced: list[dict[str, Any]] = []
        self._clock = clock
        assert self.service.web
        self._site = HttpServer(self.service.web, "127.0.0.1", self.port, http)
        self._channel: AbstractChannel | None = None

    async def __aenter__(self) -> Self:
        """Serve."""
        await self.service.start()
        await self._site.__aenter__()
        await until_ready(self.service)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop as `services/run.py` does."""
        self.service.stopping.set()
        await self._site.__aexit__(None, None, None)
        await self.service.stop()

    async def listen(self, channel: AbstractChannel) -> None:
        """Hear every event on the broker."""
        await until(self._has_started, what=lambda: "the gateway's queues")
        self._channel = channel
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(EVENTS.name, "#")
        await queue.consume(self._hear, no_ack=True)

    async def _has_started(self) -> bool:
        return any(subscriber.running for subscriber in self.service.broker.subscribers)

    async def _hear(self, message: AbstractIncomingMessage) -> None:
        self.announced.append(from_json(message.body))

    async def activate(self) -> Phone:
        """Invite a citizen and activate their phone."""
        code = await People(self.database, self._clock).invite(timedelta(days=1))
        async with Caller(self.url, "nobody") as nobody:
            answer = (await nobody.post("/v1/activations", json={"code": code})).raise_for_status().json()
        phone = Phone(self.url, answer["token"])
        phone.citizen_id = answer["citizen_id"]
        return phone

    def stores(self, clock: Clock = utc_now, database: Database | None = None) -> Stores:
        """Return what the gateway keeps, with a clock or a database that may be another."""
        receipts, limits, of = Receipts("office", self.url, load_texts(), None), GatewaySettings().limits, self.service
        cards = Cards(load_texts(), Links(of.connections.link_secret), self.url)
        rows = of.database if database is None else database
        return stores(rows, of.ledger, of.objects, receipts, cards, limits=limits, clock=clock)

    async def forget(self, clock: Clock = utc_now) -> None:
        """Forget newcomers who came to nothing, as the gateway does once in a while."""
        await forget(Forgetting(self.database, self.service.ledger, self.stores(), utc_now), clock)

    async def settle(self) -> None:
        """Have nothing that was handed in before come due again: earlier tests left it without an effect."""
        for rows in (self.database.pages, self.database.documents):
            await rows.update_many({}, {"$unset": {"repeat_at": ""}})

    def caller(self, name: str) -> Caller:
        """Return a partner's client."""
        return Caller(self.url, TOKENS[name])

    async def heard(self, subject: str, type_: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait for events of a type about a subject."""
        await until(lambda: _true(len(self.about(subject, type_)) >= count), what=lambda: f"{type_} about {subject}")
        return self.about(subject, type_)

    def about(self, subject: str, type_: str) -> list[dict[str, Any]]:
        """Return the events of a type about a subject so far."""
        return [e for e in self.announced if e["subject"] == subject and e["type"] == f"de.amtsbote.{type_}"]

    async def say(self, *facts: Fact) -> None:
        """Publish facts as other services would, and wait until each has taken effect and was told."""
        assert self._channel
        exchange = await self._channel.get_exchange(EVENTS.name, ensure=False)
        for fact in facts:
            event = envelop(fact, id=new_id(), time=self._clock(), source="test", tenant="default")
            await exchange.publish(Message(event.to_json(), headers={"x-event-id": event.id}), fact.type)
            await until(self._handled(event.id), what=partial(str, f"{fact.type} handled"))

    def _handled(self, event_id: str) -> Callable[[], Awaitable[object]]:
        return lambda: self.database.inbox.find_one({"_id": f"gateway.project:{event_id}"})


def _push_key(beside: Path) -> Path:
    path = beside.with_name("push-key.json")
    if not path.exists():
        make_key(path)
    return path


async def _true(value: object) -> object:
    return value
