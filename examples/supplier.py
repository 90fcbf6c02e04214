"""An energy supplier in small: receive a signed webhook, fetch the papers by their one-time link, confirm.

AMTSBOTE_SUPPLIER_SECRET=whsec_... AMTSBOTE_SUPPLIER_TOKEN=... AMTSBOTE_SUPPLIER_PORT=9100 \
    AMTSBOTE_GATEWAY_URL=http://127.0.0.1:8080 python -m examples.supplier [--once]
"""

import json
import os
import sys

import httpx
import uvicorn
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from examples.papers import fetch_and_confirm

known: set[str] = set()  # a real supplier keeps this in its database


async def receive(request: Request) -> Response:
    """Answer 204 once the papers are here; any other answer makes the job centre try again with the same id."""
    body, message_id = await request.body(), request.headers.get("webhook-id", "")
    try:
        notice = Webhook(os.environ["AMTSBOTE_SUPPLIER_SECRET"]).verify(body, dict(request.headers))
    except WebhookVerificationError:
        print(json.dumps({"verified": False}), flush=True)
        return Response(status_code=401)
    if message_id not in known:
        headers = {"Authorization": f"Bearer {os.environ['AMTSBOTE_SUPPLIER_TOKEN']}"}
        async with httpx.AsyncClient(headers=headers, timeout=10) as http:
            papers = await fetch_and_confirm(notice["data"], message_id, http, os.environ["AMTSBOTE_GATEWAY_URL"])
        known.add(message_id)
        print(json.dumps({"verified": True, **papers}), flush=True)
    then = BackgroundTask(end, request.app.state.server) if "--once" in sys.argv else None
    return Response(status_code=204, background=then)


def end(server: uvicorn.Server) -> None:
    """Stop serving, after the first packet of `--once`."""
    server.should_exit = True


def serve() -> None:
    """Listen until interrupted."""
    web = Starlette(routes=[Route("/", receive, methods=["POST"])])
    port = int(os.environ.get("AMTSBOTE_SUPPLIER_PORT", "9100"))
    web.state.server = uvicorn.Server(uvicorn.Config(web, port=port, log_level="warning"))
    web.state.server.run()


if __name__ == "__main__":
    serve()
