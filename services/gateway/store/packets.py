"""Packets: which links were used, and what suppliers answered."""

import hashlib
from contextlib import suppress
from datetime import timedelta
from functools import partial

from pymongo.errors import DuplicateKeyError

from services.gateway.domain.access import Answer, Ask
from services.gateway.domain.limits import LINK_DAYS
from services.gateway.domain.refusal import RefusedError
from services.gateway.schemas.answered import ConfirmationKept
from services.gateway.store.acts import Acts
from shared.clock import Clock
from shared.events.gateway import PacketConfirmed, PacketDownloaded
from shared.links import PacketLink
from shared.messaging.ledger import Ledger, Work
from shared.storage.deleting import Expiring
from shared.storage.documents import Database, again_on_conflict


class Packets:
    """Remembers which links were used, and for what."""

    def __init__(self, database: Database, acts: Acts, ledger: Ledger, clock: Clock) -> None:
        """Keep used links in `database`; they are named by their hash."""
        self._used = database.used_links
        self.expiring = Expiring(self._used, "at", timedelta(days=LINK_DAYS))  # nobody can use them any more
        self._acts = acts
        self._ledger = ledger
        self._clock = clock

    async def check_unused(self, text: str) -> None:
        """Check that a link was not used yet.

        Raises:
            RefusedError: `packet.used`.
        """
        if await self._used.find_one({"_id": _digest(text)}):
            raise RefusedError("packet.used")

    async def mark_used(self, text: str, link: PacketLink) -> None:
        """Remember that everything behind a link was sent; announced once, also when two downloads raced."""
        with suppress(DuplicateKeyError):
            await again_on_conflict(partial(self._mark, _digest(text), link))

    async def _mark(self, digest: str, link: PacketLink) -> None:
        now = self._clock()
        async with self._ledger.begin() as work:
            row = {"_id": digest, "forward_id": link.forward_id, "at": now}
            await self._used.insert_one(row, session=work.session)
            work.announce(PacketDownloaded(forward_id=link.forward_id, supplier_id=link.supplier_id, downloaded_at=now))

    async def confirm(self, ask: Ask, fact: PacketConfirmed) -> Answer:
        """Announce what a supplier answered."""

        async def act(work: Work) -> Answer:
            work.announce(fact)
            kept = ConfirmationKept(**fact.model_dump(include=set(ConfirmationKept.model_fields)))
            return Answer(202, kept.model_dump(mode="json"))

        return await self._acts.once(ask, act)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
