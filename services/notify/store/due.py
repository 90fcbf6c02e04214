"""Rows that come due: found by rank and time, and taken by one process at a time."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter

from services.notify.domain.line import USUAL, Room
from shared.clock import EVER
from shared.messaging.ledger import Work
from shared.storage.documents import Collection

T = TypeVar("T")
Bell = Callable[[], None]

LINE = [("rank", 1), ("due_at", 1), ("to", 1)]


class StaleError(Exception):
    """Somebody else changed the forward or notice since it was read: read it again and decide again."""


async def set_fields(collection: Collection, row_id: str, values: dict[str, Any], work: Work) -> dict[str, Any]:
    """Set fields of a row that may not exist yet; the row changes in any case, so that others meet it."""
    change = {"$inc": {"version": 1}} | ({"$set": values} if values else {})
    await collection.update_one({"_id": row_id}, change, upsert=True, session=work.session)
    return await collection.find_one({"_id": row_id}, session=work.session) or {}


async def claimed(
    collection: Collection, room: Room, now: datetime, until: datetime
) -> dict[str, Any] | datetime | None:
    """Take the row of the first rank that is due for longest; if there is none, return when the next is due.

    Rows that a version before this one kept have no rank.
    """
    ranks = [*room.ranks, *([None] if USUAL in room.ranks else [])]
    due = {"rank": {"$in": ranks}, "due_at": {"$gt": EVER, "$lte": now}, "to": {"$nin": list(room.busy)}}
    while row := await collection.find_one(due, sort=[("rank", 1), ("due_at", 1)]):
        if taken := await _taken(collection, row, until):
            return taken
    following = await collection.find_one({"due_at": {"$gt": now}}, {"due_at": 1}, sort=[("due_at", 1)])
    return following["due_at"] if following else None


async def claimed_old(
    collection: Collection, to: Sequence[str], before: datetime, until: datetime
) -> dict[str, Any] | None:
    """Take a row for one of some receivers that has been due since `before`, counting the try; None: there is none."""
    while row := await collection.find_one({"due_at": {"$gt": EVER, "$lte": before}, "to": {"$in": list(to)}}):
        if taken := await _taken(collection, row, until):
            return taken
    return None


async def _taken(collection: Collection, row: dict[str, Any], until: datetime) -> dict[str, Any] | None:
    """Lease a row that was found, counting the try, unless another process was faster.

    Two plain commands by id: the local database reads all rows to find and change one in a single command.
    """
    as_read = {"_id": row["_id"], "version": row["version"]}
    change = {"$set": {"due_at": until}, "$inc": {"attempt": 1, "version": 1}}
    result = await collection.update_one(as_read, change)
    ahead = {"due_at": until, "attempt": row["attempt"] + 1, "version": row["version"] + 1}
    return row | ahead if result.matched_count else None


def read(adapter: TypeAdapter[T], id_field: str, row: dict[str, Any]) -> T:
    """Return what a row says; its id goes into the field `id_field`."""
    return adapter.validate_python({id_field: row["_id"], **{k: v for k, v in row.items() if k != "_id"}})
