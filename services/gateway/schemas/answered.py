"""The bodies of answers to creating requests; they are kept, and given again when a request is repeated."""

from collections.abc import Callable
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from services.gateway.domain.callbacks import Callback
from services.gateway.domain.consents import Consent
from services.gateway.domain.documents import Replacement
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


class ReceiptReplacement(Answered):
    """A page that was taken again; the one it replaced is kept, and its hash stays proof of what it was."""

    number: int
    page_id: str
    replaced_page_id: str
    replaced_sha256: str
    replaced_at: datetime
    replaced_at_text: str
    by: str | None = None

    @classmethod
    def of(cls, each: Replacement, in_words: Callable[[datetime], str]) -> "ReceiptReplacement":
        """Return what a citizen hears about a page taken again; `in_words` writes a time for people."""
        return cls(
            number=each.number,
            page_id=each.page_id,
            replaced_page_id=each.replaced.page_id,
            replaced_sha256=each.replaced.sha256,
            replaced_at=each.replaced_at,
            replaced_at_text=in_words(each.replaced_at),
            by=each.by,
        )


class Receipt(Answered):
    """What was handed in, by whom, and when it arrived: server time, in Europe/Berlin for people.

    `received_at` is the first arrival, whatever was replaced since; `version` counts from 1 and grows by each of the
    `replacements`, the oldest of which comes first.
    `jws` says the same signed by the office (RFC 7515; keys at `/.well-known/jwks.json`), and names a person only
    where `handed_in_by` and `handed_in_for` do: somebody acted for the citizen.
    """

    document_id: str
    receipt_number: str
    received_at: datetime
    received_at_text: str
    declared_type: str | None
    sent_by: str
    handed_in_by: str | None
    handed_in_for: str | None = None
    handed_in_by_text: str
    pages: tuple[ReceiptPage, ...]
    version: int = 1
    replacements: tuple[ReceiptReplacement, ...] = ()
    office: str
    check_code: str
    check_url: str
    jws: str


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
