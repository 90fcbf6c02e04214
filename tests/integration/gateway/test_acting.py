"""Acting for somebody: only within what they allow, never for anybody else, and both names on what was done."""

from typing import Any

import pytest
from pypdfium2 import PdfDocument
from structlog.testing import capture_logs

from shared.clock import utc_now
from shared.events.notify import AlertRaised
from shared.ids import new_id
from tests.integration.gateway.door import Door
from tests.integration.gateway.helping import HELPER, NAMES, accept, acting, helper_of, invite, without
from tests.integration.gateway.people import Phone, key, picture, window
from tests.integration.gateway.test_receipts import print_of

pytestmark = pytest.mark.live

UPLOADING = (("POST", "/v1/pages"), ("POST", "/v1/documents"))
SEEING = (
    *(("GET", f"/v1/documents/{{document}}{part}") for part in ("", "/receipt", "/pages", "/timeline")),
    ("GET", "/v1/documents"),
    ("GET", "/v1/pages/{page}"),
    ("GET", "/v1/pages/{page}/original"),
)
READING = (("GET", "/v1/timeline"),)
ARRANGING = (("GET", "/v1/callbacks"), ("GET", "/v1/callbacks/{callback}"), ("POST", "/v1/callbacks"))
NEVER = (
    ("GET", "/v1/events"),
    ("GET", "/v1/suppliers"),
    ("GET", "/v1/mandates"),
    ("POST", "/v1/mandates"),
    ("POST", "/v1/documents/{document}/consents"),
    ("DELETE", "/v1/consents/{consent}"),
)
ALLOWED = {
    "upload": {*UPLOADING, *SEEING},
    "read": {*SEEING, *READING},
    "appointments": set(ARRANGING),
}
ALL = (*UPLOADING, *SEEING, *READING, *ARRANGING, *NEVER)


async def _things(phone: Phone) -> dict[str, str]:
    page = await phone.page()
    document = (await phone.submit([page])).json()["document_id"]
    callback = (await phone.post("/v1/callbacks", json=window(), headers=key())).json()["callback_id"]
    consent = (await phone.consent(document)).json()["consent_id"]
    return {"page": page, "document": document, "callback": callback, "consent": consent}


async def _try(caller: Phone, method: str, path: str, things: dict[str, str]) -> tuple[int, str]:
    bodies: dict[str, Any] = {
        "/v1/documents": {"page_ids": [things["page"]]},
        "/v1/callbacks": window(),
        "/v1/mandates": {"kind": "beistand", "scopes": ["read"], "last_day": "2030-01-01", **NAMES},
        "/v1/documents/{document}/consents": {
            "supplier_id": "energy",
            "purpose": "power_cut",
            "page_ids": [things["page"]],
            "text_version": "2026-11",
        },
    }
    posted: dict[str, Any] = {"json": bodies.get(path), "headers": key()} if method == "POST" else {}
    if path == "/v1/pages":
        posted["files"] = {"file": picture()}
    answer = await caller.request(method, path.format(**things), **posted)
    is_json = answer.headers.get("content-type", "").endswith("json")
    return answer.status_code, answer.json().get("code", "") if is_json else ""


@pytest.mark.parametrize("scope", ["upload", "read", "appointments"])
async def test_each_scope_opens_its_own_doors(door: Door, phone: Phone, scope: str) -> None:
    """What a scope covers works, all else says that it was not allowed; the citizen's own access stays whole."""
    async with await helper_of(phone, door.url, scope) as helper:
        things = await _things(phone)
        if scope == "upload":  # who may only hand in sees what they handed in
            mine = (await helper.upload()).json()["page_id"]
            document = (await helper.submit([mine])).json()["document_id"]
            things |= {"page": (await helper.upload()).json()["page_id"]}
            things["document"] = document
        for method, path in ALL:
            status, code = await _try(helper, method, path, things)
            if (method, path) in ALLOWED[scope]:
                assert status < 300, (path, status, code)
            else:
                assert (status, code) == (403, "mandate.not_covered"), path
    for method, path in (*READING, *ARRANGING, ("GET", "/v1/documents/{document}"), ("GET", "/v1/mandates")):
        assert (await _try(phone, method, path, things))[0] < 300, path


