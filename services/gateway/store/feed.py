"""Live entries of one citizen: a change stream wakes whoever waits, so losing it costs seconds and no entry."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager, suppress

from services.gateway.domain.feed import Mark, Sent, parse_mark
from services.gateway.domain.timeline import Entry
from services.gateway.store.timeline import Entries
from shared.clock import Clock
from shared.ids import first_id_of
from shared.loops import beat, patiently
from shared.storage.documents import Database

LOOK_AGAIN_S = 5.0


class Feed:
    """Follows the timeline for every connection of this process."""

    def __init__(self, database: Database, timeline: Entries, clock: Clock, stopping: asyncio.Event) -> None:
        """Watch the timeline of `database` until `stopping`."""
        self._collection = database.timeline
        self._timeline = timeline
        self._clock = clock
        self._stopping = stopping
        self._bells: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    async def watch(self) -> None:
        """Wake connections when an entry of their citizen is committed; runs until the stream breaks."""
        only_new = [{"$match": {"operationType": "insert"}}]
        async with self._collection.watch(only_new) as changes:
            while changes.alive:
                beat()
                if change := await changes.try_next():
                    for bell in self._bells.get(change["fullDocument"]["citizen_id"], ()):
                        bell.set()

    async def end(self) -> None:
        """Wait for the process to stop, then let every connection end."""
        await patiently(self._stopping.wait)
        for bells in self._bells.values():
            for bell in bells:
                bell.set()

    async def follow(self, citizen_id: str, last_event_id: str | None) -> AsyncGenerator[tuple[Mark, Entry], None]:
        """Yield entries as they become known, each with the mark to resume after it."""
        with self._bell(citizen_id) as bell:
            sent = await self._start(citizen_id, parse_mark(last_event_id))
            while not self._stopping.is_set():
                bell.clear()
                for entry in await self._timeline.known_since(citizen_id, sent.mark.floor):
                    if entry.id not in sent.ids:
                        yield sent.add(entry.id), entry
                        bell.set()  # there may be more than one reading returns
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AGAIN_S):
                        await bell.wait()

    async def _start(self, citizen_id: str, mark: Mark | None) -> Sent:
        now = self._clock()
        start = mark or Mark(first_id_of(now), 0)
        visible = [entry.id for entry in await self._timeline.known_since(citizen_id, start.floor)]
        return Sent.resumed(mark, visible) if mark else Sent.fresh(now, visible)

    @contextmanager
    def _bell(self, citizen_id: str) -> Iterator[asyncio.Event]:
        bells, bell = self._bells[citizen_id], asyncio.Event()
        bells.add(bell)
        try:
            yield bell
        finally:
            bells.discard(bell)
            if not bells:
                self._bells.pop(citizen_id, None)
