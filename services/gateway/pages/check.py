"""Checking a receipt: anybody may, by number and code or with the PDF, and hears nothing about any person."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain.refusal import RefusedError
from services.gateway.pages.forms import NOTHING_TYPED, Filled, FormOf
from services.gateway.pages.language import language_of
from services.gateway.pages.page import page
from services.gateway.pages.visitor import Guest
from services.gateway.routes.access import client_of
from services.gateway.routes.parts import Parts, Ready
from services.gateway.routes.receipts import verdict_of, verdict_of_pdf
from services.gateway.schemas.receipts import ReceiptVerdict
from services.gateway.store.receipts import CHECK_PATH

router = APIRouter()
UPLOAD = CHECK_PATH + "/pdf"
LONGEST = 40


@router.get(CHECK_PATH)
async def show(request: Request, _: Guest, parts: Ready, number: str = "", code: str = "") -> Response:
    """Show the form; the QR code of a receipt leads here with number and code filled in, and so to the answer."""
    filled = Filled({"number": [number[:LONGEST]], "code": [code[:LONGEST]]})
    return await _by_number(request, filled, parts) if number and code else _show(request, filled)


@router.post(CHECK_PATH)
async def check(request: Request, _: Guest, filled: FormOf, parts: Ready) -> Response:
    """Check by number and code."""
    return _show(request, filled) if filled.only_language else await _by_number(request, filled, parts)


@router.post(UPLOAD)
async def check_pdf(request: Request, _: Guest, parts: Ready) -> Response:
    """Check a PDF; an empty choice or a file that is too large is said where the file was chosen."""
    await _count(request, parts)
    try:
        verdict = await verdict_of_pdf(request, parts, language_of(request))
    except RefusedError as refused:
        if refused.code not in {"page.no_file", "page.too_large"}:
            raise
        request.state.problem = refused.code
        return _show(request, NOTHING_TYPED, refused=refused, status=refused.status)
    return _show(request, NOTHING_TYPED, verdict)


async def _by_number(request: Request, filled: Filled, parts: Parts) -> Response:
    await _count(request, parts)
    verdict = await verdict_of(filled.get("number"), filled.get("code"), parts, language_of(request))
    return _show(request, filled, verdict)


async def _count(request: Request, parts: Parts) -> None:
    request.state.standing = await parts.rates.hit("check", client_of(request))


def _show(
    request: Request,
    filled: Filled,
    verdict: ReceiptVerdict | None = None,
    *,
    refused: RefusedError | None = None,
    status: int = 200,
) -> Response:
    return page(request, "check.html", status, filled=filled, verdict=verdict, refused=refused)
