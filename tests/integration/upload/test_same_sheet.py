"""A sheet that was sent before is known again at once, within one citizen's papers, and forgotten with its page."""

from collections.abc import Sequence
from functools import cache

import pytest

from shared.events.gateway import PageDropped
from shared.events.upload import PageChecked
from shared.ids import new_id
from shared.service import Service
from tests.integration.upload.neighbour import NOW, Neighbour, uploaded
from tests.unit.upload.drawn import BRIEF, WORDS, corners, encoded, letter, photograph
from tests.waiting import until

pytestmark = pytest.mark.live

NUMBERED = (*WORDS[:15], "", *WORDS[5:12], *10 * ("",), "Seite 2 von 3")
NEXT_MONTH = tuple(line.replace("312,47", "318,20").replace("64,00", "66,00") for line in NUMBERED)


@cache
def taken(lines: Sequence[str], margin: float, width: int = 1500) -> bytes:
    """Return a photograph of a letter, from so far away and with so many pixels."""
    size = (width, width * 4 // 3)
    return encoded(photograph(letter(lines), corners(*size, margin), size), quality=90)


async def sent(gateway: Neighbour, citizen_id: str, data: bytes) -> PageChecked:
    """Upload a page and return what was read on it."""
    kept = await gateway.store(data)
    await gateway.announce(uploaded(kept, len(data)).model_copy(update={"citizen_id": citizen_id}))
    while (checked := await gateway.hears(PageChecked, kept.page_id)).stage == "seen":
        pass
    return checked


async def test_a_sheet_is_known_again_within_one_citizens_papers(gateway: Neighbour) -> None:
    """Taken from nearer and in half the size; neither another letter of its kind nor somebody else's is it."""
    citizen_id = new_id()
    first = await sent(gateway, citizen_id, taken(NUMBERED, 0.08))
    assert (first.sheet_number, first.sheet_count, first.same_as) == (2, 3, ())
    again = await sent(gateway, citizen_id, taken(NUMBERED, 0.05, 1200))
    assert again.same_as == (first.page_id,)
    assert (await sent(gateway, citizen_id, taken(NEXT_MONTH, 0.08))).same_as == ()
    assert (await sent(gateway, citizen_id, taken(BRIEF, 0.08))).same_as == ()
    assert (await sent(gateway, new_id(), taken(NUMBERED, 0.08))).same_as == ()


async def test_a_fingerprint_goes_with_its_page(gateway: Neighbour, service: Service) -> None:
    """Nothing is kept of a page that the gateway dropped, and no sheet is like it any more."""
    citizen_id = new_id()
    first = await sent(gateway, citizen_id, taken(NUMBERED, 0.08))
    row = await service.database.pages.find_one({"_id": first.page_id})
    assert row
    assert row["fingerprint"]
    legible = {word for line in NUMBERED for word in line.split() if len(word) > 3}
    assert not any(word.encode() in row["fingerprint"] for word in legible)
    await gateway.announce(PageDropped(page_id=first.page_id, dropped_at=NOW))

    async def is_gone() -> bool:
        return await service.database.pages.find_one({"_id": first.page_id}) is None

    await until(is_gone)
    assert (await sent(gateway, citizen_id, taken(NUMBERED, 0.08))).same_as == ()
