"""A file of several pages is shown page by page; it is one tick all the same, so none of it is passed on."""

import re
from collections.abc import Sequence

import httpx
import pytest

from services.gateway.domain.consents import TEXT_VERSIONS
from shared.clock import utc_now
from shared.events.upload import DocumentFiled, PageChecked, SheetChecked
from shared.ids import new_id
from shared.storage.pictures import picture_key
from tests import loopback
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Phone, picture
from tests.integration.gateway.replacing import filed
from tests.integration.gateway.test_site import OURS

pytestmark = pytest.mark.live


def _browser(door: Door, phone: Phone) -> httpx.AsyncClient:
    token = phone.headers["Authorization"].removeprefix("Bearer ")
    return loopback.client(base_url=door.url, headers=OURS, cookies={"amtsbote": token}, timeout=60)


async def _handed_in(phone: Phone, *files: bytes) -> tuple[str, list[str]]:
    page_ids = [str((await phone.upload(file)).raise_for_status().json()["page_id"]) for file in files]
    return str((await phone.submit(page_ids)).raise_for_status().json()["document_id"]), page_ids


async def _code(phone: Phone, document_id: str, page_ids: Sequence[str]) -> str:
    answer = await phone.consent(document_id, page_ids=list(page_ids))
    return "given" if answer.status_code == 201 else str(answer.json()["code"])


async def _filed(door: Door, phone: Phone, document_id: str, page_ids: Sequence[str]) -> None:
    fact: DocumentFiled = await filed(door, phone, document_id, page_ids, 1)
    await door.say(fact)


async def test_what_can_have_several_pages_waits_until_they_are_counted(door: Door, phone: Phone) -> None:
    """A PDF or TIFF may go once it was found to have one page, never with more; a photograph may go at once."""
    document_id, (pdf, tiff, photo) = await _handed_in(phone, b"%PDF-1.7 two", b"II*\0 one", picture())
    assert [await _code(phone, document_id, [each]) for each in (pdf, tiff)] == ["consent.page_uncounted"] * 2
    for page_id, pages in ((pdf, 2), (tiff, 1)):
        await door.say(PageChecked(page_id=page_id, verdict="good", pages=pages, checked_at=utc_now()))
    assert (await phone.get(f"/v1/pages/{pdf}")).json()["pages"] == 2
    assert await _code(phone, document_id, [photo, pdf]) == "consent.page_several"
    assert await _code(phone, document_id, [tiff, photo]) == "given"


async def test_a_document_that_was_filed_says_how_many_pages_each_file_has(door: Door, phone: Phone) -> None:
    """Files that were checked before anybody counted are known by the pages of the PDF that was made of them."""
    document_id, (two, one) = await _handed_in(phone, b"%PDF-1.7 two", b"%PDF-1.7 one")
    for page_id in (two, one):
        await door.say(PageChecked(page_id=page_id, verdict="good", checked_at=utc_now()))
    assert await _code(phone, document_id, [one]) == "consent.page_uncounted"
    await _filed(door, phone, document_id, [two, two, one])
    assert await _code(phone, document_id, [two]) == "consent.page_several"
    assert await _code(phone, document_id, [one]) == "given"
    assert (await phone.get(f"/v1/documents/{document_id}")).json()["page_ids"] == [two, one]


async def test_the_page_says_which_file_cannot_be_chosen_and_why(door: Door, phone: Phone) -> None:
    """Its box cannot be ticked, the others can; a form that names it all the same is refused."""
    document_id, (two, photo) = await _handed_in(phone, b"%PDF-1.7 two", picture())
    await door.say(PageChecked(page_id=two, verdict="good", pages=2, checked_at=utc_now()))
    async with _browser(door, phone) as browser:
        shown = (await browser.get(f"/documents/{document_id}/forward/energy")).text
        assert f'value="{two}" disabled aria-describedby="unseen-1"' in shown
        assert "eine Datei mit 2 Seiten" in shown
        assert f'value="{photo}">' in shown
        form = {"text_version": TEXT_VERSIONS["power_cut"], "key": new_id(), "page": two}
        refused = await browser.post(f"/documents/{document_id}/forward/energy", data=form)
        assert refused.status_code == 409
        assert "eine Datei mit 2 Seiten" in refused.text
        given = await browser.post(f"/documents/{document_id}/forward/energy", data=form | {"page": photo})
        assert given.status_code == 303


