"""ETags: a JSON answer is tagged by its hash, and whoever has it already is told so in a few bytes."""

import hashlib
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Tags:
    """Tags complete answers to GET, and answers 304 where `If-None-Match` names the tag (RFC 9110, 13.1.2)."""

    def __init__(self, app: ASGIApp) -> None:
        """Tag what `app` answers."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        start: Message | None = None
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

        await self._app(scope, receive, tagged)


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
