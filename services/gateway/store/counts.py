"""Counts that hold for all processes together: how much of something was used in a window of time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pymongo.errors import DuplicateKeyError

from services.gateway.domain.refusal import RefusedError
from shared.clock import Clock
from shared.storage.deleting import Expiring
from shared.storage.documents import Database

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Most:
    """How much of `what` may be used within a window; windows follow each other from midnight (UTC) on.

    `refusal` is the code that somebody is refused with who would use more.
    """

    what: str
    most: int
    window: timedelta
    refusal: str = "rate.exceeded"


class Counts:
    """One row for each thing, user and window; each step is one command, so that no two users overtake each other."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Count in `database`."""
        self._counts = database.counts
        self.expiring = Expiring(self._counts, "until")
        self._clock = clock

    async def take(self, most: Most, who: str, amount: int = 1) -> None:
        """Use `amount` on behalf of `who`: an id, or a digest of what must not be read here.

        Raises:
            RefusedError: the refusal of `most`; then nothing is counted.
        """
        key, until = self._window(most, who)
        room = {"_id": key, "used": {"$lte": most.most - amount}}
        step = {"$inc": {"used": amount}, "$setOnInsert": {"until": until}}
        if amount <= most.most:
            try:
                await self._counts.update_one(room, step, upsert=True)
            except DuplicateKeyError:  # there is such a row: without room, or begun by somebody else at this moment
                if (await self._counts.update_one(room, step)).matched_count:
                    return
            else:
                return
        raise RefusedError(most.refusal, retry_after_s=self._seconds_until(until))

    async def add(self, most: Most, who: str, amount: int = 1) -> None:
        """Count `amount`, however much there is."""
        key, until = self._window(most, who)
        step = {"$inc": {"used": amount}, "$setOnInsert": {"until": until}}
        try:
            await self._counts.update_one({"_id": key}, step, upsert=True)
        except DuplicateKeyError:  # two were the first at the same time
            await self._counts.update_one({"_id": key}, step)

    async def check(self, most: Most, who: str, amount: int = 1) -> None:
        """See that `amount` is left, and count nothing.

        Raises:
            RefusedError: the refusal of `most`.
        """
        if await self.used(most, who) + amount > most.most:
            raise RefusedError(most.refusal, retry_after_s=self.seconds_left(most))

    async def used(self, most: Most, who: str) -> int:
        """Return how much was used in this window."""
        key, _ = self._window(most, who)
        row = await self._counts.find_one({"_id": key})
        return int(row["used"]) if row else 0

    def seconds_left(self, most: Most) -> int:
        """Return for how many seconds this window goes on."""
        return self._seconds_until(self._window(most, "")[1])

    def _window(self, most: Most, who: str) -> tuple[str, datetime]:
        """Return the key of a count, and when its window ends."""
        length = int(most.window.total_seconds())
        start = int(self._clock().timestamp()) // length * length
        return f"{most.what} {start} {who}", datetime.fromtimestamp(start + length, UTC)

    def _seconds_until(self, until: datetime) -> int:
        return max(1, int((until - self._clock()).total_seconds()))
