"""What a service has announced, kept for days after the broker confirmed it: brokers have lost what they confirmed."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from shared.ids import minute_of, new_id
from shared.messaging.minutes import Minute, delete_before
from shared.messaging.topology import EVENTS
from shared.storage.deleting import parts_of
from shared.storage.documents import Database

Message = dict[str, Any]
Row = dict[str, Any]

# Messages in one document, which MongoDB limits to 16 MB; and minutes asked for in one query.
KEPT_TOGETHER = 200
MINUTES_AT_ONCE = 60


class Journal:
    """The confirmed messages of one service, `{_id, minute, messages}`: one document for what was confirmed together.

    `minute` is that of the messages' event ids. A crash may keep a message twice; whoever reads gets it once.
    """

    def __init__(self, database: Database, source: str) -> None:
        """Keep the journal of the service `source` in `database`."""
        self._rows = database.journal
        self._source = source

    async def prepare(self) -> None:
        """Create the collection with its index; sparse ones cost nothing for rows that have no minute."""
        await self._rows.create_index("minute", sparse=True)

    async def keep(self, rows: Iterable[Row]) -> None:
        """Keep the messages of outbox rows that the broker has confirmed."""
        minutes: dict[int, list[Message]] = defaultdict(list)
        for row in rows:
            for message in row["messages"]:
                minutes[minute_of(message["event_id"])].append(message)
        documents = [
            {"_id": new_id(), "minute": minute, "messages": part}
            for minute, messages in minutes.items()
            for part in parts_of(messages, KEPT_TOGETHER)
        ]
        if documents:
            await self._rows.insert_many(documents, ordered=False)

    async def announced(self, minutes: Iterable[int]) -> dict[Minute, set[str]]:
        """Return the ids of the events that every subscriber was to get in some minutes, by type and minute."""
        found: dict[Minute, set[str]] = defaultdict(set)
        wanted = {"minute": True, **{f"messages.{name}": True for name in ("event_id", "exchange", "routing_key")}}
        for part in parts_of(minutes, MINUTES_AT_ONCE):
            async for row in self._rows.find({"minute": {"$in": part}}, wanted):
                for message in row["messages"]:
                    if message["exchange"] == EVENTS.name:
                        found[Minute(self._source, message["routing_key"], row["minute"])].add(message["event_id"])
        return found

    async def messages(self, minutes: Iterable[int]) -> AsyncIterator[list[Message]]:
        """Yield the messages of some minutes, an hour's worth at a time; a message that was kept twice comes once."""
        for part in parts_of(minutes, MINUTES_AT_ONCE):
            if found := await self._of(part):
                yield found

    async def forget(self, before: int) -> int:
        """Delete what is older than a minute; return how many documents."""
        return await delete_before(self._rows, before, {})

    async def _of(self, minutes: Sequence[int]) -> list[Message]:
        rows = await self._rows.find({"minute": {"$in": minutes}}).to_list(None)
        once = {
            (message["event_id"], message["exchange"], message["routing_key"]): message
            for row in rows
            for message in row["messages"]
        }
        return [once[key] for key in sorted(once)]
