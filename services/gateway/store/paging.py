"""Lists by time, newest or oldest first, in parts."""

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from services.gateway.domain.paging import Cursor, Part
from shared.storage.documents import Collection

T = TypeVar("T")
PART = 50


async def newest_first(
    collection: Collection,
    query: dict[str, Any],
    cursor: Cursor | None,
    *,
    time_field: str,
    read: Callable[[dict[str, Any]], T],
) -> Part[T]:
    """Return the rows after `cursor`, at most `PART`, the newest first."""
    return await _in_order(collection, query, cursor, time_field, "$lt", read)


async def oldest_first(
    collection: Collection,
    query: dict[str, Any],
    cursor: Cursor | None,
    *,
    time_field: str,
    read: Callable[[dict[str, Any]], T],
) -> Part[T]:
    """Return the rows after `cursor`, at most `PART`, the oldest first."""
    return await _in_order(collection, query, cursor, time_field, "$gt", read)


async def _in_order(  # noqa: PLR0917 - the two lists' own words
    collection: Collection,
    query: dict[str, Any],
    cursor: Cursor | None,
    time_field: str,
    after: Literal["$lt", "$gt"],
    read: Callable[[dict[str, Any]], T],
) -> Part[T]:
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
