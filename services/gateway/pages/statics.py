"""Serves the files of `assets.py`."""

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from services.gateway.domain.refusal import RefusedError
from services.gateway.pages.assets import Assets, LargeFile
from services.gateway.pages.compression import encoding_of
from services.gateway.pages.look import look_of

router = APIRouter()
ENGINE = "'wasm-unsafe-eval'"  # lets compiled code run (Content Security Policy 3, 4.1), and no text as code
_FOR_EVER = "public, max-age=31536000, immutable"
# A worker has a policy of its own: it loads its parts and what it works with from us.
_POLICIES = {"looker.js": f"default-src 'none'; script-src 'self' {ENGINE}; connect-src 'self'; base-uri 'none'"}


@router.get("/static/{version}/{name}")
async def serve(request: Request, version: str, name: str) -> Response:
    """Send a file; under another version's address, while two of them run, it may not be kept."""
    assets = look_of(request).assets
    headers = _headers(assets, version, name)
    accepted = encoding_of(request.headers.get("accept-encoding", ""))
    if name in assets.large:
        return _large(assets.large[name], headers, brotli=accepted == "br")
    if name not in assets.files:
        raise RefusedError("route.missing")
    asset = assets.files[name]
    encoding = accepted if asset.encoded else None
    if encoding is None:
        return Response(asset.plain, headers=headers, media_type=asset.media_type)
    headers["content-encoding"] = encoding
    return Response(asset.encoded[encoding], headers=headers, media_type=asset.media_type)


def _headers(assets: Assets, version: str, name: str) -> dict[str, str]:
    kept = assets.url(name) == f"/static/{version}/{name}"
    headers = {"cache-control": _FOR_EVER if kept else "no-cache", "vary": "Accept-Encoding"}
    return headers | ({"content-security-policy": _POLICIES[name]} if name in _POLICIES else {})


def _large(file: LargeFile, headers: dict[str, str], *, brotli: bool) -> Response:
    if not (brotli and file.is_compressed):
        return FileResponse(file.path, headers=headers, media_type=file.media_type)
    return FileResponse(file.compressed, headers=headers | {"content-encoding": "br"}, media_type=file.media_type)
