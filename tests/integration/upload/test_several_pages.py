"""Every page of a file counts, is checked and has its picture; one that is refused costs itself only."""

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageFilter

from services.upload.client.binding import NothingReadableError
from services.upload.client.pool import Limits
from services.upload.client.workers import CheckedFile, Workers
from services.upload.schemas import FiledDocument
from tests.corpus.covers import COVER, attached
from tests.corpus.pdfs import laughing_forms, locked, pages
from tests.corpus.tiffs import directory
from tests.unit.upload.drawn import BRIEF, corners, letter, photograph
from tests.unit.upload.printed import LINES, printed


@cache
def good(form: str) -> Image.Image:
    """Return a letter as a scanner sees it, or in a TIFF as a camera does."""
    page = letter(BRIEF) if form == "PDF" else photograph(letter(BRIEF), corners(1500, 2000))
    return Image.fromarray(np.ascontiguousarray(page[:, :, ::-1]))


def black() -> Image.Image:
    """Return what a camera sees in a pocket."""
    return Image.new("RGB", (1240, 1754), (12, 12, 12))


def blurred(form: str) -> Image.Image:
    """Return the letter, shaken."""
    return good(form).filter(ImageFilter.GaussianBlur(9))


def tiny() -> Image.Image:
    """Return a stamp."""
    return Image.new("RGB", (48, 62), "white")


def scan(form: str, *pictures: Image.Image) -> bytes:
    """Return a file with these pages, as scanner apps make them."""
    out = io.BytesIO()
    how = {"resolution": 150} if form == "PDF" else {"compression": "tiff_lzw"}
    first, *others = [Image.fromarray(np.asarray(picture)) for picture in pictures]  # a saved one keeps how it was
    first.save(out, form, save_all=True, append_images=others, **how)
    return out.getvalue()


def joined(*files: bytes) -> bytes:
    """Return one PDF of all pages of some."""
    made, out = pikepdf.new(), io.BytesIO()
    for file in files:
        with pikepdf.open(io.BytesIO(file)) as opened:
            made.pages.extend(opened.pages)
    made.save(out)
    return out.getvalue()


def verdicts(checked: CheckedFile) -> list[tuple[int, int | None, str, tuple[str, ...]]]:
    """Return of each page its number, how many there are, its verdict and the main reason."""
    reports = [sheet.report for sheet in checked.sheets]
    return [(each.page, each.pages, each.verdict, each.reasons[:1]) for each in reports]


async def filed(workers: Workers, data: bytes) -> FiledDocument:
    """Return the document made of one file."""

    async def fetch() -> bytes:
        return data

    return await workers.make_document([fetch])


@pytest.mark.parametrize("form", ["PDF", "TIFF"])
async def test_each_page_has_its_verdict_and_the_worst_decides(workers: Workers, form: str) -> None:
    """Page 1 is good, page 2 black, page 3 blurred: the file is to be taken again for page 2, each has a picture."""
    checked = await workers.check(scan(form, good(form), black(), blurred(form)))
    first, second, third = verdicts(checked)
    assert first == (1, 3, "good", ())
    assert second[:3] == (2, 3, "retake")
    assert third == (3, 3, "retake", ("blurred",))
    assert (checked.report.page, checked.report.verdict) == (2, "retake")
    assert "too_dark" in checked.report.reasons
    pictures = [sheet.annotated for sheet in checked.sheets]
    assert all(picture and picture.startswith(b"\xff\xd8") for picture in pictures)
    assert len(set(pictures)) == 3


async def test_one_photograph_is_one_page(workers: Workers) -> None:
    """It is page 1 of 1."""
    out = io.BytesIO()
    good("JPEG").save(out, "JPEG")
    checked = await workers.check(out.getvalue())
    assert [(sheet.report.page, sheet.report.pages) for sheet in checked.sheets] == [(1, 1)]


def _first_tiny(form: str) -> bytes:
    return (
        joined(pages(1, 1).replace(b"595 842", b" 18  18"), scan("PDF", good("PDF")))
        if form == "PDF"
        else scan(form, tiny(), good(form))
    )


def _first_broken(form: str) -> bytes:
    """Return a file of two letters, of which the first has lost what it shows."""
    if form == "PDF":
        return joined(scan("PDF", good("PDF")), scan("PDF", good("PDF"))).replace(b"/MediaBox [", b"/MediaBox (", 1)
    data = bytearray(scan("TIFF", good("TIFF"), good("TIFF")))
    data[200:2000] = bytes(1800)
    return bytes(data)


@pytest.mark.parametrize("form", ["PDF", "TIFF"])
async def test_a_first_page_too_small_to_be_read_hides_no_other(workers: Workers, form: str) -> None:
    """It is named by its number; the letter behind it is seen and filed."""
    checked = await workers.check(_first_tiny(form))
    assert verdicts(checked) == [(1, 2, "retake", ("too_few_pixels",)), (2, 2, "good", ())]
    made = await filed(workers, _first_tiny(form))
    assert [(each.page, each.code) for each in made.unreadable] == [(0, "too_few_pixels")]
    assert made.files == (0,)
    assert "Abwendungsvereinbarung" in made.text


