"""Requests that come through a trusted proxy: its connections carry many clients, so their requests are counted."""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.serving.addresses import counted_as
from shared.serving.settings import HttpSettings
from shared.shares import NoShareError, Share, Slots

RETRY_AFTER_S = 5


class RequestsAtOnce:
    """Bounds the requests at once of each address that a proxy names; uvicorn has put it into `client` by then."""

    def __init__(self, app: ASGIApp, limits: HttpSettings) -> None:
        """Guard `app`."""
        self._app = app
        self._each = limits.connections_each
        self._slots = Slots(limits.connections)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or "x-forwarded-for" not in Headers(scope=scope):
            return await self._app(scope, receive, send)
        try:
            with self._slots.at_once(Share(counted_as((scope.get("client") or ("",))[0]), self._each)):
                return await self._app(scope, receive, send)
        except NoShareError as full:
            headers = {"retry-after": str(RETRY_AFTER_S)}
            answer = PlainTextResponse("Too many requests at once.\n", 429 if full.own else 503, headers)
            return await answer(scope, receive, send)


async def no_websocket(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a WebSocket: there is none here."""
    answer = PlainTextResponse("There is no WebSocket here.\n", 403, {"connection": "close"})
    await answer(scope, receive, send)
