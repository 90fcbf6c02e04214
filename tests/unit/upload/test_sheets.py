"""Files of several pages: the worst decides, each is tried, and one that is refused costs itself only."""

import asyncio

import pytest

from services.upload.client.each_page import MOST_SLOW, count_pages, each_page
from services.upload.client.process import WorkersUnavailableError
from services.upload.domain.refusal import RefusalCode, RefusedFileError
from services.upload.domain.sheets import may_have_several, to_be_read, worst_of
from services.upload.domain.verdict import Verdict
from services.upload.schemas import Answer, Counted, Job


@pytest.mark.parametrize(
    ("verdicts", "worst"),
    [
        (["good"], 0),
        (["good", "good"], 0),
        (["good", "usable", "usable"], 1),
        (["usable", "good", "retake", "retake"], 2),
    ],
)
def test_the_first_of_the_worst_pages_decides(verdicts: list[Verdict], worst: int) -> None:
    """One black page makes a file one to be taken again, whatever stands on the first."""
    assert worst_of(verdicts) == worst


@pytest.mark.parametrize(
    ("reasons", "places"),
    [
        ([()], [0]),
        ([(), (), ()], [0]),
        ([None, ("cut",), ()], [1]),
        ([(), ("shadow",), ("soft", "shadow"), None, ("too_dark",)], [0, 2, 4]),
        ([None, None], []),
    ],
)
def test_the_first_page_is_read_and_those_in_doubt(reasons: list[tuple[str, ...] | None], places: list[int]) -> None:
    """Reading is dear: a page that is good, or whose fault reading cannot lift, is read only if it is the first."""
    assert to_be_read(reasons) == places


@pytest.mark.parametrize(
    ("data", "several"),
    [
        (b"%PDF-1.7", True),
        (bytes(1000) + b"%PDF-1.4", True),
        (b"II*\0", True),
        (b"MM\0*", True),
        (b"\xff\xd8\xff", False),
    ],
)
def test_only_pdf_and_tiff_are_counted(data: bytes, *, several: bool) -> None:
    """A photograph is looked at without another job before it."""
    assert may_have_several(data) is several


async def test_a_photograph_is_not_counted() -> None:
    """Its first verdict comes as soon as before."""

    async def never(job: Job) -> Answer:
        raise AssertionError(job)

    async def four(_: Job) -> Answer:
        return Counted(pages=4)

    assert await count_pages(b"\xff\xd8\xff\xe0", "photo", never) == 1
    assert await count_pages(b"%PDF-1.7", "file", four) == 4


def _refusing(**codes: RefusalCode) -> dict[int, RefusalCode]:
    return {int(name.removeprefix("page")): code for name, code in codes.items()}


async def _tried(pages: int, refused: dict[int, RefusalCode]) -> list[str]:
    async def work(page: int) -> str:
        await asyncio.sleep(0)
        if page in refused:
            raise RefusedFileError(refused[page])
        await asyncio.sleep(0)
        return "read"

    done = await each_page(range(pages), work)
    return [found if isinstance(found, str) else found.code for found in done.values()]


async def test_what_is_wrong_with_one_page_is_not_wrong_with_the_others() -> None:
    """Whichever page is refused, the first included."""
    refused = _refusing(page0="too_few_pixels", page3="pdf_damaged")
    assert await _tried(5, refused) == ["too_few_pixels", "read", "read", "pdf_damaged", "read"]


async def test_a_file_of_nothing_but_slow_pages_is_left_after_some() -> None:
    """Its other pages are refused untried, as nobody could wait for thirty of them."""
    slow: dict[int, RefusalCode] = dict.fromkeys(range(MOST_SLOW), "timed_out")
    tried: list[int] = []
    process = asyncio.Lock()

    async def work(page: int) -> None:
        async with process:
            tried.append(page)
            await asyncio.sleep(0)
        if page in slow:
            raise RefusedFileError(slow[page])

    done = await each_page(range(30), work)
    assert [found and found.code for found in done.values()] == ["timed_out"] * MOST_SLOW + ["too_complex"] * (
        30 - MOST_SLOW
    )
    assert len(tried) <= MOST_SLOW + 1


async def test_no_process_is_no_fault_of_the_file() -> None:
    """Callers see that error itself, not a group of them, and try again later."""

    async def work(_: int) -> None:
        raise WorkersUnavailableError("none")

    with pytest.raises(WorkersUnavailableError):
        await each_page(range(3), work)
