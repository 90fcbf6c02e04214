"""What the service asks of its child processes: check a page, make a document."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

import structlog

from services.upload.client.desk import Desk
from services.upload.client.line import Priority
from services.upload.client.pool import Limits, Pool
from services.upload.client.tessdata import tessdata
from services.upload.domain.refusal import PERHAPS_OURS, RefusedFileError
from services.upload.schemas import (
    Answer,
    Bind,
    Check,
    Checked,
    FiledDocument,
    Finished,
    Job,
    PageReport,
    Probe,
    Probed,
    Read,
    Understood,
    Unreadable,
)

MOST_PAGES = 100  # of one document, all its files together
FETCHING = 4  # files in memory at a time

log = structlog.get_logger()

Fetch = Callable[[], Awaitable[bytes]]  # gets one file when its turn comes, so that not all lie in memory
Progress = Callable[[int, int], None]  # pages done, pages known of


@dataclass(frozen=True, slots=True)
class CheckedPage:
    """The report on a page, and its annotated picture (JPEG), None where there was nothing to draw on."""

    report: PageReport
    annotated: bytes | None = None


class NothingReadableError(Exception):
    """Not one page of a document could be read; `unreadable` says why, file by file."""

    def __init__(self, unreadable: Sequence[Unreadable]) -> None:
        """Keep the reasons."""
        super().__init__("no page could be read")
        self.unreadable = tuple(unreadable)


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

    async def check(self, data: bytes, *, owner: str = "") -> CheckedPage:
        """Look at the file of one page; a file that is no picture gets a report with the reason. Owners take turns.

        Raises:
            WorkersUnavailableError: if no child process can be started.
        """
        with self._folder("check-") as name:
            file, annotated = Path(name, "page"), Path(name, "annotated.jpg")
            await asyncio.to_thread(file.write_bytes, data)
            job = Check(file=str(file), annotated=str(annotated))
            try:
                answer = await self._pool.do(job, priority=Priority.VERDICT, owner=owner)
            except RefusedFileError as refused:
                _tell(refused)
                return CheckedPage(PageReport.unreadable(refused.code))
            if not isinstance(answer, Checked):
                return CheckedPage(PageReport.unreadable("failed"))
            return CheckedPage(answer.report, await asyncio.to_thread(annotated.read_bytes))

    async def probe(self, data: bytes, report: PageReport, *, owner: str = "") -> Probed | None:
        """Read the upper part of a page that was looked at; None where it cannot be, which the report tells already.

        Raises:
            LanguageMissingError: if Tesseract has no German.
            WorkersUnavailableError: if no child process can be started.
        """
        tessdata("deu")
        with self._folder("probe-") as name:
            file = Path(name, "page")
            await asyncio.to_thread(file.write_bytes, data)
            job = Probe(file=str(file), report=report)
            try:
                answer = await self._pool.do(job, priority=Priority.PROBE, owner=owner)
            except RefusedFileError as refused:
                _tell(refused)
                return None
            return answer if isinstance(answer, Probed) else None

    async def make_document(
        self, files: Sequence[Fetch], progress: Progress | None = None, *, owner: str = "", urgent: bool = False
    ) -> FiledDocument:
        """Bind the files of a document, in order, to one searchable PDF; what cannot be read is named.

        Owners take turns page by page; what is urgent goes before other documents.

        Raises:
            NothingReadableError: if no page of any file can be read.
            LanguageMissingError: if Tesseract has no German.
            WorkersUnavailableError: if no child process can be started.
        """
        tessdata("deu")
        with self._folder("document-") as name:
            do = partial(self._pool.do, priority=Priority.URGENT if urgent else Priority.DOCUMENT, owner=owner)
            return await _Binding(do, Path(name), progress).make(files)

    def _folder(self, prefix: str) -> TemporaryDirectory[str]:
        """Return a folder for one job; before the start it lies beside the desk."""
        return TemporaryDirectory(prefix=prefix, dir=self._desk.folder if self._desk else None)


class _Binding:
    """The making of one document in a folder of its own."""

    def __init__(self, do: Callable[[Job], Awaitable[Answer]], folder: Path, progress: Progress | None) -> None:
        self._do = do
        self._folder = folder
        self._progress = progress or (lambda _done, _known: None)
        self._pages: dict[tuple[int, int], Path] = {}
        self._unreadable: list[Unreadable] = []
        self._known = 0
        self._fetching = asyncio.Semaphore(FETCHING)

    async def make(self, files: Sequence[Fetch]) -> FiledDocument:
        self._known = len(files)
        async with _one_error(), asyncio.TaskGroup() as group:
            for number, fetch in enumerate(files):
                group.create_task(self._read_file(number, fetch))
        if not self._pages:
            raise NothingReadableError(self._in_order())
        places = sorted(self._pages)
        out, understood = self._folder / "document.pdf", self._folder / "understood.json"
        paths = [self._pages[place] for place in places]
        job = Bind(pages=tuple(map(str, paths)), out=str(out), understood=str(understood))
        await self._do(job)
        says = Understood.model_validate_json(await asyncio.to_thread(understood.read_bytes))
        return FiledDocument(
            pdf=await asyncio.to_thread(out.read_bytes),
            text=says.text,
            files=tuple(file for file, _ in places),
            unreadable=self._in_order(),
            types=says.types,
            facts=says.facts,
        )

    def _in_order(self) -> tuple[Unreadable, ...]:
        """Return what could not be read in the order of the files, whichever was looked at first."""
        return tuple(sorted(self._unreadable, key=lambda page: (page.file, page.page)))

    async def _read_file(self, number: int, fetch: Fetch) -> None:
        file = self._folder / f"{number}.original"
        async with self._fetching:
            await asyncio.to_thread(file.write_bytes, await fetch())
        pages = await self._read_page(file, number, 0)
        allowed = max(1, min(pages, MOST_PAGES - self._known + 1))
        self._unreadable += [
            Unreadable(file=number, page=page, code="too_many_pages") for page in range(allowed, pages)
        ]
        self._known += allowed - 1
        async with asyncio.TaskGroup() as group:
            for page in range(1, allowed):
                group.create_task(self._read_page(file, number, page))

    async def _read_page(self, file: Path, number: int, page: int) -> int:
        """Read one page and return how many its file has; note it if it cannot be read."""
        out = self._folder / f"{number}-{page}.json"
        try:
            answer = await self._do(Read(file=str(file), page=page, out=str(out)))
        except RefusedFileError as refused:
            _tell(refused)
            self._unreadable.append(Unreadable(file=number, page=page, code=refused.code))
            return 1
        else:
            self._pages[number, page] = out
            return answer.pages if isinstance(answer, Finished) else 1
        finally:
            self._progress(len(self._pages) + len(self._unreadable), self._known)


def _tell(refused: RefusedFileError) -> None:
    """Log what is no fault of the file's; the rest is said to whoever handed it in."""
    if refused.code in PERHAPS_OURS:
        log.warning("worker.failed", code=refused.code, where=refused.detail)


@asynccontextmanager
async def _one_error() -> AsyncIterator[None]:
    """Let the first of a group's errors through as itself, so that callers tell them apart by class."""
    try:
        yield
    except ExceptionGroup as group:
        error: Exception = group
        while isinstance(error, ExceptionGroup):
            error = error.exceptions[0]
        raise error from group
