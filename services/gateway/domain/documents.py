"""Documents: pages in reading order, handed in together, each may be taken again; the receipt says exactly which."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from services.gateway.domain.access import Acting
from services.gateway.domain.limits import Limits
from services.gateway.domain.pages import Page
from services.gateway.domain.progress import DocumentState
from services.gateway.domain.refusal import RefusedError
from services.gateway.domain.versions import check_version, tag_of
from shared.events.gateway import DocumentSubmitted, MandateKind, SubmittedPage
from shared.events.outline import AS_FOUND, Outline
from shared.events.upload import TypeSuggestion

# Each makes the whole document be read again; whoever needs more is helped better by a person.
MOST_REPLACEMENTS = 50


class DocumentPage(BaseModel):
    """A page as it was handed in, with what a person had said of where it lies."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    page_id: str
    object_key: str
    sha256: str
    size_bytes: int
    outline: Outline | None = None

    @classmethod
    def of(cls, page: Page) -> "DocumentPage":
        """Return a page as it is handed in now."""
        outline = None if page.outline == AS_FOUND else page.outline
        return cls(page_id=page.id, outline=outline, **page.model_dump(include={"object_key", "sha256", "size_bytes"}))


class Replacement(BaseModel):
    """A page that was taken again: which place it has, from 1, what stood there before, and since when it does not."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int
    page_id: str
    replaced: DocumentPage
    replaced_at: datetime
    by: str | None = None
    mandate_id: str | None = None


class Filing(BaseModel):
    """The readable document the upload service made of one version of the pages."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: int = 1
    pdf_key: str
    pdf_sha256: str
    pdf_bytes: int
    text_key: str
    facts_key: str | None = None
    page_ids: tuple[str, ...] = ()  # of each page of the PDF the file it came from; empty in what is older than this
    unreadable_page_ids: tuple[str, ...] = ()
    types: tuple[TypeSuggestion, ...] = ()
    filed_at: datetime


@dataclass(frozen=True, slots=True)
class Exchange:
    """A wish to put a page in the place of another one; `if_match` says which version of the pages is meant."""

    document_id: str
    page_id: str
    new_page_id: str
    if_match: str | None


class Document(BaseModel):
    """A submission and what became of it; `received_at` counts legally (BSG B 14 AS 51/18 R).

    `version` grows with each page that is replaced; `filing` may be of an earlier one until the new one is filed.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    id: str = Field(alias="_id")
    citizen_id: str
    device_id: str
    receipt_number: str
    received_at: datetime
    declared_type: str | None = None
    handed_in_by: str | None = None  # a name, where one is known; a device has none
    handed_in_for: str | None = None
    handed_in_as: MandateKind | None = None
    mandate_id: str | None = None
    without_account: bool = False
    newcomer: bool = False  # as above, and nobody had said yet who that is
    pages: tuple[DocumentPage, ...]
    version: int = 1
    replacements: tuple[Replacement, ...] = ()
    state: DocumentState = "received"
    filing: Filing | None = None
    failed_reason: str | None = None

    @property
    def page_ids(self) -> tuple[str, ...]:
        """The ids of the pages, in reading order."""
        return tuple(page.page_id for page in self.pages)

    @property
    def replaced_page_ids(self) -> tuple[str, ...]:
        """The ids of pages that earlier versions had."""
        return tuple(replacement.replaced.page_id for replacement in self.replacements)

    @property
    def tag(self) -> str:
        """The entity tag of the list of pages (RFC 9110, 8.8.3)."""
        return tag_of(self.version)

    @property
    def changed_at(self) -> datetime:
        """When this version of the pages arrived."""
        return self.replacements[-1].replaced_at if self.replacements else self.received_at

    def count_of(self, page: Page) -> int | None:
        """Return how many pages the file of a page has, by its check or by the filing; None if neither knows."""
        filed = self.filing.page_ids.count(page.id) if self.filing else 0
        if filed == 1 and self.filing and page.id not in self.filing.unreadable_page_ids:
            return page.count or 1
        return filed if filed > 1 else page.count

    def check_page(self, page_id: str) -> None:
        """Check that a page is, or was, one of this document.

        Raises:
            RefusedError: `page.missing`.
        """
        if page_id not in (*self.page_ids, *self.replaced_page_ids):
            raise RefusedError("page.missing")

    def check_exchange(self, wish: Exchange) -> None:
        """Check that a page of this document may give way to another one.

        Raises:
            RefusedError: the document has changed; the page is none of its, or no longer; the other one was in it
                before; or too many were.
        """
        check_version("document", self.version, wish.if_match)
        if wish.page_id in self.replaced_page_ids:
            raise RefusedError("page.replaced")
        if wish.page_id not in self.page_ids:
            raise RefusedError("page.missing")
        if wish.new_page_id in (*self.page_ids, *self.replaced_page_ids):
            raise RefusedError("document.page_twice")
        if len(self.replacements) >= MOST_REPLACEMENTS:
            raise RefusedError("document.too_many_replacements", most=MOST_REPLACEMENTS)

    def with_page(self, page_id: str, new: DocumentPage, at: datetime, by: Acting | None = None) -> "Document":
        """Return the next version: `new` in the place of a page, number and date of arrival as they were."""
        place = self.page_ids.index(page_id)
        replacement = Replacement(
            number=place + 1,
            page_id=new.page_id,
            replaced=self.pages[place],
            replaced_at=at,
            by=by.helper if by else None,
            mandate_id=by.mandate_id if by else None,
        )
        return self.model_copy(
            update={
                "version": self.version + 1,
                "pages": (*self.pages[:place], new, *self.pages[place + 1 :]),
                "replacements": (*self.replacements, replacement),
                "state": "received",
            }
        )

    def submitted(self) -> DocumentSubmitted:
        """Say that this document was handed in, or that its newest page was."""
        return DocumentSubmitted(
            document_id=self.id,
            citizen_id=self.citizen_id,
            receipt_number=self.receipt_number,
            pages=tuple(SubmittedPage.model_validate(page.model_dump()) for page in self.pages),
            declared_type=self.declared_type,
            received_at=self.received_at,
            version=self.version,
            replaced_page_ids=self.replaced_page_ids,
            replaced_number=self.replacements[-1].number if self.replacements else None,
            mandate_id=self.replacements[-1].mandate_id if self.replacements else self.mandate_id,
            newcomer=self.newcomer,
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
