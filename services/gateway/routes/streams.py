"""Live connections: each holds memory and a socket for hours, so there is a share for each person and address."""

from collections.abc import AsyncIterator, Sequence

from fastapi import Request
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Receive, Scope, Send

from services.gateway.domain.access import Citizen
from services.gateway.domain.refusal import RefusedError
from services.gateway.routes.access import client_of
from services.gateway.routes.parts import Parts
from shared.shares import NoShareError, Share, Slots

HEARTBEAT_S = 15
RETRY_AFTER_S = 30
OF_CITIZEN = 10
OF_STRANGERS_AT_ADDRESS = 20
OF_STRANGERS = 200


class Stream(EventSourceResponse):
    """Sends events while it holds a slot; it takes the slot when it begins, so that none is held for nobody."""

    def __init__(self, content: AsyncIterator[ServerSentEvent], slots: Slots, shares: Sequence[Share]) -> None:
        """Send `content` within `shares` of `slots`."""
        super().__init__(content, ping=HEARTBEAT_S)
        self._slots = slots
        self._shares = shares

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send.

        Raises:
            RefusedError: `events.too_many`; nothing was sent then.
        """
        try:
            with self._slots.at_once(*self._shares):
                await super().__call__(scope, receive, send)
        except NoShareError as full:
            raise RefusedError("events.too_many", retry_after_s=RETRY_AFTER_S) from full


def stream(
    request: Request, citizen: Citizen, parts: Parts, content: AsyncIterator[ServerSentEvent]
) -> EventSourceResponse:
    """Return the answer that sends events to a citizen, or to who acts for them."""
    shares = [Share(citizen.citizen_id, OF_CITIZEN)]
    if request.state.stranger:
        shares += [Share(f"at {client_of(request)}", OF_STRANGERS_AT_ADDRESS), Share("strangers", OF_STRANGERS)]
    return Stream(content, parts.streams, shares)
