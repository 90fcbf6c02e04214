"""Health: `/live` says the process works, `/ready` says it and its servers do; built from what was registered."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from faststream.rabbit import RabbitBroker

CHECK_TIMEOUT_S = 3.0
STALE = timedelta(seconds=60)


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


def broker_check(broker: RabbitBroker, consumers: Mapping[str, object]) -> Check:
    """Ask whether the broker is connected *and* counts a consumer on each of our queues.

    The connection flag alone stays true while a consumer is cancelled, or the network is silent.
    """

    async def ask() -> str | None:
        if not await broker.ping(CHECK_TIMEOUT_S):
            return "not connected"
        async with broker._connection.channel() as channel:  # type: ignore[union-attr] # noqa: SLF001
            for name in consumers:
                declared = await channel.declare_queue(name, passive=True)
                if not declared.declaration_result.consumer_count:
                    return f"no consumer on {name}"
        return None

    return Check("broker", ask)


def freshness_check(name: str, ticked_at: Callable[[], datetime]) -> Check:
    """Ask whether a loop has ticked within the last minute."""

    async def ask() -> str | None:
        return f"{name} has not ticked for a minute" if datetime.now(UTC) - ticked_at() > STALE else None

    return Check(name, ask)
