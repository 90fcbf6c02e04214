"""Has something done with each page of a file, side by side: one that cannot be read costs itself only."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import TypeVar

import structlog

from services.upload.domain.refusal import PERHAPS_OURS, RefusalCode, RefusedFileError
from services.upload.domain.sheets import may_have_several
from services.upload.schemas import Answer, Count, Counted, Job

log = structlog.get_logger()

T = TypeVar("T")
Do = Callable[[Job], Awaitable[Answer]]

SLOW: frozenset[RefusalCode] = frozenset({"timed_out", "too_complex", "worker_died", "out_of_memory"})
MOST_SLOW = 6  # pages of one file that use up their time or memory, before the others are left


async def count_pages(data: bytes, file: str, do: Do) -> int:
    """Return how many pages a file has, whether or not they can be read.

    Raises:
        RefusedFileError: if the file is refused as a whole.
    """
    if not may_have_several(data):
        return 1
    answer = await do(Count(file=file))
    return answer.pages if isinstance(answer, Counted) else 1


async def each_page(pages: Iterable[int], work: Callable[[int], Awaitable[T]]) -> dict[int, T | RefusedFileError]:
    """Return for each page what `work` made of it, or why that was refused.

    After a few pages that used up their time or memory, those not done yet are refused as `too_complex`: a file of
    nothing else must not take the time of all others.
    """
    done: dict[int, T | RefusedFileError] = {}
    slow: list[int] = []

    async def one(page: int) -> None:
        try:
            done[page] = await work(page)
        except RefusedFileError as refused:
            log_ours(refused)
            done[page] = refused
            slow.extend([page] if refused.code in SLOW else [])
            if len(slow) == MOST_SLOW:
                for other, task in tasks.items():
                    if other not in done:
                        task.cancel()

    async with one_error(), asyncio.TaskGroup() as group:
        tasks = {page: group.create_task(one(page)) for page in pages}
    return {page: done.get(page, RefusedFileError("too_complex")) for page in tasks}


@asynccontextmanager
async def one_error() -> AsyncIterator[None]:
    """Let the first of a group's errors through as itself, so that callers tell them apart by class."""
    try:
        yield
    except ExceptionGroup as group:
        error: Exception = group
        while isinstance(error, ExceptionGroup):
            error = error.exceptions[0]
        raise error from group


def log_ours(refused: RefusedFileError) -> None:
    """Log what is no fault of the file's; the rest is said to whoever handed it in."""
    if refused.code in PERHAPS_OURS:
        log.warning("worker.failed", code=refused.code, where=refused.detail)
