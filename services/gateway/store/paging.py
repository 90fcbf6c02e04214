"""Lists by time, newest or oldest first, in parts."""

from typing import Any, TypeVar

from pydantic import BaseModel

from services.gateway.domain.paging import Cursor, Part
from shared.storage.documents import Collection

M = TypeVar("M", bound=BaseModel)
PART = 50
AT_ONCE = 1000
"""How many rows one round of a job takes; the next round finds the rest."""


async def part_of(
    rows: Collection,
    query: dict[str, Any],
    cursor: Cursor | None,
    model: type[M],
    *,
    by: str,
    oldest_first: bool = False,
) -> Part[M]:
    """Return the rows after `cursor`, at most `PART`; `by` names the time that orders them."""
    after, direction = ("$gt", 1) if oldest_first else ("$lt", -1)
    conditions = [query]
    if cursor:
        same_time = {by: cursor.at, "_id": {after: cursor.id}}
        conditions.append({"$or": [{by: {after: cursor.at}}, same_time]})
    ordered = rows.find({"$and": conditions}).sort([(by, direction), ("_id", direction)])
    found = await ordered.limit(PART + 1).to_list(PART + 1)
    shown = found[:PART]
    following = Cursor(shown[-1][by], shown[-1]["_id"]).text() if len(found) > PART else None
    return Part([model.model_validate(row) for row in shown], following)
