"""What tests of replaced pages ask of the gateway, and what upload would say."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import httpx

from shared.clock import utc_now
from shared.events.upload import DocumentFiled
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Phone, key


async def listed_pages(phone: Phone, document_id: str) -> tuple[list[str], str]:
    """Return the pages of a document, and the tag of that list."""
    answer = (await phone.get(f"/v1/documents/{document_id}/pages")).raise_for_status()
    return [place["page_id"] for place in answer.json()["pages"]], answer.headers["etag"]


async def replace_page(
    phone: Phone, document_id: str, old: str, new: str, tag: str | None, *, name: str | None = None
) -> httpx.Response:
    """Ask for a page to take the place of another, if the list still has the tag."""
    headers = key(name) | ({"If-Match": tag} if tag else {})
    path = f"/v1/documents/{document_id}/pages/{old}/replacement"
    return await phone.post(path, json={"page_id": new}, headers=headers)


async def filed(door: Door, phone: Phone, document_id: str, pages: Sequence[str], version: int) -> DocumentFiled:
    """Put a PDF into the store as upload does, and return the fact that says so."""
    pdf, place = f"%PDF-1.7 version {version}".encode(), f"documents/{document_id}/{version}"
    for name, data in (("pdf", pdf), ("txt", b"text")):
        await door.service.objects.put(f"{place}.{name}", data, size_bytes=len(data), media_type="text/plain")
    return DocumentFiled(
        document_id=document_id,
        citizen_id=phone.citizen_id,
        pdf_key=f"{place}.pdf",
        pdf_sha256=sha256(pdf).hexdigest(),
        pdf_bytes=len(pdf),
        text_key=f"{place}.txt",
        page_ids=tuple(pages),
        filed_at=utc_now(),
        version=version,
    )


async def shown_document(phone: Phone, document_id: str) -> dict[str, Any]:
    """Return a document as its citizen sees it."""
    return dict((await phone.get(f"/v1/documents/{document_id}")).raise_for_status().json())
