"""A citizen's phone in the tests: asynchronous, so that servers can die while it waits."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx

from tests import loopback
from tests.waiting import until


@dataclass(slots=True)
class Citizen:
    """One citizen with one photograph, to be handed in any number of times."""

    http: httpx.AsyncClient
    photo: bytes

    @classmethod
    async def activated(cls, gateway_url: str, code: str, photo: Path) -> Self:
        """Activate a phone."""
        http = loopback.client(base_url=gateway_url, timeout=30)
        activation = await http.post("/v1/activations", json={"code": code}, headers=_key())
        http.headers["Authorization"] = f"Bearer {activation.raise_for_status().json()['token']}"
        return cls(http, photo.read_bytes())

    async def hand_in(self) -> dict[str, Any]:
        """Upload the photograph, submit it as a document and return the receipt."""
        page = await self.http.post("/v1/pages", files={"file": ("page.jpg", self.photo)}, headers=_key())
        assert page.status_code == 201, page.text
        pages = {"page_ids": [page.json()["page_id"]]}
        response = await self.http.post("/v1/documents", json=pages, headers=_key())
        assert response.status_code == 202, response.text
        return dict(response.json())

    async def until_filed(self, document_id: str, *, seconds: float = 90) -> None:
        """Wait until the document is filed."""
        state = "unknown"

        async def is_filed() -> bool:
            nonlocal state
            response = await self.http.get(f"/v1/documents/{document_id}")
            state = response.json().get("state", response.text)
            return bool(state == "filed")

        await until(is_filed, seconds=seconds, what=lambda: f"filed; it is {state}")

    async def kinds_of(self, document_id: str) -> list[str]:
        """Return the kinds of the document's timeline entries."""
        timeline = (await self.http.get(f"/v1/documents/{document_id}/timeline")).raise_for_status().json()
        return [entry["kind"] for entry in timeline["items"]]


def _key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}
