"""Consents: given once, taken back at any time."""

from datetime import datetime
from functools import partial
from typing import Any

from services.gateway.domain.access import Answer, Ask
from services.gateway.domain.consents import Consent
from services.gateway.domain.refusal import RefusedError
from services.gateway.schemas.answered import ConsentKept
from services.gateway.store.acts import Acts
from services.gateway.store.owners import Owners
from services.gateway.store.timeline import Entries
from shared.messaging.ledger import Ledger, Work
from shared.storage.documents import Database, again_on_conflict, change_one


class Consents:
    """Keeps consents with the text that was agreed to."""

    def __init__(self, database: Database, acts: Acts, ledger: Ledger, timeline: Entries) -> None:
        """Keep consents in `database`."""
        self._consents = database.consents
        self._acts = acts
        self._owners = Owners(database)
        self._ledger = ledger
        self._timeline = timeline

    async def prepare(self) -> None:
        """Create the index."""
        await self._consents.create_index([("citizen_id", 1), ("document_id", 1)])

    async def give(self, ask: Ask, consent: Consent) -> Answer:
        """Keep a consent and announce it."""

        async def act(work: Work) -> Answer:
            fact = consent.given()
            work.announce(fact)
            await self._consents.insert_one(consent.model_dump(by_alias=True), session=work.session)
            await self._timeline.add(fact, consent.citizen_id, consent.given_at, work.session)
            return Answer(201, ConsentKept.of(consent).model_dump(mode="json"), f"/v1/consents/{consent.id}")

        return await self._acts.once(ask, act)

    async def revoke(self, consent_id: str, citizen_id: str, at: datetime) -> None:
        """Take a consent back; announced once, however often it is asked for.

        Raises:
            RefusedError: `consent.missing`.
        """
        theirs = {"_id": consent_id, "citizen_id": await self._owners.readable_by(citizen_id)}
        changed = await again_on_conflict(partial(self._revoke, theirs, at))
        if not changed and await self._consents.find_one(theirs) is None:
            raise RefusedError("consent.missing")

    async def _revoke(self, theirs: dict[str, Any], at: datetime) -> bool:
        async with self._ledger.begin() as work:
            given = {**theirs, "revoked_at": None}
            row = await change_one(self._consents, given, {"$set": {"revoked_at": at}}, work.session)
            if row is None:
                return False
            consent = Consent.model_validate(row)
            fact = consent.revoked(at)
            work.announce(fact)
            await self._timeline.add(fact, consent.citizen_id, at, work.session, document_id=consent.document_id)
        return True

    async def of_document(self, document_id: str, citizen_id: str) -> list[Consent]:
        """Return what this citizen agreed to for a document, oldest first; taken back or not."""
        theirs = {"document_id": document_id, "citizen_id": await self._owners.readable_by(citizen_id)}
        rows = self._consents.find(theirs).sort("given_at", 1)
        return [Consent.model_validate(row) for row in await rows.to_list(None)]

    async def in_force(self, consent_id: str) -> None:
        """Check that a consent stands.

        Raises:
            RefusedError: `packet.missing` if it was never given, `consent.revoked` if it was taken back.
        """
        row = await self._consents.find_one({"_id": consent_id})
        if row is None:
            raise RefusedError("packet.missing")
        if row["revoked_at"]:
            raise RefusedError("consent.revoked")
