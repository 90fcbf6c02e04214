"""HEAD is answered like GET, without the body: wherever reading has no effect."""

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

_STATE = "head"


class Head:
    """Asks `app` for GET; the server leaves out the body."""

    def __init__(self, app: ASGIApp, only_get: tuple[str, ...]) -> None:
        """Answer for `app`; paths that begin with one of `only_get` have an effect or no end, and no HEAD."""
        self._app = app
        self._only_get = only_get

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = str(scope["path"]).removeprefix(scope.get("root_path", ""))
        if scope["method"] != "HEAD" or path.startswith(self._only_get):
            return await self._app(scope, receive, send)
        scope.setdefault("state", {})[_STATE] = True
        inner = {**scope, "method": "GET"}
        try:
            return await self._app(inner, receive, send)
        finally:
            scope["route"] = inner.get("route")


def is_head(request: Request) -> bool:
    """Tell whether only the head of an answer is asked for."""
    return getattr(request.state, _STATE, False)
