"""Answers that are files: tagged by their hash, and never opened as a page of ours."""

import hashlib

from starlette.responses import Response

from services.gateway.domain.documents import Document, Filing
from services.gateway.domain.pages import Page
from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.parts import Parts


async def original_of(page: Page, parts: Parts) -> Response:
    """Send a page as it was uploaded."""
    return _file(await parts.stores.pages.bytes_of(page), page.media_type, name=page.id, sha256=page.sha256)


async def annotated_of(page: Page, parts: Parts) -> Response:
    """Send the small picture that shows what is wrong with a page, and where.

    Raises:
        RefusedError: `page.no_annotation`.
    """
    if page.check is None or page.check.annotated_key is None:
        raise RefusedError("page.no_annotation")
    return _file(await parts.stores.objects.get(page.check.annotated_key), "image/jpeg", name=f"{page.id}.jpg")


async def pdf_of(document: Document, parts: Parts) -> Response:
    """Send the readable document.

    Raises:
        RefusedError: `document.not_filed`.
    """
    filing = _filing_of(document)
    data = await parts.stores.objects.get(filing.pdf_key, sha256=filing.pdf_sha256)
    return _file(data, "application/pdf", name=f"{document.receipt_number}.pdf", sha256=filing.pdf_sha256)


async def text_of(document: Document, parts: Parts) -> Response:
    """Send what was read on the pages.

    Raises:
        RefusedError: `document.not_filed`.
    """
    data = await parts.stores.objects.get(_filing_of(document).text_key)
    return _file(data, "text/plain; charset=utf-8", name=f"{document.receipt_number}.txt")


async def facts_of(document: Document, parts: Parts) -> Response:
    """Send the dates, amounts and numbers that were read, each with its place: suggestions to confirm.

    Raises:
        RefusedError: `document.not_filed`, `document.no_facts`.
    """
    filing = _filing_of(document)
    if filing.facts_key is None:
        raise RefusedError("document.no_facts")
    return _file(
        await parts.stores.objects.get(filing.facts_key), "application/json", name=f"{document.receipt_number}.json"
    )


def _filing_of(document: Document) -> Filing:
    if document.filing is None:
        raise RefusedError("document.not_filed")
    return document.filing


def _file(data: bytes, media_type: str, *, name: str, sha256: str | None = None) -> Response:
    tag = sha256 or hashlib.sha256(data).hexdigest()
    headers = {"etag": f'"{tag}"', "content-disposition": f'inline; filename="{name}"'}
    return Response(data, media_type=media_type, headers=headers)
