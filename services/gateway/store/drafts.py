"""Drafts: one per device, changed only from the state that was read."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from services.gateway.domain.drafts import KEPT, Draft, PageIds, remove, replace
from services.gateway.domain.limits import Limits
from shared.clock import Clock
from shared.errors import UnavailableError
from shared.storage.documents import Database, Session

TRIES = 10


class Drafts:
    """Keeps what devices are about to hand in."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Keep drafts in `database`."""
        self._drafts = database.drafts
        self._clock = clock

    async def prepare(self) -> None:
        """Create the indexes: the draft a page is in, and those that nobody changes."""
        await self._drafts.create_index("page_ids")
        await self._drafts.create_index("changed_at")

    async def of_device(self, device_id: str, session: Session | None = None) -> Draft:
        """Return a device's draft, empty if it has none."""
        row = await self._drafts.find_one({"_id": device_id}, session=session)
        return Draft.model_validate(row) if row else Draft(id=device_id)

    async def change(self, device_id: str, step: Callable[[PageIds], PageIds], *, undoable: bool = False) -> Draft:
        """Take one step from whatever state there is; two at once follow each other. One may be `undoable`.

        Raises:
            RefusedError: what `step` refuses.
        """
        for _ in range(TRIES):
            draft = await self.of_device(device_id)
            changed = draft.after(step(draft.page_ids), draft.page_ids if undoable else ())
            if changed.page_ids == draft.page_ids:
                return draft
            if await self._keep(draft, changed):
                return changed
        raise UnavailableError("a draft changes again and again")

    async def put(self, device_id: str, old: str | None, new: str, limits: Limits, session: Session) -> None:
        """Put a page into a draft, in the place of another if one is named, within a transaction.

        Raises:
            RefusedError: `document.too_many_pages`.
        """
        draft = await self.of_device(device_id, session)
        changed = draft.after(replace(draft.page_ids, old or "", new, limits))
        if draft.version == 0:
            await self._drafts.insert_one(self._row(changed) | {"_id": changed.id}, session=session)
        elif not await self._update(draft, changed, session):
            raise UnavailableError("a draft changed meanwhile")

    async def holding(self, page_ids: Sequence[str]) -> list[Draft]:
        """Return the drafts that any of the pages is in."""
        rows = await self._drafts.find({"page_ids": {"$in": list(page_ids)}}).to_list(None)
        return [Draft.model_validate(row) for row in rows]

    async def let_go(self, page_id: str) -> None:
        """Take a page out of every draft that it is in."""
        for draft in await self.holding([page_id]):
            await self.change(draft.id, lambda pages: remove(pages, page_id))

    async def expire(self, now: datetime) -> int:
        """Forget drafts that nobody has changed for long; return how many."""
        done = await self._drafts.delete_many({"changed_at": {"$lt": now - KEPT}})
        return int(done.deleted_count)

    async def _keep(self, draft: Draft, changed: Draft) -> bool:
        if draft.version == 0:
            try:
                await self._drafts.insert_one(self._row(changed) | {"_id": changed.id})
            except DuplicateKeyError:
                return False
            return True
        return await self._update(draft, changed)

    async def _update(self, draft: Draft, changed: Draft, session: Session | None = None) -> bool:
        seen = {"_id": draft.id, "version": draft.version}
        done = await self._drafts.update_one(seen, {"$set": self._row(changed)}, session=session)
        return bool(done.modified_count)

    def _row(self, draft: Draft) -> dict[str, Any]:
        return draft.model_dump(exclude={"id"}) | {"changed_at": self._clock()}
