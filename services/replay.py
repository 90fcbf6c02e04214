"""`python -m services replay`: announces events of the journals again; whoever has them drops the copies."""

import asyncio
import json
import logging
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer
from aio_pika.exceptions import AMQPError
from rich.console import Console
from rich.progress import Progress

from services.names import names
from shared.catalogue import subscriptions
from shared.clock import utc_now
from shared.errors import PublishError
from shared.ids import minute_at
from shared.messaging.broker import connect as broker_client
from shared.messaging.journal import Journal, Message
from shared.messaging.repeating import put_again
from shared.messaging.topology import DESK, EVENTS, SUPPLIER, Ladder
from shared.partners import Partners
from shared.settings import Connections
from shared.storage.documents import Client, connect, is_unavailable
from shared.telemetry.logs import configure_logs

FAILED = 1
HOUR = 60  # minutes
FORM = "a time such as 2026-11-30T14:00 (UTC) or 2026-11-30T15:00+01:00"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages of the journals to take, by routing key (all if none is named), and into which queue they go.

    Without a queue they go to the exchange they came by.
    """

    exchange: str
    keys: tuple[str, ...]
    queue: str | None = None

    def has(self, message: Message) -> bool:
        """Tell whether a message is wanted."""
        key = message["routing_key"]
        fits = not self.keys or any(_fits(key, pattern) for pattern in self.keys)
        return message["exchange"] == self.exchange and fits


def _fits(key: str, pattern: str) -> bool:
    """Tell whether the broker would bind a routing key by a pattern, in which `*` is one word."""
    words, wanted = key.split("."), pattern.split(".")
    return len(words) == len(wanted) and all(want in {"*", word} for word, want in zip(words, wanted, strict=True))


def _instant(text: str) -> datetime:
    """Return the instant that was typed; UTC unless it says otherwise."""
    try:
        typed = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is not {FORM}") from None
    return typed if typed.tzinfo else typed.replace(tzinfo=UTC)


def replay_events(
    *,
    since: Annotated[datetime, typer.Option(parser=_instant, metavar="TIME", help=f"Events since then: {FORM}.")],
    until: Annotated[
        datetime | None, typer.Option(parser=_instant, metavar="TIME", help="Events until then; now if not said.")
    ] = None,
    event_type: Annotated[str | None, typer.Option("--type", help="Only this type, such as page.checked.v1.")] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="QUEUE", help="Only into this queue; a partner's gets its own only.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count, by type; the broker is not asked.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Announce again what all services announced since a time; receivers drop what they have.

    Without --to it goes to our own services only. Exit code 0: done; 1: a server does not answer; 2: wrong words.
    """
    connections = Connections()
    wanted = _wanted(connections, to, event_type)
    minutes = range(minute_at(since), minute_at(until or utc_now()) + 1)
    counted = _with_servers(connections, minutes, wanted, dry_run=dry_run)
    if as_json:
        typer.echo(json.dumps(counted))
        return
    for kind, count in sorted(counted.items()):
        typer.echo(f"{count:8} {kind}")
    note = " (dry run: nothing was announced)" if dry_run else " announced again"
    typer.echo(f"{sum(counted.values()):8} events{note}")


def _wanted(connections: Connections, queue: str | None, event_type: str | None) -> Wanted:
    """Tell what belongs to a queue; a partner never gets what was another's."""
    if queue is None:
        return Wanted(EVENTS.name, (event_type,) if event_type else ())
    partners = Partners.load(connections.partners)
    kinds = {f"supplier.{s.id}": Wanted(SUPPLIER.name, (s.id,), queue) for s in partners.suppliers if s.way == "queue"}
    kinds |= {f"desk.{tool.id}": Wanted(DESK.name, (f"team.{tool.team}.*",), queue) for tool in partners.tools}
    kinds |= {own: Wanted(EVENTS.name, tuple(types), queue) for own, types in subscriptions().items()}
    if queue not in kinds:
        raise typer.BadParameter(f"there is no queue {queue}; there are {', '.join(sorted(kinds))}", param_hint="--to")
    found = kinds[queue]
    if event_type is None:
        return found
    if found.exchange != EVENTS.name:
        raise typer.BadParameter("a partner's queue has one type only; leave --type out", param_hint="--type")
    if event_type not in found.keys:
        raise typer.BadParameter(f"{queue} does not receive {event_type}", param_hint="--type")
    return Wanted(EVENTS.name, (event_type,), queue)


async def _replay(connections: Connections, minutes: range, wanted: Wanted, *, dry_run: bool) -> Counter[str]:
    client = connect(connections.mongo_url.get_secret_value())
    broker = broker_client(connections.rabbit_url.get_secret_value(), Ladder("replay", ()), utc_now)
    exchanges = {exchange.name: exchange for exchange in (EVENTS, DESK, SUPPLIER)}
    counted: Counter[str] = Counter()
    try:
        if not dry_run:
            await broker.connect()
        with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
            task = progress.add_task("minutes", total=len(minutes) * len(names()))
            async for part in _journals(client, connections, minutes, lambda done: progress.advance(task, done)):
                messages = [message for message in part if wanted.has(message)]
                if not dry_run:
                    exchange = None if wanted.queue else exchanges[wanted.exchange]
                    await put_again(broker, messages, exchange, to=wanted.queue)
                counted.update(message["routing_key"] for message in messages)
    finally:
        await broker.stop()
        client.close()
    return counted


async def _journals(
    client: Client, connections: Connections, minutes: range, done: Callable[[int], None]
) -> AsyncIterator[list[Message]]:
    """Yield the messages of all services' journals, by the hour."""
    for name in names():
        journal = Journal(client[connections.database_prefix + name], name)
        for first in range(minutes.start, minutes.stop, HOUR):
            hour = range(first, min(first + HOUR, minutes.stop))
            async for part in journal.messages(hour):
                yield part
            done(len(hour))


def _with_servers(connections: Connections, minutes: range, wanted: Wanted, *, dry_run: bool) -> Counter[str]:
    """Carry it out; a failure that a person can mend is told in a line, with exit status 1."""
    configure_logs(logging.ERROR)
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)  # we say it ourselves, in a line
    try:
        return asyncio.run(_replay(connections, minutes, wanted, dry_run=dry_run))
    except PublishError as error:
        reason = f"the broker did not take an event ({error}); run it again, copies are dropped"
    except (AMQPError, OSError) as error:
        reason = f"the broker does not answer ({type(error).__name__}); is AMTSBOTE_RABBIT_URL right?"
    except Exception as error:
        if not is_unavailable(error):
            raise
        reason = f"the database does not answer ({type(error).__name__}); is AMTSBOTE_MONGO_URL right?"
    typer.echo(reason, err=True)
    raise typer.Exit(FAILED)
