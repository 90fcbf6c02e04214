"""What the service asks of its child processes: check a page, make a document."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType, TracebackType
from typing import Self

from services.upload.client.binding import Binding, Fetch, Progress
from services.upload.client.desk import Desk
from services.upload.client.each_page import Do, count_pages, each_page, log_ours
from services.upload.client.line import Priority
from services.upload.client.pool import Limits, Pool
from services.upload.client.tessdata import tessdata
from services.upload.domain.refusal import RefusedFileError
from services.upload.domain.sheets import worst_of
from services.upload.schemas import Answer, Check, Checked, FiledDocument, PageReport, Probe, Probed
from shared.events.outline import AS_FOUND, Outline


@dataclass(frozen=True, slots=True)
class CheckedPage:
    """The report on a page and its annotated picture (JPEG), None where nothing could be opened.

    The only page of a file has a plain picture, too.
    """

    report: PageReport
    annotated: bytes | None = None
    plain: bytes | None = None


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """The pages of a file as they were checked, in order; one, if the file is refused as a whole."""

    sheets: tuple[CheckedPage, ...]

    @property
    def worst(self) -> CheckedPage:
        """The page that decides on the verdict."""
        return self.sheets[worst_of([sheet.report.verdict for sheet in self.sheets])]

    @property
    def report(self) -> PageReport:
        """The report on the worst page."""
        return self.worst.report


class Workers:
    """Child processes for pictures and documents; `async with` starts and ends them.

    Files travel through a private folder, because a picture is large and what a child says must stay small.
    """

    def __init__(
        self,
        processes: int | None = None,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        *,
        reserved: int = 0,
    ) -> None:
        """Plan one process a core, unless told otherwise, and `reserved` ones more that only ever check pages."""
        self.processes = processes or os.cpu_count() or 1
        self._pool = Pool(self.processes, limits, reserved=reserved)
        self._desk: Desk | None = None

    async def start(self) -> None:
        """Start the processes in the background; work may be handed in at once."""
        self._desk = await asyncio.to_thread(Desk.set_up)
        self._pool.start()

    async def stop(self) -> None:
        """End the processes, whatever they do."""
        await self._pool.stop()
        if self._desk:
            await asyncio.to_thread(self._desk.clear)
            self._desk = None

    @property
    def served(self) -> int:
        """How many processes are ready for work."""
        return self._pool.served

    async def missing(self) -> str | None:
        """Say so if not one process is ready for work."""
        return None if self._pool.served else "no child process is ready"

    async def __aenter__(self) -> Self:
        """Start the processes in the background."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes."""
        await self.stop()

    async def check(self, data: bytes, outline: Outline = AS_FOUND, *, owner: str = "") -> CheckedFile:
        """Look at each page of a file; what is no picture gets a report with the reason. Owners take turns.

        What `outline` says of a file of one page outweighs what is found.

        Raises:
            WorkersUnavailableError: if no child process can be started.
        """
        with self._folder("check-") as name:
            file = Path(name, "page")
            await asyncio.to_thread(file.write_bytes, data)
            do = partial(self._pool.do, priority=Priority.VERDICT, owner=owner)
            try:
                pages = await count_pages(data, str(file), do)
            except RefusedFileError as refused:
                log_ours(refused)
                return CheckedFile((CheckedPage(PageReport.unreadable(refused.code)),))
            by_hand = outline if pages == 1 else None
            found = await each_page(range(pages), partial(_check_page, do, file, by_hand))
        return CheckedFile(tuple(_or_refused(each, page, pages) for page, each in found.items()))

    async def probe(
        self, data: bytes, reports: Sequence[PageReport], *, owner: str = "", key: str = ""
    ) -> tuple[Probed | None, ...]:
        """Read head and foot of pages of a file that were looked at; None for each that cannot be read.

        With a `key`, in hex, each gets a fingerprint.

        Raises:
            LanguageMissingError: if Tesseract has no German.
            WorkersUnavailableError: if no child process can be started.
        """
        tessdata("deu")
        with self._folder("probe-") as name:
            file = Path(name, "page")
            await asyncio.to_thread(file.write_bytes, data)

            async def read(place: int) -> Answer:
                job = Probe(file=str(file), report=reports[place], key=key)
                return await self._pool.do(job, priority=Priority.PROBE, owner=owner)

            answers = await each_page(range(len(reports)), read)
        return tuple(answer if isinstance(answer, Probed) else None for answer in answers.values())

    async def make_document(
        self,
        files: Sequence[Fetch],
        progress: Progress | None = None,
        *,
        outlines: Mapping[int, Outline] = MappingProxyType({}),
        owner: str = "",
        urgent: bool = False,
    ) -> FiledDocument:
        """Bind the files of a document, in order, to one searchable PDF; what cannot be read is named.

        `outlines` says by the number of a file where a person saw its only page lie. Owners take turns page by page;
        what is urgent goes before other documents.

        Raises:
            NothingReadableError: if no page of any file can be read.
            LanguageMissingError: if Tesseract has no German.
            WorkersUnavailableError: if no child process can be started.
        """
        tessdata("deu")
        with self._folder("document-") as name:
            do = partial(self._pool.do, priority=Priority.URGENT if urgent else Priority.DOCUMENT, owner=owner)
            return await Binding(do, Path(name), progress, outlines).make(files)

    def _folder(self, prefix: str) -> TemporaryDirectory[str]:
        """Return a folder for one job; before the start it lies beside the desk."""
        return TemporaryDirectory(prefix=prefix, dir=self._desk.folder if self._desk else None)


async def _check_page(do: Do, file: Path, by_hand: Outline | None, page: int) -> CheckedPage:
    """Have one page looked at, with a plain picture where its outline may be set `by_hand`.

    Raises:
        RefusedFileError: why it is no picture.
    """
    annotated, plain = (file.with_name(f"{name}-{page}.jpg") for name in ("annotated", "plain"))
    kept = str(plain) if by_hand else None
    job = Check(file=str(file), page=page, annotated=str(annotated), plain=kept, outline=by_hand or AS_FOUND)
    answer = await do(job)
    if not isinstance(answer, Checked):
        raise RefusedFileError("failed")
    drawn = await asyncio.to_thread(annotated.read_bytes)
    return CheckedPage(answer.report, drawn, await asyncio.to_thread(plain.read_bytes) if kept else None)


def _or_refused(found: CheckedPage | RefusedFileError, page: int, pages: int) -> CheckedPage:
    """Return a page as it was checked, or a report that says why it could not be."""
    if isinstance(found, CheckedPage):
        return found
    return CheckedPage(PageReport.unreadable(found.code, page + 1, pages))
