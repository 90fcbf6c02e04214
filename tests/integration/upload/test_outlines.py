"""What a person said of where a page lies reaches the check and the document, whatever order the events come in."""

import io
from functools import cache

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from services.upload.store.papers import Papers
from shared.events.gateway import PageOutlined, SubmittedPage
from shared.events.outline import AS_FOUND, WHOLE, Outline, Turn
from shared.events.upload import DocumentFiled, PageChecked
from shared.ids import new_id
from tests.filed import first_page, laid_flat, likeness
from tests.integration.upload.neighbour import NOW, Neighbour, submitted, uploaded
from tests.unit.upload.drawn import BRIEF, corners, encoded, letter, photograph
from tests.waiting import until

pytestmark = pytest.mark.live

SIZE = (1500, 2000)
UPPER = Outline(quad=((0.13, 0.1), (0.87, 0.11), (0.9, 0.5), (0.1, 0.48)), turn=0)


@cache
def photo() -> bytes:
    """Return the photograph of a brief letter."""
    return encoded(photograph(letter(BRIEF), corners(*SIZE)), quality=90)


def outlined(page: SubmittedPage, outline: Outline, version: int = 1, citizen_id: str | None = None) -> PageOutlined:
    """Return the fact that a citizen corrected a page."""
    return PageOutlined(
        **page.model_dump(include={"page_id", "object_key", "sha256"}),
        citizen_id=citizen_id or new_id(),
        outline=outline,
        version=version,
        by="citizen",
        outlined_at=NOW,
    )


async def seen(gateway: Neighbour, page_id: str, version: int) -> PageChecked:
    """Return what is first said of a page by a version of its outline."""
    while True:
        checked = await gateway.hears(PageChecked, page_id)
        if (checked.outline_version, checked.stage) == (version, "seen"):
            return checked


async def test_a_check_suggests_where_the_page_lies(gateway: Neighbour) -> None:
    """Corners in shares of the picture, the turn, and a small picture to set corners on."""
    page = await gateway.store(photo())
    await gateway.announce(uploaded(page, len(photo())))
    checked = await gateway.hears(PageChecked, page.page_id)
    assert checked.suggested
    assert checked.suggested.quad
    assert abs(np.array(checked.suggested.quad) - corners(*SIZE) / SIZE).max() < 0.01
    assert checked.suggested.turn == checked.rotate_cw == 0
    assert checked.plain_key
    plain = Image.open(io.BytesIO(await gateway.service.objects.get(checked.plain_key)))
    assert plain.size == (1050, 1400)
    assert not plain.getexif()


async def test_a_corrected_page_is_checked_anew_within_its_corners(gateway: Neighbour) -> None:
    """The verdict is of what is inside, the turn as it was given, the picture with hints one of its own."""
    page = await gateway.store(photo())
    await gateway.announce(uploaded(page, len(photo())))
    first = await seen(gateway, page.page_id, 0)
    empty = Outline(quad=((0.0, 0.0), (1.0, 0.0), (1.0, 0.08), (0.0, 0.08)), turn=180)
    await gateway.announce(outlined(page, empty))
    second = await seen(gateway, page.page_id, 1)
    assert (second.rotate_cw, second.suggested) == (180, None)
    assert "no_writing" in second.reasons
    assert first.annotated_key != second.annotated_key
    assert first.plain_key == second.plain_key
    await gateway.announce(outlined(page, AS_FOUND, 2))
    third = await seen(gateway, page.page_id, 2)
    assert (third.verdict, third.rotate_cw, third.suggested) == (first.verdict, 0, first.suggested)


async def test_a_correction_holds_whichever_event_comes_first(gateway: Neighbour) -> None:
    """The check of the upload that is late tells what it suggests, and changes nothing of what is kept."""
    page = await gateway.store(photo())
    await gateway.announce(outlined(page, UPPER, 2))
    await seen(gateway, page.page_id, 2)
    await gateway.announce(outlined(page, Outline(turn=90), 1), uploaded(page, len(photo())))
    assert (await seen(gateway, page.page_id, 0)).suggested
    papers = Papers(gateway.service.database, gateway.service.objects)

    async def both_handled() -> bool:
        handled = await gateway.service.database.inbox.count_documents({"_id": {"$regex": "^upload.check:"}})
        return bool(handled >= 3)

    await until(both_handled)
    kept = await papers.seen(page.page_id)
    assert (kept.outline, kept.outline_version) == (UPPER, 2)
    assert kept.sheets[0].report.quad is not None
    assert abs(np.array(kept.sheets[0].report.quad) / SIZE - np.array(UPPER.quad)).max() < 0.001


async def filed_as(gateway: Neighbour, *pages: SubmittedPage) -> tuple[DocumentFiled, bytes]:
    """Hand pages in; return what was filed, and the PDF."""
    document = submitted(*pages)
    await gateway.announce(document)
    filed = await gateway.hears(DocumentFiled, document.document_id)
    return filed, await gateway.service.objects.get(filed.pdf_key, sha256=filed.pdf_sha256)


@pytest.mark.parametrize("turn", [0, 90, 180])
async def test_the_filed_document_is_cut_and_turned_by_hand(gateway: Neighbour, turn: Turn) -> None:
    """The PDF's page is what lies within the corners, and no more; made again, it is the same bytes."""
    outline = UPPER.model_copy(update={"turn": turn})
    page = (await gateway.store(photo())).model_copy(update={"outline": outline})
    _, pdf = await filed_as(gateway, page)
    shown = first_page(pdf)
    assert likeness(shown, laid_flat(photo(), outline, shown.shape)) > 0.6
    assert likeness(shown, laid_flat(photo(), Outline(quad=WHOLE, turn=turn), shown.shape)) < 0.3
    assert (await filed_as(gateway, page))[1] == pdf


async def test_only_the_page_that_was_corrected_is_filed_so(gateway: Neighbour) -> None:
    """Of two pages with the same picture each is filed as it lies."""
    plain, cut = [await gateway.store(photo()) for _ in range(2)]
    _, pdf = await filed_as(gateway, plain, cut.model_copy(update={"outline": UPPER}))
    ratios = [page.get_height() / page.get_width() for page in pypdfium2.PdfDocument(pdf)]
    assert ratios[0] == pytest.approx(297 / 210, abs=0.01)
    assert ratios[1] < 0.9
