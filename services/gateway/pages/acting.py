"""Acting for somebody, in the browser: the address itself says for whom, `/for/<mandate>/...`.

So two tabs, a page that was left open, or a picture sent late can never end up with another person.
"""

import re
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.domain.access import Acting

_FOR = re.compile(r"(/for/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))/.*")
_STATE = "mandate_id"


class ForPerson:
    """Takes the person out of the address, as the place where the pages are mounted (ASGI's `root_path`)."""

    def __init__(self, app: ASGIApp) -> None:
        """Serve `app` for oneself and for others."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if found := _FOR.fullmatch(str(scope["path"])):
            scope["root_path"] = found[1]
            scope["state"][_STATE] = found[2]
        await self._app(scope, receive, send)


def mandate_of(request: Request) -> str | None:
    """Return the mandate that the address names."""
    return getattr(request.state, _STATE, None)


def acting_of(request: Request) -> Acting | None:
    """Return as what somebody acts, once they were let in."""
    return getattr(request.state, "acting", None)


def base_of(request: Request) -> str:
    """Return what stands before every address of a page: nothing, or the person one acts for."""
    return str(request.scope.get("root_path", "")) if acting_of(request) else ""


def values_of(request: Request) -> dict[str, Any]:
    """Return what every template may ask."""
    return {"base": base_of(request), "acting": acting_of(request), "helping": getattr(request.state, "helping", False)}
