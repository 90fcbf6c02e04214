"""Writes the catalogues from the code: every event in AsyncAPI 3, every HTTP call in OpenAPI 3.1."""

import asyncio
import json
import logging
import re
import secrets
from collections.abc import Mapping, Sequence
from difflib import unified_diff
from inspect import getdoc
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from faststream.rabbit import RabbitBroker, RabbitExchange
from faststream.specification.asyncapi import AsyncAPI
from pydantic import SecretStr

from services.names import names
from services.run import load
from shared.catalogue import ASYNCAPI, OPENAPI
from shared.events.event import CONTENT_TYPE, Fact, event_class
from shared.events.notify import AlertRaised, PacketOffered
from shared.messaging.topology import DESK, EVENTS, SUPPLIER
from shared.service import Service
from shared.settings import Connections
from shared.telemetry.logs import configure_logs

DESCRIPTION = """Every event of Amtsbote: CloudEvents 1.0 in structured JSON over RabbitMQ.

Delivery is at least once and in no certain order: tell copies apart by the event's `id`.
Readers ignore unknown fields."""
PARAMETERS = {
    "team": "the team that must look",
    "kind": "the kind of alert",
    "supplier": "the supplier's id, as in partners.json",
}
CONTRACTS = "shared.events"
SHOWN_LINES = 60


def write_catalogue(
    *, check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if a file is out of date.")] = False
) -> None:
    """Write docs/asyncapi.json and docs/openapi.json from the code."""
    configure_logs(logging.WARNING)
    stale = False
    for path, text in asyncio.run(catalogues()).items():
        difference = drift(path, text)
        stale = stale or bool(difference)
        if check:
            typer.echo("\n".join(difference[:SHOWN_LINES]), err=True, nl=bool(difference))
        elif difference:
            path.write_text(text)
        typer.echo(f"{path.name}: {_verdict(check=check, differs=bool(difference))}")
    if check and stale:
        typer.echo("Run `python -m services catalogue` and commit what it writes.", err=True)
        raise typer.Exit(1)


def _verdict(*, check: bool, differs: bool) -> str:
    if not differs:
        return "up to date"
    return "OUT OF DATE" if check else "written"


def drift(path: Path, text: str) -> list[str]:
    """Return the lines that tell a kept catalogue from the current one; none if they are the same."""
    kept = path.read_text() if path.exists() else ""
    return list(unified_diff(kept.splitlines(), text.splitlines(), path.name, "from the code", n=2, lineterm=""))


async def catalogues() -> dict[Path, str]:
    """Return what each catalogue must hold; services are composed for it, and nothing is connected."""
    connections = Connections(
        rabbit_url=SecretStr("amqp://rabbitmq:5672/"), link_secret=SecretStr(secrets.token_urlsafe(32))
    )
    services = load(names(), connections)
    try:
        documents = {ASYNCAPI: _asyncapi(services), OPENAPI: await _openapi(services)}
    finally:
        for service in services:
            service.objects.close()
            service.client.close()
    return {path: json.dumps(d, indent=2, sort_keys=True, ensure_ascii=False) + "\n" for path, d in documents.items()}


def _asyncapi(services: Sequence[Service]) -> dict[str, Any]:
    brokers = [service.broker for service in services]
    factory = AsyncAPI(*brokers, _announcements(), title="Amtsbote", version="1", description=DESCRIPTION)
    document: dict[str, Any] = json.loads(factory.to_specification().to_json())
    document["defaultContentType"] = CONTENT_TYPE
    for service in services:
        for queue, keys in service.consumers.items():
            # FastStream knows only the binding it declares itself; the others are declared by `topology`.
            document["operations"][queue]["bindings"]["amqp"]["cc"] = list(keys)
    for channel in document["channels"].values():
        if names_in_address := re.findall(r"{(\w+)}", channel["address"]):
            channel["parameters"] = {name: {"description": PARAMETERS[name]} for name in names_in_address}
    return document


def _announcements() -> RabbitBroker:
    """Describe what is published; services announce through their outbox, which FastStream does not see."""
    broker = RabbitBroker("amqp://rabbitmq:5672/")
    for fact in sorted(Fact.__subclasses__(), key=lambda fact: fact.type):
        package, _, publisher = fact.__module__.rpartition(".")
        if package == CONTRACTS and fact is not PacketOffered:
            _describe(broker, fact, EVENTS, fact.type, f"{publisher}.announces.{fact.type}")
    _describe(broker, AlertRaised, DESK, "team.{team}.{kind}", "notify.alerts.desk")
    _describe(broker, PacketOffered, SUPPLIER, "{supplier}", "notify.offers.supplier")
    return broker


def _describe(broker: RabbitBroker, fact: type[Fact], exchange: RabbitExchange, key: str, title: str) -> None:
    broker.publisher(
        exchange=exchange,
        routing_key=key,
        schema=event_class(fact),
        title=title,
        description=getdoc(fact),
        persist=True,
    )


async def _openapi(services: Sequence[Service]) -> Mapping[str, Any]:
    """Ask the service with a web application for its document, as anybody can."""
    (web,) = [service.web for service in services if service.web]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(web), base_url="http://gateway") as client:
        answer = await client.get("/openapi.json")
    document: dict[str, Any] = answer.raise_for_status().json()
    return document
