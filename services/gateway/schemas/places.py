"""The places of a document: which page stands where, and what stood there before."""

from datetime import datetime

from services.gateway.domain.documents import Document
from services.gateway.schemas.shown import Shown


class ReplacedShown(Shown):
    """A page that gave way to another one; its original is kept."""

    page_id: str
    sha256: str
    replaced_at: datetime


class PlaceShown(Shown):
    """A place in a document: the page that stands there, and those that stood there before, the oldest first."""

    number: int
    page_id: str
    sha256: str
    size_bytes: int
    replaced: tuple[ReplacedShown, ...] = ()


class PagesShown(Shown):
    """The pages of a document in reading order; the tag of this answer is what `If-Match` asks for."""

    document_id: str
    version: int
    pages: tuple[PlaceShown, ...]

    @classmethod
    def of(cls, document: Document) -> "PagesShown":
        """Return a document's places as its citizen sees them."""
        before: dict[int, list[ReplacedShown]] = {}
        for each in document.replacements:
            gone = ReplacedShown(
                **each.replaced.model_dump(include={"page_id", "sha256"}), replaced_at=each.replaced_at
            )
            before.setdefault(each.number, []).append(gone)
        places = tuple(
            PlaceShown(number=number, replaced=tuple(before.get(number, ())), **page.model_dump(exclude={"object_key"}))
            for number, page in enumerate(document.pages, 1)
        )
        return cls(document_id=document.id, version=document.version, pages=places)