async def test_who_may_only_hand_in_sees_nothing_else(door: Door, phone: Phone) -> None:
    """The citizen's papers, their pages and their list stay closed, and their pages cannot be handed in again."""
    things = await _things(phone)
    async with await helper_of(phone, door.url, "upload") as helper:
        for path in (f"/v1/documents/{things['document']}", f"/v1/pages/{things['page']}/original"):
            assert (await helper.get(path)).status_code == 404, path
        assert (await helper.submit([things["page"]])).json()["code"] == "page.missing"
        assert (await helper.get("/v1/documents")).json()["items"] == []
        mine = await helper.document()
        assert [one["document_id"] for one in (await helper.get("/v1/documents")).json()["items"]] == [mine]
    seen = {one["document_id"] for one in (await phone.get("/v1/documents")).json()["items"]}
    assert seen == {things["document"], mine}


async def test_who_is_unknown_hears_just_that(door: Door) -> None:
    """An unknown token is refused as such, whomever it names; also where nobody can act for anybody."""
    async with acting(Phone(door.url, "nobody"), new_id()) as nobody:
        answers = [await nobody.get(path) for path in ("/v1/suppliers", "/v1/documents")]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(401, "token.unknown")] * 2


async def test_another_citizens_anything_is_missing(door: Door, phone: Phone, stranger: Phone) -> None:
    """A mandate opens one person's papers; others' papers, and others' mandates, are 404."""
    theirs = await _things(stranger)
    async with await helper_of(phone, door.url, "read", "upload") as helper:
        for path in (f"/v1/documents/{theirs['document']}", f"/v1/pages/{theirs['page']}"):
            assert (await helper.get(path)).status_code == 404, path
        mandate_id = helper.headers["Acting-For"]
        for path, method in ((f"/v1/mandates/{mandate_id}", "GET"), (f"/v1/mandates/{mandate_id}", "DELETE")):
            assert (await stranger.request(method, path)).json()["code"] == "mandate.missing"
        assert (await stranger.post(f"/v1/mandates/{mandate_id}/code")).status_code == 404
        assert (await stranger.delete(f"/v1/people/{mandate_id}")).status_code == 404
        assert (await acting(stranger, mandate_id).get("/v1/documents")).json()["code"] == "mandate.missing"
        for unknown in (new_id(), (await invite(phone, "read"))["mandate_id"]):
            assert (await acting(helper, unknown).get("/v1/documents")).status_code == 404


async def test_who_reads_for_somebody_does_not_read_whom_else_they_trust(door: Door, phone: Phone) -> None:
    """Invitations, and people the citizen helps themselves, are nobody else's business."""
    async with await helper_of(phone, door.url, "read") as helper:
        await phone.document()
        await invite(phone, "read", called="Herr Petrov")
        entries = (await helper.get("/v1/timeline")).json()["items"]
    assert [entry["code"] for entry in entries] == ["document.submitted"]
    assert "Petrov" in (await phone.get("/v1/timeline")).text


async def test_a_helper_has_no_papers_of_their_own(door: Door, phone: Phone) -> None:
    """A helper's device opens nothing by itself: every call of a citizen's wants a mandate, and no desk's opens."""
    async with await helper_of(phone, door.url, "read") as helper, without(helper, door.url) as device:
        for path in ("/v1/documents", "/v1/timeline", "/v1/mandates", "/v1/desk/callbacks/" + new_id()):
            assert (await device.get(path)).json()["code"] == "token.other_role", path
        assert (await device.get("/v1/people")).json()["items"][0]["name"] == NAMES["citizen_name"]


