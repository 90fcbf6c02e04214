"""Consents: exactly these pages, to this supplier, for this purpose, with the text that was agreed to."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from services.gateway.domain.documents import Document
from services.gateway.domain.pages import Page
from services.gateway.domain.refusal import RefusedError
from shared.events.gateway import ConsentGiven, ConsentRevoked

# Whoever changes a consent text gives it a new version here; what was agreed to is kept with each consent.
TEXT_VERSIONS = {"power_cut": "2026-11"}
CHANNEL = "app"


class Consent(BaseModel):
    """One consent, kept with its text, version, time and channel (§ 67b SGB X)."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    id: str = Field(alias="_id")
    citizen_id: str
    document_id: str
    version: int = 1  # of the document whose pages these are
    page_ids: tuple[str, ...]
    supplier_id: str
    purpose: str
    text_version: str
    text: str
    language: str
    channel: str = CHANNEL
    given_at: datetime
    revoked_at: datetime | None = None

    def given(self) -> ConsentGiven:
        """Say that this consent was given."""
        return ConsentGiven(consent_id=self.id, **self.model_dump(include=set(ConsentGiven.model_fields)))

    def revoked(self, at: datetime) -> ConsentRevoked:
        """Say that this consent was taken back."""
        return ConsentRevoked(consent_id=self.id, revoked_at=at)


def unseen(document: Document, sent: Sequence[Page]) -> dict[str, RefusedError]:
    """Return why pages of a document cannot be agreed to, by their ids: one tick would stand for pages nobody saw.

    Args:
        document: what was handed in.
        sent: its pages, as they were checked.
    """
    refused = {}
    for number, page_id in enumerate(document.page_ids, 1):
        page = next((page for page in sent if page.id == page_id), None)
        count = document.count_of(page) if page else None
        if count is None:
            refused[page_id] = RefusedError("consent.page_uncounted", number=number)
        elif count > 1:
            refused[page_id] = RefusedError("consent.page_several", number=number, count=count)
    return refused


def check_seen(page_ids: Sequence[str], refused: Mapping[str, RefusedError]) -> None:
    """Check that nobody agrees to pages that were not shown to them.

    Raises:
        RefusedError: `consent.page_several`, `consent.page_uncounted`.
    """
    for page_id in page_ids:
        if page_id in refused:
            raise refused[page_id]


def check_consent(
    purpose: str, text_version: str, page_ids: Sequence[str], handed_in: Collection[str], *, supplier_known: bool
) -> None:
    """Check that a consent is for pages of this document, a known supplier, and the text in force.

    Raises:
        RefusedError: one of these is not so.
    """
    if not supplier_known:
        raise RefusedError("supplier.missing")
    if not set(page_ids) <= set(handed_in):
        raise RefusedError("consent.page_foreign")
    if TEXT_VERSIONS.get(purpose) != text_version:
        raise RefusedError("consent.text_outdated")
