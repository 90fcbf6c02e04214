"""Pages: one picture or PDF each, kept unchanged under its SHA-256."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from services.gateway.domain.outlines import MOST_CORRECTIONS, Correction
from services.gateway.domain.progress import PageState
from services.gateway.domain.refusal import RefusedError
from shared.clock import as_kept
from shared.events.gateway import PageOutlined, PageUploaded
from shared.events.outline import AS_FOUND, Outline
from shared.events.upload import (
    Edges,
    PageChecked,
    PictureKind,
    SheetChecked,
    Side,
    Stage,
    TypeSuggestion,
    Verdict,
)
from shared.limits import PDF_WITHIN

HEAD_BYTES = PDF_WITHIN  # every other format names itself sooner
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
OF_SEVERAL = frozenset({"application/pdf", "image/tiff"})
"""What can be a file of several pages; of every other format the first picture is the page, and the only one."""
FORMATS = ("image/jpeg", "image/heic", "image/png", "image/webp", "image/tiff", "application/pdf")


class PageCheck(BaseModel):
    """What the upload service said about a page; kept from before there were stages, it was `seen`.

    Of a file of several pages all but `sheets` is about one, `page`; `sheets` is empty in what is older than this.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    stage: Stage = "seen"
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    picture: PictureKind | None = None
    edges: Edges = Edges()
    cut: tuple[Side, ...] = ()
    cut_reader: tuple[Side, ...] = ()
    rotate_cw: int = 0
    width: int = 0
    height: int = 0
    annotated_key: str | None = None
    page: int = 1
    pages: int | None = None
    sheets: tuple[SheetChecked, ...] = ()
    words: int | None = None
    types: tuple[TypeSuggestion, ...] = ()
    outline_version: int = 0
    plain_key: str | None = None
    sheet_number: int | None = None
    sheet_count: int | None = None
    goes_on: bool = False
    follows: bool = False
    same_as: tuple[str, ...] = ()
    checked_at: datetime

    def gives_way_to(self, fact: PageChecked) -> bool:
        """Tell whether another check takes this one's place: what was read outweighs what was only seen.

        Above all counts the newest outline; within a stage the later check, so that the end is the same in whichever
        order they arrive.
        """
        if self.outline_version != fact.outline_version:
            return self.outline_version < fact.outline_version
        if self.stage != fact.stage:
            return fact.stage == "read"
        return self.checked_at < as_kept(fact.checked_at)


class Page(BaseModel):
    """A page whose bytes are durable, as this service keeps it.

    `suggested` is where the check by itself found the page to lie; `corrections` are what people said of that, the
    newest last, and `outline_version` their number. After each the state is `uploaded` until it was checked by that.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    id: str = Field(alias="_id")
    citizen_id: str
    object_key: str
    sha256: str
    size_bytes: int
    media_type: str
    uploaded_at: datetime
    state: PageState = "uploaded"
    check: PageCheck | None = None
    mandate_id: str | None = None
    newcomer: bool = False
    suggested: Outline | None = None
    corrections: tuple[Correction, ...] = ()
    outline_version: int = 0

    @property
    def outline(self) -> Outline:
        """What a person said of where the page lies; nothing, if nobody did or it was taken back."""
        return self.corrections[-1].outline if self.corrections else AS_FOUND

    @property
    def turn_only(self) -> bool:
        """Whether there is nothing to cut: a page of a PDF is all of its picture."""
        return self.media_type == "application/pdf"

    @property
    def changed_at(self) -> datetime:
        """When the page was uploaded, or its outline last corrected."""
        return self.corrections[-1].at if self.corrections else self.uploaded_at

    @property
    def count(self) -> int | None:
        """How many pages the file has; None as long as nobody has counted them."""
        if self.check and self.check.pages:
            return self.check.pages
        return None if self.media_type in OF_SEVERAL else 1

    def picture_of(self, number: int) -> str:
        """Return the key of the picture that was drawn of one page of the file; the only one is the first.

        Raises:
            RefusedError: `page.no_annotation`.
        """
        drawn = {self.check.page: self.check.annotated_key} if self.check else {}
        drawn |= {sheet.number: sheet.annotated_key for sheet in self.check.sheets} if self.check else {}
        if key := drawn.get(number):
            return key
        raise RefusedError("page.no_annotation")

    def uploaded(self) -> PageUploaded:
        """Say that the bytes of this page are durable."""
        return PageUploaded(page_id=self.id, **self.model_dump(include=set(PageUploaded.model_fields)))

    def require_single(self) -> None:
        """Check that the file has no other page: an outline is that of one.

        Raises:
            RefusedError: `outline.several`.
        """
        if (self.count or 1) > 1:
            raise RefusedError("outline.several")

    def corrected(self, correction: Correction) -> "Page":
        """Return the page as somebody says that it lies, yet to be checked by that.

        Raises:
            RefusedError: `outline.several`, `outline.turn_only`, `outline.too_many`.
        """
        self.require_single()
        if self.turn_only and correction.outline.quad:
            raise RefusedError("outline.turn_only")
        if len(self.corrections) >= MOST_CORRECTIONS:
            raise RefusedError("outline.too_many", most=MOST_CORRECTIONS)
        corrections = (*self.corrections, correction)
        return self.model_copy(
            update={"corrections": corrections, "outline_version": len(corrections), "state": "uploaded"}
        )

    def outlined(self) -> PageOutlined:
        """Say what the last correction is."""
        last = self.corrections[-1]
        return PageOutlined(
            page_id=self.id,
            citizen_id=self.citizen_id,
            object_key=self.object_key,
            sha256=self.sha256,
            outline=last.outline,
            version=self.outline_version,
            by=last.by,
            mandate_id=last.by_id if last.by == "helper" else None,
            outlined_at=last.at,
            newcomer=self.newcomer,
        )

    def announced(self) -> PageUploaded | PageOutlined:
        """Return the fact by which this page is to be checked: its upload, or the last correction."""
        return self.outlined() if self.corrections else self.uploaded()


def media_type_of(head: bytes) -> str:
    """Return the media type that the first bytes of a file show; what a client says it is does not count.

    Raises:
        RefusedError: empty, or no format we can read.
    """
    if not head:
        raise RefusedError("page.empty")
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith((b"II*\x00", b"MM\x00*")):
        return "image/tiff"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "image/heic"
    if b"%PDF-" in head[:PDF_WITHIN]:
        return "application/pdf"
    raise RefusedError("page.format")
