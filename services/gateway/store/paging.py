"""Lists by time, newest or oldest first, in parts."""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal, TypeVar

from services.gateway.domain.paging import Cursor, Part
from shared.storage.documents import Collection

T = TypeVar("T")
PART = 50
AT_ONCE = 1000
"""How many rows one round of a job takes; the next round finds the rest."""


async def _in_order(
    after: Literal["$lt", "$gt"],
    collection: Collection,
    query: dict[str, Any],
    cursor: Cursor | None,
    *,
    time_field: str,
    read: Callable[[dict[str, Any]], T],
) -> Part[T]:
    """Return the rows after `cursor`, at most `PART`."""
    conditions = [query]
    if cursor:
        beyond = {time_field: {after: cursor.at}}
        same_time = {time_field: cursor.at, "_id": {after: cursor.id}}
        conditions.append({"$or": [beyond, same_time]})
    direction = -1 if after == "$lt" else 1
    order = [(time_field, direction), ("_id", direction)]
    rows = await collection.find({"$and": conditions}).sort(order).limit(PART + 1).to_list(PART + 1)
    following = len(rows) > PART
    rows = rows[:PART]
    last = Cursor(rows[-1][time_field], rows[-1]["_id"]).text() if following else None
    return Part([read(row) for row in rows], last)


newest_first = partial(_in_order, "$lt")
oldest_first = partial(_in_order, "$gt")
