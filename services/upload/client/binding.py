"""Makes one document of many files: each page read by a child process, all of them bound by another."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from services.upload.client.each_page import Do, count_pages, each_page, log_ours, one_error
from services.upload.domain.refusal import RefusalCode, RefusedFileError
from services.upload.schemas import Bind, FiledDocument, Read, Understood, Unreadable
from shared.events.outline import AS_FOUND, Outline

MOST_PAGES = 100  # of one document, all its files together
FETCHING = 4  # files in memory at a time

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

    def __init__(self, do: Do, folder: Path, progress: Progress | None, outlines: Mapping[int, Outline]) -> None:
        """Work in `folder`; `do` has a job done, `outlines` says where a person saw the only page of a file lie."""
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
        async with one_error(), asyncio.TaskGroup() as group:
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
            data = await fetch()
            await asyncio.to_thread(file.write_bytes, data)
            pages = await self._count(data, file, number)
        allowed = min(pages, max(1, MOST_PAGES - self._known + 1))
        for page in range(allowed, pages):
            self._note(number, page, "too_many_pages")
        self._known += max(0, allowed - 1)
        for page, refused in (await each_page(range(allowed), partial(self._read_page, file, number))).items():
            if refused:
                self._note(number, page, refused.code)
        self._progress(len(self._pages) + len(self._unreadable), self._known)

    async def _count(self, data: bytes, file: Path, number: int) -> int:
        """Return how many pages a file has; none if it is refused as a whole, which is noted."""
        try:
            return await count_pages(data, str(file), self._do)
        except RefusedFileError as refused:
            log_ours(refused)
            self._note(number, 0, refused.code)
            return 0

    async def _read_page(self, file: Path, number: int, page: int) -> None:
        out = self._folder / f"{number}-{page}.json"
        outline = AS_FOUND if page else self._outlines.get(number, AS_FOUND)
        await self._do(Read(file=str(file), page=page, out=str(out), outline=outline))
        self._pages[number, page] = out
        self._progress(len(self._pages) + len(self._unreadable), self._known)

    def _note(self, number: int, page: int, code: RefusalCode) -> None:
        self._unreadable.append(Unreadable(file=number, page=page, code=code))