async def test_both_names_are_on_what_was_done(door: Door, phone: Phone) -> None:
    """Receipt, timeline and desk say who did it for whom; the public check does not."""
    async with await helper_of(phone, door.url, "upload", "appointments") as helper:
        receipt = (await helper.submit([await helper.page()])).json()
        (await helper.post("/v1/callbacks", json=window(), headers=key())).raise_for_status()
    assert receipt["handed_in_by_text"] == f"von {HELPER} (Beistand) für {NAMES['citizen_name']}"
    entries = {e["code"]: e for e in (await phone.get("/v1/timeline")).json()["items"]}
    assert entries["document.submitted"]["by"] == entries["callback.requested"]["by"] == HELPER
    assert HELPER in entries["mandate.accepted"]["text"]
    about, now = receipt["document_id"], utc_now()
    await door.say(
        AlertRaised(alert_id=new_id(), team="money", kind="document_filed", about_id=about, due_at=now, raised_at=now)
    )
    async with door.caller("desk") as desk:
        shown = (await desk.get(f"/v1/desk/documents/{about}")).json()
    assert [shown[f"handed_in_{how}"] for how in ("by", "for", "as")] == [HELPER, NAMES["citizen_name"], "beistand"]
    asked = {"number": receipt["receipt_number"], "code": receipt["check_code"]}
    verdict = await phone.post("/v1/receipts/check", json=asked)
    assert verdict.json()["genuine"]
    assert not any(name in verdict.text for name in (HELPER, *NAMES.values()))


async def test_the_pdf_carries_both_names_and_is_genuine(door: Door, phone: Phone) -> None:
    """What the helper keeps prints who handed in for whom; whoever checks it hears that it is ours, and no name."""
    async with await helper_of(phone, door.url, "upload") as helper:
        receipt = (await helper.submit([await helper.page()])).json()
        pdf = await print_of(helper, receipt)
    words = PdfDocument(pdf)[0].get_textpage().get_text_bounded()
    assert HELPER in words
    assert NAMES["citizen_name"] in words
    verdict = await phone.post("/v1/receipts/check/pdf", files={"file": ("receipt.pdf", pdf)})
    assert verdict.json()["genuine"]
    assert not any(name in verdict.text for name in (HELPER, *NAMES.values()))


async def test_events_say_under_which_mandate_and_name_nobody(door: Door, phone: Phone) -> None:
    """Who subscribes learns ids: of the mandate, and of what was done under it."""
    async with await helper_of(phone, door.url, "upload", "appointments") as helper:
        document = await helper.document()
        wish = (await helper.post("/v1/callbacks", json=window(), headers=key())).json()
        mandate_id = helper.headers["Acting-For"]
    for subject, kind in (
        (mandate_id, "mandate.offered.v1"),
        (mandate_id, "mandate.accepted.v1"),
        (document, "document.submitted.v1"),
        (wish["callback_id"], "callback.requested.v1"),
    ):
        [event] = await door.heard(subject, kind)
        assert event["data"]["mandate_id"] == mandate_id
    assert not any(name in str(door.announced) for name in (HELPER, *NAMES.values()))


async def test_nothing_of_an_invitation_is_logged(door: Door, phone: Phone) -> None:
    """Neither names nor the code get into a log line or an address; the code is kept hashed."""
    with capture_logs() as lines:
        async with await helper_of(phone, door.url, "upload") as helper:
            await helper.document()
        mandate = await invite(phone, "read")
    said = str(lines)
    assert lines
    assert not any(secret in said for secret in (HELPER, *NAMES.values(), mandate["code"]))
    assert mandate["url"].partition("#")[2] == mandate["code"]
    row = await door.database.mandates.find_one({"_id": mandate["mandate_id"]})
    assert mandate["code"].replace("-", "") not in str(row).replace("-", "")


async def test_the_same_key_is_nobody_elses(door: Door, phone: Phone, stranger: Phone) -> None:
    """One device acting for two people, and for itself, hands in three documents under one key."""
    people = [stranger.headers.get("Acting-For")]
    for citizen in (phone, await door.activate()):
        mandate = await invite(citizen, "upload")
        await accept(stranger, mandate["code"])
        people.append(mandate["mandate_id"])
    numbers = set()
    for mandate_id in people:
        headers = {**key("the-same"), **({"Acting-For": mandate_id} if mandate_id else {})}
        page = (await stranger.post("/v1/pages", files={"file": picture()}, headers=headers)).json()["page_id"]
        headers["Idempotency-Key"] = "the-same-document"
        answer = await stranger.post("/v1/documents", json={"page_ids": [page]}, headers=headers)
        numbers.add(answer.json()["receipt_number"])
    assert len(numbers) == 3
