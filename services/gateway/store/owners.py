"""Whose papers somebody may read: their own, and those of newcomers that the job centre assigned to them."""

from typing import Any

from services.gateway.domain.access import Citizen, reach_of
from shared.storage.documents import Database, Session


class Owners:
    """Knows which newcomers turned out to be which citizen; it never leads the other way."""

    def __init__(self, database: Database) -> None:
        """Ask the newcomers of `database`."""
        self._newcomers = database.newcomers

    async def readable_by(self, citizen_id: str, session: Session | None = None) -> Any:
        """Return the condition on `citizen_id` of what a citizen may read."""
        assigned = self._newcomers.find({"owner_id": citizen_id}, {"_id": 1}, session=session)
        ids = [row["_id"] for row in await assigned.to_list(None)]
        return {"$in": [citizen_id, *ids]} if ids else citizen_id

    async def reach(self, whose: Citizen | str, session: Session | None = None) -> dict[str, Any]:
        """Return what a row must say to be shown to somebody, or to the citizen of an id."""
        seen = reach_of(whose)
        return {**seen, "citizen_id": await self.readable_by(seen["citizen_id"], session)}
