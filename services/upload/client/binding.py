"""Makes one document of many files: each page read by a child process, all of them bound by another."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from services.upload.domain.refusal import PERHAPS_OURS, RefusedFileError
from services.upload.schemas import Answer, Bind, FiledDocument, Finished, Job, Read, Understood, Unreadable
from shared.events.outline import AS_FOUND, Outline

MOST_PAGES = 100  # of one document, all its files together
FETCHING = 4  # files in memory at a time

log = structlog.get_logger()

Fetch = Callable[[], Awaitable[bytes]]  # gets one file when its turn comes, so that not all lie in memory
Progress = Callable[[int, int], None]  # pages done, pages known of


class NothingReadableError(Exception):
    """Not one page of a document could be read; `unreadable` says why, file by file."""

    def __init__(self, unreadable: Sequence[Unreadable]) -> None:
        """Keep the reasons."""
        super().__init__("no page could be read")
        self.unreadable = tuple(unreadable)


class Binding:
    """The making of one document in a folder of its own."""

    def __init__(
        self,
        do: Callable[[Job], Awaitable[Answer]],
        folder: Path,
        progress: Progress | None,
        outlines: Mapping[int, Outline],
    ) -> None:
        """Work in `folder`; `do` has a job done, `outlines` says where a person saw the first page of a file lie."""
        self._do = do
        self._folder = folder
        self._progress = progress or (lambda _done, _known: None)
        self._outlines = outlines
        self._pages: dict[tuple[int, int], Path] = {}
        self._unreadable: list[Unreadable] = []
        self._known = 0
        self._fetching = asyncio.Semaphore(FETCHING)

    async def make(self, files: Sequence[Fetch]) -> FiledDocument:
        """Return the document; raises NothingReadableError if no page of any file can be read."""
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
            outline = AS_FOUND if page else self._outlines.get(number, AS_FOUND)
            answer = await self._do(Read(file=str(file), page=page, out=str(out), outline=outline))
        except RefusedFileError as refused:
            log_ours(refused)
            self._unreadable.append(Unreadable(file=number, page=page, code=refused.code))
            return 1
        else:
            self._pages[number, page] = out
            return answer.pages if isinstance(answer, Finished) else 1
        finally:
            self._progress(len(self._pages) + len(self._unreadable), self._known)


def log_ours(refused: RefusedFileError) -> None:
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
