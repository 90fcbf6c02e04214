"""Printed receipts: kept as they were sealed, so that a repeat costs nothing and has the same bytes."""

import hashlib
import json
from collections.abc import Sequence

from services.gateway.domain.documents import Document
from services.gateway.domain.pages import Page
from services.gateway.store.receipts import Receipts
from shared.errors import PermanentError
from shared.storage.objects import Objects

RECEIPTS = "receipts/"
"""What keys begin with; the id of a document, or of a newcomer who applied, follows."""
FORM = 2
"""Whoever changes how a receipt looks raises this, and each is printed anew when it is next asked for."""
MEDIA_TYPE = "application/pdf"


class Printed:
    """Keeps one PDF of each receipt in each language: that of the newest version, with the pictures there are."""

    def __init__(self, objects: Objects, receipts: Receipts) -> None:
        """Keep PDFs in `objects`."""
        self._objects = objects
        self._receipts = receipts

    def key_of(self, document: Document, pages: Sequence[Page], language: str) -> str:
        """Return where the PDF of a receipt is kept: another version, picture, key or office has another place."""
        pictures = [(page.check and page.check.annotated_key, document.count_of(page)) for page in pages]
        office = self._receipts.office, self._receipts.check_page, self._receipts.ready_keys.public()["keys"][0]
        facts = json.dumps([FORM, document.version, pictures, office], sort_keys=True)
        return f"{_folder(document, language)}{hashlib.sha256(facts.encode()).hexdigest()}.pdf"

    async def find(self, key: str) -> bytes | None:
        """Return the PDF that is kept under a key, if there is one."""
        try:
            return await self._objects.get(key)
        except PermanentError:
            return None

    async def keep(self, key: str, pdf: bytes) -> None:
        """Keep a PDF, and let those go that it takes the place of."""
        await self._objects.put(key, pdf, size_bytes=len(pdf), media_type=MEDIA_TYPE)
        async for other in self._objects.list(key[: key.rfind("/") + 1]):
            if other.key != key:
                await self._objects.remove(other.key)


def _folder(document: Document, language: str) -> str:
    return f"{RECEIPTS}{document.id}/{language}/"
