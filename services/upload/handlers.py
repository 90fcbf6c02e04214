"""What the upload service does when a page arrives, and when a document is handed in."""

from functools import partial
from typing import Any

import structlog

from services.upload.client.binding import NothingReadableError
from services.upload.client.turns import AllTurns
from services.upload.client.workers import Workers
from services.upload.domain.reading import judge_again
from services.upload.domain.suggestion import Suggestion
from services.upload.schemas import FiledDocument, PageReport, Probed, Unreadable
from services.upload.store import FiledFiles, Papers, Sheets
from shared.clock import Clock
from shared.events.event import Event
from shared.events.gateway import DocumentSubmitted, PageDropped, PageUploaded
from shared.events.upload import DocumentFailed, DocumentFiled, PageChecked, TypeSuggestion
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

    async def check(self, event: Event[PageUploaded]) -> None:
        """Say whether a page is usable, with an annotated picture; a file that is no picture gets its reason."""
        page = event.data
        async with self._turns.checks.of(page.citizen_id, newcomer=page.newcomer):
            original = await self._papers.original(page.object_key, page.sha256)
            checked = await self._workers.check(original, owner=page.citizen_id)
        key = await self._papers.keep_annotated(page.page_id, checked.annotated) if checked.annotated else None
        async with self._ledger.once("upload.check", event) as work:
            await self._papers.keep_report(page, checked.report, key, work.session)
            work.announce(self._checked(page.page_id, checked.report, key))
        log.info("page.checked", page_id=page.page_id, verdict=checked.report.verdict, reasons=checked.report.reasons)

    async def probe(self, event: Event[PageChecked]) -> None:
        """Read head and foot of a page that was seen, and say again whether it is usable, and which sheet it is."""
        if event.data.stage == "read":
            return
        page = await self._papers.seen(event.data.page_id)
        if not page.report.quad:
            return
        async with self._turns.probes.of(page.citizen_id, newcomer=page.newcomer):
            original = await self._papers.original(page.object_key, page.sha256)
            key = self._sheets.key_of(page.citizen_id)
            probed = await self._workers.probe(original, page.report, owner=page.citizen_id, key=key)
        if probed is None:
            return
        same_as = await self._sheets.same_as(page.page_id, page.citizen_id, probed.fingerprint)
        verdict, reasons = judge_again(page.report.verdict, page.report.reasons, probed.reading)
        read = page.report.model_copy(update={"verdict": verdict, "reasons": reasons})
        async with self._ledger.once("upload.probe", event) as work:
            await self._papers.keep_reading(page.page_id, read, probed, work.session)
            checked = self._checked(page.page_id, read, page.annotated_key, probed)
            work.announce(checked.model_copy(update={"same_as": same_as}))
        log.info("page.read", page_id=page.page_id, verdict=read.verdict, reasons=read.reasons)

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
            outcome: DocumentFiled | DocumentFailed = self._failed(document, error.unreadable)
            unreadable = error.unreadable
        else:
            files = await self._papers.keep_files(event, made)
            outcome, unreadable = self._filed(document, made, files), made.unreadable
        async with self._ledger.once("upload.file", event) as work:
            if newest := await self._papers.keep_outcome(
                document, outcome, _reasons(document, unreadable), work.session
            ):
                work.announce(outcome)
        if files and not newest:
            await self._papers.drop_files(files)
        _tell(outcome, newest=newest)

    async def _make(self, document: DocumentSubmitted) -> FiledDocument:
        """Make a document when its citizen's turn comes; an urgent one has a place of its own."""
        originals = [partial(self._papers.original, page.object_key, page.sha256) for page in document.pages]
        urgent = document.declared_type in self._turns.urgent_types
        async with self._turns.documents_of(urgent=urgent).of(document.citizen_id, newcomer=document.newcomer):
            return await self._workers.make_document(originals, owner=document.citizen_id, urgent=urgent)

    def _failed(self, document: DocumentSubmitted, unreadable: tuple[Unreadable, ...]) -> DocumentFailed:
        return DocumentFailed(
            document_id=document.document_id,
            citizen_id=document.citizen_id,
            reason=unreadable[0].code,
            failed_at=self._clock(),
            version=document.version,
        )

    def _checked(
        self, page_id: str, report: PageReport, annotated_key: str | None, probed: Probed | None = None
    ) -> PageChecked:
        return PageChecked(
            **_place(probed),
            page_id=page_id,
            stage="read" if probed else "seen",
            words=probed.reading.words if probed else None,
            types=_suggestions(probed.types if probed else ()),
            verdict=report.verdict,
            reasons=report.reasons,
            picture=report.picture,
            edges=report.edges,
            cut=report.cut,
            cut_reader=report.cut_reader,
            rotate_cw=report.rotate_cw,
            pages=report.pages,
            width=report.width,
            height=report.height,
            annotated_key=annotated_key,
            checked_at=self._clock(),
        )

    def _filed(self, document: DocumentSubmitted, made: FiledDocument, files: FiledFiles) -> DocumentFiled:
        return DocumentFiled(
            document_id=document.document_id,
            citizen_id=document.citizen_id,
            pdf_key=files.pdf_key,
            pdf_sha256=files.pdf_sha256,
            pdf_bytes=len(made.pdf),
            text_key=files.text_key,
            facts_key=files.facts_key,
            page_ids=tuple(document.pages[number].page_id for number in made.files),
            unreadable_page_ids=tuple(_reasons(document, made.unreadable)),
            types=_suggestions(made.types),
            filed_at=self._clock(),
            version=document.version,
            replaced_page_ids=document.replaced_page_ids,
        )


def _tell(outcome: DocumentFiled | DocumentFailed, *, newest: bool) -> None:
    document_id, version = outcome.document_id, outcome.version
    if not newest:
        log.info("document.outdated", document_id=document_id, version=version)
    elif isinstance(outcome, DocumentFailed):
        log.warning("document.failed", document_id=document_id, version=version, reason=outcome.reason)
    else:
        pages, size = len(outcome.page_ids), outcome.pdf_bytes
        log.info("document.filed", document_id=document_id, version=version, pages=pages, bytes=size)


def _place(probed: Probed | None) -> dict[str, Any]:
    """Return what a page that was read says of its place among others, as the fields of its event."""
    if probed is None:
        return {}
    said = probed.numbering
    return {"sheet_number": said.number, "sheet_count": said.count, "goes_on": said.goes_on, "follows": said.follows}


def _reasons(document: DocumentSubmitted, unreadable: tuple[Unreadable, ...]) -> dict[str, str]:
    """Return for each page that could not be read, wholly or in part, the first reason."""
    reasons: dict[str, str] = {}
    for failed in unreadable:
        reasons.setdefault(document.pages[failed.file].page_id, failed.code)
    return reasons


def _suggestions(types: tuple[Suggestion, ...]) -> tuple[TypeSuggestion, ...]:
    return tuple(TypeSuggestion(type=found.type, confidence=found.confidence) for found in types)
