"""My things: everything that was handed in, and everything that happened, newest first, in parts."""

from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain.paging import parse_cursor
from services.gateway.pages.page import page
from services.gateway.pages.visitor import Visitor
from services.gateway.routes.parts import Ready

router = APIRouter()
PATH = "/things"
SLOW = timedelta(hours=1)
"""After this a document that is not filed says that it takes longer than usual."""


@router.get(PATH)
async def show(request: Request, citizen: Visitor, parts: Ready, cursor: str | None = None) -> Response:
    """Show what was handed in."""
    documents = await parts.stores.documents.newest(citizen.citizen_id, parse_cursor(cursor))
    template = "things_list.html" if request.headers.get("hx-request") else "things.html"
    return page(request, template, documents=documents, cursor=cursor, slow_since=parts.clock() - SLOW)


@router.get(PATH + "/events")
async def events(request: Request, citizen: Visitor, parts: Ready, cursor: str | None = None) -> Response:
    """Show what happened."""
    part = await parts.stores.timeline.newest(citizen.citizen_id, parse_cursor(cursor))
    template = "events_list.html" if request.headers.get("hx-request") else "events.html"
    return page(request, template, events=part, cursor=cursor, suppliers=parts.supplier_names)
