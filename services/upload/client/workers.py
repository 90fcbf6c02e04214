"""What the service asks of its child processes: check a page, make a document."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from services.upload.client.binding import Binding, Fetch, Progress, log_ours
from services.upload.client.desk import Desk
from services.upload.client.line import Priority
from services.upload.client.pool import Limits, Pool
from services.upload.client.tessdata import tessdata
from services.upload.domain.refusal import RefusedFileError
from services.upload.schemas import Check, Checked, FiledDocument, PageReport, Probe, Probed


@dataclass(frozen=True, slots=True)
class CheckedPage:
    """The report on a page, and its annotated picture (JPEG), None where there was nothing to draw on."""

    report: PageReport
    annotated: bytes | None = None


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
                log_ours(refused)
                return CheckedPage(PageReport.unreadable(refused.code))
            if not isinstance(answer, Checked):
                return CheckedPage(PageReport.unreadable("failed"))
            return CheckedPage(answer.report, await asyncio.to_thread(annotated.read_bytes))

    async def probe(self, data: bytes, report: PageReport, *, owner: str = "", key: str = "") -> Probed | None:
        """Read the upper part of a page that was looked at; None where it cannot be, which the report tells already.

        With a `key`, in hex, the page gets a fingerprint.

        Raises:
            LanguageMissingError: if Tesseract has no German.
            WorkersUnavailableError: if no child process can be started.
        """
        tessdata("deu")
        with self._folder("probe-") as name:
            file = Path(name, "page")
            await asyncio.to_thread(file.write_bytes, data)
            job = Probe(file=str(file), report=report, key=key)
            try:
                answer = await self._pool.do(job, priority=Priority.PROBE, owner=owner)
            except RefusedFileError as refused:
                log_ours(refused)
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
            return await Binding(do, Path(name), progress).make(files)

    def _folder(self, prefix: str) -> TemporaryDirectory[str]:
        """Return a folder for one job; before the start it lies beside the desk."""
        return TemporaryDirectory(prefix=prefix, dir=self._desk.folder if self._desk else None)
