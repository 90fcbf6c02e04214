"""What each team was alerted about, and so may read."""

from services.gateway.domain.refusal import RefusedError
from shared.events.notify import AlertRaised
from shared.storage.documents import Database, Session


class Alerts:
    """Keeps one row per team and thing; no row, no access."""

    def __init__(self, database: Database) -> None:
        """Keep alerts in `database`."""
        self._alerts = database.alerts
        self._forwards = database.forwards
        self._callbacks = database.callbacks

    async def prepare(self) -> None:
        """Create the index."""
        await self._alerts.create_index("about_id")  # for `forgetting.py`

    async def keep(self, fact: AlertRaised, session: Session) -> None:
        """Remember that a team was alerted."""
        about = {"_id": _row_id(fact.team, fact.about_id)}
        first = {"$setOnInsert": {"team": fact.team, "about_id": fact.about_id, "raised_at": fact.raised_at}}
        await self._alerts.update_one(about, first, upsert=True, session=session)

    async def check_document(self, team: str, document_id: str) -> None:
        """Check that a team was alerted about a document, or about a forward of it.

        Raises:
            RefusedError: `document.missing`: to this team there is no such document.
        """
        forwards = await self._forwards.find({"document_id": document_id}, {"_id": 1}).to_list(None)
        about = [_row_id(team, about_id) for about_id in (document_id, *(row["_id"] for row in forwards))]
        if await self._alerts.find_one({"_id": {"$in": about}, "team": team}) is None:
            raise RefusedError("document.missing")

    async def check_callback(self, team: str, callback_id: str) -> None:
        """Check that a team was alerted about a callback.

        Raises:
            RefusedError: `callback.missing`: to this team there is no such callback.
        """
        if await self._alerts.find_one({"_id": _row_id(team, callback_id), "team": team}) is None:
            raise RefusedError("callback.missing")

    async def may_call(self, team: str, citizen_id: str) -> bool:
        """Tell whether a team was alerted about a callback that this citizen wishes for."""
        wishes = await self._callbacks.find({"citizen_id": citizen_id}, {"_id": 1}).to_list(None)
        about = [_row_id(team, row["_id"]) for row in wishes]
        return await self._alerts.find_one({"_id": {"$in": about}, "team": team}) is not None


def _row_id(team: str, about_id: str) -> str:
    return f"{team} {about_id}"
