"""What crosses the border to the child processes, and what `check --json` prints."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.upload.domain.facts.fact import Fact
from services.upload.domain.numbering import Numbering
from services.upload.domain.reading import Reading
from services.upload.domain.refusal import RefusalCode
from services.upload.domain.sides import SIDES, Side, Turn
from services.upload.domain.suggestion import Suggestion
from services.upload.domain.verdict import Verdict
from shared.events.outline import AS_FOUND, Outline
from shared.events.upload import Edges, PictureKind

Corner = tuple[float, float]


class Message(BaseModel):
    """What goes between processes: unchangeable, and nothing unknown in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Milliseconds(Message):
    """How long a check took, in milliseconds of wall clock within the child process."""

    decode: float = 0.0
    total: float = 0.0


class PageReport(Message):
    """What the check of one page found.

    `page` says which page of the file it is, from 1, and `pages` how many that has; none if nobody could count them.
    `width` and `height` are pixels after EXIF orientation, 0 for a file that cannot be read; `quad` is TL,
    TR, BR, BL as the picture shows it; `cut` names borders of the picture at which writing is cut off, `cut_reader`
    the same as the reader sees them; `reasons` has the main one first.
    """

    page: int = 1
    pages: int | None = None
    width: int = 0
    height: int = 0
    quad: tuple[Corner, Corner, Corner, Corner] | None = None
    picture: PictureKind = "photo"
    edges: Edges = Edges()
    cut: tuple[Side, ...] = ()
    cut_reader: tuple[Side, ...] = ()
    rotate_cw: Turn = 0
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    ms: Milliseconds = Milliseconds()

    @property
    def beyond(self) -> tuple[Side, ...]:
        """The borders of the picture at which the edge of the paper is not to be seen."""
        return tuple(side for side in SIDES if getattr(self.edges, side) != "seen")

    @classmethod
    def unreadable(cls, code: RefusalCode, page: int = 1, pages: int | None = None) -> "PageReport":
        """Return the report on a file, or a page of it, that is no picture of a page, for the reason given."""
        return cls(page=page, pages=pages, verdict="retake", reasons=(code,))


class Word(Message):
    """One recognised word: its box in pixels of the flattened page, its line, its confidence (0 to 100)."""

    text: str
    box: tuple[int, int, int, int]
    line: int
    confidence: float


class ReadPage(Message):
    """One flattened, upright page that was read; its grey picture is the file `picture` beside it, at `dpi`."""

    picture: str
    width: int
    height: int
    dpi: float
    words: tuple[Word, ...]
    report: PageReport

    @property
    def text(self) -> str:
        """Return the words in reading order, a line of the page to a line."""
        lines: dict[int, list[str]] = {}
        for word in self.words:
            lines.setdefault(word.line, []).append(word.text)
        return "\n".join(" ".join(words) for words in lines.values())


class Count(Message):
    """Count the pages of a file."""

    do: Literal["count"] = "count"
    file: str


class Check(Message):
    """Look at one page of a file; the annotated copy (JPEG) is written to `annotated`, one as it is to `plain`."""

    do: Literal["check"] = "check"
    file: str
    page: int = 0
    annotated: str
    plain: str | None = None
    outline: Outline = AS_FOUND


class Probe(Message):
    """Read the upper part of the page that a report is about, and its foot: can it be read, and which sheet is it?"""

    do: Literal["probe"] = "probe"
    file: str
    report: PageReport
    key: str = Field("", repr=False, description="in hex: words are marked with it; none without")


class Read(Message):
    """Flatten and read one page of a file; the `ReadPage` is written to `out` beside its picture."""

    do: Literal["read"] = "read"
    file: str
    page: int = 0
    out: str
    outline: Outline = AS_FOUND


class Bind(Message):
    """Bind read pages (files with a `ReadPage` each) to a PDF/A-2b at `out`; `understood` is what it says."""

    do: Literal["bind"] = "bind"
    pages: tuple[str, ...]
    out: str
    understood: str


Job = Annotated[Count | Check | Probe | Read | Bind, Field(discriminator="do")]


class Order(Message):
    """A job as a child process gets it: the CPU time it may take, and whether it should let others go first."""

    job: Job
    cpu_seconds: int
    patient: bool = False


class Counted(Message):
    """The answer to `Count`."""

    did: Literal["count"] = "count"
    pages: int


class Checked(Message):
    """The answer to `Check`."""

    did: Literal["check"] = "check"
    report: PageReport


class Probed(Message):
    """The answer to `Probe`: how well it could be read, what it may be, which sheet; but not what is written there."""

    did: Literal["probe"] = "probe"
    reading: Reading
    types: tuple[Suggestion, ...] = ()
    numbering: Numbering = Numbering()
    fingerprint: str = Field("", repr=False, description="packed, in base64: kept beside the page, and nowhere else")


class Finished(Message):
    """The answer to `Read` and `Bind`: their results are files."""

    did: Literal["finished"] = "finished"


class Refused(Message):
    """The answer to a file that cannot be worked on, with a code that says why.

    `detail` names the place in the program where an error came from that nobody had thought of.
    """

    did: Literal["refused"] = "refused"
    code: RefusalCode
    detail: str = ""


Answer = Annotated[Counted | Checked | Probed | Finished | Refused, Field(discriminator="did")]


class Unreadable(Message):
    """A file, or a page of it (from 0), that could not be taken into the document, and why."""

    file: int
    page: int
    code: RefusalCode


class Understood(Message):
    """What a document is and what it says, for a person to confirm: personal data, kept beside its text.

    Boxes of facts are left, top, right, bottom in PDF points from the upper left corner of their page.
    """

    text: str
    types: tuple[Suggestion, ...] = ()
    facts: tuple[Fact, ...] = ()


class FiledDocument(Message):
    """A searchable PDF/A-2b with its text; `files` has for each page of it the number of the file it came from."""

    pdf: bytes
    text: str
    files: tuple[int, ...]
    unreadable: tuple[Unreadable, ...] = ()
    types: tuple[Suggestion, ...] = ()
    facts: tuple[Fact, ...] = ()
