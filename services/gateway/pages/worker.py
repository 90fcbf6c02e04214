"""The service worker: loads what opens the app without network, and what shows pushed messages."""

import json

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.pages.look import look_of

router = APIRouter()
# A worker's own policy: it loads its parts from us, and nothing else from nobody.
_HEADERS = {"cache-control": "no-cache", "content-security-policy": "default-src 'self'; base-uri 'none'"}
PARTS = ("push-worker.js", "worker.js")
# Letters of other scripts are fetched where they are read, icons by the system.
LATER = ("-cyrillic.woff2", ".png", *PARTS)


@router.get("/sw.js")
async def serve(request: Request) -> Response:
    """Send the worker; its parts are named by version, so that it changes when any file does."""
    assets = look_of(request).assets
    files = [assets.url(name) for name in assets.files if not name.endswith(LATER)]
    large = [assets.url(name) for name in assets.large]
    start = f"const VERSION = {json.dumps(assets.version)};\nconst FILES = {json.dumps(files)};\n"
    start += f"const LARGE = {json.dumps(large)};\n"
    parts = ", ".join(json.dumps(assets.url(name)) for name in PARTS)
    return Response(f"{start}importScripts({parts});\n", headers=_HEADERS, media_type="text/javascript")
