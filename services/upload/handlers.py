"""What the upload service does when a page arrives, and when a document is handed in."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import structlog

from services.upload.client.binding import NothingReadableError
from services.upload.client.turns import AllTurns
from services.upload.client.workers import CheckedPage, Workers
from services.upload.domain.numbering import Numbering
from services.upload.domain.reading import judge_again
from services.upload.domain.sheets import to_be_read
from services.upload.schemas import FiledDocument, Probed
from services.upload.store.announced import checked_page, failed_document, filed_document, reasons_of
from services.upload.store.papers import FiledFiles, Papers, SeenPage, Sheet
from services.upload.store.sheets import Sheets
from shared.clock import Clock
from shared.events.event import Event
from shared.events.gateway import DocumentSubmitted, PageDropped, PageOutlined, PageUploaded
from shared.events.outline import AS_FOUND, Outline
from shared.events.upload import DocumentFailed, DocumentFiled, PageChecked
from shared.messaging.ledger import Ledger, Work

log = structlog.get_logger()


class Intake:
    """Handles pages and documents; in no particular order, for events promise none."""

    def __init__(  # noqa: PLR0917 - what it works with
        self,
        papers: Papers,
        sheets: Sheets,
        workers: Workers,
        ledger: Ledger,
        turns: AllTurns,
        clock: Clock,
    ) -> None:
        """Work with these parts, on each citizen's pages and documents in `turns`."""
        self._sheets = sheets
        self._papers = papers
        self._workers = workers
        self._ledger = ledger
        self._turns = turns
        self._clock = clock

    async def check(self, event: Event[PageUploaded] | Event[PageOutlined]) -> None:
        """Say whether a page is usable, with an annotated picture; a file that is no picture gets its reason.

        Where a person said how the page lies, it is said of that.
        """
        page = event.data
        outline, version = (page.outline, page.version) if isinstance(page, PageOutlined) else (AS_FOUND, 0)
        async with self._turns.checks.of(page.citizen_id, newcomer=page.newcomer):
            original = await self._papers.original(page.object_key, page.sha256)
            checked = await self._workers.check(original, outline, owner=page.citizen_id)
        seen = await self._seen(page, checked.sheets, outline, version)
        fact = checked_page(seen, self._clock())
        async with self._ledger.once("upload.check", event) as work:
            await self._papers.keep_report(seen, work.session)
            work.announce(fact)
        log.info("page.checked", **_said(fact))

    async def _seen(
        self, page: PageUploaded | PageOutlined, checked: Sequence[CheckedPage], outline: Outline, version: int
    ) -> SeenPage:
        """Keep the pictures of the pages of a file, and return what was found on them."""
        plain = checked[0].plain  # what corners are set on; only where there are no other pages
        return SeenPage(
            **page.model_dump(include={"page_id", "citizen_id", "object_key", "sha256", "newcomer"}),
            sheets=tuple([await self._kept(page.page_id, each, version) for each in checked]),
            plain_key=await self._papers.keep_plain(page.page_id, plain) if plain else None,
            outline=outline,
            outline_version=version,
        )

    async def _kept(self, page_id: str, checked: CheckedPage, version: int) -> Sheet:
        """Return a page of a file whose picture is kept, if there is one."""
        if checked.annotated is None:
            return Sheet(checked.report)
        key = await self._papers.keep_annotated(page_id, checked.annotated, checked.report.page, version)
        return Sheet(checked.report, key)

    async def probe(self, event: Event[PageChecked]) -> None:
        """Read head and foot of a page that was seen, and say again whether it is usable, and which sheet it is.

        Of a file of several pages the first is read, and each whose writing is in doubt. By its first one the file is
        known again; which sheet that is says nothing of the others, and is left out.
        """
        if event.data.stage == "read":
            return
        page = await self._papers.seen(event.data.page_id)
        reports = [sheet.report for sheet in page.sheets]
        places = to_be_read([report.reasons if report.quad else None for report in reports])
        if not places or page.outline_version > event.data.outline_version:
            return
        async with self._turns.probes.of(page.citizen_id, newcomer=page.newcomer):
            original = await self._papers.original(page.object_key, page.sha256)
            key = self._sheets.key_of(page.citizen_id)
            answers = await self._workers.probe(original, [reports[n] for n in places], owner=page.citizen_id, key=key)
        probed = {place: answer for place, answer in zip(places, answers, strict=True) if answer}
        if not probed:
            return
        sheets = tuple(_read(sheet, probed.get(place)) for place, sheet in enumerate(page.sheets))
        first = _of_file(next(iter(probed.values())), len(sheets))
        same_as = await self._sheets.same_as(page, first.fingerprint)
        read = replace(page, sheets=sheets)
        fact = checked_page(read, self._clock(), first).model_copy(update={"same_as": same_as})
        async with self._ledger.once("upload.probe", event) as work:
            await self._papers.keep_reading(read, first, work.session)
            work.announce(fact)
        log.info("page.read", **_said(fact))

    async def forget(self, event: Event[PageDropped], work: Work) -> None:
        """Let go what is kept of a page that is gone, its fingerprint with it."""
        await self._papers.forget(event.data.page_id, work.session)

    async def file(self, event: Event[DocumentSubmitted]) -> None:
        """Make one searchable PDF of a document's pages; what cannot be read is named, not dropped silently.

        A version that was overtaken by a later one, in which a page is new, is let pass.
        """
        document = event.data
        if not await self._papers.is_newest(document):
            async with self._ledger.once("upload.file", event):
                log.info("document.outdated", document_id=document.document_id, version=document.version)
            return
        files: FiledFiles | None = None
        try:
            made = await self._make(document)
        except NothingReadableError as error:
            outcome: DocumentFiled | DocumentFailed = failed_document(document, error.unreadable, self._clock())
            unreadable = error.unreadable
        else:
            files = await self._papers.keep_files(event, made)
            outcome, unreadable = filed_document(document, made, files, self._clock()), made.unreadable
        async with self._ledger.once("upload.file", event) as work:
            if newest := await self._papers.keep_outcome(
                document, outcome, reasons_of(document, unreadable), work.session
            ):
                work.announce(outcome)
        if files and not newest:
            await self._papers.drop_files(files)
        _tell(outcome, newest=newest)

    async def _make(self, document: DocumentSubmitted) -> FiledDocument:
        """Make a document when its citizen's turn comes; an urgent one has a place of its own."""
        originals = [partial(self._papers.original, page.object_key, page.sha256) for page in document.pages]
        outlines = {number: page.outline for number, page in enumerate(document.pages) if page.outline}
        urgent = document.declared_type in self._turns.urgent_types
        async with self._turns.documents_of(urgent=urgent).of(document.citizen_id, newcomer=document.newcomer):
            return await self._workers.make_document(
                originals, outlines=outlines, owner=document.citizen_id, urgent=urgent
            )


