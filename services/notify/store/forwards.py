"""Consents, papers and forwards: what is known of each, and each forward once."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from services.notify.domain.consent import Consent, Papers
from services.notify.domain.forward import Forward
from services.notify.domain.line import USUAL, Room
from services.notify.domain.packet import PACKETS, key_of
from services.notify.store.due import LINE, Bell, StaleError, claimed, claimed_old, read, set_fields
from shared.clock import EVER
from shared.errors import PermanentError
from shared.events.upload import DocumentFailed, DocumentFiled
from shared.messaging.ledger import Work
from shared.storage.documents import Database
from shared.storage.inventory import Inventory, nothing_named

_CONSENT = TypeAdapter(Consent)
_PAPERS = TypeAdapter(Papers)
_FORWARD = TypeAdapter(Forward)

AT_ONCE = 1000


class Revoked(NamedTuple):
    """A consent that was taken back, and its forward if there is one."""

    consent_id: str
    at: datetime
    forward_id: str | None


class Forwards:
    """Keeps what is known of each consent and document, and each forward once.

    Consent and papers may arrive at the same moment in two processes. Each of their handlers writes the document's
    row and the consent's row, so that one of the two transactions meets the other and is done again.
    """

    def __init__(self, database: Database, bell: Bell = lambda: None) -> None:
        """Use the collections of `database`; ring when a forward is brought."""
        self._bell = bell
        self._consents = database.consents
        self._papers = database.papers
        self._forwards = database.forwards
        self._alerted = database.alerted

    async def prepare(self) -> None:
        """Create the indexes; a consent has at most one forward."""
        await self._consents.create_index("document_id")
        await self._consents.create_index([("packet_gone", 1), ("revoked_at", 1)])
        await self._forwards.create_index("consent_id", unique=True)
        await self._forwards.create_index("due_at")
        await self._forwards.create_index(LINE)
        await self._alerted.create_index("version")  # and with it the collection, which a transaction could not

    async def keep_consent(self, consent: Consent, work: Work) -> Consent:
        """Keep a consent and return it with what was known before, such as that it was taken back already."""
        given = {k: v for k, v in asdict(consent).items() if k not in ("consent_id", "forward_id", "revoked_at")}
        return read(_CONSENT, "consent_id", await set_fields(self._consents, consent.consent_id, given, work))

    async def keep_revocation(self, consent_id: str, at: datetime, work: Work) -> Forward | None:
        """Keep that a consent was taken back, and return its forward if there is one."""
        await set_fields(self._consents, consent_id, {"revoked_at": at}, work)
        row = await self._forwards.find_one({"consent_id": consent_id}, session=work.session)
        return read(_FORWARD, "forward_id", row) if row else None

    async def keep_papers(self, papers: Papers, work: Work) -> tuple[Papers, Sequence[Consent]]:
        """Keep what became of a document; return the highest version known of it, and the consents for it."""
        before = await self.papers(papers.document_id, work)
        if before and before.of_version > papers.of_version:
            papers = before
        known = {k: v for k, v in asdict(papers).items() if k != "document_id"}
        await set_fields(self._papers, papers.document_id, {**known, "known": True}, work)
        rows = self._consents.find({"document_id": papers.document_id}, session=work.session)
        return papers, [read(_CONSENT, "consent_id", row) async for row in rows]

    async def is_newest(self, fact: DocumentFiled | DocumentFailed, work: Work) -> bool:
        """Tell whether teams were told of no later version of a document, and remember this one."""
        this = {"_id": fact.document_id}
        await self._alerted.update_one(this, {"$max": {"version": fact.version}}, upsert=True, session=work.session)
        row = await self._alerted.find_one(this, session=work.session)
        return bool(row and row["version"] == fact.version)

    async def papers(self, document_id: str, work: Work) -> Papers | None:
        """Return what became of a document, or nothing yet; a handler that knows them meanwhile meets this one."""
        row = await set_fields(self._papers, document_id, {}, work)
        return read(_PAPERS, "document_id", row) if row.get("known") else None

    async def add(self, forward: Forward, work: Work) -> None:
        """Keep a new forward and mark its consent as used."""
        await self._forwards.insert_one(_row(forward), session=work.session)
        self._bell()
        await set_fields(self._consents, forward.consent_id, {"forward_id": forward.forward_id}, work)

    async def find(self, forward_id: str, work: Work | None = None) -> Forward:
        """Return a forward.

        Raises:
            PermanentError: there is none of that id.
        """
        row = await self._forwards.find_one({"_id": forward_id}, session=work.session if work else None)
        if row is None:
            raise PermanentError("forward.unknown")
        return read(_FORWARD, "forward_id", row)

    async def revoked(self) -> list[Revoked]:
        """Return consents that were taken back and whose packets were not seen gone, some at a time."""
        waiting = {"packet_gone": None, "revoked_at": {"$gt": EVER}}
        rows = await self._consents.find(waiting).sort("revoked_at", 1).limit(AT_ONCE).to_list(AT_ONCE)
        return [Revoked(row["_id"], row["revoked_at"], row.get("forward_id")) for row in rows]

    async def packets_of(self, forward_ids: Sequence[str]) -> list[str]:
        """Return where packets of forwards lie, or would if they were just packed."""
        rows = self._forwards.find({"_id": {"$in": list(forward_ids)}}, {"packet.key": 1})
        packed = [row["packet"]["key"] async for row in rows if row.get("packet")]
        return sorted({*packed, *map(key_of, forward_ids)})

    async def see_gone(self, consent_ids: Sequence[str]) -> None:
        """Note that nothing is left of the packets of consents that were taken back."""
        await self._consents.update_many({"_id": {"$in": list(consent_ids)}}, {"$set": {"packet_gone": True}})

    @property
    def inventory(self) -> Inventory:
        """Which packets are accounted for; the links to one die, and then it goes: it may be missing."""
        return Inventory.of_rows(PACKETS, nothing_named, self._forwards)

    async def save(self, forward: Forward, work: Work | None = None) -> Forward:
        """Keep a forward as it is now, if nobody changed it since it was read; return it with its new version.

        Raises:
            StaleError: somebody did.
        """
        later = replace(forward, version=forward.version + 1)
        as_read = {"_id": forward.forward_id, "version": forward.version}
        result = await self._forwards.replace_one(as_read, _row(later), session=work.session if work else None)
        if not result.matched_count:
            raise StaleError(forward.forward_id)
        return later

    async def claim(self, room: Room, now: datetime, until: datetime) -> Forward | datetime | None:
        """Take the first forward in line, counting the try, or return when one is due; it is due again at `until`."""
        row = await claimed(self._forwards, room, now, until)
        return read(_FORWARD, "forward_id", row) if isinstance(row, dict) else row

    async def claim_old(self, to: Sequence[str], before: datetime, until: datetime) -> Forward | None:
        """Take a forward that is due since `before` to one of these suppliers."""
        row = await claimed_old(self._forwards, to, before, until)
        return read(_FORWARD, "forward_id", row) if row else None

    async def name_supplier(self, supplier_id: str) -> None:
        """Say to whom the forwards go that a version before this one kept, so that they can be passed over."""
        kept_before = {"supplier_id": supplier_id, "state": "queued", "to": None}
        await self._forwards.update_many(kept_before, {"$set": {"to": supplier_id, "rank": USUAL}})


def _row(forward: Forward) -> dict[str, Any]:
    values = asdict(forward)
    return {"_id": values.pop("forward_id"), **values, "to": forward.to, "rank": forward.rank}