def _two_pages(page_id: str) -> PageChecked:
    return PageChecked(
        page_id=page_id,
        verdict="retake",
        reasons=("too_dark",),
        annotated_key=picture_key(page_id, 2),
        page=2,
        pages=2,
        sheets=(
            SheetChecked(number=1, verdict="good", annotated_key=picture_key(page_id)),
            SheetChecked(number=2, verdict="retake", reasons=("too_dark",), annotated_key=picture_key(page_id, 2)),
        ),
        checked_at=utc_now(),
    )


async def _drawn(door: Door, page_id: str) -> None:
    """Let both pages of a file be checked, each with its picture."""
    for number in (1, 2):
        drawn = b"\xff\xd8 page %d" % number
        key = picture_key(page_id, number)
        await door.service.objects.put(key, drawn, size_bytes=len(drawn), media_type="image/jpeg")
    await door.say(_two_pages(page_id))


async def test_every_page_of_a_file_is_shown_with_its_verdict(door: Door, phone: Phone) -> None:
    """While it is handed in and after: how many pages, a picture of each, and which one is bad."""
    async with _browser(door, phone) as browser:
        sent = await browser.post(f"/hand-in/pages?key={new_id()}", files={"file": ("a.pdf", b"%PDF-1.7 two")})
        assert sent.status_code == 303
        [page_id] = re.findall(r'id="page-([0-9a-f-]{36})"', (await browser.get("/hand-in/list")).text)
        await _drawn(door, page_id)
        draft = (await browser.get("/hand-in/list")).text
        document_id = (await phone.submit([page_id])).raise_for_status().json()["document_id"]
        handed_in = (await browser.get(f"/documents/{document_id}")).text
        one = (await browser.get(f"/documents/{document_id}/pages/{page_id}")).text
    assert "2 Seiten bei uns" in draft
    for shown in (draft, handed_in, one):
        assert "1 Datei, 2 Seiten" in shown
        assert "Seite 2 von 2: Das Bild ist zu dunkel." in shown
        assert [f"/pages/{page_id}/sheets/{number}" in shown for number in (1, 2, 3)] == [True, True, False]


async def test_each_page_of_a_file_has_its_picture(door: Door, phone: Phone, stranger: Phone) -> None:
    """For a browser and for an app of its citizen; for others it is not there."""
    page_id = str((await phone.upload(b"%PDF-1.7 two")).raise_for_status().json()["page_id"])
    await _drawn(door, page_id)
    async with _browser(door, phone) as browser:
        for number in (1, 2):
            for answer in (
                await browser.get(f"/pages/{page_id}/sheets/{number}"),
                await phone.get(f"/v1/pages/{page_id}/sheets/{number}"),
            ):
                assert answer.content == b"\xff\xd8 page %d" % number
    assert (await phone.get(f"/v1/pages/{page_id}/sheets/3")).json()["code"] == "page.no_annotation"
    assert (await phone.get(f"/v1/pages/{page_id}/sheets/31")).status_code == 422
    assert (await stranger.get(f"/v1/pages/{page_id}/sheets/1")).json()["code"] == "page.missing"
    async with _browser(door, stranger) as browser:
        assert (await browser.get(f"/pages/{page_id}/sheets/1")).status_code == 404
    sheets = (await phone.get(f"/v1/pages/{page_id}")).json()["sheets"]
    assert [(each["verdict"], each["has_annotated"]) for each in sheets] == [("good", True), ("retake", True)]


async def test_a_document_of_nothing_else_offers_no_consent(door: Door, phone: Phone) -> None:
    """Where no page can be chosen there is no button that would agree to nothing."""
    document_id, _ = await _handed_in(phone, b"%PDF-1.7 two")
    async with _browser(door, phone) as browser:
        shown = (await browser.get(f"/documents/{document_id}/forward/energy")).text
    assert "Wir wissen noch nicht, wie viele Seiten sie hat." in shown
    assert "Ich bin einverstanden</span>" not in shown
