"""Arrivals: a complete transfer becomes one page, by the same path as a page that is uploaded at once."""

import asyncio
import hashlib
import tempfile
from contextlib import suppress
from functools import partial
from typing import BinaryIO

from services.gateway.domain.access import Ask
from services.gateway.domain.limits import Limits
from services.gateway.domain.pages import HEAD_BYTES, Page, media_type_of
from services.gateway.domain.refusal import RefusedError
from services.gateway.domain.transfers import Transfer
from services.gateway.store.drafts import Drafts
from services.gateway.store.pages import Pages, new_page
from services.gateway.store.transfers import Transfers
from shared.clock import Clock
from shared.errors import PermanentError
from shared.messaging.ledger import Work

IN_MEMORY_BYTES = 1024**2
ROUTE = "tus"


class Arrivals:
    """Finishes transfers; however often that is tried, there is one page, and it is put into the draft once."""

    def __init__(self, transfers: Transfers, pages: Pages, drafts: Drafts, limits: Limits, clock: Clock) -> None:
        """Take the stores that a finished transfer changes."""
        self._transfers = transfers
        self._pages = pages
        self._drafts = drafts
        self._limits = limits
        self._clock = clock

    async def finish(self, transfer: Transfer, traceparent: str | None = None) -> str:
        """Return the page that a complete transfer became.

        Raises:
            RefusedError: no format of ours, the draft is full, or the transfer was ended meanwhile.
        """
        if transfer.page_id:
            return transfer.page_id
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as file:
            await self._transfers.read(transfer, file)  # type: ignore[arg-type] # it does what a BinaryIO does
            page = await asyncio.to_thread(self._page, transfer, file)  # type: ignore[arg-type] # as above
            ask = Ask(f"citizen:{transfer.citizen_id}", transfer.key, ROUTE, page.sha256, traceparent)
            answer = await self._pages.keep(ask, page, file, partial(self._also, transfer, page))  # type: ignore[arg-type] # as above
        page_id = str(answer.body["page_id"])
        if page_id != page.id:  # it became that page before
            await self._transfers.remember(transfer, page_id)
        await self._transfers.drop_parts(transfer)
        if transfer.replaces:
            with suppress(RefusedError):  # it was handed in
                await self._pages.remove(transfer.replaces, self._clock())
        return page_id

    def _page(self, transfer: Transfer, file: BinaryIO) -> Page:
        file.seek(0)
        media_type = media_type_of(file.read(HEAD_BYTES))
        file.seek(0)
        sha256 = hashlib.sha256()
        while data := file.read(IN_MEMORY_BYTES):
            sha256.update(data)
        if file.tell() != transfer.length:
            raise PermanentError("transfer.altered")
        file.seek(0)
        return new_page(
            citizen_id=transfer.citizen_id,
            sha256=sha256.hexdigest(),
            size_bytes=transfer.length,
            media_type=media_type,
            uploaded_at=self._clock(),
            mandate_id=transfer.mandate_id,
            newcomer=transfer.newcomer,
        )

    async def _also(self, transfer: Transfer, page: Page, work: Work) -> None:
        """Finish the transfer and put the page into the draft in the transaction that keeps it."""
        await self._transfers.finish(transfer, page.id, work.session)
        if transfer.draft_of:
            await self._drafts.put(transfer.draft_of, transfer.replaces, page.id, self._limits, work.session)
