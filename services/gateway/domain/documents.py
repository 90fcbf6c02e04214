"""Documents: pages in reading order, handed in together; the receipt says exactly which."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from services.gateway.domain.limits import Limits
from services.gateway.domain.progress import DocumentState
from services.gateway.domain.refusal import RefusedError
from shared.events.gateway import DocumentSubmitted, SubmittedPage
from shared.events.upload import TypeSuggestion


class DocumentPage(BaseModel):
    """A page as it was handed in."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    page_id: str
    object_key: str
    sha256: str
    size_bytes: int


class Filing(BaseModel):
    """The readable document the upload service made."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    pdf_key: str
    pdf_sha256: str
    pdf_bytes: int
    text_key: str
    unreadable_page_ids: tuple[str, ...] = ()
    types: tuple[TypeSuggestion, ...] = ()
    filed_at: datetime


class Document(BaseModel):
    """A submission and what became of it; `received_at` counts legally (BSG B 14 AS 51/18 R)."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    id: str = Field(alias="_id")
    citizen_id: str
    device_id: str
    receipt_number: str
    received_at: datetime
    declared_type: str | None = None
    pages: tuple[DocumentPage, ...]
    state: DocumentState = "received"
    filing: Filing | None = None
    failed_reason: str | None = None

    @property
    def page_ids(self) -> tuple[str, ...]:
        """The ids of the pages, in reading order."""
        return tuple(page.page_id for page in self.pages)

    def submitted(self) -> DocumentSubmitted:
        """Say that this document was handed in."""
        return DocumentSubmitted(
            document_id=self.id,
            citizen_id=self.citizen_id,
            receipt_number=self.receipt_number,
            pages=tuple(SubmittedPage.model_validate(page.model_dump()) for page in self.pages),
            declared_type=self.declared_type,
            received_at=self.received_at,
        )


def check_submission(page_ids: Sequence[str], limits: Limits) -> None:
    """Check what can be known without looking anything up.

    Raises:
        RefusedError: no page, too many, or one of them twice.
    """
    if not page_ids:
        raise RefusedError("document.no_pages")
    if len(page_ids) > limits.pages:
        raise RefusedError("document.too_many_pages", max_pages=limits.pages)
    if len(set(page_ids)) != len(page_ids):
        raise RefusedError("document.page_twice")
