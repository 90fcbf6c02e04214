"""Receipts through the running gateway: printed for their owner, checked by anybody, refused if they are not ours."""

import io
from datetime import datetime
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from services.gateway.domain.receipts import Claims, open_jws, signed
from services.gateway.domain.seal import find_seal, seal
from services.gateway.domain.signing import Keys
from services.gateway.store.receipt_keys import add_key, read_keys
from shared.clock import utc_now
from shared.events.upload import PageChecked
from shared.ids import new_id, new_number
from shared.settings import Connections
from tests import loopback
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Caller, Phone, key

pytestmark = pytest.mark.live
JSON = {"Content-Type": "application/json"}


class Kept:
    """A receipt that was issued: as JSON, and as PDF."""

    def __init__(self, receipt: dict[str, Any], pdf: bytes) -> None:
        """Keep both."""
        self.receipt = receipt
        self.pdf = pdf


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def kept(door: Door) -> Kept:
    """A receipt of two pages, one of them with a picture."""
    async with await door.activate() as phone:
        page_ids = [await phone.page(), await phone.page()]
        await show(door, page_ids[0])
        receipt = (await phone.submit(page_ids)).raise_for_status().json()
        return Kept(receipt, await print_of(phone, receipt))


async def print_of(phone: Phone, receipt: dict[str, Any], language: str = "de", of: str = "documents") -> bytes:
    """Fetch the PDF; on a slow machine the printer's first start takes longer than a request may."""
    path = f"/v1/{of}/{receipt['document_id']}/receipt.pdf"
    for _ in range(5):
        answer = await phone.get(path, headers={"Accept-Language": language})
        if answer.status_code != 503:
            break
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-language"] == language
    return answer.content


async def show(door: Door, page_id: str) -> None:
    """Check a page as the upload service does, with a picture of its own."""
    written = io.BytesIO()
    Image.new("RGB", (900, 1270), "white").save(written, "JPEG")
    key = f"annotated/{new_id()}.jpg"
    await door.service.objects.put(key, written.getvalue(), size_bytes=written.tell(), media_type="image/jpeg")
    await door.say(PageChecked(page_id=page_id, verdict="good", annotated_key=key, checked_at=utc_now()))


