"""Uploading pages: what arrives, and what is refused with a clear reason."""

import asyncio
import hashlib

import pytest

from services.gateway.domain.pages import PageCheck
from shared.clock import utc_now
from shared.events.upload import PageChecked
from shared.ids import new_id
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import JPEG, Phone, key, picture

pytestmark = pytest.mark.live

LIMIT = 50 * 1024 * 1024


async def test_page_is_kept_unchanged_and_announced(door: Door, phone: Phone) -> None:
    """The very bytes come back, under their hash, and the event names where they are."""
    data = picture(300_000)
    answer = await phone.upload(data)
    page = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"/v1/pages/{page['page_id']}")
    assert (page["sha256"], page["size_bytes"]) == (hashlib.sha256(data).hexdigest(), len(data))
    assert (await phone.get(f"/v1/pages/{page['page_id']}/original")).content == data
    [event] = await door.heard(page["page_id"], "page.uploaded.v1")
    assert await door.service.objects.get(event["data"]["object_key"], sha256=page["sha256"]) == data


async def test_check_is_shown_in_the_readers_language(door: Door, phone: Phone) -> None:
    """A verdict comes with its reasons in words, and an older check does not undo a newer one."""
    page_id, now = await phone.page(), utc_now()
    cut = PageChecked(
        page_id=page_id, verdict="retake", reasons=("cut",), cut=("B",), cut_reader=("B",), checked_at=now
    )
    older = PageChecked(page_id=page_id, verdict="good", checked_at=now.replace(year=now.year - 1))
    await door.say(cut, older)
    german = (await phone.get(f"/v1/pages/{page_id}")).json()
    english = (await phone.get(f"/v1/pages/{page_id}", headers={"Accept-Language": "en-GB,de;q=0.5"})).json()
    assert (german["state"], german["verdict"]) == ("checked", "retake")
    assert german["reasons"] == [
        {"code": "cut", "text": "Die Seite ist abgeschnitten: unten. Gehen Sie etwas weiter weg."}
    ]
    assert english["reasons"][0]["text"] == "The page is cut off: bottom. Move a little further away."
    assert german.keys() >= PageCheck.model_fields.keys() - {"annotated_key", "same_as"}


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 422, "page.empty"),
        (b"not a picture at all", 415, "page.format"),
        (b"GIF89a" + bytes(100), 415, "page.format"),
        (b"<svg onload=alert(1)>", 415, "page.format"),
    ],
)
async def test_unreadable_file_is_refused(phone: Phone, data: bytes, status: int, code: str) -> None:
    """What is no picture is refused at once, whatever its name says."""
    answer = await phone.upload(data)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_largest_file_passes_and_one_byte_more_does_not(phone: Phone) -> None:
    """50 MB are the limit, to the byte."""
    answer = await phone.upload(picture(LIMIT + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "page.too_large")
    assert (await phone.upload(picture(LIMIT))).status_code == 201


async def test_endless_upload_is_stopped_at_the_limit(phone: Phone) -> None:
    """A client that does not say how much it sends is cut off as soon as it is too much."""
    sent = 0

    async def endless() -> object:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + JPEG
        while sent < 3 * LIMIT:
            sent += 1_000_000
            yield bytes(1_000_000)

    headers = {"Content-Type": "multipart/form-data; boundary=x", **key()}
    answer = await phone.post("/v1/pages", content=endless(), headers=headers)  # type: ignore[arg-type] # async bytes
    assert (answer.status_code, answer.json()["code"]) == (413, "page.too_large")


def _part(head: bytes, data: bytes, end: bytes = b"\r\n--x--") -> bytes:
    return b"--x\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + data + end


FORM = "multipart/form-data; boundary=x"


@pytest.mark.parametrize(
    ("content", "content_type", "code"),
    [
        (b"--x\r\ngarbage", FORM, "page.no_file"),
        (b"{}", "application/json", "request.malformed"),
        (b"", "multipart/form-data", "request.malformed"),
        (_part(b'name="file"; filename="cut short"', JPEG, end=b""), FORM, "page.no_file"),
        (_part(b'name="file"', b"text"), FORM, "page.no_file"),
        (_part(b'name="other"; filename="a.jpg"', JPEG), FORM, "page.no_file"),
    ],
)
async def test_broken_form_is_refused(phone: Phone, content: bytes, content_type: str, code: str) -> None:
    """A form without the file is refused with the reason."""
    answer = await phone.post("/v1/pages", content=content, headers={"Content-Type": content_type, **key()})
    assert answer.json()["code"] == code
    assert answer.status_code in {400, 422}


async def test_repeated_upload_is_one_page(phone: Phone) -> None:
    """The same bytes under the same key are the first page again; other bytes are a conflict."""
    data, name = picture(), new_id()
    first, again, other = [await phone.upload(d, name) for d in (data, data, picture())]
    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key.reused")


async def test_racing_uploads_are_one_page(door: Door, phone: Phone) -> None:
    """Eight requests at once with one key and one picture leave one page, one event and one object."""
    data, name = picture(), new_id()
    answers = await asyncio.gather(*(phone.upload(data, name) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    page_id = answers[0].json()["page_id"]
    assert await door.database.pages.count_documents({"citizen_id": phone.citizen_id}) == 1
    assert len(await door.heard(page_id, "page.uploaded.v1")) == 1


@pytest.mark.parametrize(("headers", "code"), [({}, "missing"), (key("a b"), "invalid"), (key("x" * 256), "invalid")])
async def test_unfit_idempotency_key_is_refused(phone: Phone, headers: dict[str, str], code: str) -> None:
    """Creating without a key, or with an unfit one, is refused before anything is kept."""
    answer = await phone.post("/v1/pages", files={"file": picture()}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, f"idempotency_key.{code}")
