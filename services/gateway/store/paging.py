"""Lists by time, newest first, in parts."""

from collections.abc import Callable
from typing import Any, TypeVar

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
    """Return the rows after `cursor`, at most `PART`."""
    conditions = [query]
    if cursor:
        older = {time_field: {"$lt": cursor.at}}
        same_time = {time_field: cursor.at, "_id": {"$lt": cursor.id}}
        conditions.append({"$or": [older, same_time]})
    order = [(time_field, -1), ("_id", -1)]
    rows = await collection.find({"$and": conditions}).sort(order).limit(PART + 1).to_list(PART + 1)
    following = len(rows) > PART
    rows = rows[:PART]
    last = Cursor(rows[-1][time_field], rows[-1]["_id"]).text() if following else None
    return Part([read(row) for row in rows], last)
