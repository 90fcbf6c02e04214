"""What may be missing, doubled, out of order or sent before is said to who may see it, and is never in the way."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from shared.clock import utc_now
from shared.events.upload import PageChecked
from shared.ids import new_id
from tests import loopback
from tests.integration.gateway.door import Door
from tests.integration.gateway.helping import helper_of
from tests.integration.gateway.people import Phone, picture

pytestmark = pytest.mark.live

OURS = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
IN_ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
async def citizen(door: Door, phone: Phone) -> AsyncIterator[httpx.AsyncClient]:
    """A citizen's browser."""
    token = phone.headers["Authorization"].removeprefix("Bearer ")
    async with loopback.client(base_url=door.url, headers=OURS, cookies={"amtsbote": token}, timeout=60) as browser:
        yield browser


async def read(door: Door, page_id: str, **said: Any) -> str:
    """Have a page read that says something of its place; return its id."""
    await door.say(PageChecked(page_id=page_id, stage="read", verdict="good", checked_at=utc_now(), pages=1, **said))
    return page_id


async def drafted(door: Door, citizen: httpx.AsyncClient, *pages: dict[str, Any]) -> list[str]:
    """Send pages into the draft, each of which says something of its place; return their ids."""
    for _ in pages:
        await citizen.post(f"/hand-in/pages?key={new_id()}", files={"file": ("page.jpg", picture())})
    ids = shown(await citizen.get("/hand-in"))
    for page_id, said in zip(ids, pages, strict=True):
        await read(door, page_id, **said)
    return ids


def shown(answer: httpx.Response) -> list[str]:
    """Return the pages of the draft in their order."""
    return re.findall(r'<li class="sheet" id="page-([^"]+)"', answer.text)


async def hints(caller: Phone, *page_ids: str) -> httpx.Response:
    """Ask whether pages are complete."""
    return await caller.get("/v1/completeness", params={"page_id": page_ids}, headers=IN_ENGLISH)


async def test_what_is_missing_is_said_and_can_be_ignored(door: Door, citizen: httpx.AsyncClient) -> None:
    """Beside the page, before it is sent; the form hands in as before."""
    await drafted(door, citizen, {"sheet_number": 1, "sheet_count": 3}, {"sheet_number": 3, "sheet_count": 3})
    text = (await citizen.get("/hand-in")).text
    assert "Zu diesem Brief fehlt noch: Seite 2 von 3." in text
    assert "Trotzdem abgeben" in text
    key = text.partition('name="key" value="')[2].partition('"')[0]
    done = await citizen.post("/hand-in", data={"key": key})
    assert done.headers["location"].startswith("/documents/")


async def test_an_order_is_taken_with_one_tap_and_taken_back(door: Door, citizen: httpx.AsyncClient) -> None:
    """The suggestion goes, the way back comes; any other step ends it."""
    last, first = await drafted(
        door, citizen, {"sheet_number": 2, "sheet_count": 2}, {"sheet_number": 1, "sheet_count": 2}
    )
    page = await citizen.get("/hand-in")
    assert f'value="arrange {first},{last}"' in page.text
    assert "So wäre es richtig: 2, 1" in page.text
    assert (await citizen.post("/hand-in/change", data={"change": f"arrange {first},{last}"})).status_code == 303
    ordered = await citizen.get("/hand-in")
    assert shown(ordered) == [first, last]
    assert 'value="arrange ' not in ordered.text
    assert f'value="undo {last},{first}"' in ordered.text
    await citizen.post("/hand-in/change", data={"change": f"undo {last},{first}"})
    back = await citizen.get("/hand-in")
    assert shown(back) == [last, first]
    assert 'value="undo ' not in back.text


