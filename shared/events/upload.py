"""What became of pages and documents, as the upload service announces it."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.events.event import Code, Fact, Id, ObjectKey, Sha256

Side = Literal["L", "T", "R", "B"]
Edge = Literal["seen", "outside", "cut"]
PictureKind = Literal["photo", "filled", "scan", "screenshot", "screen", "several", "none"]
Verdict = Literal["good", "usable", "retake"]
Stage = Literal["seen", "read"]


class TypeSuggestion(BaseModel):
    """A document type with the confidence (0 to 1) that it is the right one."""

    model_config = ConfigDict(frozen=True)

    type: Code
    confidence: Annotated[float, Field(ge=0, le=1)]


class Edges(BaseModel):
    """The paper at each border of a picture (after EXIF orientation).

    Its edge is `seen`, or it is `outside` the picture and nothing seems to be missing, or writing is `cut` off.
    """

    model_config = ConfigDict(frozen=True)

    L: Edge = "seen"
    T: Edge = "seen"
    R: Edge = "seen"
    B: Edge = "seen"


class PageChecked(Fact, type="page.checked.v1", subject="page_id"):
    """A page was looked at: is it usable, and if not, why (main reason first)?

    It is announced twice: first when the page was `seen`, then when its upper part was `read` as well. The
    second outweighs the first, in whichever order they arrive; a page that cannot be read has only the first.
    """

    page_id: Id
    stage: Stage = "seen"
    verdict: Verdict
    reasons: tuple[Code, ...] = ()
    picture: Annotated[PictureKind | None, Field(description="what it is a picture of; null from older checks")] = None
    edges: Edges = Edges()
    cut: tuple[Side, ...] = ()
    cut_reader: tuple[Side, ...] = ()
    rotate_cw: Literal[0, 90, 180, 270] = 0
    width: Annotated[int, Field(description="pixels, after EXIF orientation; 0 if undecodable")] = 0
    height: int = 0
    annotated_key: ObjectKey | None = None
    pages: Annotated[int | None, Field(ge=1, description="of the file; the first was looked at; null if uncounted")] = (
        None
    )
    words: Annotated[int | None, Field(ge=0, description="read in the upper part; null if only seen")] = None
    types: Annotated[tuple[TypeSuggestion, ...], Field(max_length=3, description="by the words read so far")] = ()
    sheet_number: Annotated[int | None, Field(ge=1, description="as the page says; null if it does not, or unread")] = (
        None
    )
    sheet_count: Annotated[int | None, Field(ge=1, description="how many sheets there are, as the page says")] = None
    goes_on: Annotated[bool, Field(description="the page says that another sheet, or a back, comes after it")] = False
    follows: Annotated[bool, Field(description="the page says that another sheet came before it")] = False
    same_as: Annotated[
        tuple[Id, ...], Field(max_length=5, description="pages of the same sheet, the likest first")
    ] = ()
    checked_at: AwareDatetime


class DocumentFiled(Fact, type="document.filed.v1", subject="document_id"):
    """The pages became one searchable PDF/A, kept under `pdf_key` with its text under `text_key`.

    Filed anew, with a higher `version`, when a page was replaced; of several, in any order, the highest counts.
    What stands in it (dates, amounts, numbers) is personal data and never in here: `facts_key` says where it is kept.
    """

    document_id: Id
    citizen_id: Id
    pdf_key: ObjectKey
    pdf_sha256: Sha256
    pdf_bytes: int
    text_key: ObjectKey
    facts_key: ObjectKey | None = None
    page_ids: Annotated[tuple[Id, ...], Field(description="the pages of the PDF, in its order")]
    unreadable_page_ids: tuple[Id, ...] = ()
    types: Annotated[tuple[TypeSuggestion, ...], Field(max_length=3)] = ()
    filed_at: AwareDatetime
    version: Annotated[int, Field(ge=1, description="that of the submission")] = 1
    replaced_page_ids: Annotated[tuple[Id, ...], Field(description="pages that only earlier versions had")] = ()


class DocumentFailed(Fact, type="document.failed.v1", subject="document_id"):
    """No page could be read; the originals are kept, and a person must look."""

    document_id: Id
    citizen_id: Id
    reason: Code
    failed_at: AwareDatetime
    version: Annotated[int, Field(ge=1, description="that of the submission")] = 1
