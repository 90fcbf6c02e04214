"""The quota: how many bytes somebody may keep here that are in no document yet, uploads in parts included."""

from collections import Counter, OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.gateway.domain.limits import Limits
from services.gateway.domain.refusal import RefusedError
from services.gateway.store.counts import DAY, Counts, Most
from shared.clock import Clock
from shared.storage.documents import Database

LEAST = 256 * 1024
"""What a file counts at least, in bytes: a million tiny ones would be as dear."""
FRESH = timedelta(minutes=1)
"""So long what was read is good enough to take a file in; nobody is refused by it."""
REMEMBERED = 10_000
MB = 1024**2


@dataclass(slots=True)
class _Kept:
    read_at: datetime
    waiting: int
    removed: int

    def has_room(self, size: int, most: int) -> bool:
        """Tell whether a file fits; what was removed still lies there for some minutes, and has as much room again."""
        return self.waiting + size <= most and self.waiting + self.removed + size <= 2 * most


class Quota:
    """Sums up what is kept, so that nothing must be given back: what is handed in, removed or swept counts no more."""

    def __init__(self, database: Database, counts: Counts, limits: Limits, clock: Clock) -> None:
        """Read what `database` keeps."""
        self._pages = database.pages
        self._transfers = database.transfers
        self._answers = database.answers
        self._counts = counts
        self._limits = limits
        self._clock = clock
        self._known: OrderedDict[str, _Kept] = OrderedDict()
        self._coming: Counter[str] = Counter()

    async def prepare(self) -> None:
        """Create the index by which the pages of one person are found that are in no document."""
        await self._pages.create_index([("citizen_id", 1), ("handed_in", 1)])

    @asynccontextmanager
    async def room(
        self, citizen_id: str, address: str, size_bytes: int, ask_id: str, *, stranger: bool
    ) -> AsyncIterator[None]:
        """Keep room for a file while it comes.

        Args:
            citizen_id: whose it will be.
            address: the digest of where it comes from; it counts for those without an account.
            size_bytes: how large it says it is.
            ask_id: the request; one that was answered before needs no room again.
            stranger: whether nobody here knows who they are: they have less.

        Raises:
            RefusedError: `upload.quota`; `upload.quota_today`, by all without an account at one address.
        """
        size = max(size_bytes, LEAST)
        most = self._limits.unsent_bytes_newcomer if stranger else self._limits.unsent_bytes
        kept = await self._room(citizen_id, size, most, ask_id)
        self._coming[citizen_id] += size
        try:
            if stranger:
                today = Most("bytes", self._limits.newcomer_bytes_a_day, DAY, "upload.quota_today")
                await self._counts.take(today, address, size)
            yield
            kept.waiting += size
        finally:
            self._coming[citizen_id] -= size
            if not self._coming[citizen_id]:
                del self._coming[citizen_id]

    async def _room(self, citizen_id: str, size: int, most: int, ask_id: str) -> _Kept:
        known = self._known.get(citizen_id)
        if known and known.read_at > self._clock() - FRESH and self._fits(known, citizen_id, size, most):
            return known
        kept = await self._read(citizen_id)
        if not self._fits(kept, citizen_id, size, most) and not await self._answers.find_one(
            {"_id": ask_id}, {"_id": 1}
        ):
            raise RefusedError("upload.quota", max_mb=most // MB)
        return kept

    def _fits(self, kept: _Kept, citizen_id: str, size: int, most: int) -> bool:
        return kept.has_room(self._coming[citizen_id] + size, most)

    async def _read(self, citizen_id: str) -> _Kept:
        now = self._clock()
        kept = _Kept(now, 0, 0)
        unsent = self._pages.find({"citizen_id": citizen_id, "handed_in": None}, {"size_bytes": 1, "removed_at": 1})
        async for page in unsent:
            size = max(page["size_bytes"], LEAST)
            if page.get("removed_at"):
                kept.removed += size
            else:
                kept.waiting += size
        async for begun in self._transfers.find({"citizen_id": citizen_id, "page_id": None}, {"length": 1}):
            kept.waiting += max(begun["length"], LEAST)
        self._known[citizen_id] = kept
        self._known.move_to_end(citizen_id)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return kept
