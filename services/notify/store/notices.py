"""Notices: for each lane of a channel, what is to be told through it and when it last was."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from services.notify.domain.line import Room
from services.notify.domain.notice import Notice
from services.notify.store.due import LINE, Bell, StaleError, claimed, claimed_old, read, set_fields
from shared.messaging.ledger import Work
from shared.storage.documents import Database

_NOTICE = TypeAdapter(Notice)


class Notices:
    """Keeps, for each lane of a channel, what is to be told through it and when it last was; no address, no word."""

    def __init__(self, database: Database, bell: Bell = lambda: None) -> None:
        """Use a collection of `database`; ring when a notice is brought."""
        self._notices = database.notices
        self._bell = bell

    async def prepare(self) -> None:
        """Create the indexes."""
        await self._notices.create_index("due_at")
        await self._notices.create_index(LINE)

    async def locked(self, row_id: str, work: Work) -> Notice | None:
        """Return a notice, or nothing yet; until `work` ends, others who would change it meet this one."""
        row = await set_fields(self._notices, row_id, {}, work)
        return read(_NOTICE, "row_id", row) if row.get("channel_id") else None

    async def keep(self, notice: Notice, work: Work) -> None:
        """Keep a notice that was locked."""
        values = _values(notice)
        await self._notices.replace_one({"_id": values.pop("row_id")}, values, session=work.session)
        self._bell()

    async def save(self, notice: Notice, work: Work | None = None) -> None:
        """Keep a notice as it is now, if nobody changed it since it was read.

        Raises:
            StaleError: somebody did.
        """
        values = {**_values(notice), "version": notice.version + 1}
        as_read = {"_id": values.pop("row_id"), "version": notice.version}
        result = await self._notices.replace_one(as_read, values, session=work.session if work else None)
        if not result.matched_count:
            raise StaleError(notice.row_id)

    async def drop(self, notice: Notice) -> None:
        """Forget a channel that was switched off, unless it was asked for anew at this moment."""
        await self._notices.delete_one({"_id": notice.row_id, "version": notice.version})

    async def claim(self, room: Room, now: datetime, until: datetime) -> Notice | datetime | None:
        """Take the first notice in line, counting the try, or return when one is due; it is due again at `until`."""
        row = await claimed(self._notices, room, now, until)
        return read(_NOTICE, "row_id", row) if isinstance(row, dict) else row

    async def claim_old(self, to: Sequence[str], before: datetime, until: datetime) -> Notice | None:
        """Take a notice that is due since `before` through one of these."""
        row = await claimed_old(self._notices, to, before, until)
        return read(_NOTICE, "row_id", row) if row else None


def _values(notice: Notice) -> dict[str, Any]:
    return {**asdict(notice), "to": notice.to, "rank": notice.rank}
