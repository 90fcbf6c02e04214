"""Events by the minute of their ids: how many, and a digest that tells whether two sides have the same ones."""

from collections.abc import Collection
from functools import reduce
from operator import xor
from typing import Any, NamedTuple

from shared.storage.deleting import delete_batches
from shared.storage.documents import Collection as Rows


class Minute(NamedTuple):
    """The events that one service announced under one type in one minute since 1970."""

    source: str
    type: str
    minute: int


def digest_of(event_ids: Collection[str]) -> str:
    """Return the exclusive or of UUIDs, as 32 hexadecimal digits: the same in whatever order they come."""
    return f"{reduce(xor, (int(event_id.replace('-', ''), 16) for event_id in event_ids), 0):032x}"


async def delete_before(rows: Rows, minute: int, condition: dict[str, Any]) -> int:
    """Delete the rows older than a minute that fulfil a condition; return how many."""
    return await delete_batches(rows, {"minute": {"$gte": 0, "$lt": minute}, **condition})
