"""The processes that the storm hits: one accepts things over HTTP, the other files them; made of our real parts.

`python -m tests.chaos.process accept|file`; CHAOS_FLAWS takes safeties away, to see that the harness notices.
"""

import asyncio
import logging
import sys
from typing import Literal

from faststream import AckPolicy
from pydantic_settings import BaseSettings, SettingsConfigDict
from pymongo.errors import DuplicateKeyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.run import ProcessSettings, serve
from shared.events.event import Event
from shared.ids import new_id
from shared.service import Service, compose
from shared.settings import Connections
from shared.storage.documents import again_on_conflict
from shared.telemetry.logs import configure_logs
from tests.chaos.facts import ThingAccepted, ThingFiled

ACCEPT, FILE = "chaosaccept", "chaosfile"
FILING, NOTING = f"{FILE}.file", f"{ACCEPT}.note"

Flaw = Literal["ack_first", "no_inbox"]


class ChaosSettings(BaseSettings):
    """What the harness tells a process, from `CHAOS_*` variables."""

    model_config = SettingsConfigDict(env_prefix="CHAOS_", frozen=True)

    flaws: frozenset[Flaw] = frozenset()
    work_s: float = 0
    port: int = 0
    operations_port: int = 0


def accepting(connections: Connections, settings: ChaosSettings) -> Service:
    """Return the service that accepts things and notes which were filed."""
    service = compose(ACCEPT, connections)
    database = service.database
    _make_collections(service, "things", "notes")

    async def accept(request: Request) -> Response:
        """Answer 202 when the thing and its event are committed; again is fine."""
        thing = await request.json()

        async def commit() -> None:
            async with service.ledger.begin() as work:
                await database.things.insert_one({"_id": thing["id"]}, session=work.session)
                work.announce(ThingAccepted(thing_id=thing["id"], poisoned=thing["poisoned"]))
                work.messages.extend(work.messages * (thing["copies"] - 1))

        try:
            await again_on_conflict(commit)
        except DuplicateKeyError:
            return Response(status_code=202)
        return Response(status_code=202)

    async def note(event: Event[ThingFiled]) -> None:
        async with service.ledger.once(NOTING, event) as work:
            await database.notes.insert_one({"_id": new_id(), "thing": event.data.thing_id}, session=work.session)

    service.on("note", note, ThingFiled)
    service.web = Starlette(routes=[Route("/things", accept, methods=["POST"])])
    service.web_port = settings.port
    return service


def filing(connections: Connections, settings: ChaosSettings) -> Service:
    """Return the service that files things."""
    service = compose(FILE, connections)
    _make_collections(service, "effects")

    async def file(event: Event[ThingAccepted]) -> None:
        if event.data.poisoned:
            raise ValueError("poisoned")
        await asyncio.sleep(settings.work_s)
        identity = event.model_copy(update={"id": new_id()}) if "no_inbox" in settings.flaws else event
        async with service.ledger.once(FILING, identity) as work:
            row = {"_id": new_id(), "thing": event.data.thing_id}
            await service.database.effects.insert_one(row, session=work.session)
            work.announce(ThingFiled(thing_id=event.data.thing_id))

    service.on("file", file, ThingAccepted, prefetch=20)
    if "ack_first" in settings.flaws:
        (subscriber,) = (s for s in service.broker.subscribers if getattr(s, "queue").name == FILING)  # noqa: B009
        subscriber.ack_policy = AckPolicy.ACK_FIRST
    return service


def _make_collections(service: Service, *names: str) -> None:
    async def make() -> None:
        there = await service.database.list_collection_names()
        for name in {*names} - {*there}:
            await service.database.create_collection(name)

    service.prepares.append(make)


def main() -> None:
    """Run one of the two until told to stop."""
    configure_logs(logging.WARNING)
    settings = ChaosSettings()
    make = {"accept": accepting, "file": filing}[sys.argv[1]]
    service = make(Connections(), settings)
    asyncio.run(serve([service], ProcessSettings(host="127.0.0.1", operations_port=settings.operations_port)))


if __name__ == "__main__":
    main()
