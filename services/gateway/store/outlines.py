"""Outlines: each correction is kept with its event, as long as the page is in no document."""

from functools import partial

from services.gateway.domain.access import Citizen
from services.gateway.domain.outlines import Wish, correction_of
from services.gateway.domain.pages import Page
from services.gateway.domain.refusal import RefusedError
from services.gateway.domain.versions import check_version
from services.gateway.store.pages import Pages
from shared.clock import Clock
from shared.messaging.ledger import Ledger
from shared.storage.documents import Database, again_on_conflict


class Outlines:
    """Keeps what people say of where a page lies in its picture."""

    def __init__(self, database: Database, ledger: Ledger, pages: Pages, clock: Clock) -> None:
        """Keep corrections with the pages of `database`."""
        self._rows = database.pages
        self._ledger = ledger
        self._pages = pages
        self._clock = clock

    async def correct(self, citizen: Citizen, wish: Wish) -> Page:
        """Keep a correction, and have the page checked anew by it; one that changes nothing has no effect.

        Raises:
            RefusedError: `page.missing`, `page.used`, `outline.version_missing`, `outline.changed`,
                `outline.several`, `outline.turn_only`, `outline.too_many`.
        """
        page = await self._pages.of_citizen(wish.page_id, citizen)
        check_version("outline", page.outline_version, wish.if_match)
        if wish.outline == page.outline:
            return page
        corrected = page.corrected(correction_of(wish.outline, citizen, self._clock()))
        await again_on_conflict(partial(self._keep, page, corrected))
        return corrected

    async def _keep(self, page: Page, corrected: Page) -> None:
        async with self._ledger.begin() as work:
            event_id = work.announce(corrected.outlined())
            fields = corrected.model_dump(include={"state", "corrections", "outline_version"})
            fields |= {"event_id": event_id, "repeat_at": corrected.changed_at, "repeats": 0}
            seen = {"_id": page.id, "handed_in": None, "outline_version": {"$in": _of_version(page.outline_version)}}
            done = await self._rows.update_one(seen, {"$set": fields}, session=work.session)
            if not done.matched_count:
                raise RefusedError("page.used" if await self._is_used(page) else "outline.changed")

    async def _is_used(self, page: Page) -> bool:
        return await self._rows.find_one({"_id": page.id, "handed_in": True}, {"_id": 1}) is not None


def _of_version(version: int) -> list[int | None]:
    """Return what a row of a version says; pages from before there were corrections say nothing."""
    return [version] if version else [None, 0]
