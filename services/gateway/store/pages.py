"""Pages: the bytes first, then the row and its event, then the answer."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, BinaryIO

from services.gateway.domain.access import Answer, Ask, Citizen, reach_of
from services.gateway.domain.pages import Page, PageCheck
from services.gateway.domain.refusal import RefusedError
from services.gateway.schemas.answered import PageKept
from services.gateway.store.acts import Acts
from services.gateway.store.owners import Owners
from services.gateway.store.paging import AT_ONCE
from shared.clock import EVER, Clock
from shared.errors import PermanentError, UnavailableError
from shared.events.gateway import PageDropped
from shared.events.upload import PageChecked
from shared.ids import day_of, first_id_of, new_id
from shared.messaging.ledger import Ledger, Work
from shared.storage.documents import Database, Session, again_on_conflict
from shared.storage.inventory import Inventory, id_in, nothing_named
from shared.storage.objects import Objects
from shared.storage.pictures import ANNOTATED, picture_key
from shared.storage.sweeping import day_key

ORIGINALS = "pages/"
BEFORE_DAYS = "originals/"
"""Where originals lay before keys had days; another prefix, as the sweep of then would not know the new keys."""

Also = Callable[[Work], Awaitable[None]]


def original_key(page_id: str) -> str:
    """Return where the bytes of a page are kept.

    The id is fresh for each request: with a hash as key, sweeping an orphan could take the bytes of a page that
    is just being kept again.
    """
    return day_key(ORIGINALS, day_of(page_id), page_id)


def new_page(**said: Any) -> Page:
    """Return a page under a fresh id, of which `said` says the rest."""
    page_id = new_id()
    return Page(id=page_id, object_key=original_key(page_id), **said)


class Pages:
    """Keeps pages; every reader says whose they must be."""

    def __init__(self, database: Database, objects: Objects, acts: Acts, ledger: Ledger, clock: Clock) -> None:
        """Keep rows in `database`, bytes in `objects`."""
        self._pages = database.pages
        self._objects = objects
        self._acts = acts
        self._ledger = ledger
        self._clock = clock
        self._owners = Owners(database)

    async def prepare(self) -> None:
        """Create the indexes."""
        await self._pages.create_index([("state", 1), ("repeat_at", 1)])
        await self._pages.create_index([("handed_in", 1), ("_id", 1)])
        await self._pages.create_index("citizen_id")  # for `forgetting.py`
        await self._pages.create_index("removed_at", sparse=True)

    async def keep(self, ask: Ask, page: Page, file: BinaryIO, also: Also | None = None) -> Answer:
        """Make the bytes durable, then the page and what it changes; return the first answer if it was kept before."""
        if answer := await self._acts.first_answer(ask):
            return answer
        await self._objects.put(page.object_key, file, size_bytes=page.size_bytes, media_type=page.media_type)
        answer = await self._acts.first(ask, lambda work: self._insert(page, work, also))
        if answer.body["page_id"] != page.id:  # another request with this key was faster
            with suppress(UnavailableError):
                await self._objects.remove(page.object_key)
        return answer

    async def _insert(self, page: Page, work: Work, also: Also | None) -> Answer:
        if also:
            await also(work)
        event_id = work.announce(page.uploaded())
        row = {**page.model_dump(by_alias=True), "event_id": event_id, "repeat_at": page.uploaded_at, "repeats": 0}
        await self._pages.insert_one(row, session=work.session)
        return Answer(201, PageKept.of(page).model_dump(mode="json"), f"/v1/pages/{page.id}")

    async def of_citizen(self, page_id: str, whose: Citizen | str) -> Page:
        """Return a page of this citizen; one who acts for them sees what is in reach.

        Raises:
            RefusedError: `page.missing`; somebody else's page is missing, too.
        """
        return await self._one({"_id": page_id, **await self._owners.reach(whose)})

    async def granted(self, page_id: str) -> Page:
        """Return a page to whose reader access was granted before.

        Raises:
            RefusedError: `page.missing`.
        """
        return await self._one({"_id": page_id})

    async def _one(self, query: dict[str, Any]) -> Page:
        row = await self._pages.find_one(query)
        if row is None or _was_let_go(row):
            raise RefusedError("page.missing")
        return Page.model_validate(row)

    async def of_document(self, page_ids: Sequence[str]) -> list[Page]:
        """Return pages whose reader was granted access before, in the order asked for, without those that are gone."""
        rows = await self._pages.find({"_id": {"$in": list(page_ids)}}).to_list(None)
        found = {row["_id"]: Page.model_validate(row) for row in rows}
        return [found[page_id] for page_id in page_ids if page_id in found]

    async def all_of_citizen(
        self, page_ids: Sequence[str], whose: Citizen | str, session: Session | None = None
    ) -> list[Page]:
        """Return pages of this citizen, in the order asked for.

        Raises:
            RefusedError: `page.missing`; somebody else's page is missing, too.
        """
        theirs = {"_id": {"$in": list(page_ids)}, **reach_of(whose)}
        rows = await self._pages.find(theirs, session=session).to_list(None)
        found = {row["_id"]: Page.model_validate(row) for row in rows if not _was_let_go(row)}
        if len(found) != len(page_ids):
            raise RefusedError("page.missing")
        return [found[page_id] for page_id in page_ids]

    async def check(self, fact: PageChecked, session: Session) -> str | None:
        """Keep the newest check of a page; return whom to tell, None if a check that outweighs it is known.

        Raises:
            PermanentError: `page.missing`; our row is older than any event about it.
        """
        row = await self._pages.find_one({"_id": fact.page_id}, session=session)
        if row is None:
            raise PermanentError("page.missing")
        if row.get("check") and not PageCheck.model_validate(row["check"]).gives_way_to(fact):
            return None
        change = {"$set": {"state": "checked", "check": fact.model_dump(exclude={"page_id"})}}
        await self._pages.update_one({"_id": fact.page_id}, change, session=session)
        return str(row["citizen_id"])

    async def hand_in(self, page_ids: Sequence[str], session: Session) -> None:
        """Keep pages for good: a document names them. In its transaction, so that none is dropped at that moment.

        Raises:
            RefusedError: `page.used`: a document names one of them; to read it again would cost us a minute.
        """
        unused = {"_id": {"$in": list(page_ids)}, "handed_in": None}
        done = await self._pages.update_many(unused, {"$set": {"handed_in": True}}, session=session)
        if done.matched_count != len(page_ids):
            raise RefusedError("page.used")

    async def remove(self, page_id: str, at: datetime) -> None:
        """Let a page go: it is missing from now on, and a sweep drops it once nobody works on it any more.

        Raises:
            RefusedError: `page.used`: a document names it.
        """
        unused = {"_id": page_id, "handed_in": None}
        if not (await self._pages.update_one(unused, {"$set": {"removed_at": at}})).matched_count:
            raise RefusedError("page.used")

    async def removed(self, checked_before: datetime, before: datetime) -> list[Page]:
        """Return some pages that were let go before some time: those that were checked, and older ones in any case."""
        checked = {"handed_in": None, "removed_at": {"$gt": EVER, "$lt": checked_before}, "state": "checked"}
        old = {"handed_in": None, "removed_at": {"$gt": EVER, "$lt": before}}
        found = [await self._pages.find(query).limit(AT_ONCE).to_list(AT_ONCE) for query in (checked, old)]
        return [Page.model_validate(row) for row in {row["_id"]: row for rows in found for row in rows}.values()]

    async def keep_for_good(self, page_ids: Sequence[str]) -> None:
        """Note pages that were handed in before this was noted at once."""
        await self._pages.update_many({"_id": {"$in": list(page_ids)}}, {"$set": {"handed_in": True}})

    async def idle(self, before: datetime) -> AsyncIterator[list[Page]]:
        """Yield pages from before that time which no document is known to name, some at a time.

        An id says when it was made, so the index leads past the younger ones.
        """
        last, end = "", first_id_of(before)
        while True:
            waiting = {"handed_in": None, "_id": {"$gt": last, "$lt": end}}
            rows = await self._pages.find(waiting).sort("_id", 1).limit(AT_ONCE).to_list(AT_ONCE)
            if not rows:
                return
            last = rows[-1]["_id"]
            yield [Page.model_validate(row) for row in rows]

    async def drop(self, page: Page) -> bool:
        """Remove a page and its pictures, and say so, unless it was handed in meanwhile; tell whether it is gone."""
        if not await again_on_conflict(partial(self._delete, page.id)):
            return False
        await self._remove(page.object_key)
        return True

    async def _delete(self, page_id: str) -> bool:
        async with self._ledger.begin() as work:
            done = await self._pages.delete_one({"_id": page_id, "handed_in": None}, session=work.session)
            if done.deleted_count:
                work.announce(PageDropped(page_id=page_id, dropped_at=self._clock()))
        return bool(done.deleted_count)

    async def _remove(self, object_key: str) -> None:
        """Remove what is kept of a page that is gone: its picture, and last the original by which a sweep finds it."""
        page_id = id_in(object_key)
        await self._objects.remove(picture_key(page_id))
        async for picture in self._objects.list(f"{ANNOTATED}{page_id}/"):  # from before keys had days
            await self._objects.remove(picture.key)
        await self._objects.remove(object_key)

    async def known(self, page_ids: Collection[str]) -> set[str]:
        """Return those of the ids under which a page was kept."""
        return {row["_id"] async for row in self._pages.find({"_id": {"$in": list(page_ids)}}, {"_id": 1})}

    @property
    def inventories(self) -> tuple[Inventory, Inventory]:
        """Which originals are accounted for: those of pages; what was drawn of a page is named here, too."""
        own = replace(Inventory.of_rows(ORIGINALS, self._named, self._pages), remove=self._remove)
        return own, replace(own, prefix=BEFORE_DAYS, named=nothing_named)

    async def _named(self) -> AsyncIterator[str]:
        async for row in self._pages.find({}, {"object_key": 1, "check.annotated_key": 1}):
            yield row["object_key"]
            if drawn := (row.get("check") or {}).get("annotated_key"):
                yield drawn


def _was_let_go(row: dict[str, Any]) -> bool:
    """Tell whether a page was let go before any document had it."""
    return bool(row.get("removed_at")) and not row.get("handed_in")
