"""The service worker: loads what shows pushed messages."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.pages.look import look_of

router = APIRouter()
# A worker's own policy: it loads its parts from us, and nothing else from nobody.
_HEADERS = {"cache-control": "no-cache", "content-security-policy": "default-src 'self'; base-uri 'none'"}


@router.get("/sw.js")
async def serve(request: Request) -> Response:
    """Send the worker; its parts are named by version, so that it changes when they do."""
    part = look_of(request).assets.url("push-worker.js")
    return Response(f'importScripts("{part}");\n', headers=_HEADERS, media_type="text/javascript")
