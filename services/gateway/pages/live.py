"""Says to an open page that there is news; the page then fetches what it shows."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Header
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from services.gateway.domain.access import Citizen
from services.gateway.pages.visitor import Visitor
from services.gateway.routes.parts import Parts, Ready
from services.gateway.routes.timeline import HEARTBEAT_S

router = APIRouter()


@router.get("/live")
async def follow(citizen: Visitor, parts: Ready, last_event_id: Annotated[str | None, Header()] = None) -> Response:
    """Send the kind of each timeline entry as it becomes known."""
    parts.feed.check_room(citizen.citizen_id)
    return EventSourceResponse(_news(citizen, parts, last_event_id), ping=HEARTBEAT_S)


async def _news(citizen: Citizen, parts: Parts, last_event_id: str | None) -> AsyncIterator[ServerSentEvent]:
    async with aclosing(parts.feed.follow(citizen.citizen_id, last_event_id)) as entries:
        async for mark, entry in entries:
            yield ServerSentEvent(entry.kind, event="news", id=mark.text())
