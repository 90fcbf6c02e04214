"""Timeline entries, kept as codes and values; their texts are made when they are read."""

from collections.abc import Sequence
from datetime import datetime

from services.gateway.domain.access import Citizen, Person
from services.gateway.domain.paging import Cursor, Part
from services.gateway.domain.timeline import NOTHING_MORE, OF_MANDATES, TO_HELPERS, Aside, Entry, entry_of
from services.gateway.store.owners import Owners
from services.gateway.store.paging import part_of
from shared.events.event import Fact
from shared.ids import new_id
from shared.storage.documents import Database, Session


class Entries:
    """Keeps the entries of all citizens; every reader says whose."""

    def __init__(self, database: Database) -> None:
        """Keep entries in `database`."""
        self._entries = database.timeline
        self._owners = Owners(database)

    async def prepare(self) -> None:
        """Create the indexes: by what happened when, by what became known when, and by what it is about."""
        await self._entries.create_index([("citizen_id", 1), ("at", -1), ("_id", -1)])
        await self._entries.create_index([("citizen_id", 1), ("_id", 1)])
        for of in ("document_id", "about_id"):
            await self._entries.create_index([(of, 1), ("at", -1), ("_id", -1)])

    async def add(
        self,
        fact: Fact,
        citizen_id: str,
        at: datetime,
        session: Session,
        *,
        document_id: str | None = None,
        aside: Aside = NOTHING_MORE,
    ) -> None:
        """Tell a citizen of a fact, if it is one to tell of; `document_id` where the fact itself does not name it."""
        if entry := entry_of(fact, id=new_id(), at=at, citizen_id=citizen_id, document_id=document_id, aside=aside):
            await self._entries.insert_one(entry.model_dump(by_alias=True), session=session)

    async def newest(self, whose: Citizen | str, cursor: Cursor | None, *, without: str = "") -> Part[Entry]:
        """Return what a citizen was told, newest first; of the kind `without` nothing.

        One who acts for them does not read whom else they trust, or help.
        """
        acting = isinstance(whose, Citizen) and whose.acting is not None
        hidden = [without, *(OF_MANDATES if acting else ())]
        citizen_id = whose.citizen_id if isinstance(whose, Citizen) else whose
        query = {"citizen_id": await self._owners.readable_by(citizen_id), "kind": {"$nin": hidden}}
        return await part_of(self._entries, query, cursor, Entry, by="at")

    async def of_helper(self, person: Person, cursor: Cursor | None) -> Part[Entry]:
        """Return what became of the mandates that somebody accepted, newest first."""
        query = {"citizen_id": {"$in": person.helper_ids}, "code": {"$in": TO_HELPERS}}
        return await part_of(self._entries, query, cursor, Entry, by="at")

    async def about(
        self, citizen_id: str, document_id: str, page_ids: Sequence[str], cursor: Cursor | None
    ) -> Part[Entry]:
        """Return what a citizen was told about a document, its pages and its forwards, newest first."""
        theirs = {"citizen_id": await self._owners.readable_by(citizen_id)}
        of_document = {"document_id": document_id, **theirs}
        of_pages = {"about_id": {"$in": list(page_ids)}, **theirs} if page_ids else None
        return await part_of(self._entries, of_document, cursor, Entry, by="at", or_of=of_pages)

    async def known_since(self, citizen_id: str, first_id: str, limit: int = 500) -> list[Entry]:
        """Return entries that became known at `first_id` (a UUIDv7) or later, in that order."""
        query = {"citizen_id": await self._owners.readable_by(citizen_id), "_id": {"$gte": first_id}}
        rows = await self._entries.find(query).sort("_id", 1).limit(limit).to_list(limit)
        return [Entry.model_validate(row) for row in rows]
