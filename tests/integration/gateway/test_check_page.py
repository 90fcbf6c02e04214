"""The page where anybody checks a receipt: with a form, a file, or the link of the QR code; without any access."""

from urllib.parse import urlsplit

import httpx
import pytest

from shared.settings import Connections
from tests import loopback
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Phone
from tests.integration.gateway.test_receipts import print_of

pytestmark = pytest.mark.live
GERMAN = {"Accept-Language": "de", "Sec-Fetch-Site": "same-origin"}
GENUINE = "Diese Bestätigung ist echt."
NOT_GENUINE = "Das können wir nicht als echt bestätigen."


def anybody(door: Door) -> httpx.AsyncClient:
    """Return a browser that nobody signed in with."""
    return loopback.client(base_url=door.url, headers=GERMAN, timeout=60)


async def test_every_way_leads_to_the_same_answer(door: Door, phone: Phone) -> None:
    """QR code, form and file each say that it is genuine, and when it arrived."""
    receipt = (await phone.submit([await phone.page()])).raise_for_status().json()
    link = urlsplit(receipt["check_url"])
    pdf = await print_of(phone, receipt)
    async with anybody(door) as browser:
        pages = [
            await browser.get(f"{link.path}?{link.query}"),
            await browser.post("/check", data={"number": receipt["receipt_number"], "code": receipt["check_code"]}),
            await browser.post("/check/pdf", files={"file": ("receipt.pdf", pdf, "application/pdf")}),
        ]
    for page in pages:
        assert page.status_code == 200
        assert GENUINE in page.text
        assert "Seiten: 1" in page.text
        assert phone.citizen_id not in page.text


async def test_forgeries_and_slips_are_told_what_to_do(door: Door, phone: Phone) -> None:
    """A changed file, a wrong code and a mistyped one: each page says no, and what to do next."""
    receipt = (await phone.submit([await phone.page()])).raise_for_status().json()
    pdf = (await print_of(phone, receipt)).replace(b"obj", b"Obj", 1)
    number = receipt["receipt_number"]
    async with anybody(door) as browser:
        pages = {
            "verändert": await browser.post("/check/pdf", files={"file": ("receipt.pdf", pdf)}),
            "keiner Bestätigung": await browser.post("/check", data={"number": number, "code": number}),
            "abgetippt": await browser.post("/check", data={"number": number, "code": "K7Q2"}),
        }
    for said, page in pages.items():
        assert page.status_code == 200
        assert NOT_GENUINE in page.text
        assert said in page.text


async def test_an_empty_form_is_only_a_form(door: Door) -> None:
    """The page says nothing before it was asked; no file and a huge one are told where the file is chosen."""
    async with anybody(door) as browser:
        empty = await browser.get("/check")
        none = await browser.post("/check/pdf", files={"other": b"%PDF-"})
        huge = await browser.post("/check/pdf", files={"file": ("receipt.pdf", b"%PDF-" + bytes(5 * 1024**2))})
    assert GENUINE not in empty.text
    assert NOT_GENUINE not in empty.text
    assert (none.status_code, huge.status_code) == (422, 413)
    assert 'id="file-error"' in none.text
    assert "4 MB" in huge.text


async def test_what_was_typed_survives_another_language(door: Door) -> None:
    """Choosing English shows the same form in English with what was typed, and checks nothing yet."""
    async with anybody(door) as browser:
        page = await browser.post("/check", data={"number": "K7Q2", "code": "", "language": "en"})
    assert 'value="K7Q2"' in page.text
    assert "Is this receipt genuine?" in page.text
    assert "alert" not in page.text.partition("<main")[2].partition("<form")[0]


async def test_smuggled_markup_stays_text(door: Door) -> None:
    """A link cannot bring markup into the page."""
    async with anybody(door) as browser:
        page = await browser.get("/check", params={"number": '"><script>x</script>', "code": "y"})
    assert "<script>x" not in page.text


async def test_guessing_on_the_page_is_slowed_down(connections: Connections) -> None:
    """The link of the QR code counts as a check, too."""
    async with Door(connections, rate_check="1/minute") as strict, anybody(strict) as browser:
        pages = [await browser.get("/check", params={"number": "a", "code": "b"}) for _ in range(2)]
    assert [page.status_code for page in pages] == [200, 429]


async def test_citizen_keeps_the_receipt_from_their_page(door: Door, phone: Phone, stranger: Phone) -> None:
    """The page of a document leads to its PDF and to the check; somebody else finds neither."""
    document_id = await phone.document()
    receipt = (await phone.get(f"/v1/documents/{document_id}/receipt")).json()
    theirs, other = (
        {"Cookie": "amtsbote=" + each.headers["authorization"].removeprefix("Bearer ")} for each in (phone, stranger)
    )
    async with anybody(door) as browser:
        page = await browser.get(f"/documents/{document_id}", headers=theirs)
        printed = await browser.get(f"/documents/{document_id}/receipt.pdf", headers=theirs)
        refused = await browser.get(f"/documents/{document_id}/receipt.pdf", headers=other)
    assert receipt["check_code"] in page.text
    assert f"/documents/{document_id}/receipt.pdf" in page.text
    assert refused.status_code == 404
    assert printed.content.startswith(b"%PDF-")