async def test_an_order_of_other_pages_changes_nothing(door: Door, citizen: httpx.AsyncClient, stranger: Phone) -> None:
    """Neither somebody else's page nor one that is gone gets into a draft so."""
    mine = await drafted(door, citizen, {}, {})
    foreign = await stranger.page()
    for order in (f"{mine[1]},{foreign}", mine[1], ",".join([*mine, foreign]), ""):
        await citizen.post("/hand-in/change", data={"change": f"arrange {order}"})
    assert shown(await citizen.get("/hand-in")) == mine


async def test_a_sheet_that_was_sent_names_its_receipt(door: Door, citizen: httpx.AsyncClient, phone: Phone) -> None:
    """With the day, and a link; a page that was let go is none that was sent."""
    old, gone = await phone.page(), await phone.page()
    receipt = (await phone.submit([old])).json()
    await phone.delete(f"/v1/pages/{gone}")
    (again,) = await drafted(door, citizen, {"same_as": (gone, old)})
    text = (await citizen.get("/hand-in")).text
    assert "Dieses Blatt haben Sie am " in text
    assert f'href="/documents/{receipt["document_id"]}"' in text
    (hint,) = (await hints(phone, again)).json()["hints"]
    assert (hint["code"], hint["before"]["receipt_number"]) == ("sent", receipt["receipt_number"])
    await read(door, again, same_as=(gone,))
    assert (await hints(phone, again)).json()["hints"] == []


async def test_a_program_asks_about_pages_in_its_order(door: Door, phone: Phone) -> None:
    """In its reader's language, also before they were read."""
    first, second, again = [await phone.page() for _ in range(3)]
    assert (await hints(phone, first, second)).json() == {"hints": [], "order": [], "order_text": None, "pending": True}
    await read(door, first, sheet_number=1, sheet_count=2)
    await read(door, second, sheet_number=2, sheet_count=2, goes_on=True)
    await read(door, again, sheet_number=1, sheet_count=2, same_as=(first,))
    found = (await hints(phone, second, first, again)).json()
    assert found["order"] == [first, second, again]
    assert found["order_text"]
    assert [(hint["code"], hint["page_id"], hint["same_as"]) for hint in found["hints"]] == [("doubled", again, first)]
    assert found["hints"][0]["text"] == "This seems to be the same sheet as page 2."
    page = (await phone.get(f"/v1/pages/{second}")).json()
    assert (page["sheet_number"], page["sheet_count"], page["goes_on"], page["follows"]) == (2, 2, True, False)


async def test_nobody_asks_about_anothers_pages(phone: Phone, stranger: Phone) -> None:
    """They are missing; and a question about none, or about one twice, is refused."""
    mine, foreign = await phone.page(), await stranger.page()
    assert (await hints(phone, mine, foreign)).status_code == 404
    assert (await hints(phone)).status_code == 422
    assert (await hints(phone, mine, mine)).json()["code"] == "document.page_twice"


async def test_a_helper_hears_only_of_what_they_may_see(door: Door, phone: Phone) -> None:
    """Who may only hand in is not told what the citizen sent before; who may read is."""
    old = await phone.page()
    await phone.submit([old])
    for scopes, codes in ((("upload",), []), (("upload", "read"), ["sent"])):
        async with await helper_of(phone, door.url, *scopes) as helper:
            again = await read(door, await helper.page(), same_as=(old,))
            found = (await hints(helper, again)).json()["hints"]
            assert [hint["code"] for hint in found] == codes
            assert all(hint["text"].startswith("This sheet was already handed in on ") for hint in found)


async def test_a_dropped_page_is_announced(door: Door, phone: Phone) -> None:
    """Whoever keeps something of it hears that it is gone; one that was handed in is never dropped."""
    stores, page_id, kept = door.stores(), await phone.page(), await phone.page()
    await phone.submit([kept])
    pages = await stores.pages.of_document([page_id, kept])
    assert [await stores.pages.drop(page) for page in pages] == [True, False]
    assert await door.heard(page_id, "page.dropped.v1")
    assert door.about(kept, "page.dropped.v1") == []
