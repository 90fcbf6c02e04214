"""What tests of outlines ask of the gateway, and what upload would say."""

from typing import Any

import httpx

from shared.clock import utc_now
from shared.events.outline import Outline
from shared.events.upload import PageChecked
from shared.storage.pictures import picture_key, plain_key
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import JPEG, Phone

QUAD = [[0.1, 0.1], [0.9, 0.12], [0.95, 0.9], [0.05, 0.93]]
FOUND = Outline.model_validate({"quad": [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]], "turn": 0})
CUT = {"quad": QUAD, "turn": 90}


async def correct(phone: Phone, page_id: str, outline: Any, tag: str | None = '"0"') -> httpx.Response:
    """Say where a page lies."""
    headers = {"If-Match": tag} if tag else {}
    return await phone.put(f"/v1/pages/{page_id}/outline", json=outline, headers=headers)


def checked(page_id: str, version: int = 0, verdict: str = "good", **more: Any) -> PageChecked:
    """Return what upload says of a page by a version of its outline."""
    found = {"suggested": FOUND} if version == 0 else {}
    keys = {"annotated_key": picture_key(page_id, version), "plain_key": plain_key(page_id)}
    size = {"width": 1500, "height": 2000, "outline_version": version, "checked_at": utc_now()}
    return PageChecked.model_validate({"page_id": page_id, "verdict": verdict, **found, **keys, **size, **more})


async def seen_page(door: Door, phone: Phone) -> str:
    """Upload a page and have it checked, pictures included."""
    page_id = await phone.page()
    for object_key in (picture_key(page_id), plain_key(page_id)):
        await door.service.objects.put(object_key, JPEG, size_bytes=len(JPEG), media_type="image/jpeg")
    await door.say(checked(page_id))
    return page_id
