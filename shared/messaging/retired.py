"""Empties a queue that an older version had and whose task another queue took over; nothing new comes to it."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import structlog
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue
from aiormq.exceptions import ChannelNotFoundEntity
from faststream.rabbit import RabbitBroker

from shared.clock import Clock
from shared.errors import AlreadyHandledError, PermanentError
from shared.events.event import Event
from shared.messaging.ledger import Ledger, Work
from shared.messaging.publish import publish
from shared.messaging.reading import Reader
from shared.messaging.topology import EVENTS, dead_name
from shared.storage.documents import Database
from shared.telemetry.logs import where

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Retired:
    """What an older version consumed as `consumer`, and `heir` does now, with its own task.

    An event that waits in both queues is the heir's. Only where the older version had handled it as the heir, without
    this task, is the task still to be done here. Run no process of the older version beside this one.
    """

    consumer: str
    heir: str
    effect: Callable[[Event[Any], Work], Awaitable[None]]
    reader: Reader
    keys: Iterable[str]
    broker: RabbitBroker
    ledger: Ledger
    database: Database
    clock: Clock

    async def prepare(self) -> None:
        """Remember since when the heir has this task: from before the first event that it handles so."""
        known = {"_id": self.consumer}
        await self.database.retired.update_one(known, {"$setOnInsert": {"since": self.clock()}}, upsert=True)

    async def drain(self, open_channel: Callable[[], Awaitable[AbstractChannel]]) -> None:
        """Handle all that waits; nothing to do where the queue never was."""
        channel = await open_channel()
        try:
            queue = await channel.get_queue(self.consumer)
            for key in self.keys:
                await queue.unbind(EVENTS.name, routing_key=key)
            await self._empty(queue)
        except ChannelNotFoundEntity:
            return
        finally:
            await channel.close()

    async def _empty(self, queue: AbstractQueue) -> None:
        """Take each message once; one that fails goes back when the channel closes, and holds up no other."""
        while message := await queue.get(fail=False):
            try:
                await self._handle(message)
            except PermanentError as error:
                await self._bury(message, error.code)
            except Exception as error:  # noqa: BLE001 - it is told, and comes again in the next round
                log.warning("message.put_back", queue=self.consumer, error=type(error).__name__, where=where(error))
                continue
            await message.ack()

    async def _bury(self, message: AbstractIncomingMessage, reason: str) -> None:
        """Put a message before a person: into the heir's dead queue, since nobody looks at ours any more."""
        log.warning("message.buried", queue=self.consumer, reason=reason)
        headers = {**message.headers, "x-reason": reason}
        await publish(self.broker, message.body, routing_key=dead_name(self.heir), headers=headers)

    async def _handle(self, message: AbstractIncomingMessage) -> None:
        event = self.reader.read(message.body)
        if not await self._is_left(event):
            return
        try:
            async with self.ledger.once(self.consumer, event) as work:
                await self.effect(event, work)
        except AlreadyHandledError:
            log.info("message.repeated", queue=self.consumer)

    async def _is_left(self, event: Event[Any]) -> bool:
        """Tell whether the heir handled the event before it had this task, too."""
        taken_over = await self.database.retired.find_one({"_id": self.consumer})
        handled = await self.database.inbox.find_one({"_id": f"{self.heir}:{event.id}"})
        return bool(taken_over and handled and handled["at"] < taken_over["since"])
