"""My things: everything that was handed in, and everything that happened, newest first, in parts."""

from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain.paging import parse_cursor
from services.gateway.pages.page import page
from services.gateway.pages.visitor import Reader, Viewer
from services.gateway.routes.parts import Ready

router = APIRouter()
PATH = "/things"
CHECKS = "page.checked"
"""The kind of entry that lists of what happened leave out: each page says itself how it can be read."""
SLOW = timedelta(hours=1)
"""After this a document that is not filed says that it takes longer than usual."""


@router.get(PATH)
async def show(request: Request, citizen: Viewer, parts: Ready, cursor: str | None = None) -> Response:
    """Show what was handed in."""
    documents = await parts.stores.documents.newest(citizen, parse_cursor(cursor))
    page_ids = {page_id for document in documents.items for page_id in document.page_ids}
    sent = await parts.stores.pages.of_document(sorted(page_ids))
    template = "things_list.html" if request.headers.get("hx-request") else "things.html"
    return page(
        request,
        template,
        documents=documents,
        bad={one.id for one in sent if one.check and one.check.verdict == "retake"},
        cursor=cursor,
        slow_since=parts.clock() - SLOW,
    )


@router.get(PATH + "/events")
async def events(request: Request, citizen: Reader, parts: Ready, cursor: str | None = None) -> Response:
    """Show what happened."""
    part = await parts.stores.timeline.newest(citizen, parse_cursor(cursor), without=CHECKS)
    template = "events_list.html" if request.headers.get("hx-request") else "events.html"
    return page(request, template, events=part, cursor=cursor, suppliers=parts.supplier_names)