def _read(sheet: Sheet, probed: Probed | None) -> Sheet:
    """Return a page of a file as it is judged after its upper part was read, if it was."""
    if probed is None:
        return sheet
    verdict, reasons = judge_again(sheet.report.verdict, sheet.report.reasons, probed.reading)
    return replace(sheet, report=sheet.report.model_copy(update={"verdict": verdict, "reasons": reasons}))


def _of_file(first: Probed, pages: int) -> Probed:
    """Return what was read on the first page of a file; the place of a sheet only if the file has no other."""
    return first if pages == 1 else first.model_copy(update={"numbering": Numbering()})


def _said(fact: PageChecked) -> dict[str, Any]:
    return fact.model_dump(include={"page_id", "verdict", "reasons", "page", "pages"})


def _tell(outcome: DocumentFiled | DocumentFailed, *, newest: bool) -> None:
    document_id, version = outcome.document_id, outcome.version
    if not newest:
        log.info("document.outdated", document_id=document_id, version=version)
    elif isinstance(outcome, DocumentFailed):
        log.warning("document.failed", document_id=document_id, version=version, reason=outcome.reason)
    else:
        pages, size = len(outcome.page_ids), outcome.pdf_bytes
        log.info("document.filed", document_id=document_id, version=version, pages=pages, bytes=size)
