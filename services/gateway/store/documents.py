"""Documents: handed in once, read by their citizen and by the teams that were alerted about them."""

from collections.abc import Collection, Sequence
from typing import Any

from services.gateway.domain.access import Answer, Ask, Citizen
from services.gateway.domain.documents import Document, DocumentPage, Exchange, Filing
from services.gateway.domain.pages import Page
from services.gateway.domain.paging import Cursor, Part
from services.gateway.domain.progress import DOCUMENT, before
from services.gateway.domain.refusal import RefusedError
from services.gateway.domain.timeline import aside_of
from services.gateway.store.acts import Acts
from services.gateway.store.newcomers import Newcomers
from services.gateway.store.owners import Owners
from services.gateway.store.pages import Pages
from services.gateway.store.paging import part_of
from services.gateway.store.receipts import Receipts
from services.gateway.store.timeline import Entries
from shared.clock import Clock
from shared.events.upload import DocumentFailed, DocumentFiled
from shared.ids import new_id, new_number
from shared.messaging.ledger import Work
from shared.storage.documents import Database, Session
from shared.storage.inventory import Inventory, nothing_named

RECEIPTS = "receipts/"


class Documents:
    """Keeps documents; every reader says whose they must be."""

    def __init__(  # noqa: PLR0917 - where it keeps what, and whom it tells
        self,
        database: Database,
        acts: Acts,
        pages: Pages,
        newcomers: Newcomers,
        timeline: Entries,
        receipts: Receipts,
        clock: Clock,
    ) -> None:
        """Keep documents in `database`."""
        self._documents = database.documents
        self._applications = database.newcomers
        self._acts = acts
        self._owners = Owners(database)
        self._pages = pages
        self._newcomers = newcomers
        self._timeline = timeline
        self._receipts = receipts
        self._clock = clock

    async def prepare(self) -> None:
        """Create the indexes."""
        await self._documents.create_index("receipt_number", unique=True)
        await self._documents.create_index([("citizen_id", 1), ("received_at", -1), ("_id", -1)])
        await self._documents.create_index([("state", 1), ("repeat_at", 1)])
        await self._documents.create_index("pages.page_id")
        await self._documents.create_index("replacements.replaced.page_id")

    async def submit(
        self, ask: Ask, citizen: Citizen, page_ids: Sequence[str], declared_type: str | None, language: str
    ) -> Answer:
        """Take a document: its row, its event and its receipt are durable together.

        Whoever asks has seen that there is no first answer, and counted the submission.

        Raises:
            RefusedError: `page.missing`, `page.used`.
        """

        async def act(work: Work) -> Answer:
            newcomer = await self._newcomers.find(citizen.citizen_id, work.session)
            document = await self._new(citizen, page_ids, declared_type, work.session)
            document = document.model_copy(update={"without_account": newcomer is not None})
            fact = document.submitted()
            event_id = work.announce(fact)
            row = document.model_dump(by_alias=True)
            row |= {"event_id": event_id, "repeat_at": document.received_at, "repeats": 0}
            await self._documents.insert_one(row, session=work.session)
            aside = aside_of(citizen)
            await self._timeline.add(fact, citizen.citizen_id, document.received_at, work.session, aside=aside)
            if newcomer:
                await self._newcomers.submitted(newcomer, work)
            return Answer(202, self._receipt(document, language), f"/v1/documents/{document.id}")

        return await self._acts.first(ask, act)

    async def replace_page(self, ask: Ask, citizen: Citizen, wish: Exchange, language: str) -> Answer:
        """Put a page in the place of another one: the next version, its event and its receipt are durable together.

        Whoever asks has seen that there is no first answer, and counted the submission.

        Raises:
            RefusedError: `document.missing`, `document.version_missing`, `document.changed`, `page.missing`,
                `page.used`, `page.replaced`, `document.page_twice`, `document.too_many_replacements`.
        """

        async def act(work: Work) -> Answer:
            whose = await self._owners.reach(citizen, work.session)
            document = await self._one({"_id": wish.document_id, **whose}, work.session)
            document.check_exchange(wish)
            [page] = await self._pages.all_of_citizen([wish.new_page_id], citizen, work.session)
            await self._pages.hand_in([page.id], work.session)
            changed = document.with_page(wish.page_id, _as_handed_in(page), self._clock(), citizen.acting)
            fact = changed.submitted()
            await self._next_version(document, changed, work.announce(fact), work.session)
            aside = aside_of(citizen)
            await self._timeline.add(fact, citizen.citizen_id, changed.changed_at, work.session, aside=aside)
            return Answer(202, self._receipt(changed, language), f"/v1/documents/{document.id}")

        return await self._acts.first(ask, act)

    async def _next_version(self, old: Document, new: Document, event_id: str, session: Session) -> None:
        """Keep a new version in the place of the one that was read; its event is repeated as the first one was."""
        fields = new.model_dump(include={"version", "pages", "replacements", "state"})
        fields |= {"event_id": event_id, "repeat_at": new.changed_at, "repeats": 0}
        kept = await self._documents.update_one(
            {"_id": old.id, "version": _of_version(old.version)}, {"$set": fields}, session=session
        )
        if not kept.matched_count:
            raise RefusedError("document.changed")

    def _receipt(self, document: Document, language: str) -> dict[str, Any]:
        return self._receipts.of(document, language).model_dump(mode="json")

    async def _new(
        self, citizen: Citizen, page_ids: Sequence[str], declared_type: str | None, session: Session
    ) -> Document:
        pages = await self._pages.all_of_citizen(page_ids, citizen, session)
        await self._pages.hand_in(page_ids, session)
        by = citizen.acting
        return Document(
            id=new_id(),
            citizen_id=citizen.citizen_id,
            device_id=citizen.device_id,
            receipt_number=new_number(),
            received_at=self._clock(),
            declared_type=declared_type,
            handed_in_by=by.helper if by else None,
            handed_in_for=by.citizen if by else None,
            handed_in_as=by.kind if by else None,
            mandate_id=by.mandate_id if by else None,
            newcomer=citizen.newcomer,
            pages=tuple(_as_handed_in(page) for page in pages),
        )

    async def of_citizen(self, document_id: str, whose: Citizen | str) -> Document:
        """Return a document of this citizen; one who acts for them sees what is in reach.

        Raises:
            RefusedError: `document.missing`; somebody else's document is missing, too.
        """
        return await self._one({"_id": document_id, **await self._owners.reach(whose)})

    async def granted(self, document_id: str) -> Document:
        """Return a document to whose reader access was granted before.

        Raises:
            RefusedError: `document.missing`.
        """
        return await self._one({"_id": document_id})

    async def _one(self, query: dict[str, Any], session: Session | None = None) -> Document:
        if document := await self._find(query, session):
            return document
        raise RefusedError("document.missing")

    async def _find(self, query: dict[str, Any], session: Session | None = None) -> Document | None:
        row = await self._documents.find_one(query, session=session)
        return Document.model_validate(row) if row else None

    async def if_known(self, document_id: str, session: Session) -> Document | None:
        """Return a document that an event is about, or nothing."""
        return await self._find({"_id": document_id}, session)

    async def with_page(self, page_id: str, session: Session) -> Document | None:
        """Return the document whose present version has a page, or nothing if that was not handed in (any more)."""
        return await self._find({"pages.page_id": page_id}, session)

    async def sent_with(self, page_ids: Collection[str], whose: Citizen | str) -> dict[str, Document]:
        """Return for pages the document that has them, of those in this citizen's reach; most pages have none."""
        query = {"pages.page_id": {"$in": sorted(page_ids)}, **await self._owners.reach(whose)}
        rows = await self._documents.find(query).to_list(None) if page_ids else []
        return {page_id: one for one in map(Document.model_validate, rows) for page_id in one.page_ids}

    async def numbered(self, receipt_number: str) -> Document | None:
        """Return the document of a receipt, or the application, for checking what somebody already knows of it."""
        found = await self._find({"receipt_number": receipt_number})
        return found or await self._newcomers.application_numbered(receipt_number)

    async def naming(self, page_ids: Sequence[str]) -> set[str]:
        """Return those of the pages that a document names, or named before they were taken again."""
        ids = {"$in": list(page_ids)}
        places = ("pages.page_id", "replacements.replaced.page_id")
        rows = [row for place in places for row in await self._documents.find({place: ids}).to_list(None)]
        documents = [Document.model_validate(row) for row in rows]
        now = {page.page_id for document in documents for page in document.pages}
        return now | {each.replaced.page_id for document in documents for each in document.replacements}

    @property
    def receipts(self) -> Inventory:
        """Which printed receipts are accounted for: those of documents and applications; each can be printed anew."""
        return Inventory.of_rows(RECEIPTS, nothing_named, self._documents, self._applications)

    async def newest(self, whose: Citizen | str, cursor: Cursor | None) -> Part[Document]:
        """Return documents of this citizen, newest first; one who acts for them sees what is in reach."""
        query = await self._owners.reach(whose)
        return await part_of(self._documents, query, cursor, Document, by="received_at")

    async def file(self, fact: DocumentFiled, session: Session) -> None:
        """Keep where the readable document is; of several versions the highest, in whatever order they come."""
        this = {"_id": fact.document_id}
        row = await self._documents.find_one(this, {"filing": 1}, session=session)
        known = Filing.model_validate(row["filing"]).version if row and row.get("filing") else 0
        if known < fact.version:
            filing = Filing.model_validate(fact.model_dump()).model_dump()
            await self._documents.update_one(this, {"$set": {"filing": filing}}, session=session)
        await self._step(fact, "filed", {}, session)

    async def fail(self, fact: DocumentFailed, session: Session) -> None:
        """Keep why there is no readable document."""
        await self._step(fact, "failed", {"failed_reason": fact.reason}, session)

    async def _step(
        self, fact: DocumentFiled | DocumentFailed, state: str, more: dict[str, object], session: Session
    ) -> None:
        """Move a document on, if the fact is about its present version; what comes late changes nothing."""
        present = {"_id": fact.document_id, "version": _of_version(fact.version)}
        forward_only = {**present, "state": {"$in": before(DOCUMENT, state)}}
        await self._documents.update_one(forward_only, {"$set": {"state": state, **more}}, session=session)


def _as_handed_in(page: Page) -> DocumentPage:
    return DocumentPage(page_id=page.id, **page.model_dump(exclude={"id"}))


def _of_version(version: int) -> Any:
    """Return the condition on rows of a version; rows that are older than versions have the first one."""
    return {"$in": [None, 1]} if version == 1 else version
