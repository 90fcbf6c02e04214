"""Pages, documents and callbacks as those who may see them do."""

from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from services.gateway.domain.callbacks import Callback
from services.gateway.domain.documents import Document
from services.gateway.domain.forwards import Forward
from services.gateway.domain.pages import Page
from services.gateway.domain.progress import CallbackState, DocumentState, ForwardState, PageState
from services.gateway.domain.texts import Texts
from services.gateway.domain.transfers import Transfer
from shared.events.gateway import MandateKind
from shared.events.upload import Edges, PictureKind, Stage, TypeSuggestion


class Shown(BaseModel):
    """An answer's body."""

    model_config = ConfigDict(frozen=True)


class ReasonShown(Shown):
    """Why a page is not perfect: a code, and a sentence in the reader's language."""

    code: str
    text: str


class PageShown(Shown):
    """A page and what was said about it; `stage` is `read` once its upper part was read, too.

    `pages` is how many its file has: of several the first was looked at, and none goes into a consent.
    `sheet_number` and `sheet_count` are what the page itself says; it `goes_on` if it points to another sheet, and
    `follows` if another came before.
    """

    page_id: str
    state: PageState
    stage: Stage | None = None
    verdict: str | None = None
    reasons: tuple[ReasonShown, ...] = ()
    picture: PictureKind | None = None
    edges: Edges = Edges()
    cut: tuple[str, ...] = ()
    cut_reader: tuple[str, ...] = ()
    rotate_cw: int = 0
    width: int = 0
    height: int = 0
    pages: int | None = None
    has_annotated: bool = False
    words: int | None = None
    types: tuple[TypeSuggestion, ...] = ()
    sheet_number: int | None = None
    sheet_count: int | None = None
    goes_on: bool = False
    follows: bool = False
    sha256: str
    size_bytes: int
    media_type: str
    uploaded_at: datetime
    checked_at: datetime | None = None

    @classmethod
    def of(cls, page: Page, texts: Texts, language: str) -> "PageShown":
        """Return a page as its citizen sees it."""
        said: dict[str, Any] = {}
        if check := page.check:
            sentences = texts.reasons(check.reasons, check.cut_reader, language)
            said = check.model_dump(exclude={"reasons", "annotated_key", "same_as"})
            said["reasons"] = [ReasonShown(code=c, text=t) for c, t in zip(check.reasons, sentences, strict=True)]
            said["has_annotated"] = check.annotated_key is not None
        kept = page.model_dump(include=set(cls.model_fields) - {"id"})
        return cls(page_id=page.id, **kept, **said)


class TransferShown(Shown):
    """A file on its way in parts: `offset` of its `length` bytes are here; complete, it is the page `page_id`."""

    upload_id: str
    offset: int
    length: int
    page_id: str | None
    expires_at: datetime

    @classmethod
    def of(cls, transfer: Transfer) -> "TransferShown":
        """Return a transfer as its citizen sees it."""
        return cls(upload_id=transfer.id, **transfer.model_dump(include=set(cls.model_fields)))


class ForwardShown(Shown):
    """How far the papers for a supplier have come."""

    forward_id: str
    supplier_id: str
    state: ForwardState
    answer: str | None = None
    no_cut_before: datetime | None = None
    at: datetime

    @classmethod
    def of(cls, forward: Forward) -> "ForwardShown":
        """Return a forward as its citizen and the job centre see it."""
        return cls(forward_id=forward.id, **forward.model_dump(include=set(cls.model_fields)))


class DocumentShown(Shown):
    """A document, what it may be, and where it went.

    `version` is that of the pages, `filed_version` that of the PDF to be had; they differ while a new one is made.
    `handed_in_by` and the like are there where somebody acted for the citizen.
    """

    document_id: str
    receipt_number: str
    state: DocumentState
    version: int = 1
    filed_version: int | None = None
    received_at: datetime
    declared_type: str | None
    types: tuple[TypeSuggestion, ...] = ()
    page_ids: tuple[str, ...]
    unreadable_page_ids: tuple[str, ...] = ()
    filed_at: datetime | None = None
    handed_in_by: str | None = None
    handed_in_for: str | None = None
    handed_in_as: MandateKind | None = None
    forwards: tuple[ForwardShown, ...] = ()

    @classmethod
    def of(cls, document: Document, forwards: list[Forward]) -> "DocumentShown":
        """Return a document as its citizen and the job centre see it."""
        kept = document.model_dump(include=set(cls.model_fields))
        filing = (
            document.filing.model_dump(include=set(cls.model_fields) - {"version", "page_ids"})
            if document.filing
            else {}
        )
        return cls(
            document_id=document.id,
            page_ids=document.page_ids,
            filed_version=document.filing.version if document.filing else None,
            forwards=tuple(ForwardShown.of(f) for f in forwards),
            **kept,
            **filing,
        )


class CallbackShown(Shown):
    """A wish to be called, and what became of it."""

    callback_id: str
    topic: str
    language: str
    window_start: datetime
    window_end: datetime
    state: CallbackState
    attempts: int
    requested_at: datetime
    reached_at: datetime | None = None
    requested_by: str | None = None

    @classmethod
    def of(cls, callback: Callback, **more: Any) -> Self:
        """Return a callback as its citizen and the job centre see it."""
        return cls(callback_id=callback.id, **callback.model_dump(include=set(cls.model_fields)), **more)


class DocumentList(Shown):
    """Documents, newest first; `next_cursor` is for the following ones."""

    items: tuple[DocumentShown, ...]
    next_cursor: str | None = None


class CallbackList(Shown):
    """Callbacks, newest first."""

    items: tuple[CallbackShown, ...]
    next_cursor: str | None = None
