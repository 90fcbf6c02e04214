"""Deletes rows some at a time, and lets them expire so: one long deletion holds up everybody who writes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from shared.clock import EVER
from shared.storage.documents import Collection, drop_indexes

T = TypeVar("T")

FOUND_AT_ONCE = 500
# A command by ids costs the local database their square from a hundred on.
DELETED_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Expiring:
    """Rows that are of no use `kept` after the time in one of their fields.

    It is not left to a TTL index: the local database reads every row for it once a minute, and holds up all writes.
    Whoever reads a row compares the time himself.
    """

    rows: Collection
    field: str
    kept: timedelta = timedelta(0)

    async def prepare(self) -> None:
        """Create the index, in the place of a TTL index of earlier versions."""
        await drop_indexes(self.rows, lambda index: "expireAfterSeconds" in index)
        await self.rows.create_index(self.field)

    async def sweep(self, now: datetime) -> int:
        """Delete what is of no use any more; return how many rows."""
        return await delete_batches(self.rows, {self.field: {"$gt": EVER, "$lt": now - self.kept}})


def parts_of(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the items in lists of `size` at most."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


async def delete_batches(rows: Collection, condition: dict[str, Any]) -> int:
    """Delete the rows that fulfil a condition, a batch at a time; return how many."""
    deleted = 0
    while found := await rows.find(condition, {"_id": True}).limit(FOUND_AT_ONCE).to_list(FOUND_AT_ONCE):
        deleted += await delete_ids(rows, (row["_id"] for row in found))
    return deleted


async def delete_ids(rows: Collection, ids: Iterable[str]) -> int:
    """Delete the rows with these ids, some at a time; return how many there were."""
    deleted = 0
    for part in parts_of(ids, DELETED_AT_ONCE):
        deleted += (await rows.delete_many({"_id": {"$in": part}})).deleted_count
    return deleted
