"""Answers that are files: tagged by their hash, and never opened as a page of ours."""

from typing import Annotated

from fastapi import Path
from starlette.responses import Response

from services.gateway.domain.documents import Document, Filing
from services.gateway.domain.pages import Page
from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.parts import Parts
from services.gateway.routes.stored_file import StoredFile
from shared.limits import MAX_FILE_PAGES

SheetNumber = Annotated[int, Path(ge=1, le=MAX_FILE_PAGES, description="the page of a file of several, from 1")]


async def original_of(page: Page, parts: Parts) -> Response:
    """Send a page as it was uploaded."""
    return _file(parts, page.object_key, page.media_type, name=page.id, sha256=page.sha256)


async def annotated_of(page: Page, parts: Parts) -> Response:
    """Send the small picture that shows what is wrong with a page, and where.

    Raises:
        RefusedError: `page.no_annotation`.
    """
    if page.check is None or page.check.annotated_key is None:
        raise RefusedError("page.no_annotation")
    return _file(parts, page.check.annotated_key, "image/jpeg", name=f"{page.id}.jpg")


async def sheet_of(page: Page, number: int, parts: Parts) -> Response:
    """Send the small picture of one page of a file of several.

    Raises:
        RefusedError: `page.no_annotation`.
    """
    return _file(parts, page.picture_of(number), "image/jpeg", name=f"{page.id}-{number}.jpg")


async def plain_of(page: Page, parts: Parts) -> Response:
    """Send the picture of a page made small, with nothing drawn on it.

    Raises:
        RefusedError: `page.no_plain`.
    """
    if page.check is None or page.check.plain_key is None:
        raise RefusedError("page.no_plain")
    return _file(parts, page.check.plain_key, "image/jpeg", name=f"{page.id}.jpg")


async def pdf_of(document: Document, parts: Parts) -> Response:
    """Send the readable document.

    Raises:
        RefusedError: `document.not_filed`.
    """
    filing = _filing_of(document)
    name = f"{document.receipt_number}.pdf"
    return _file(parts, filing.pdf_key, "application/pdf", name=name, sha256=filing.pdf_sha256)


async def text_of(document: Document, parts: Parts) -> Response:
    """Send what was read on the pages.

    Raises:
        RefusedError: `document.not_filed`.
    """
    name = f"{document.receipt_number}.txt"
    return _file(parts, _filing_of(document).text_key, "text/plain; charset=utf-8", name=name)


async def facts_of(document: Document, parts: Parts) -> Response:
    """Send the dates, amounts and numbers that were read, each with its place: suggestions to confirm.

    Raises:
        RefusedError: `document.not_filed`, `document.no_facts`.
    """
    filing = _filing_of(document)
    if filing.facts_key is None:
        raise RefusedError("document.no_facts")
    return _file(parts, filing.facts_key, "application/json", name=f"{document.receipt_number}.json")


def _filing_of(document: Document) -> Filing:
    if document.filing is None:
        raise RefusedError("document.not_filed")
    return document.filing


def _file(parts: Parts, key: str, media_type: str, *, name: str, sha256: str | None = None) -> Response:
    headers = {"content-disposition": f'inline; filename="{name}"'}
    return StoredFile(parts, key, sha256=sha256, media_type=media_type, headers=headers)