async def check(door: Door, number: str, code: str, language: str = "de") -> dict[str, Any]:
    """Ask by number and code, without any access."""
    async with loopback.client(base_url=door.url, timeout=60) as anybody:
        asked = {"number": number, "code": code}
        answer = await anybody.post("/v1/receipts/check", json=asked, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def check_pdf(door: Door, pdf: bytes) -> dict[str, Any]:
    """Ask with a file, without any access."""
    async with loopback.client(base_url=door.url, timeout=60) as anybody:
        answer = await anybody.post("/v1/receipts/check/pdf", files={"file": ("receipt.pdf", pdf)})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def keys_of(connections: Connections) -> Keys:
    """Return the keys of the gateway under test."""
    return read_keys(connections.partners.with_name("receipt-keys.json"))


async def test_pdf_is_genuine_for_anybody(door: Door, kept: Kept) -> None:
    """Uploaded without any access, it is confirmed: when it was received, how many pages, by whom it was issued."""
    verdict = await check_pdf(door, kept.pdf)
    assert verdict["genuine"], verdict
    assert datetime.fromisoformat(verdict["received_at"]) == datetime.fromisoformat(kept.receipt["received_at"])
    assert (verdict["pages"], verdict["receipt_number"]) == (2, kept.receipt["receipt_number"])


async def test_check_tells_nothing_of_the_person(door: Door, kept: Kept, connections: Connections) -> None:
    """Neither check names a citizen, device, document or page, and no log of theirs could."""
    receipt, document = kept.receipt, await door.database.documents.find_one({"_id": kept.receipt["document_id"]})
    assert document
    told = str([await check_pdf(door, kept.pdf), await check(door, receipt["receipt_number"], receipt["check_code"])])
    hidden = [receipt["document_id"], document["citizen_id"], document["device_id"]]
    hidden += [page[name] for page in receipt["pages"] for name in ("page_id", "sha256")]
    assert not [secret for secret in hidden if secret in told]
    assert open_jws(receipt["jws"], keys_of(connections)).receipt_number == receipt["receipt_number"]


async def test_number_and_code_as_people_type_them(door: Door, kept: Kept) -> None:
    """Small letters, spaces, no hyphens: it is found all the same, and told in the reader's language."""
    number, code = kept.receipt["receipt_number"], kept.receipt["check_code"]
    verdict = await check(door, f" {number.lower().replace('-', ' ')}", code.replace("-", ""), "en")
    assert verdict["genuine"]
    assert "genuine" in verdict["text"]
    assert verdict["received_at_text"] in verdict["detail"]


async def test_without_the_code_nothing_is_told(door: Door, kept: Kept) -> None:
    """A number that exists with a wrong code gets the very same answer as one that does not exist."""
    wrong = await check(door, kept.receipt["receipt_number"], new_number())
    nowhere = await check(door, new_number(), kept.receipt["check_code"])
    assert wrong == nowhere
    assert (wrong["genuine"], wrong["code"], wrong["received_at"]) == (False, "no_such_receipt", None)


async def test_typing_errors_are_called_so(door: Door, kept: Kept) -> None:
    """The check characters tell a slip of the finger from a forgery."""
    code = kept.receipt["check_code"]
    other = ("A" if code[0] != "A" else "B") + code[1:]
    for number, typed in ((kept.receipt["receipt_number"], other), ("1", code), ("🙂", "🙂")):
        assert (await check(door, number, typed))["code"] == "mistyped"


async def test_tampered_pdfs_are_refused(door: Door, kept: Kept) -> None:
    """A changed byte, an appended update, something else: each is refused with what is wrong."""
    middle = len(kept.pdf) // 2
    changed = kept.pdf[:middle] + bytes([kept.pdf[middle] ^ 1]) + kept.pdf[middle + 1 :]
    cases = {changed: "changed", kept.pdf + b"\n": "changed", b"%PDF-1.7 nothing": "no_signature", b"?": "no_signature"}
    for data, fault in cases.items():
        verdict = await check_pdf(door, data)
        assert (verdict["genuine"], verdict["code"]) == (False, fault)
        assert verdict["detail"]


async def test_a_stolen_key_forges_nothing_that_passes_here(door: Door, kept: Kept, connections: Connections) -> None:
    """A file signed with our own key about what never arrived is refused, as our record knows better."""
    keys, sealed = keys_of(connections), find_seal(kept.pdf)
    assert sealed
    true = open_jws(sealed.jws, keys)

    def forge(sha256: str) -> str:
        early = true.received_at.replace(year=true.received_at.year - 1)
        return signed(true.model_copy(update={"received_at": early, "pdf_sha256": sha256}), keys)

    forged = seal(kept.pdf, sealed.jws, forge)
    assert Claims.model_validate_json(keys.open(forge("0" * 64))).received_at < true.received_at
    verdict = await check_pdf(door, forged)
    assert (verdict["genuine"], verdict["code"]) == (False, "signature_wrong")


async def test_pdf_belongs_to_its_citizen(door: Door, kept: Kept, stranger: Phone) -> None:
    """Somebody else's receipt is not there; nobody's access is told so."""
    path = f"/v1/documents/{kept.receipt['document_id']}/receipt.pdf"
    assert (await stranger.get(path)).status_code == 404
    async with loopback.client(base_url=door.url) as nobody:
        assert (await nobody.get(path)).status_code == 401


async def test_older_keys_go_on_verifying(door: Door, kept: Kept, connections: Connections) -> None:
    """After a change of keys, published keys begin with the new one, and the old receipt is still genuine."""
    add_key(connections.partners.with_name("receipt-keys.json"))
    async with Door(connections) as later, loopback.client(timeout=60) as anybody:
        before = (await anybody.get(f"{door.url}/.well-known/jwks.json")).raise_for_status().json()["keys"]
        after = (await anybody.get(f"{later.url}/.well-known/jwks.json")).raise_for_status().json()["keys"]
        assert after[1:] == before
        assert not [key for key in after if "d" in key]
        assert (await check_pdf(later, kept.pdf))["genuine"]


async def test_guessing_is_slowed_down(connections: Connections, kept: Kept) -> None:
    """Checks are counted by the address they come from, by number and by file together."""
    async with Door(connections, rate_check="2/minute") as strict, Caller(strict.url, "nobody") as anybody:
        asked = {"number": kept.receipt["receipt_number"], "code": kept.receipt["check_code"]}
        answers = [await anybody.post("/v1/receipts/check", json=asked) for _ in range(2)]
        answers.append(await anybody.post("/v1/receipts/check/pdf", files={"file": ("receipt.pdf", kept.pdf)}))
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["code"] == "rate.exceeded"
    assert int(answers[2].headers["retry-after"]) > 0


async def test_printing_is_counted(connections: Connections) -> None:
    """A citizen cannot keep the printer busy for everybody."""
    async with Door(connections, rate_receipt="1/day") as strict, await strict.activate() as phone:
        path = f"/v1/documents/{await phone.document()}/receipt.pdf"
        answers = [await phone.get(path) for _ in range(2)]
    assert answers[1].status_code == 429


async def test_unfit_checks_are_refused(door: Door) -> None:
    """No file, a file too large, no JSON, unknown fields: each has its own reason."""
    async with loopback.client(base_url=door.url, timeout=60) as anybody:
        large = {"file": ("receipt.pdf", b"%PDF-" + bytes(5 * 1024**2))}
        assert (await anybody.post("/v1/receipts/check/pdf", files=large)).status_code == 413
        assert (await anybody.post("/v1/receipts/check/pdf", files={"other": b"%PDF-"})).status_code == 422
        assert (await anybody.post("/v1/receipts/check/pdf", content=b"%PDF-")).status_code == 400
        assert (await anybody.post("/v1/receipts/check", content=b"{", headers=JSON)).status_code == 400
        assert (await anybody.post("/v1/receipts/check", json={"number": "K7Q2-M9XA-4"})).status_code == 422


async def test_receipt_stays_genuine_when_a_page_is_taken_again(door: Door, phone: Phone) -> None:
    """The older PDF is still genuine and says that there is a newer one; the newer one says what it replaced."""
    old, new = await phone.page(), await phone.page()
    receipt = (await phone.submit([old])).raise_for_status().json()
    before = await print_of(phone, receipt)
    path = f"/v1/documents/{receipt['document_id']}/pages/{old}/replacement"
    (await phone.post(path, json={"page_id": new}, headers=key() | {"If-Match": '"1"'})).raise_for_status()
    verdicts = [await check_pdf(door, pdf) for pdf in (before, await print_of(phone, receipt))]
    assert [verdict["genuine"] for verdict in verdicts] == [True, True]
    assert ["neuere Bestätigung" in verdict["detail"] for verdict in verdicts] == [True, False]
