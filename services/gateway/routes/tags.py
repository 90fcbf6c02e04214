"""ETags: a JSON answer is tagged by its hash, and whoever has it already is told so in a few bytes."""

import hashlib
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Tags:
    """Tags complete answers to GET, and answers 304 where `If-None-Match` names the tag (RFC 9110, 13.1.2)."""

    def __init__(self, app: ASGIApp, only_get: tuple[str, ...]) -> None:
        """Tag what `app` answers; paths that begin with one of `only_get` have an effect, and no HEAD."""
        self._app = app
        self._only_get = only_get

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["method"] not in {"GET", "HEAD"} or self._is_refused(scope):
            return await self._app(scope, receive, send)
        start: Message | None = None
        inner = {**scope, "method": "GET"}  # the server leaves out the body of an answer to HEAD
        known = Headers(scope=scope).get("if-none-match", "")

        async def tagged(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _can_be_tagged(message):
                start = message
                return None
            if start is None:
                return await send(message)
            first, start = start, None
            return await _send_tagged(first, message, known, send)

        try:
            return await self._app(inner, receive, tagged)
        finally:
            scope["route"] = inner.get("route")

    def _is_refused(self, scope: Scope) -> bool:
        return scope["method"] == "HEAD" and str(scope["path"]).startswith(self._only_get)


def _can_be_tagged(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return start["status"] == HTTPStatus.OK and ("etag" in headers or _is_json(headers))


def _is_json(headers: Headers) -> bool:
    return headers.get("content-type", "").startswith("application/json")


async def _send_tagged(start: Message, first: Message, known: str, send: Send) -> None:
    headers = MutableHeaders(scope=start)
    complete = not first.get("more_body", False)
    if complete and "etag" not in headers:
        headers["etag"] = f'"{hashlib.sha256(first.get("body", b"")).hexdigest()[:32]}"'
    tag = headers.get("etag")
    if complete and tag and (known.strip() == "*" or tag in (name.strip() for name in known.split(","))):
        del headers["content-length"]
        start = {**start, "status": 304}
        first = {**first, "body": b""}
    await send(start)
    await send(first)
