"""Health: `/live` says the process works, `/ready` says it and its servers do; built from what was registered."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from aiormq.abc import AbstractChannel, AbstractConnection
from aiormq.exceptions import ChannelNotFoundEntity
from faststream.rabbit import RabbitBroker

from shared.deadlines import is_cancelled, within

CHECK_TIMEOUT_S = 3.0
# A loop that came round this much later than it should is stuck.
LATE_S = 10.0
# A consumer that is gone this long is not coming back by itself; the process is started anew.
UNCONSUMED = timedelta(seconds=120)
SILENT = "no answer"

Ask = Callable[[], Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class Check:
    """A named question; answered with a reason if not well, with nothing if well."""

    name: str
    ask: Ask


class Pingable(Protocol):
    """A database client: telemetry needs no driver to ask whether it answers."""

    @property
    def admin(self) -> Any:
        """The database that takes `ping`."""


class Beating(Protocol):
    """A loop that shows life."""

    name: str
    deadline_s: float

    @property
    def late_s(self) -> float:
        """How many seconds ago its sign of life was due."""


async def failures(checks: Sequence[Check]) -> dict[str, str]:
    """Ask all checks at once and return name and reason of those that are not well; whatever happens is a reason."""
    answers = await asyncio.gather(*(answer(check.ask) for check in checks))
    return {check.name: reason for check, reason in zip(checks, answers, strict=True) if reason}


async def answer(ask: Ask) -> str | None:
    """Return the answer to a question, or what became of it; in time even if a driver does not let go of it."""

    async def told() -> str | None:
        try:
            return await ask()
        except TimeoutError:
            return SILENT
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - a driver that lost its connection cancels
            return type(error).__name__

    try:
        return await within(CHECK_TIMEOUT_S, told(), grace_s=0)
    except TimeoutError:
        return SILENT


def one_at_a_time(ask: Ask, *, given_up_after_s: float = 60) -> Ask:
    """Put a question once, however often it is asked meanwhile: what a silent server was asked would pile up there."""
    asked: asyncio.Task[str | None] | None = None
    since = 0.0

    async def put() -> str | None:
        nonlocal asked, since
        if asked is None or asked.done() or time.monotonic() - since > given_up_after_s:
            if asked:
                asked.cancel()
            asked, since = asyncio.ensure_future(_plainly(ask)), time.monotonic()
        return await asyncio.shield(asked)

    return put


async def _plainly(ask: Ask) -> str | None:
    return await ask()


def database_check(client: Pingable) -> Check:
    """Ask whether MongoDB answers."""

    async def ask() -> str | None:
        await client.admin.command("ping")
        return None

    return Check("database", ask)


def broker_check(broker: RabbitBroker, has_started: Callable[[], bool]) -> Check:
    """Ask whether the broker is connected, takes messages and was set up.

    In a silent network that stays true for half a minute.
    """

    async def ask() -> str | None:
        connection = await connection_of(broker)
        if connection is None:
            return "not connected"
        if await is_blocked(connection):
            return "the broker takes nothing (alarm)"
        return None if has_started() else "not set up yet"

    return Check("broker", ask)


async def connection_of(broker: RabbitBroker) -> AbstractConnection | None:
    """Return the driver's connection if it is open."""
    if not await broker.ping(CHECK_TIMEOUT_S / 3):
        return None
    transport = (await broker.connect()).transport
    return transport.connection if transport else None


async def is_blocked(connection: AbstractConnection) -> bool:
    """Tell whether the broker has said that it reads nothing more: its memory or disk alarm is on.

    It says so only to connections that publish, and answers nothing on them, as long as the alarm lasts.
    """
    try:
        async with asyncio.timeout(0.1):
            await connection.ready()
    except TimeoutError:
        return True
    return False


class Consumers:
    """Asks the broker whether it counts a consumer on each of our queues, on one channel that is kept."""

    def __init__(self, broker: RabbitBroker, queues: Iterable[str]) -> None:
        """Open nothing yet."""
        self._broker = broker
        self._queues = queues
        self._channel: AbstractChannel | None = None

    async def ask(self) -> str | None:
        """Return the first queue without one; nothing can be said while the broker is away or takes nothing."""
        connection = await connection_of(self._broker)
        if connection is None or await is_blocked(connection):
            return None
        channel = self._channel
        if channel is None or channel.is_closed or channel.connection is not connection:
            channel = self._channel = await connection.channel(publisher_confirms=False)
        return await self._first_unconsumed(channel)

    async def _first_unconsumed(self, channel: AbstractChannel) -> str | None:
        for name in self._queues:
            try:
                declared = await channel.queue_declare(name, passive=True)
            except ChannelNotFoundEntity:
                return f"no queue {name}"
            if not declared.consumer_count:
                return f"no consumer on {name}"
        return None


def consumers_check(broker: RabbitBroker, queues: Iterable[str]) -> Check:
    """Ask whether each queue has a consumer: the connection stays open when the broker cancels one."""
    return Check("consumers", one_at_a_time(Consumers(broker, queues).ask))


def lasting(check: Check, patience: timedelta) -> Check:
    """Ask the same, and mind an answer only when it has not been well for longer than `patience`.

    What could not be asked, or got no answer, leaves it as it was: a process is not ended because a server is away.
    """
    since: float | None = None

    async def ask() -> str | None:
        nonlocal since
        try:
            reason = await within(CHECK_TIMEOUT_S * 0.8, _plainly(check.ask), grace_s=0)
        except (Exception, asyncio.CancelledError):
            if is_cancelled():
                raise
            return None
        now = time.monotonic()
        since = (since or now) if reason else None
        return reason if since and now - since > patience.total_seconds() else None

    return Check(check.name, ask)


def loops_check(pulses: Iterable[Beating], late_s: float = LATE_S) -> Check:
    """Ask whether every loop comes round."""

    async def ask() -> str | None:
        late = max(pulses, key=lambda pulse: pulse.late_s, default=None)
        if late is None or late.late_s <= late_s:
            return None
        return f"{late.name} has not come round for {late.late_s + late.deadline_s:.0f} s"

    return Check("loops", ask)
