"""Pages: one picture or PDF each, kept unchanged under its SHA-256."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from services.gateway.domain.progress import PageState
from services.gateway.domain.refusal import RefusedError
from shared.clock import as_kept
from shared.events.gateway import PageUploaded
from shared.events.upload import Edges, PageChecked, PictureKind, Side, Stage, TypeSuggestion, Verdict
from shared.limits import PDF_WITHIN

HEAD_BYTES = PDF_WITHIN  # every other format names itself sooner
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
OF_SEVERAL = frozenset({"application/pdf", "image/tiff"})
"""What can be a file of several pages; of every other format the first picture is the page, and the only one."""
FORMATS = ("image/jpeg", "image/heic", "image/png", "image/webp", "image/tiff", "application/pdf")


class PageCheck(BaseModel):
    """What the upload service said about a page; kept from before there were stages, it was `seen`."""

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
    pages: int | None = None
    words: int | None = None
    types: tuple[TypeSuggestion, ...] = ()
    sheet_number: int | None = None
    sheet_count: int | None = None
    goes_on: bool = False
    follows: bool = False
    same_as: tuple[str, ...] = ()
    checked_at: datetime

    def gives_way_to(self, fact: PageChecked) -> bool:
        """Tell whether another check takes this one's place: what was read outweighs what was only seen.

        Within a stage the later check counts, so that the end is the same in whichever order they arrive.
        """
        if self.stage != fact.stage:
            return fact.stage == "read"
        return self.checked_at < as_kept(fact.checked_at)


class Page(BaseModel):
    """A page whose bytes are durable, as this service keeps it."""

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

    @property
    def count(self) -> int | None:
        """How many pages the file has; None as long as nobody has counted them."""
        if self.check and self.check.pages:
            return self.check.pages
        return None if self.media_type in OF_SEVERAL else 1

    def uploaded(self) -> PageUploaded:
        """Say that the bytes of this page are durable."""
        return PageUploaded(page_id=self.id, **self.model_dump(include=set(PageUploaded.model_fields)))


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
