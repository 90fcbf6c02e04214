"""Forgetting newcomers who came to nothing: nothing of theirs stays, no row, no file, and no way to reach them."""

from datetime import datetime
from functools import partial
from typing import Any

from services.gateway.domain.mandates import OPEN, Mandate
from services.gateway.domain.pages import Page
from services.gateway.domain.transfers import Transfer
from services.gateway.store.newcomers import FORGOTTEN
from services.gateway.store.paging import AT_ONCE
from services.gateway.store.stores import Stores
from shared.clock import Clock
from shared.loops import attempt
from shared.messaging.ledger import Ledger, Work
from shared.storage.documents import Collection, Database, again_on_conflict


class Forgetting:
    """Closes every door first, in one transaction; then removes what lies behind, again and again until it is done."""

    def __init__(self, database: Database, ledger: Ledger, stores: Stores, clock: Clock) -> None:
        """Forget newcomers of `database`."""
        self._database = database
        self._ledger = ledger
        self._stores = stores
        self._clock = clock

    async def idle(self, before: datetime) -> int:
        """Let those go who started before then and never handed anything in; return how many."""
        newcomers, idle = self._database.newcomers, {"state": "started", "started_at": {"$lt": before}}
        found = [newcomers.find(those, {"_id": 1}).limit(AT_ONCE) for those in (idle, {"state": FORGOTTEN})]
        rows = [row for those in found for row in await those.to_list(AT_ONCE)]
        return sum([await attempt(partial(self._forget, row["_id"]), "forget") for row in rows])

    async def _forget(self, newcomer_id: str) -> None:
        await again_on_conflict(partial(self._close, newcomer_id))
        await self._clear(newcomer_id)

    async def _close(self, newcomer_id: str) -> None:
        async with self._ledger.begin() as work:
            started = {"_id": newcomer_id, "state": "started"}
            rest = {"state": FORGOTTEN, "key": f"{FORGOTTEN} {newcomer_id}"}
            nothing = {"$set": rest, "$unset": {"person": "", "device_id": ""}}
            done = await self._database.newcomers.update_one(started, nothing, session=work.session)
            if done.matched_count:  # else they handed something in at this very moment, or it was done before
                await self._forget_rows(newcomer_id, work)
                await self._stores.people.forget(newcomer_id, work.session)

    async def _forget_rows(self, newcomer_id: str, work: Work) -> None:
        theirs, rows = {"citizen_id": newcomer_id}, self._database
        given = await rows.mandates.find(theirs, session=work.session).to_list(None)
        for mandate in (Mandate.model_validate(row) for row in given if row["state"] in OPEN):
            work.announce(mandate.revoked("citizen", self._clock()))
        mandates, devices, pages, wishes = [
            [row["_id"] for row in await found.find(theirs, {"_id": 1}, session=work.session).to_list(None)]
            for found in (rows.mandates, rows.devices, rows.pages, rows.callbacks)
        ]
        principals = [f"citizen:{newcomer_id}", *(f"mandate:{mandate_id}" for mandate_id in mandates)]
        helpers = [row["helper_id"] for row in given if row["helper_id"]]
        gone: list[tuple[Collection, dict[str, Any]]] = [
            (rows.mandates, theirs),
            (rows.callbacks, theirs),
            (rows.alerts, {"about_id": {"$in": wishes}}),
            (rows.timeline, theirs),
            (rows.timeline, {"citizen_id": {"$in": helpers}, "about_id": {"$in": mandates}}),  # it names them, too
            (rows.drafts, {"_id": {"$in": devices}}),
            (rows.drafts, {"page_ids": {"$in": pages}}),
            *((rows.answers, _asked_by(principal)) for principal in principals),
        ]
        for collection, query in gone:
            await collection.delete_many(query, session=work.session)

    async def _clear(self, newcomer_id: str) -> None:
        gone = {"_id": newcomer_id, "state": FORGOTTEN}
        if await self._database.newcomers.find_one(gone, {"_id": 1}) is None:
            return
        theirs = {"citizen_id": newcomer_id}
        for channel in await self._stores.channels.of_citizen(newcomer_id):
            await self._stores.channels.end(channel.id)
        for row in await self._database.pages.find(theirs).to_list(None):
            await self._stores.pages.drop(Page.model_validate(row))
        for row in await self._database.transfers.find(theirs).to_list(None):
            await self._stores.transfers.end(Transfer.model_validate(row))
        await self._database.newcomers.delete_one(gone)


def _asked_by(principal: str) -> dict[str, Any]:
    """Return the condition on answers that were given to somebody: their ids begin with who asked, and a space."""
    return {"_id": {"$gte": f"{principal} ", "$lt": f"{principal}!"}}
