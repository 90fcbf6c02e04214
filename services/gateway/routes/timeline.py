"""The timeline: as a list, and live."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Header, Request
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from services.gateway.domain.access import Citizen
from services.gateway.domain.feed import Mark
from services.gateway.domain.paging import Part, parse_cursor
from services.gateway.domain.timeline import Entry
from services.gateway.routes.access import AsCitizen
from services.gateway.routes.acting import MayRead, MaySee
from services.gateway.routes.documented import problems
from services.gateway.routes.parts import InLanguage, Parts, Ready
from services.gateway.routes.streams import stream
from services.gateway.schemas.timeline import EntryShown, Timeline
from shared.events.event import Id

router = APIRouter(tags=["timeline"])


@router.get("/v1/timeline", summary="Everything that happened, newest first", responses=problems(400, 401, 403))
async def show_all(citizen: MayRead, parts: Ready, language: InLanguage, cursor: str | None = None) -> Timeline:
    """Show entries, in parts."""
    part = await parts.stores.timeline.newest(citizen, parse_cursor(cursor))
    return timeline_of(part, parts, language)


@router.get(
    "/v1/documents/{document_id}/timeline",
    summary="What happened to a document",
    responses=problems(400, 401, 403, 404),
)
async def show(
    document_id: Id, citizen: MaySee, parts: Ready, language: InLanguage, cursor: str | None = None
) -> Timeline:
    """Show the entries about a document, its pages and its forwards."""
    document = await parts.stores.documents.of_citizen(document_id, citizen)
    page_ids = (*document.page_ids, *document.replaced_page_ids)
    part = await parts.stores.timeline.about(citizen.citizen_id, document_id, page_ids, parse_cursor(cursor))
    return timeline_of(part, parts, language)


@router.get(
    "/v1/events",
    response_class=EventSourceResponse,
    summary="Live entries, as server-sent events",
    responses=problems(401, 403),
)
async def follow(
    request: Request,
    citizen: AsCitizen,
    parts: Ready,
    language: InLanguage,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """Send each entry as it becomes known; `Last-Event-ID` goes on where a connection broke."""
    return stream(request, citizen, parts, _live(citizen, parts, language, last_event_id))


async def _live(
    citizen: Citizen, parts: Parts, language: str, last_event_id: str | None
) -> AsyncIterator[ServerSentEvent]:
    async with aclosing(followed(citizen, parts, last_event_id)) as entries:
        async for mark, entry in entries:
            shown = EntryShown.of(entry, parts.texts, language, parts.supplier_names)
            yield ServerSentEvent(shown.model_dump_json(), event=entry.kind, id=mark.text())


async def followed(
    citizen: Citizen, parts: Parts, last_event_id: str | None
) -> AsyncGenerator[tuple[Mark, Entry], None]:
    """Yield entries as long as the device that asked is let in: a stream must not outlive its device's access."""
    async with aclosing(parts.feed.follow(citizen.citizen_id, last_event_id)) as entries:
        async for mark, entry in entries:
            if not await parts.stores.people.lets_in(citizen.device_id):
                return
            yield mark, entry


def timeline_of(part: Part[Entry], parts: Parts, language: str) -> Timeline:
    """Return entries as they are read in a language."""
    names = parts.supplier_names
    items = tuple(EntryShown.of(entry, parts.texts, language, names) for entry in part.items)
    return Timeline(items=items, next_cursor=part.next)
