"""Serves the files of `assets.py`."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain.refusal import RefusedError
from services.gateway.pages.compression import encoding_of
from services.gateway.pages.look import look_of

router = APIRouter()
_FOR_EVER = "public, max-age=31536000, immutable"


@router.get("/static/{version}/{name}")
async def serve(request: Request, version: str, name: str) -> Response:
    """Send a file; under another version's address, while two of them run, it may not be kept."""
    assets = look_of(request).assets
    if name not in assets.files:
        raise RefusedError("route.missing")
    asset = assets.files[name]
    headers = {"cache-control": _FOR_EVER if version == assets.version else "no-cache", "vary": "Accept-Encoding"}
    encoding = encoding_of(request.headers.get("accept-encoding", "")) if asset.encoded else None
    if encoding is None:
        return Response(asset.plain, headers=headers, media_type=asset.media_type)
    headers["content-encoding"] = encoding
    return Response(asset.encoded[encoding], headers=headers, media_type=asset.media_type)
