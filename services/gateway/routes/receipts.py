"""Receipts for others: as a PDF to be kept, and the check that anybody can make of one."""

import asyncio
from dataclasses import replace

from fastapi import APIRouter, Request, Response

from services.gateway.domain.documents import Document
from services.gateway.domain.receipts import Claims, NotGenuineError, is_code_of, open_pdf
from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.access import client_of
from services.gateway.routes.documented import problems, sends
from services.gateway.routes.documents import ONE, Seen
from services.gateway.routes.multipart import openapi_of, received
from services.gateway.routes.parts import InLanguage, Parts, Ready
from services.gateway.routes.printing import receipt_pdf_of
from services.gateway.schemas.asked import ReceiptCheck
from services.gateway.schemas.receipts import KeySetShown, ReceiptVerdict
from shared.ids import parse_number

router = APIRouter(tags=["receipts"])
CHECK = "/v1/receipts/check"
CHECK_PDF = CHECK + "/pdf"
JWKS = "/.well-known/jwks.json"
# Thirty pages with their pictures are 300 KB.
MAX_PDF_BYTES = 4 * 1024**2


@router.get(ONE + "/receipt.pdf", summary="The receipt as a PDF", **sends("application/pdf"))
async def pdf(request: Request, document: Seen, parts: Ready, language: InLanguage) -> Response:
    """Print the receipt: tagged PDF/A-3b whose every byte is signed."""
    request.state.standing = await parts.rates.hit("receipt", request.state.principal)
    return await receipt_pdf_of(request, document, parts, language)


@router.post(CHECK, summary="Check a receipt by number and code", responses=problems(400, 422))
async def check(request: Request, asked: ReceiptCheck, parts: Ready, language: InLanguage) -> ReceiptVerdict:
    """Tell whether such a receipt was issued; without the code nothing is told. No sign-in."""
    request.state.standing = await parts.rates.hit("check", client_of(request))
    return await verdict_of(asked.number, asked.code, parts, language)


@router.post(
    CHECK_PDF,
    summary="Check a receipt's PDF",
    responses=problems(400, 408, 413, 422),
    openapi_extra=openapi_of("application/pdf"),
)
async def check_pdf(request: Request, parts: Ready, language: InLanguage) -> ReceiptVerdict:
    """Tell whether a PDF is a receipt as it was issued, to the byte; it is not kept, and not even parsed."""
    request.state.standing = await parts.rates.hit("check", client_of(request))
    return await verdict_of_pdf(request, parts, language)


@router.get(JWKS, summary="The keys receipts are signed with", responses=problems())
async def keys(response: Response, parts: Ready) -> KeySetShown:
    """Show the public keys (RFC 7517): the first signs, the others did."""
    response.headers["cache-control"] = "public, max-age=300"
    return KeySetShown.model_validate(parts.stores.receipts.ready_keys.public())


async def verdict_of(number: str, code: str, parts: Parts, language: str) -> ReceiptVerdict:
    """Check a number and a code as somebody typed them."""
    try:
        document = await _numbered(number, code, parts)
    except NotGenuineError as error:
        return ReceiptVerdict.refused(error.fault, parts.texts, language)
    claims = Claims.of(document, parts.stores.receipts.office)
    return ReceiptVerdict.genuine_of(claims, parts.texts, language)


async def verdict_of_pdf(request: Request, parts: Parts, language: str) -> ReceiptVerdict:
    """Check a PDF that comes in a form.

    Raises:
        RefusedError: no form, no file, too large, or the client is too slow.
    """
    limits = replace(parts.limits, file_bytes=MAX_PDF_BYTES)
    try:
        async with received(request, parts, limits) as found:
            keys = parts.stores.receipts.ready_keys
            claims = await asyncio.to_thread(lambda: open_pdf(found.file.read(), keys))
        newest = await _check_record(claims, parts)
    except RefusedError as refused:
        if refused.code not in {"page.format", "page.empty"}:
            raise
        return ReceiptVerdict.refused("no_signature", parts.texts, language)
    except NotGenuineError as error:
        return ReceiptVerdict.refused(error.fault, parts.texts, language)
    return ReceiptVerdict.genuine_of(claims, parts.texts, language, newest=newest)


async def _numbered(number: str, code: str, parts: Parts) -> Document:
    try:
        number, code = parse_number(number), parse_number(code)
    except ValueError as error:
        raise NotGenuineError("mistyped") from error
    document = await parts.stores.documents.numbered(number)
    if not is_code_of(document, code) or document is None:
        raise NotGenuineError("no_such_receipt")
    return document


async def _check_record(claims: Claims, parts: Parts) -> bool:
    """Compare with our own record: a stolen key alone makes no receipt that passes; tell whether it is the newest."""
    document = await parts.stores.documents.numbered(claims.receipt_number)
    if document is None or not claims.matches(document):
        raise NotGenuineError("signature_wrong")
    return claims.version == document.version
