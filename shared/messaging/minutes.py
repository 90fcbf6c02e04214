"""Events by the minute of their ids: how many, and a digest that tells whether two sides have the same ones."""

from collections.abc import Collection, Iterable, Iterator
from functools import reduce
from itertools import islice
from operator import xor
from typing import Any, NamedTuple, TypeVar

from shared.storage.documents import Collection as Rows

T = TypeVar("T")

FOUND_AT_ONCE = 500
# A command by ids costs the local database their square from a hundred on.
DELETED_AT_ONCE = 50


class Minute(NamedTuple):
    """The events that one service announced under one type in one minute since 1970."""

    source: str
    type: str
    minute: int


def digest_of(event_ids: Collection[str]) -> str:
    """Return the exclusive or of UUIDs, as 32 hexadecimal digits: the same in whatever order they come."""
    return f"{reduce(xor, (int(event_id.replace('-', ''), 16) for event_id in event_ids), 0):032x}"


def parts_of(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the items in lists of `size` at most."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


async def delete_before(rows: Rows, minute: int, condition: dict[str, Any]) -> int:
    """Delete the rows older than a minute that fulfil a condition; return how many.

    It is not left to a TTL index: the local database reads every row for it once a minute, and holds up all writes.
    """
    return await delete_batches(rows, {"minute": {"$gte": 0, "$lt": minute}, **condition})


async def delete_batches(rows: Rows, condition: dict[str, Any]) -> int:
    """Delete the rows that fulfil a condition, a batch at a time; return how many."""
    deleted = 0
    while found := await rows.find(condition, {"_id": True}).limit(FOUND_AT_ONCE).to_list(FOUND_AT_ONCE):
        deleted += await delete_ids(rows, (row["_id"] for row in found))
    return deleted


async def delete_ids(rows: Rows, ids: Iterable[str]) -> int:
    """Delete the rows with these ids, some at a time; return how many there were."""
    deleted = 0
    for part in parts_of(ids, DELETED_AT_ONCE):
        deleted += (await rows.delete_many({"_id": {"$in": part}})).deleted_count
    return deleted
