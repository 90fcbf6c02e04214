"""Keeps callbacks in MongoDB: one document each, changed only from the version that was read."""

from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from services.callback.domain.callback import Call, Callback
from services.callback.domain.hours import Window
from shared.clock import EVER
from shared.errors import AlreadyHandledError, NotYetError
from shared.events.event import Event
from shared.events.gateway import CallbackRequested
from shared.storage.documents import Database, Session

Request = Event[CallbackRequested]


class ChangedMeanwhileError(Exception):
    """Another process changed the callback after it was read: read it again."""


class Callbacks:
    """The callbacks of one service."""

    def __init__(self, database: Database) -> None:
        """Keep callbacks in `database`."""
        self._rows = database.callbacks

    async def prepare(self) -> None:
        """Create the index the service clock searches by."""
        await self._rows.create_index("due_at")

    async def add(self, callback: Callback, request: Request, session: Session) -> None:
        """Keep a new callback with the event that asked for it.

        Raises:
            AlreadyHandledError: it is kept already, from another copy of the request.
        """
        row = {**_row(callback), "request": request.model_dump(mode="json", by_alias=True, exclude_none=True)}
        try:
            await self._rows.insert_one(row, session=session)
        except DuplicateKeyError as error:
            raise AlreadyHandledError(callback.callback_id) from error

    async def get(self, callback_id: str, session: Session) -> Callback:
        """Return a callback.

        Raises:
            NotYetError: the request for it was not handled yet.
        """
        row = await self._rows.find_one({"_id": callback_id}, session=session)
        if row is None:
            raise NotYetError(callback_id)
        return _callback(row)

    async def replace(self, old: Callback, new: Callback, session: Session) -> None:
        """Keep `new` in place of `old`.

        Raises:
            ChangedMeanwhileError: `old` is no longer what is kept.
        """
        changed = await self._rows.update_one(
            {"_id": old.callback_id, "version": old.version}, {"$set": _row(new)}, session=session
        )
        if not changed.matched_count:
            raise ChangedMeanwhileError(old.callback_id)

    async def due(self, before: datetime) -> AsyncIterator[str]:
        """Yield the ids of callbacks whose next call was due before an instant; the oldest first."""
        async for row in self._rows.find({"due_at": {"$gt": EVER, "$lt": before}}, {"_id": 1}).sort("due_at", 1):
            yield row["_id"]

    async def asked(self, callback_id: str) -> tuple[Callback, Request]:
        """Return a callback with the event that asked for it.

        Raises:
            NotYetError: the request for it was not handled yet.
        """
        row = await self._rows.find_one({"_id": callback_id})
        if row is None:
            raise NotYetError(callback_id)
        return _callback(row), Request.model_validate(row["request"])


def _row(callback: Callback) -> dict[str, Any]:
    fields = asdict(callback)
    return {"_id": fields.pop("callback_id"), **fields}


def _callback(row: dict[str, Any]) -> Callback:
    fields = {key: value for key, value in row.items() if key not in {"_id", "request"}}
    fields["window"] = Window(**row["window"])
    fields["calls"] = tuple(Call(**call) for call in row["calls"])
    return Callback(callback_id=row["_id"], **fields)
