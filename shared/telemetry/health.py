"""Health: `/live` says the process works, `/ready` says it and its servers do; built from what was registered."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from aiormq.abc import AbstractChannel
from aiormq.exceptions import ChannelNotFoundEntity
from faststream.rabbit import RabbitBroker

CHECK_TIMEOUT_S = 3.0
STALE = timedelta(seconds=60)
# A consumer that is gone this long is not coming back by itself; the process is started anew.
UNCONSUMED = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class Check:
    """A named question; answered with a reason if not well, with nothing if well."""

    name: str
    ask: Callable[[], Awaitable[str | None]]


class Pingable(Protocol):
    """A database client: telemetry needs no driver to ask whether it answers."""

    @property
    def admin(self) -> Any:
        """The database that takes `ping`."""


async def failures(checks: Sequence[Check]) -> dict[str, str]:
    """Ask all checks at once and return name and reason of those that are not well."""
    answers = await asyncio.gather(*(_answer(check) for check in checks))
    return {check.name: reason for check, reason in zip(checks, answers, strict=True) if reason}


async def _answer(check: Check) -> str | None:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            return await check.ask()
    except Exception as error:  # noqa: BLE001 - any failure is an answer
        return type(error).__name__


def database_check(client: Pingable) -> Check:
    """Ask whether MongoDB answers."""

    async def ask() -> str | None:
        await client.admin.command("ping")
        return None

    return Check("database", ask)


def broker_check(broker: RabbitBroker, has_started: Callable[[], bool]) -> Check:
    """Ask whether the broker is connected and was set up; in a silent network that stays true for half a minute."""

    async def ask() -> str | None:
        if not await broker.ping(CHECK_TIMEOUT_S / 3):
            return "not connected"
        return None if has_started() else "not set up yet"

    return Check("broker", ask)


def consumers_check(broker: RabbitBroker, queues: Iterable[str]) -> Check:
    """Ask the broker whether it counts a consumer on each of our queues; nothing to ask while it is not connected.

    The connection alone says too little: it stays open when the broker cancels a consumer.
    """

    async def ask() -> str | None:
        if not await broker.ping(CHECK_TIMEOUT_S / 3):
            return None
        transport = (await broker.connect()).transport
        if transport is None:
            return None
        channel = await transport.connection.channel(publisher_confirms=False, timeout=CHECK_TIMEOUT_S)
        try:
            return await _first_unconsumed(channel, queues)
        finally:
            await channel.close()

    return Check("consumers", ask)


async def _first_unconsumed(channel: AbstractChannel, queues: Iterable[str]) -> str | None:
    for name in queues:
        try:
            declared = await channel.queue_declare(name, passive=True, timeout=CHECK_TIMEOUT_S)
        except ChannelNotFoundEntity:
            return f"no queue {name}"
        if not declared.consumer_count:
            return f"no consumer on {name}"
    return None


def lasting(check: Check, patience: timedelta) -> Check:
    """Ask the same, and mind an answer only when it has not been well for longer than `patience`.

    What could not be asked is no answer: a process is not ended because a server is away.
    """
    since: datetime | None = None

    async def ask() -> str | None:
        nonlocal since
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_S):
                reason = await check.ask()
        except Exception:  # noqa: BLE001 - see above
            return None
        now = datetime.now(UTC)
        since = (since or now) if reason else None
        return reason if since and now - since > patience else None

    return Check(check.name, ask)


def freshness_check(name: str, ticked_at: Callable[[], datetime], stale: timedelta = STALE) -> Check:
    """Ask whether a loop has ticked lately."""

    async def ask() -> str | None:
        age = datetime.now(UTC) - ticked_at()
        return f"{name} has not ticked for {age.total_seconds():.0f} s" if age > stale else None

    return Check(name, ask)
