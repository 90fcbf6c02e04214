"""Forwards, as the notify service tells of them: any of its facts may come first."""

from services.gateway.domain.forwards import Forward, ForwardFact, step_of
from services.gateway.domain.progress import FORWARD, before
from shared.storage.documents import Database, Session


class Forwards:
    """Keeps how far each forward has come."""

    def __init__(self, database: Database) -> None:
        """Keep forwards in `database`."""
        self._forwards = database.forwards

    async def prepare(self) -> None:
        """Create the index."""
        await self._forwards.create_index("document_id")

    async def follow(self, fact: ForwardFact, session: Session) -> None:
        """Move a forward on; a fact that comes late changes nothing."""
        state, at, said = step_of(fact)
        ids = fact.model_dump(include={"citizen_id", "document_id", "supplier_id"})
        new = {"$setOnInsert": {**ids, "state": None}}
        await self._forwards.update_one({"_id": fact.forward_id}, new, upsert=True, session=session)
        forward_only = {"_id": fact.forward_id, "state": {"$in": [None, *before(FORWARD, state)]}}
        await self._forwards.update_one(forward_only, {"$set": {"state": state, "at": at, **said}}, session=session)

    async def of(self, document_ids: list[str]) -> dict[str, list[Forward]]:
        """Return the forwards of documents to which the reader has access, by document, oldest first."""
        found: dict[str, list[Forward]] = {document_id: [] for document_id in document_ids}
        theirs = self._forwards.find({"document_id": {"$in": document_ids}}).sort("_id", 1)
        for row in await theirs.to_list(None) if document_ids else ():
            found[row["document_id"]].append(Forward.model_validate(row))
        return found
