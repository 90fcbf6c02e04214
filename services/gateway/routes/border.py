"""What holds for every request: an id, one log line, security headers, rate headers; outermost of all layers."""

import re
import time

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.routes.rates import Standing
from shared.ids import new_id
from shared.telemetry.logs import where

log = structlog.get_logger()

_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
}
_HSTS = "max-age=31536000; includeSubDomains"


class Border:
    """Logs ids, route templates and codes; never a URL, whose link or id is a secret, nor a header."""

    def __init__(self, app: ASGIApp) -> None:
        """Guard `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        started, status = time.perf_counter(), 0
        state = scope.setdefault("state", {})
        state["request_id"] = _request_id(scope)

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _dress(MutableHeaders(scope=message), scope)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=state["request_id"]):
            try:
                await self._app(scope, receive, dressed)
            except Exception as error:  # noqa: BLE001 - answered already; its text may quote what was sent
                log.warning("request.broke", error=type(error).__name__, where=where(error))
            _tell(scope, status, started)


def _request_id(scope: Scope) -> str:
    given = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"x-request-id"), "")
    return given if _REQUEST_ID.fullmatch(given) else new_id()


def _dress(headers: MutableHeaders, scope: Scope) -> None:
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    headers.setdefault("cache-control", "no-store")
    headers["x-request-id"] = scope["state"]["request_id"]
    headers.add_vary_header("Accept-Language")
    if scope["scheme"] == "https":
        headers["strict-transport-security"] = _HSTS
    standing = scope["state"].get("standing")
    if isinstance(standing, Standing):
        headers.update(standing.headers())


def _tell(scope: Scope, status: int, started: float) -> None:
    route = scope.get("route")
    log.info(
        "request.handled",
        method=scope["method"],
        route=getattr(route, "path", None),
        status=status,
        problem=scope["state"].get("problem"),
        principal=scope["state"].get("principal"),
        ms=round((time.perf_counter() - started) * 1000, 1),
    )
