"""Drafts: one per device, changed only from the state that was read."""

from collections.abc import Callable

from pymongo.errors import DuplicateKeyError

from services.gateway.domain.drafts import Draft, PageIds
from shared.errors import UnavailableError
from shared.storage.documents import Database

TRIES = 10


class Drafts:
    """Keeps what devices are about to hand in."""

    def __init__(self, database: Database) -> None:
        """Keep drafts in `database`."""
        self._drafts = database.drafts

    async def of_device(self, device_id: str) -> Draft:
        """Return a device's draft, empty if it has none."""
        row = await self._drafts.find_one({"_id": device_id})
        return Draft.model_validate(row) if row else Draft(id=device_id)

    async def change(self, device_id: str, step: Callable[[PageIds], PageIds]) -> Draft:
        """Take one step from whatever state there is; two at once follow each other.

        Raises:
            RefusedError: what `step` refuses.
        """
        for _ in range(TRIES):
            draft = await self.of_device(device_id)
            changed = draft.model_copy(update={"page_ids": step(draft.page_ids), "version": draft.version + 1})
            if changed.page_ids == draft.page_ids:
                return draft
            if await self._keep(draft, changed):
                return changed
        raise UnavailableError("a draft changes again and again")

    async def _keep(self, draft: Draft, changed: Draft) -> bool:
        if draft.version == 0:
            try:
                await self._drafts.insert_one(changed.model_dump(by_alias=True))
            except DuplicateKeyError:
                return False
            return True
        seen = {"_id": draft.id, "version": draft.version}
        done = await self._drafts.update_one(seen, {"$set": changed.model_dump(exclude={"id"})})
        return bool(done.modified_count)
