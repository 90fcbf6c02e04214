"""The bodies of answers to creating requests; they are kept, and given again when a request is repeated."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from services.gateway.domain.callbacks import Callback
from services.gateway.domain.consents import Consent
from services.gateway.domain.documents import Document
from services.gateway.domain.pages import Page


class Answered(BaseModel):
    """An answer's body."""

    model_config = ConfigDict(frozen=True)


class Activated(Answered):
    """A device's access; the token is shown this once."""

    citizen_id: str
    device_id: str
    token: str


class PageKept(Answered):
    """The bytes of a page are durable."""

    page_id: str
    sha256: str
    size_bytes: int
    media_type: str
    uploaded_at: datetime

    @classmethod
    def of(cls, page: Page) -> "PageKept":
        """Return what a citizen hears about a page just kept."""
        return cls(page_id=page.id, **page.model_dump(include=set(cls.model_fields)))


class ReceiptPage(Answered):
    """A page as it was handed in."""

    page_id: str
    sha256: str
    size_bytes: int


class Receipt(Answered):
    """What was handed in, by whom, and when it arrived: server time, in Europe/Berlin for people."""

    document_id: str
    receipt_number: str
    received_at: datetime
    received_at_text: str
    declared_type: str | None
    sent_by: str
    pages: tuple[ReceiptPage, ...]

    @classmethod
    def of(cls, document: Document, received_at_text: str) -> "Receipt":
        """Return the receipt of a document."""
        return cls(
            document_id=document.id,
            receipt_number=document.receipt_number,
            received_at=document.received_at,
            received_at_text=received_at_text,
            declared_type=document.declared_type,
            sent_by=f"citizen:{document.citizen_id}",
            pages=tuple(ReceiptPage(**page.model_dump(exclude={"object_key"})) for page in document.pages),
        )


class ConsentKept(Answered):
    """A consent, with the text that was agreed to."""

    consent_id: str
    document_id: str
    page_ids: tuple[str, ...]
    supplier_id: str
    purpose: str
    text_version: str
    text: str
    given_at: datetime

    @classmethod
    def of(cls, consent: Consent) -> "ConsentKept":
        """Return what a citizen hears about a consent."""
        return cls(consent_id=consent.id, **consent.model_dump(include=set(cls.model_fields)))


class CallbackKept(Answered):
    """A wish to be called has arrived."""

    callback_id: str
    state: str
    window_start: datetime
    window_end: datetime

    @classmethod
    def of(cls, callback: Callback) -> "CallbackKept":
        """Return what a citizen hears about a wish just kept."""
        return cls(callback_id=callback.id, **callback.model_dump(include=set(cls.model_fields)))


class CallKept(Answered):
    """A call report has arrived."""

    call_id: str
    callback_id: str
    outcome: str


class ConfirmationKept(Answered):
    """A supplier's answer has arrived."""

    forward_id: str
    answer: str
    confirmed_at: datetime
