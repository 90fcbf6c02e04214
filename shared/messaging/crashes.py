"""Counts how often a message was delivered again, so that one which kills its process does not do so for ever."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from pymongo import ReturnDocument

from shared.clock import Clock
from shared.errors import PermanentError
from shared.loops import attempt
from shared.storage.documents import Collection


class Crashes:
    """The count of one service's messages, in its database: a broker may count none, or fewer.

    A message is counted before its handler runs, and forgotten when that came to an end, whichever. Those delivered
    again take turns, one at a time for each queue: who is only in hand beside one that kills is then not counted.
    """

    def __init__(self, crashes: Collection, most: int, clock: Clock) -> None:
        """Give up a message after `most` tries that came to no end."""
        self._crashes = crashes
        self._most = most
        self._clock = clock
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def guarded(self, queue: str, message_id: str) -> AsyncIterator[None]:
        """Let one try of a message that was delivered again come to an end.

        Raises:
            PermanentError: `handler.crashed`, if too many came to none.
        """
        row_id = f"{queue}:{message_id}"
        async with self._turns[queue]:
            await self._count(row_id)
            try:
                yield
            finally:
                await attempt(partial(self._forget, row_id), "crashes.forget")

    async def _count(self, row_id: str) -> None:
        row = await self._crashes.find_one_and_update(
            {"_id": row_id},
            {"$inc": {"tries": 1}, "$set": {"at": self._clock()}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        if row["tries"] > self._most:
            await self._forget(row_id)
            raise PermanentError("handler.crashed")

    async def _forget(self, row_id: str) -> None:
        await self._crashes.delete_one({"_id": row_id})
