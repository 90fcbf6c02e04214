"""Keeps what was found out about pages and documents (MongoDB), and their files (object store)."""

import asyncio
import hashlib
from base64 import b64decode
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from services.upload.domain.likeness.candidates import keys_of, likely_among
from services.upload.domain.likeness.fingerprint import Fingerprint
from services.upload.domain.likeness.same import is_same
from services.upload.schemas import FiledDocument, PageReport, Probed
from shared.errors import PermanentError, UnavailableError
from shared.events.event import Event
from shared.events.gateway import DocumentSubmitted, PageUploaded
from shared.events.upload import DocumentFailed, DocumentFiled
from shared.ids import day_of
from shared.links import Links
from shared.storage.documents import Database, Session, change_one
from shared.storage.inventory import Inventory, id_in, nothing_named
from shared.storage.objects import Objects
from shared.storage.pictures import ANNOTATED, picture_key
from shared.storage.sweeping import day_key

DOCUMENTS = "documents/"
FILES = ("pdf_key", "text_key", "facts_key")
MOST_COMPARED = 300  # of a citizen's pages, the newest: years of papers for most
NAMING = dict.fromkeys([*FILES, "files"], 1)


@dataclass(frozen=True, slots=True)
class FiledFiles:
    """Where the files of a filed document lie."""

    pdf_key: str
    pdf_sha256: str
    text_key: str
    facts_key: str


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A page that was checked: where its original lies, and what was found."""

    page_id: str
    citizen_id: str
    object_key: str
    sha256: str
    annotated_key: str | None
    report: PageReport
    newcomer: bool = False


class Papers:
    """Reports on pages, and documents with their files.

    The files of a document are named by what they hold: a handler that runs twice makes the same bytes and overwrites
    them, and never changes a file that another run has announced, even if that was another version of our programs.
    """

    def __init__(self, database: Database, objects: Objects) -> None:
        """Keep facts in `database` and files in `objects`."""
        self._pages = database.pages
        self._documents = database.documents
        self._objects = objects

    async def prepare(self) -> None:
        """Create the indexes, and with them the collections, which a transaction could not."""
        await self._pages.create_index("citizen_id")
        await self._documents.create_index("citizen_id")

    async def original(self, key: str, sha256: str) -> bytes:
        """Return the untouched bytes of a page.

        Raises:
            PermanentError: if they are gone, or are no longer the ones that were handed in.
        """
        return await self._objects.get(key, sha256=sha256)

    async def keep_annotated(self, page_id: str, picture: bytes) -> str:
        """Store the annotated picture of a page, in place of an earlier one, and return its key."""
        key = picture_key(page_id)
        await self._objects.put(key, picture, size_bytes=len(picture), media_type="image/jpeg")
        return key

    async def keep_files(self, event: Event[DocumentSubmitted], document: FiledDocument) -> FiledFiles:
        """Store PDF, text and facts of a document and return where; done again, it puts the same bytes there."""
        sha256, of = _sha256(document.pdf), event.data
        stem = day_key(DOCUMENTS, day_of(event.id), of.document_id, f"{of.version}-{sha256}")
        files = FiledFiles(f"{stem}.pdf", sha256, f"{stem}.txt", f"{stem}.json")
        text = document.text.encode()
        facts = document.model_dump_json(include={"types", "facts"}).encode()
        await self._objects.put(files.text_key, text, size_bytes=len(text), media_type="text/plain; charset=utf-8")
        await self._objects.put(files.facts_key, facts, size_bytes=len(facts), media_type="application/json")
        await self._objects.put(files.pdf_key, document.pdf, size_bytes=len(document.pdf), media_type="application/pdf")
        return files

    async def keep_report(
        self, page: PageUploaded, report: PageReport, annotated_key: str | None, session: Session
    ) -> None:
        """Record what the check of a page found; a later check replaces it."""
        found = {
            "citizen_id": page.citizen_id,
            "object_key": page.object_key,
            "sha256": page.sha256,
            "annotated_key": annotated_key,
            "newcomer": page.newcomer,
        }
        await self._pages.update_one(
            {"_id": page.page_id}, {"$set": {**found, "report": report.model_dump()}}, upsert=True, session=session
        )

    async def is_newest(self, document: DocumentSubmitted) -> bool:
        """Tell whether no later version of a document has come to its end yet."""
        later = {"_id": document.document_id, "version": {"$gt": document.version}}
        return await self._documents.find_one(later, {"_id": 1}) is None

    @property
    def inventories(self) -> list[Inventory]:
        """Which files of documents are accounted for, and which pictures of pages.

        A page that nobody handed in goes with its picture: the gateway, which removes both, says which must be there.
        """
        return [
            Inventory(DOCUMENTS, self._files, self._needed_files),
            Inventory(ANNOTATED, nothing_named, self._needed_pictures),
        ]

    async def _files(self) -> AsyncIterator[str]:
        async for row in self._documents.find({}, NAMING):
            for key in _files_of(row):
                yield key

    async def _needed_files(self, keys: Iterable[str]) -> set[str]:
        rows = self._documents.find({"_id": {"$in": sorted(map(id_in, keys))}}, NAMING)
        return set(keys) & {key async for row in rows for key in _files_of(row)}

    async def _needed_pictures(self, keys: Iterable[str]) -> set[str]:
        rows = self._pages.find({"_id": {"$in": sorted(map(id_in, keys))}}, {"annotated_key": 1})
        return set(keys) & {row["annotated_key"] async for row in rows}

    async def seen(self, page_id: str) -> SeenPage:
        """Return what the check of a page found.

        Raises:
            PermanentError: `page.missing`; what we announced about a page, we have kept with it.
        """
        row = await self._pages.find_one({"_id": page_id})
        if row is None:
            raise PermanentError("page.missing")
        report = PageReport.model_validate(row["report"])
        of = {name: row[name] for name in ("citizen_id", "object_key", "sha256", "annotated_key")}
        return SeenPage(page_id, **of, report=report, newcomer=row.get("newcomer", False))

    async def keep_reading(self, page_id: str, report: PageReport, probed: Probed, session: Session) -> None:
        """Record how well a page could be read, and the report that follows from it."""
        found = {"report": report.model_dump(), "reading": probed.model_dump(include={"reading", "types", "numbering"})}
        await self._pages.update_one({"_id": page_id}, {"$set": found}, session=session)

    async def forget(self, page_id: str, session: Session) -> None:
        """Forget a page."""
        await self._pages.delete_one({"_id": page_id}, session=session)

    async def keep_outcome(
        self,
        document: DocumentSubmitted,
        outcome: DocumentFiled | DocumentFailed,
        unreadable: dict[str, str],
        session: Session,
    ) -> bool:
        """Record what became of a document, and for each unreadable page (by id) the reason.

        Nothing is recorded, and the answer is no, if a later version of the document was faster.
        """
        fields: dict[str, Any] = outcome.model_dump(exclude={"document_id", "version"})
        fields |= {"state": outcome.type, "receipt_number": document.receipt_number, "unreadable": unreadable}
        this = {"_id": document.document_id}
        highest = {"$max": {"version": document.version}}
        row = await change_one(self._documents, this, highest, session, upsert=True)
        if row and row["version"] > document.version:
            return False
        # Of every version: a former one stays what it was, also one from before this was kept.
        files = {"files": {"$each": sorted({*_files_of(row or {}), *_files_of(fields)})}}
        await self._documents.update_one(this, {"$set": fields, "$addToSet": files}, session=session)
        return True

    async def drop_files(self, files: FiledFiles) -> None:
        """Remove the files of a version that came too late, unless they were kept; what cannot be is swept later."""
        keys = {files.pdf_key, files.text_key, files.facts_key}
        with suppress(UnavailableError):
            for key in keys - await self._needed_files(keys):
                await self._objects.remove(key)


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

    async def same_as(self, page_id: str, citizen_id: str, packed: str) -> tuple[str, ...]:
        """Keep the fingerprint of a page, and return the pages of the same sheet, the newest first.

        It is kept before others are looked at: of two that are read at the same time, one then finds the other.
        """
        data = b64decode(packed)
        mine = Fingerprint.unpacked(data)
        keys = keys_of(mine)
        await self._pages.update_one({"_id": page_id}, {"$set": {"fingerprint": data, "keys": keys}})
        theirs = self._pages.find({"citizen_id": citizen_id}, {"keys": 1}).sort("_id", -1).limit(MOST_COMPARED)
        rows = await theirs.to_list(MOST_COMPARED)
        known = {row["_id"]: row["keys"] for row in rows if row.get("keys") is not None and row["_id"] != page_id}
        likely = {"_id": {"$in": likely_among(keys, known)}}
        found = await self._pages.find(likely, {"fingerprint": 1}).to_list(None)
        prints = {row["_id"]: Fingerprint.unpacked(row["fingerprint"]) for row in found}
        return await asyncio.to_thread(_same_of, mine, prints)


def _same_of(mine: Fingerprint, prints: Mapping[str, Fingerprint]) -> tuple[str, ...]:
    return tuple(page_id for page_id in sorted(prints, reverse=True) if is_same(mine, prints[page_id]))


def _files_of(row: dict[str, Any]) -> list[str]:
    """Return the keys of the files that the row of a document names, of all its versions; one that failed has none."""
    newest = [row[name] for name in FILES if row.get(name)]  # all that rows from before there was `files` have
    return sorted({*newest, *row.get("files", ())})


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
