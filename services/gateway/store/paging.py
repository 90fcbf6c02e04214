"""Lists by time, newest or oldest first, in parts."""

from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel

from services.gateway.domain.paging import Cursor, Part
from shared.storage.documents import Collection

M = TypeVar("M", bound=BaseModel)
Row = dict[str, Any]
PART = 50
AT_ONCE = 1000
"""How many rows one round of a job takes; the next round finds the rest."""


async def part_of(
    rows: Collection,
    query: Row,
    cursor: Cursor | None,
    model: type[M],
    *,
    by: str,
    oldest_first: bool = False,
    or_of: Row | None = None,
) -> Part[M]:
    """Return the rows after `cursor` that match `query` (or `or_of`), at most `PART`; `by` names their time.

    No query says `$or`, which the local database answers by reading all rows; what two queries find is put together.
    """
    found: dict[str, Row] = {}
    for one in [query, *([or_of] if or_of else [])]:
        found |= {row["_id"]: row for row in await _after(rows, one, cursor, by=by, oldest_first=oldest_first)}
    ordered = sorted(found.values(), key=lambda row: (row[by], row["_id"]), reverse=not oldest_first)
    shown = ordered[:PART]
    following = Cursor(shown[-1][by], shown[-1]["_id"]).text() if len(ordered) > PART else None
    return Part([model.model_validate(row) for row in shown], following)


async def _after(rows: Collection, query: Row, cursor: Cursor | None, *, by: str, oldest_first: bool) -> list[Row]:
    """Return the rows after `cursor`, one more than a part has."""
    direction, found = 1 if oldest_first else -1, list[Row]()
    for step in _steps(cursor, by, "$gt" if oldest_first else "$lt"):
        if left := PART + 1 - len(found):
            ordered = rows.find({**query, **step}).sort([(by, direction), ("_id", direction)])
            found += await ordered.limit(left).to_list(left)
    return found


def _steps(cursor: Cursor | None, by: str, after: str) -> Iterator[Row]:
    """Yield what the rows after a cursor have: first its very time and an id behind its own, then a time behind it."""
    if cursor:
        yield {by: cursor.at, "_id": {after: cursor.id}}
        yield {by: {after: cursor.at}}
    else:
        yield {}
