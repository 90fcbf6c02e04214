"""Says to an open page that there is news; the page then fetches what it shows."""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Header, Request
from sse_starlette import ServerSentEvent
from starlette.responses import Response

from services.gateway.domain.access import Acting, Citizen
from services.gateway.domain.refusal import RefusedError
from services.gateway.pages.visitor import AnyActor
from services.gateway.routes.parts import Parts, Ready
from services.gateway.routes.streams import stream
from services.gateway.routes.timeline import followed
from shared.events.gateway import MandateScope

router = APIRouter()
PATH = "/live"
CONCERNS: Mapping[MandateScope, tuple[str, ...]] = {
    "read": ("page.", "document.", "consent.", "forward.", "callback."),
    "upload": ("page.", "document."),
    "appointments": ("callback.",),
}
"""The kinds of entries that a helper's open page has to do with."""


@router.get(PATH)
async def follow(
    request: Request, citizen: AnyActor, parts: Ready, last_event_id: Annotated[str | None, Header()] = None
) -> Response:
    """Send the kind of each timeline entry as it becomes known."""
    return stream(request, citizen, parts, _news(citizen, parts, last_event_id))


async def _news(citizen: Citizen, parts: Parts, last_event_id: str | None) -> AsyncIterator[ServerSentEvent]:
    async with aclosing(followed(citizen, parts, last_event_id)) as entries:
        async for mark, entry in entries:
            if citizen.acting:
                if not await _stands(citizen.acting, parts):
                    return  # the browser asks again, and is refused
                if not _concerns(citizen.acting, entry.kind):
                    continue
            yield ServerSentEvent(entry.kind, event="news", id=mark.text())


async def _stands(acting: Acting, parts: Parts) -> bool:
    """Tell whether a mandate is still in force: a stream that was opened under it must not outlive it."""
    try:
        await parts.stores.mandates.in_force(acting.mandate_id, acting.helper_id)
    except RefusedError:
        return False
    return True


def _concerns(acting: Acting, kind: str) -> bool:
    return any(kind.startswith(CONCERNS[scope]) for scope in acting.scopes)
