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
from shared.events.upload import Edges, PictureKind

Corner = tuple[float, float]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Milliseconds(_Message):
    """How long a check took, in milliseconds of wall clock within the child process."""

    decode: float = 0.0
    total: float = 0.0


class PageReport(_Message):
    """What the check of one page found.

    `pages` is how many the file has, of which the first was looked at; none if nobody could count them.
    `width` and `height` are pixels after EXIF orientation, 0 for a file that cannot be read; `quad` is TL,
    TR, BR, BL as the picture shows it; `cut` names borders of the picture at which writing is cut off, `cut_reader`
    the same as the reader sees them; `reasons` has the main one first.
    """

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
    def unreadable(cls, code: RefusalCode) -> "PageReport":
        """Return the report on a file that is no picture of a page, for the reason given."""
        return cls(verdict="retake", reasons=(code,))


class Word(_Message):
    """One recognised word: its box in pixels of the flattened page, its line, its confidence (0 to 100)."""

    text: str
    box: tuple[int, int, int, int]
    line: int
    confidence: float


class ReadPage(_Message):
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


class Check(_Message):
    """Look at one picture; the annotated copy (JPEG) is written to `annotated`."""

    do: Literal["check"] = "check"
    file: str
    annotated: str


class Probe(_Message):
    """Read the upper part of a page that was looked at, and its foot, to see whether it can be read and which it is."""

    do: Literal["probe"] = "probe"
    file: str
    report: PageReport
    key: str = Field("", repr=False, description="in hex: words are marked with it; none without")


class Read(_Message):
    """Flatten and read one page of a file; the `ReadPage` is written to `out` beside its picture."""

    do: Literal["read"] = "read"
    file: str
    page: int = 0
    out: str


class Bind(_Message):
    """Bind read pages (files with a `ReadPage` each) to one searchable PDF/A-2b at `out`.

    What the document is and says is written to `understood` (an `Understood`).
    """

    do: Literal["bind"] = "bind"
    pages: tuple[str, ...]
    out: str
    understood: str


Job = Annotated[Check | Probe | Read | Bind, Field(discriminator="do")]


class Order(_Message):
    """A job as a child process gets it: the CPU time it may take, and whether it should let others go first."""

    job: Job
    cpu_seconds: int
    patient: bool = False


class Fork(_Message):
    """Fork a child that may take so much memory; the socket for its orders and answers comes with the message."""

    do: Literal["fork"] = "fork"
    memory_bytes: int


class Kill(_Message):
    """End a child at once."""

    do: Literal["kill"] = "kill"
    pid: int


ToTemplate = Annotated[Fork | Kill, Field(discriminator="do")]


class Loaded(_Message):
    """The template has loaded what its children need."""

    did: Literal["loaded"] = "loaded"


class Forked(_Message):
    """A child was forked, the oldest that was asked for; there is none if `pid` is 0, and `why` says why."""

    did: Literal["forked"] = "forked"
    pid: int
    why: str = ""


class Ended(_Message):
    """A child ended, with its exit code, or the negative number of the signal that ended it."""

    did: Literal["ended"] = "ended"
    pid: int
    code: int


FromTemplate = Annotated[Loaded | Forked | Ended, Field(discriminator="did")]


class Checked(_Message):
    """The answer to `Check`."""

    did: Literal["check"] = "check"
    report: PageReport


class Probed(_Message):
    """The answer to `Probe`: how well it could be read, what it may be, which sheet; but not what is written there."""

    did: Literal["probe"] = "probe"
    reading: Reading
    types: tuple[Suggestion, ...] = ()
    numbering: Numbering = Numbering()
    fingerprint: str = Field("", repr=False, description="packed, in base64: kept beside the page, and nowhere else")


class Finished(_Message):
    """The answer to `Read` and `Bind`: their results are files; `pages` is how many the source file has."""

    did: Literal["finished"] = "finished"
    pages: int = 1


class Refused(_Message):
    """The answer to a file that cannot be worked on, with a code that says why.

    `detail` names the place in the program where an error came from that nobody had thought of.
    """

    did: Literal["refused"] = "refused"
    code: RefusalCode
    detail: str = ""


Answer = Annotated[Checked | Probed | Finished | Refused, Field(discriminator="did")]


class Unreadable(_Message):
    """A file, or a page of it, that could not be taken into the document, and why."""

    file: int
    page: int
    code: RefusalCode


class Understood(_Message):
    """What a document is and what it says, for a person to confirm: personal data, kept beside its text.

    Boxes of facts are left, top, right, bottom in PDF points from the upper left corner of their page.
    """

    text: str
    types: tuple[Suggestion, ...] = ()
    facts: tuple[Fact, ...] = ()


class FiledDocument(_Message):
    """A searchable PDF/A-2b with its text; `files` has for each page of it the number of the file it came from."""

    pdf: bytes
    text: str
    files: tuple[int, ...]
    unreadable: tuple[Unreadable, ...] = ()
    types: tuple[Suggestion, ...] = ()
    facts: tuple[Fact, ...] = ()
