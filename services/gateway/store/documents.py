"""Documents: handed in once, read by their citizen and by the teams that were alerted about them."""

from collections.abc import Sequence

from services.gateway.domain.access import Answer, Ask, Citizen
from services.gateway.domain.documents import Document, DocumentPage, Filing
from services.gateway.domain.paging import Cursor, Part
from services.gateway.domain.progress import DOCUMENT, before
from services.gateway.domain.refusal import RefusedError
from services.gateway.domain.texts import Texts
from services.gateway.schemas.answered import Receipt
from services.gateway.store.acts import Acts
from services.gateway.store.pages import Pages
from services.gateway.store.paging import newest_first
from services.gateway.store.timeline import Entries
from shared.clock import Clock
from shared.events.upload import DocumentFailed, DocumentFiled
from shared.ids import new_id, new_number
from shared.messaging.ledger import Work
from shared.storage.documents import Database, Session


class Documents:
    """Keeps documents; every reader says whose they must be."""

    def __init__(
        self, database: Database, acts: Acts, *, pages: Pages, timeline: Entries, texts: Texts, clock: Clock
    ) -> None:
        """Keep documents in `database`."""
        self._documents = database.documents
        self._acts = acts
        self._pages = pages
        self._timeline = timeline
        self._texts = texts
        self._clock = clock

    async def prepare(self) -> None:
        """Create the indexes."""
        await self._documents.create_index("receipt_number", unique=True)
        await self._documents.create_index([("citizen_id", 1), ("received_at", -1), ("_id", -1)])
        await self._documents.create_index([("state", 1), ("repeat_at", 1)])

    async def submit(
        self, ask: Ask, citizen: Citizen, page_ids: Sequence[str], declared_type: str | None, language: str
    ) -> Answer:
        """Take a document: its row, its event and its receipt are durable together.

        Raises:
            RefusedError: `page.missing`.
        """

        async def act(work: Work) -> Answer:
            document = await self._new(citizen, page_ids, declared_type, work.session)
            fact = document.submitted()
            event_id = work.announce(fact)
            row = document.model_dump(by_alias=True)
            row |= {"event_id": event_id, "repeat_at": document.received_at, "repeats": 0}
            await self._documents.insert_one(row, session=work.session)
            await self._timeline.add(fact, citizen.citizen_id, document.received_at, work.session)
            receipt = Receipt.of(document, self._texts.time(document.received_at, language))
            return Answer(202, receipt.model_dump(mode="json"), f"/v1/documents/{document.id}")

        return await self._acts.once(ask, act)

    async def _new(
        self, citizen: Citizen, page_ids: Sequence[str], declared_type: str | None, session: Session
    ) -> Document:
        pages = await self._pages.all_of_citizen(page_ids, citizen.citizen_id, session)
        return Document(
            id=new_id(),
            citizen_id=citizen.citizen_id,
            device_id=citizen.device_id,
            receipt_number=new_number(),
            received_at=self._clock(),
            declared_type=declared_type,
            pages=tuple(DocumentPage(page_id=page.id, **page.model_dump(exclude={"id"})) for page in pages),
        )

    async def of_citizen(self, document_id: str, citizen_id: str) -> Document:
        """Return a document of this citizen.

        Raises:
            RefusedError: `document.missing`; somebody else's document is missing, too.
        """
        row = await self._documents.find_one({"_id": document_id, "citizen_id": citizen_id})
        if row is None:
            raise RefusedError("document.missing")
        return Document.model_validate(row)

    async def granted(self, document_id: str) -> Document:
        """Return a document to whose reader access was granted before.

        Raises:
            RefusedError: `document.missing`.
        """
        row = await self._documents.find_one({"_id": document_id})
        if row is None:
            raise RefusedError("document.missing")
        return Document.model_validate(row)

    async def newest(self, citizen_id: str, cursor: Cursor | None) -> Part[Document]:
        """Return documents of this citizen, newest first."""
        query = {"citizen_id": citizen_id}
        return await newest_first(
            self._documents, query, cursor, time_field="received_at", read=Document.model_validate
        )

    async def file(self, fact: DocumentFiled, session: Session) -> None:
        """Keep where the readable document is."""
        filing = Filing.model_validate(fact.model_dump()).model_dump()
        await self._step(fact.document_id, "filed", {"filing": filing}, session)

    async def fail(self, fact: DocumentFailed, session: Session) -> None:
        """Keep why there is no readable document."""
        await self._step(fact.document_id, "failed", {"failed_reason": fact.reason}, session)

    async def _step(self, document_id: str, state: str, more: dict[str, object], session: Session) -> None:
        forward_only = {"_id": document_id, "state": {"$in": before(DOCUMENT, state)}}
        await self._documents.update_one(forward_only, {"$set": {"state": state, **more}}, session=session)
