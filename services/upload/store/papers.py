"""Keeps what was found out about pages and documents (MongoDB), and their files (object store)."""

import hashlib
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from services.upload.domain.sheets import worst_of
from services.upload.schemas import FiledDocument, PageReport, Probed
from shared.errors import PermanentError, UnavailableError
from shared.events.event import Event
from shared.events.gateway import DocumentSubmitted
from shared.events.outline import AS_FOUND, Outline
from shared.events.upload import DocumentFailed, DocumentFiled
from shared.ids import day_of
from shared.storage.documents import Database, Session, change_one
from shared.storage.inventory import Inventory, id_in, nothing_named
from shared.storage.objects import Objects
from shared.storage.pictures import ANNOTATED, picture_key, plain_key
from shared.storage.sweeping import day_key

DOCUMENTS = "documents/"
FILES = ("pdf_key", "text_key", "facts_key")
NAMING = dict.fromkeys([*FILES, "files"], 1)
PICTURED = {"annotated_key": 1, "plain_key": 1, "sheets.annotated_key": 1}
SEEN = ("citizen_id", "object_key", "sha256", "plain_key", "newcomer", "outline_version")


@dataclass(frozen=True, slots=True)
class FiledFiles:
    """Where the files of a filed document lie."""

    pdf_key: str
    pdf_sha256: str
    text_key: str
    facts_key: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a file: what was found on it, and where its picture lies."""

    report: PageReport
    annotated_key: str | None = None


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A page that was checked: where its original lies, and what was found on each sheet of its file.

    It was checked by the outline of a person if that has a version.
    """

    page_id: str
    citizen_id: str
    object_key: str
    sha256: str
    sheets: tuple[Sheet, ...]
    newcomer: bool = False
    plain_key: str | None = None
    outline: Outline = AS_FOUND
    outline_version: int = 0


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

    async def keep_annotated(self, page_id: str, picture: bytes, sheet: int = 1, outline_version: int = 0) -> str:
        """Store the annotated picture of a sheet, in place of an earlier one of this outline, and return its key."""
        return await self._keep_picture(picture_key(page_id, sheet, outline_version), picture)

    async def keep_plain(self, page_id: str, picture: bytes) -> str:
        """Store the picture of a page with nothing drawn on it, in place of an earlier one, and return its key."""
        return await self._keep_picture(plain_key(page_id), picture)

    async def _keep_picture(self, key: str, picture: bytes) -> str:
        await self._objects.put(key, picture, size_bytes=len(picture), media_type="image/jpeg")
        return key

    async def keep_files(self, event: Event[DocumentSubmitted], document: FiledDocument) -> FiledFiles:
        """Store PDF, text and facts of a document and return where; done again, it puts the same bytes there."""
        sha256, of = hashlib.sha256(document.pdf).hexdigest(), event.data
        stem = day_key(DOCUMENTS, day_of(event.id), of.document_id, f"{of.version}-{sha256}")
        files = FiledFiles(f"{stem}.pdf", sha256, f"{stem}.txt", f"{stem}.json")
        text = document.text.encode()
        facts = document.model_dump_json(include={"types", "facts"}).encode()
        await self._objects.put(files.text_key, text, size_bytes=len(text), media_type="text/plain; charset=utf-8")
        await self._objects.put(files.facts_key, facts, size_bytes=len(facts), media_type="application/json")
        await self._objects.put(files.pdf_key, document.pdf, size_bytes=len(document.pdf), media_type="application/pdf")
        return files

    async def keep_report(self, page: SeenPage, session: Session) -> None:
        """Record what the check of a page found; a later check replaces it, but one by an older outline does not."""
        this, highest = {"_id": page.page_id}, {"$max": {"outline_version": page.outline_version}}
        row = await change_one(self._pages, this, highest, session, upsert=True)
        if row and row["outline_version"] > page.outline_version:
            return
        of = {name: getattr(page, name) for name in SEEN} | {"outline": page.outline.model_dump()}
        await self._pages.update_one(this, {"$set": {**of, **_found(page.sheets)}}, session=session)

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
        rows = self._pages.find({"_id": {"$in": sorted(map(id_in, keys))}}, PICTURED)
        found = [each async for row in rows for each in (row, *row.get("sheets", ()))]
        return set(keys) & {each.get(name) for each in found for name in ("annotated_key", "plain_key")}

    async def seen(self, page_id: str) -> SeenPage:
        """Return what the check of a page found.

        Raises:
            PermanentError: `page.missing`; what we announced about a page, we have kept with it.
        """
        row = await self._pages.find_one({"_id": page_id})
        if row is None:
            raise PermanentError("page.missing")
        sheets = row.get("sheets") or [row]  # a file of one page, or a row from before the others were looked at
        of = {name: row[name] for name in SEEN if name in row}  # rows of before there were corrections lack some
        outline = Outline.model_validate(row.get("outline") or AS_FOUND)
        return SeenPage(page_id, **of, sheets=tuple(map(_sheet, sheets)), outline=outline)

    async def keep_reading(self, page: SeenPage, probed: Probed, session: Session) -> None:
        """Record how well the first page of a file could be read, and the reports that follow from reading.

        Nothing is recorded if its outline is outdated.
        """
        found = _found(page.sheets) | {"reading": probed.model_dump(include={"reading", "types", "numbering"})}
        await self._pages.update_one(as_outlined(page), {"$set": found}, session=session)

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


def as_outlined(page: SeenPage) -> dict[str, Any]:
    """Return the query for a page that finds none once its outline was corrected; the first rows have no version."""
    return {"_id": page.page_id, "outline_version": {"$in": [page.outline_version, page.outline_version or None]}}


def _found(sheets: Sequence[Sheet]) -> dict[str, Any]:
    """Return what a row says of sheets: all of several, and the worst as if it were the only one."""
    rows = [{"annotated_key": each.annotated_key, "report": each.report.model_dump()} for each in sheets]
    return {**rows[worst_of([each.report.verdict for each in sheets])], "sheets": rows if len(rows) > 1 else []}


def _sheet(row: dict[str, Any]) -> Sheet:
    return Sheet(PageReport.model_validate(row["report"]), row["annotated_key"])


def _files_of(row: dict[str, Any]) -> list[str]:
    """Return the keys of the files that the row of a document names, of all its versions; one that failed has none."""
    newest = [row[name] for name in FILES if row.get(name)]  # all that rows from before there was `files` have
    return sorted({*newest, *row.get("files", ())})
