"""What makes the pages an app: its name and icons."""

import json

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.gateway.domain.texts import direction_of
from services.gateway.pages.language import language_of
from services.gateway.pages.look import look_of

router = APIRouter()


@router.get("/manifest.webmanifest")
async def manifest(request: Request) -> Response:
    """Say how the app is called and looks on a phone (W3C Web Application Manifest)."""
    look, language = look_of(request), language_of(request)
    icons = [("icon.svg", "any", "image/svg+xml", "any")]
    icons += [(f"icon-{size}.png", f"{size}x{size}", "image/png", "any") for size in (192, 512)]
    icons += [("icon-maskable.png", "512x512", "image/png", "maskable")]
    said = {
        "id": "/",
        "name": look.office.name,
        "short_name": look.office.name,
        "lang": language,
        "dir": direction_of(language),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": "#1a3da5",
        "background_color": "#ffffff",
        "icons": [
            {"src": look.assets.url(name), "sizes": sizes, "type": media_type, "purpose": purpose}
            for name, sizes, media_type, purpose in icons
        ],
    }
    headers = {"cache-control": "no-cache", "vary": "Cookie"}
    return Response(json.dumps(said, ensure_ascii=False), headers=headers, media_type="application/manifest+json")
