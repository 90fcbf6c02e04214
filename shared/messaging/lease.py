"""A lease keeps two processes from doing the same work twice; it saves effort, and nothing depends on it."""

from datetime import timedelta

from pymongo.errors import DuplicateKeyError

from shared.clock import Clock
from shared.ids import new_id
from shared.storage.documents import Collection

# By so much the clocks of two machines may differ.
SKEW = timedelta(minutes=1)


class Lease:
    """One named lease, kept as a document; it ends by itself if its holder dies.

    One that lasts longer than any can was taken by a clock that was ahead, and counts as over.
    """

    def __init__(self, leases: Collection, name: str, lasts: timedelta, clock: Clock) -> None:
        """Hold `name` for `lasts` at a time."""
        self._leases = leases
        self._name = name
        self._lasts = lasts
        self._clock = clock
        self._holder = new_id()

    async def hold(self) -> bool:
        """Take or extend the lease; return whether it is ours."""
        now = self._clock()
        over = {"until": {"$lt": now}}, {"until": {"$gt": now + self._lasts + SKEW}}
        ours_or_over = {"_id": self._name, "$or": [{"holder": self._holder}, *over]}
        ours = {"$set": {"holder": self._holder, "until": now + self._lasts}}
        try:
            await self._leases.update_one(ours_or_over, ours, upsert=True)
        except DuplicateKeyError:
            return False  # somebody else holds it: the upsert met their document
        return True

    async def give_back(self) -> None:
        """End the lease before its time, if it is ours."""
        await self._leases.delete_one({"_id": self._name, "holder": self._holder})
