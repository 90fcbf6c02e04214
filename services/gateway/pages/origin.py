"""Forms are taken from our own pages only: what another site makes a browser send stays outside (CSRF)."""

from collections.abc import Callable

from fastapi import Request
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.domain.refusal import RefusedError

_READING = {"GET", "HEAD", "OPTIONS"}


def is_ours(headers: Headers, scheme: str) -> bool:
    """Tell whether a browser says that a page of ours sent this (W3C Fetch Metadata; older ones: RFC 6454).

    Our pages are at `scheme`, `http` or `https`: what comes from the other may be anybody's.

    A request that says neither is no browser's form: those who write programs have the API.
    """
    if site := headers.get("sec-fetch-site"):
        return site == "same-origin"
    host = headers.get("host")
    return bool(host) and headers.get("origin") == f"{scheme}://{host}"


def way_back(path: str) -> str:
    """Return the path a form wants to go back to, if it is one of ours, else the first page."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


class OwnForms:
    """Refuses what would change something and does not come from our own pages."""

    def __init__(
        self, app: ASGIApp, refuse: Callable[[Request, RefusedError], Response], open_to_all: str, *, secure: bool
    ) -> None:
        """Guard `app`, whose pages are at HTTPS only if they are `secure`.

        Paths that begin with `open_to_all` name by themselves what they act on, and need no cookie.
        """
        self._app = app
        self._refuse = refuse
        self._open_to_all = open_to_all
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        anybodys = str(scope["path"]).startswith(self._open_to_all)
        scheme = "https" if self._secure else scope["scheme"]
        if scope["method"] in _READING or anybodys or is_ours(Headers(scope=scope), scheme):
            return await self._app(scope, receive, send)
        answer = self._refuse(Request(scope), RefusedError("request.cross_site"))
        return await answer(scope, receive, send)