@pytest.mark.parametrize(("form", "code"), [("PDF", "pdf_damaged"), ("TIFF", "damaged")])
async def test_a_damaged_first_page_hides_no_other(workers: Workers, form: str, code: str) -> None:
    """It is named by its number; the letter behind it is seen and filed."""
    checked = await workers.check(_first_broken(form))
    assert verdicts(checked) == [(1, 2, "retake", (code,)), (2, 2, "good", ())]
    made = await filed(workers, _first_broken(form))
    assert [(each.page, each.code, *made.files) for each in made.unreadable] == [(0, code, 0)]


async def test_a_first_page_too_slow_to_draw_hides_no_other() -> None:
    """Page 1 would take for ever; page 2 is seen as if it stood alone, and page 1 is named."""
    data = joined(laughing_forms(12, 10), scan("PDF", good("PDF")))
    async with Workers(processes=2, limits=Limits(check_seconds=12, read_seconds=12, cpu_share=1 / 6)) as workers:
        checked = await workers.check(data)
        assert verdicts(checked) == [(1, 2, "retake", ("too_complex",)), (2, 2, "good", ())]
        made = await filed(workers, data)
    assert [(each.page, each.code) for each in made.unreadable] == [(0, "too_complex")]
    assert made.files == (0,)


async def test_a_preview_in_a_tiff_is_no_page(workers: Workers) -> None:
    """A reduced copy before the letter (NewSubfileType 1) is neither counted nor filed."""
    preview = good("TIFF").resize((150, 200))
    preview.encoderinfo = {"tiffinfo": {254: 1}}
    out = io.BytesIO()
    whole = Image.fromarray(np.asarray(good("TIFF")))
    whole.encoderinfo = {"tiffinfo": {254: 0}}
    preview.save(out, "TIFF", save_all=True, append_images=[whole], tiffinfo={254: 1})
    assert verdicts(await workers.check(out.getvalue())) == [(1, 1, "good", ())]
    made = await filed(workers, out.getvalue())
    assert (made.files, made.unreadable) == ((0,), ())


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: locked("secret"), "pdf_encrypted"),
        (lambda: pages(31, 31), "too_many_pages"),
        (lambda: pages(0, 0), "pdf_empty"),
        (lambda: b"II*\x00\x08\x00\x00\x00" + directory([], 0)[:3], "damaged"),
    ],
)
async def test_a_file_that_is_refused_as_a_whole_is_one_refusal(
    workers: Workers, make: Callable[[], bytes], code: str
) -> None:
    """Locked, empty or with too many pages: it has one reason, and no page is named."""
    [sheet] = (await workers.check(make())).sheets
    assert sheet.report.reasons in {(code,), ("pdf_damaged",)}
    with pytest.raises(NothingReadableError) as error:
        await filed(workers, make())
    assert [(each.file, each.page) for each in error.value.unreadable] == [(0, 0)]


async def test_pages_of_a_file_are_read_in_their_order(workers: Workers) -> None:
    """Side by side they are ready in any order, and stand in the document as in the file."""
    numbered = [letter([f"Seite Nummer {name}", *BRIEF[:4]]) for name in ("Anna", "Berta", "Emilia", "Dora")]
    made = await filed(workers, scan("TIFF", *[Image.fromarray(page[:, :, ::-1]) for page in numbered]))
    places = [made.text.index(name) for name in ("Anna", "Berta", "Emilia", "Dora")]
    assert places == sorted(places)
    assert made.files == (0, 0, 0, 0)


async def test_a_page_is_read_as_if_it_stood_alone(workers: Workers) -> None:
    """The last page by the text that it brings along itself, not by that of the first."""
    alone = printed([*LINES, "", "Seite 2 von 2"])
    [sheet] = (await workers.check(alone)).sheets
    [expected] = await workers.probe(alone, [sheet.report], key="5" * 64)
    assert expected
    assert (expected.reading.confidence, expected.numbering.number) == (99.0, 2)
    data = joined(printed([*LINES[::-1], "", "Seite 1 von 2"]), alone)
    reports = [each.report for each in (await workers.check(data)).sheets]
    first, last = await workers.probe(data, reports, key="5" * 64)
    assert first
    assert first.numbering.number == 1
    assert last == expected


async def test_a_portfolio_is_one_refusal(workers: Workers, tmp_path: Path) -> None:
    """However many pages its cover has: what is meant is in none of them."""
    with pikepdf.open(attached(tmp_path, COVER, collection=True), allow_overwriting_input=True) as cover:
        cover.pages.append(cover.pages[0])
        cover.save(tmp_path / "two.pdf")
    [sheet] = (await workers.check((tmp_path / "two.pdf").read_bytes())).sheets
    assert sheet.report.reasons == ("pdf_portfolio",)
