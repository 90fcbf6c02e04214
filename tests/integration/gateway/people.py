"""Who comes to the door in these tests, and what they bring."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from shared.partners import Partners, Supplier, Tool, hash_token
from tests.loopback import NO_TLS

JPEG = b"\xff\xd8\xff\xe0"
TOKENS = {name: f"{name}-" + "t" * 40 for name in ("desk", "other_desk", "energy", "other_energy")}
PARTNERS = Partners(
    tools=(
        Tool(id="desk", team="money", token_sha256=hash_token(TOKENS["desk"])),
        Tool(id="other_desk", team="work", token_sha256=hash_token(TOKENS["other_desk"])),
    ),
    suppliers=(
        Supplier(id="energy", name="Energie Beispielland", way="queue", token_sha256=hash_token(TOKENS["energy"])),
        Supplier(id="other_energy", name="Andere", way="queue", token_sha256=hash_token(TOKENS["other_energy"])),
    ),
)


def key(value: str | None = None) -> dict[str, str]:
    """Return an Idempotency-Key header, fresh unless one is given."""
    return {"Idempotency-Key": value or str(uuid4())}


def picture(size: int = 2000) -> bytes:
    """Return bytes that begin as a JPEG does, and are like no others."""
    return JPEG + secrets.token_bytes(size - len(JPEG))


def window(hours: float = 24) -> dict[str, Any]:
    """Return a wish to be called."""
    start = datetime.now(UTC) + timedelta(hours=hours)
    return {
        "topic": "power_cut",
        "window_start": start.isoformat(),
        "window_end": (start + timedelta(hours=2)).isoformat(),
    }


class Caller(httpx.AsyncClient):
    """Somebody with a token."""

    def __init__(self, url: str, token: str) -> None:
        """Speak to the gateway at `url`."""
        super().__init__(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60, verify=NO_TLS)


def somebody(errand: str = "hand_in", **changed: Any) -> dict[str, Any]:
    """Return what a newcomer says of themselves."""
    return {"errand": errand, "name": "Erika Beispiel", "born_on": "1985-04-07", "phone": "0208 123456", **changed}


class Phone(Caller):
    """A citizen's phone."""

    citizen_id: str

    async def upload(self, data: bytes | None = None, name: str | None = None) -> httpx.Response:
        """Upload a page under a key."""
        files = {"file": ("page.jpg", picture() if data is None else data)}
        return await self.post("/v1/pages", files=files, headers=key(name))

    async def page(self) -> str:
        """Upload a page; return its id."""
        return str((await self.upload()).raise_for_status().json()["page_id"])

    async def submit(self, page_ids: list[str], name: str | None = None) -> httpx.Response:
        """Hand pages in under a key."""
        return await self.post("/v1/documents", json={"page_ids": page_ids}, headers=key(name))

    async def document(self, pages: int = 1) -> str:
        """Hand in a new document; return its id."""
        page_ids = [await self.page() for _ in range(pages)]
        return str((await self.submit(page_ids)).raise_for_status().json()["document_id"])

    async def consent(self, document_id: str, name: dict[str, str] | None = None, **changed: Any) -> httpx.Response:
        """Agree that the supplier `energy` gets the pages of a document."""
        text = (await self.get("/v1/consent-texts/power_cut")).raise_for_status().json()
        document = (await self.get(f"/v1/documents/{document_id}")).raise_for_status().json()
        wish = {"supplier_id": "energy", "purpose": "power_cut", "page_ids": document["page_ids"]}
        wish |= {"text_version": text["text_version"], **changed}
        return await self.post(f"/v1/documents/{document_id}/consents", json=wish, headers=name or key())
