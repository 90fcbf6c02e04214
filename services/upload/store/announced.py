"""What the upload service says in its events, from what it found."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.upload.domain.sheets import worst_of
from services.upload.domain.suggestion import Suggestion
from services.upload.schemas import FiledDocument, PageReport, Probed, Unreadable
from services.upload.store.papers import FiledFiles, SeenPage, Sheet
from shared.events.gateway import DocumentSubmitted
from shared.events.outline import AS_FOUND, Outline
from shared.events.upload import DocumentFailed, DocumentFiled, PageChecked, SheetChecked, TypeSuggestion

# What an event says of a page as its report does.
FOUND = {"verdict", "reasons", "picture", "edges", "cut", "cut_reader", "rotate_cw", "page", "pages", "width", "height"}


def checked_page(page: SeenPage, at: datetime, probed: Probed | None = None) -> PageChecked:
    """Say what was found on a page that was seen, or `probed`, too."""
    worst = page.sheets[worst_of([sheet.report.verdict for sheet in page.sheets])]
    several = len(page.sheets) > 1
    return PageChecked(
        **_place(probed),
        page_id=page.page_id,
        stage="read" if probed else "seen",
        words=probed.reading.words if probed else None,
        types=_suggestions(probed.types if probed else ()),
        annotated_key=worst.annotated_key,
        sheets=tuple(map(_sheet, page.sheets)) if several else (),
        plain_key=page.plain_key,
        outline_version=page.outline_version,
        suggested=_suggested(worst.report) if page.outline == AS_FOUND and not several else None,
        checked_at=at,
        **worst.report.model_dump(include=FOUND),
    )


def filed_document(document: DocumentSubmitted, made: FiledDocument, files: FiledFiles, at: datetime) -> DocumentFiled:
    """Say where the files of a document lie, and which of its pages could not be read."""
    return DocumentFiled(
        document_id=document.document_id,
        citizen_id=document.citizen_id,
        pdf_key=files.pdf_key,
        pdf_sha256=files.pdf_sha256,
        pdf_bytes=len(made.pdf),
        text_key=files.text_key,
        facts_key=files.facts_key,
        page_ids=tuple(document.pages[number].page_id for number in made.files),
        unreadable_page_ids=tuple(reasons_of(document, made.unreadable)),
        types=_suggestions(made.types),
        filed_at=at,
        version=document.version,
        replaced_page_ids=document.replaced_page_ids,
    )


def failed_document(document: DocumentSubmitted, unreadable: Sequence[Unreadable], at: datetime) -> DocumentFailed:
    """Say why nothing could be made of a document."""
    return DocumentFailed(
        document_id=document.document_id,
        citizen_id=document.citizen_id,
        reason=unreadable[0].code,
        failed_at=at,
        version=document.version,
    )


def reasons_of(document: DocumentSubmitted, unreadable: Sequence[Unreadable]) -> dict[str, str]:
    """Return for each page that could not be read, wholly or in part, the first reason."""
    reasons: dict[str, str] = {}
    for failed in unreadable:
        reasons.setdefault(document.pages[failed.file].page_id, failed.code)
    return reasons


def _sheet(sheet: Sheet) -> SheetChecked:
    found = sheet.report.model_dump(include=set(SheetChecked.model_fields))
    return SheetChecked(number=sheet.report.page, annotated_key=sheet.annotated_key, **found)


def _place(probed: Probed | None) -> dict[str, Any]:
    """Return what a page that was read says of its place among others, as the fields of its event."""
    if probed is None:
        return {}
    said = probed.numbering
    return {"sheet_number": said.number, "sheet_count": said.count, "goes_on": said.goes_on, "follows": said.follows}


def _suggested(report: PageReport) -> Outline | None:
    """Return where the check found a page to lie, what of it is outside the picture left out; None of what is none."""
    if not report.width:
        return None
    corners = [(x / report.width, y / report.height) for x, y in report.quad or ()]
    within = [tuple(round(min(max(share, 0.0), 1.0), 5) for share in corner) for corner in corners]
    return Outline.model_validate({"quad": within or None, "turn": report.rotate_cw})


def _suggestions(types: Sequence[Suggestion]) -> tuple[TypeSuggestion, ...]:
    return tuple(TypeSuggestion(type=found.type, confidence=found.confidence) for found in types)
