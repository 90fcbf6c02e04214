"""Keeps by what a sheet is known again, beside its page (MongoDB)."""

import asyncio
from base64 import b64decode
from collections.abc import Mapping

from services.upload.domain.likeness.candidates import keys_of, likely_among
from services.upload.domain.likeness.fingerprint import Fingerprint
from services.upload.domain.likeness.same import is_same
from services.upload.store.papers import SeenPage, as_outlined
from shared.links import Links
from shared.storage.documents import Database

MOST_COMPARED = 300  # of a citizen's pages, the newest: years of papers for most


class Sheets:
    """Fingerprints of sheets, kept with their pages; each is compared with the newest ones of the same citizen only."""

    def __init__(self, database: Database, links: Links) -> None:
        """Keep fingerprints in `database`; `links` makes each citizen's key."""
        self._pages = database.pages
        self._links = links

    async def prepare(self) -> None:
        """Create the index."""
        await self._pages.create_index([("citizen_id", 1), ("_id", -1)])

    def key_of(self, citizen_id: str) -> str:
        """Return the key, in hex, with which a citizen's words are marked."""
        return self._links.digest(f"sheets of {citizen_id}")

    async def same_as(self, page: SeenPage, packed: str) -> tuple[str, ...]:
        """Keep the fingerprint of a page unless its outline is outdated; return those of the same sheet, newest first.

        It is kept before others are looked at: of two that are read at the same time, one then finds the other.
        """
        data = b64decode(packed)
        mine = Fingerprint.unpacked(data)
        keys = keys_of(mine)
        await self._pages.update_one(as_outlined(page), {"$set": {"fingerprint": data, "keys": keys}})
        theirs = self._pages.find({"citizen_id": page.citizen_id}, {"keys": 1}).sort("_id", -1).limit(MOST_COMPARED)
        rows = await theirs.to_list(MOST_COMPARED)
        known = {row["_id"]: row["keys"] for row in rows if row.get("keys") is not None and row["_id"] != page.page_id}
        found = self._pages.find({"_id": {"$in": likely_among(keys, known)}}, {"fingerprint": 1})
        prints = {row["_id"]: Fingerprint.unpacked(row["fingerprint"]) async for row in found}
        return await asyncio.to_thread(_same_of, mine, prints)


def _same_of(mine: Fingerprint, prints: Mapping[str, Fingerprint]) -> tuple[str, ...]:
    return tuple(page_id for page_id in sorted(prints, reverse=True) if is_same(mine, prints[page_id]))
