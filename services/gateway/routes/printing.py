"""Puts together what is printed on a receipt, in the reader's language."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from fastapi import Request
from starlette.responses import Response

from services.gateway.domain.documents import Document
from services.gateway.domain.pages import Page
from services.gateway.domain.texts import Texts, direction_of
from services.gateway.routes.access import client_of
from services.gateway.routes.parts import Parts
from services.gateway.routes.press import shares_of
from services.gateway.schemas.sheet import Row, Sheet, SheetPage, SheetWords
from shared.errors import PermanentError, UnavailableError

_AT_ONCE = 4


async def receipt_pdf_of(request: Request, document: Document, parts: Parts, language: str) -> Response:
    """Send the signed PDF: as it was printed before, or printed when its turn comes.

    Raises:
        RefusedError: `receipts.too_many`, `receipts.busy`.
        UnavailableError: it cannot be printed now.
    """
    pages = await parts.stores.pages.of_document(document.page_ids)
    key = parts.stores.printed.key_of(document, pages, language)
    sealed = await parts.stores.printed.find(key)
    if sealed is None:
        shares = shares_of(request.state.principal, client_of(request), stranger=request.state.stranger)
        sealed = await parts.press.made(key, shares, partial(_printed, key, document, pages, parts, language))
    headers = {
        "content-disposition": f'inline; filename="{document.receipt_number}-receipt.pdf"',
        "content-language": language,
    }
    return Response(sealed, media_type="application/pdf", headers=headers)


async def _printed(key: str, document: Document, pages: Sequence[Page], parts: Parts, language: str) -> bytes:
    """Print a receipt, seal it, and keep it; if it cannot be kept it is printed once more next time."""
    made = await parts.printer.print(await sheet_of(document, pages, parts, language))
    sealed = await asyncio.to_thread(parts.stores.receipts.sealed, document, made)
    with suppress(UnavailableError):
        await parts.stores.printed.keep(key, sealed)
    return sealed


async def sheet_of(document: Document, pages: Sequence[Page], parts: Parts, language: str) -> Sheet:
    """Return what is to be printed."""
    receipts, texts = parts.stores.receipts, parts.texts
    receipt = receipts.of(document, language)
    own = {} if document.pages else {name: f"{name}_application" for name in ("lead", "meaning")}
    words = {name: texts.get("receipt", own.get(name, name), language) for name in SheetWords.model_fields}
    return Sheet(
        language=language,
        direction=direction_of(language),
        office=receipts.office,
        words=SheetWords(**words),
        number=document.receipt_number,
        code=receipt.check_code,
        rows=_rows(document, _count(document, pages), receipt.handed_in_by_text, texts, language),
        pages=await _pages(document, pages, parts, language),
        check_page=receipts.check_page,
        check_url=receipt.check_url,
        place=receipts.place(document),
    )


def _count(document: Document, pages: Sequence[Page]) -> int:
    """Return how many pages were handed in, in all files; one that was not counted yet has one."""
    return len(document.pages) + sum((document.count_of(page) or 1) - 1 for page in pages)


def _rows(document: Document, count: int, by: str, texts: Texts, language: str) -> tuple[Row, ...]:
    kind = document.declared_type
    named = texts.get("types", kind, language, type=kind) if kind else texts.get("receipt", "type_unknown", language)
    values = {
        "received_at": texts.exact_time(document.received_at, language),
        "type": named,
        **({"count": str(count)} if document.pages else {}),
        "handed_in_by": by,
    }
    return tuple(Row(name=texts.get("receipt", name, language), value=value) for name, value in values.items())


async def _pages(document: Document, pages: Sequence[Page], parts: Parts, language: str) -> tuple[SheetPage, ...]:
    known = {page.id: page for page in pages}
    turns, texts = asyncio.Semaphore(_AT_ONCE), parts.texts

    async def picture(page: Page | None) -> bytes | None:
        async with turns:
            return await _picture(page, parts)

    pictures = await asyncio.gather(*(picture(known.get(page.page_id)) for page in document.pages))
    return tuple(
        SheetPage.model_construct(
            name=texts.get("receipt", "page", language, number=number),
            sha256=page.sha256,
            size=texts.get("receipt", "size", language, kilobytes=-(-page.size_bytes // 1024)),
            notes=_notes(number, known.get(page.page_id), document, texts, language),
            picture=found,
        )
        for number, (page, found) in enumerate(zip(document.pages, pictures, strict=True), 1)
    )


def _notes(number: int, page: Page | None, document: Document, texts: Texts, language: str) -> tuple[str, ...]:
    """Say of a file of several pages how many it has, and what stood in its place before."""
    count = (page and document.count_of(page)) or 1
    several = (texts.get("receipt", "several", language, count=count),) if count > 1 else ()
    return several + tuple(
        texts.get(
            "receipt",
            "replaced_by" if each.by else "replaced",
            language,
            at=texts.exact_time(each.replaced_at, language),
            sha256=each.replaced.sha256,
            by=each.by,
        )
        for each in document.replacements
        if each.number == number
    )


async def _picture(page: Page | None, parts: Parts) -> bytes | None:
    """Return the small picture the check made: never the original, whose metadata may say where it was taken."""
    if page is None or page.check is None or page.check.annotated_key is None:
        return None
    try:
        return await parts.stores.objects.get(page.check.annotated_key)
    except PermanentError:
        return None
