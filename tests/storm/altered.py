"""Runs one service altered: with a clock that is off, or with a safety taken away, to see that the storm notices.

`python -m tests.storm.altered upload --clock -600 --flaw ack_first --flaw no_inbox`
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from importlib import import_module
from typing import Annotated, Any, Literal

import typer
from faststream import AckPolicy

from services.run import ProcessSettings, serve
from shared.clock import Clock, utc_now
from shared.events.event import Event
from shared.ids import new_id
from shared.messaging.ledger import Ledger, Work
from shared.service import Service
from shared.settings import Connections
from shared.telemetry.logs import configure_logs

Flaw = Literal["ack_first", "no_inbox"]


class Forgetful(Ledger):
    """A ledger that remembers no event: a copy has an effect of its own."""

    @asynccontextmanager
    async def once(self, consumer: str, event: Event[Any]) -> AsyncIterator[Work]:
        """Open a unit of work, whether the event was handled before or not."""
        async with super().once(consumer, _renamed(event)) as work:
            yield work

    @asynccontextmanager
    async def once_each(
        self, consumer: str, events: Sequence[Event[Any]]
    ) -> AsyncIterator[list[tuple[Event[Any], Work]]]:
        """Open one for several events, those that were handled before included."""
        async with super().once_each(consumer, [_renamed(event) for event in events]) as works:
            yield [(event, work) for event, (_, work) in zip(events, works, strict=True)]


def _renamed(event: Event[Any]) -> Event[Any]:
    return event.model_copy(update={"id": new_id()})


def off_by(seconds: float) -> Clock:
    """Return a clock that is so many seconds ahead; behind, if they are negative."""

    def now() -> datetime:
        return utc_now() + timedelta(seconds=seconds)

    return now


def main(
    service: str,
    clock: Annotated[float, typer.Option(help="Seconds by which its clock is ahead.")] = 0,
    flaw: Annotated[list[str] | None, typer.Option(help="ack_first: acknowledges before it works; no_inbox.")] = None,
) -> None:
    """Run a service until told to stop."""
    configure_logs()
    composed: Service = import_module(f"services.{service}.app").app(Connections(), clock=off_by(clock))
    spoil(composed, flaw or [])
    asyncio.run(serve([composed], ProcessSettings()))


def spoil(service: Service, flaws: Sequence[str]) -> None:
    """Take safeties away."""
    if "ack_first" in flaws:
        for subscriber in service.broker.subscribers:
            subscriber.ack_policy = AckPolicy.ACK_FIRST
    if "no_inbox" in flaws:
        service.ledger.__class__ = Forgetful  # the handlers hold this very object


if __name__ == "__main__":
    typer.run(main)
