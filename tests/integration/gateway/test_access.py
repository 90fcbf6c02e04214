"""Who may do what: everything not allowed is refused, and what belongs to others is not there."""

from typing import Any

import pytest

from shared.clock import utc_now
from shared.events.notify import AlertRaised, ForwardQueued
from shared.ids import new_id
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Caller, Phone, key, window

pytestmark = pytest.mark.live

CITIZENS = (
    ("GET", "/v1/pages/{page}"),
    ("GET", "/v1/pages/{page}/original"),
    ("GET", "/v1/pages/{page}/annotated"),
    ("GET", "/v1/pages/{page}/sheets/1"),
    ("GET", "/v1/pages/{page}/plain"),
    ("GET", "/v1/pages/{page}/outline"),
    ("PUT", "/v1/pages/{page}/outline"),
    ("DELETE", "/v1/pages/{page}/outline"),
    ("GET", "/v1/documents"),
    ("GET", "/v1/documents/{document}"),
    ("GET", "/v1/documents/{document}/receipt"),
    ("GET", "/v1/documents/{document}/timeline"),
    ("GET", "/v1/documents/{document}/pdf"),
    ("GET", "/v1/documents/{document}/text"),
    ("GET", "/v1/documents/{document}/facts"),
    ("GET", "/v1/callbacks"),
    ("GET", "/v1/callbacks/{callback}"),
    ("GET", "/v1/timeline"),
    ("GET", "/v1/events"),
    ("GET", "/v1/suppliers"),
    ("GET", "/v1/channels"),
    ("POST", "/v1/channels"),
    ("POST", "/v1/pages"),
    ("POST", "/v1/documents"),
    ("POST", "/v1/documents/{document}/consents"),
    ("POST", "/v1/callbacks"),
    ("DELETE", "/v1/consents/{consent}"),
)
TOOLS = (
    ("GET", "/v1/desk/documents/{document}"),
    ("GET", "/v1/desk/documents/{document}/pdf"),
    ("GET", "/v1/desk/documents/{document}/text"),
    ("GET", "/v1/desk/documents/{document}/facts"),
    ("GET", "/v1/desk/documents/{document}/pages/{page}/original"),
    ("GET", "/v1/desk/newcomers"),
    ("GET", "/v1/desk/newcomers/{document}"),
    ("POST", "/v1/desk/newcomers/{document}/assignment"),
    ("GET", "/v1/desk/callbacks/{callback}"),
    ("POST", "/v1/desk/callbacks/{callback}/calls"),
)
SUPPLIERS = (("GET", "/v1/packets/some-link"), ("POST", "/v1/packets/some-link/confirmation"))
BODIES: dict[str, dict[str, Any]] = {
    "/v1/documents": {"page_ids": ["{page}"]},
    "/v1/documents/{document}/consents": {
        "supplier_id": "energy",
        "purpose": "power_cut",
        "page_ids": ["{page}"],
        "text_version": "2026-11",
    },
    "/v1/pages/{page}/outline": {"turn": 90},
    "/v1/callbacks": window(),
    "/v1/channels": {"kind": "email", "address": "erika@example.org"},
    "/v1/desk/newcomers/{document}/assignment": {"citizen_id": None},
    "/v1/desk/callbacks/{callback}/calls": {"outcome": "reached"},
    "/v1/packets/some-link/confirmation": {},
}


async def _things(phone: Phone) -> dict[str, str]:
    """Make one of everything a citizen can own."""
    document = (await phone.submit([page := await phone.page()])).json()["document_id"]
    callback = (await phone.post("/v1/callbacks", json=window(), headers=key())).json()["callback_id"]
    consent = (await phone.consent(document)).raise_for_status().json()["consent_id"]
    return {"page": page, "document": document, "callback": callback, "consent": consent}


async def _try(caller: Caller, method: str, path: str, things: dict[str, str]) -> tuple[int, str]:
    body = BODIES.get(path)
    if body and "page_ids" in body:
        body = {**body, "page_ids": [things["page"]]}
    files = {"file": b"\xff\xd8\xff"} if path == "/v1/pages" else None
    headers = key() if method == "POST" else {}
    answer = await caller.request(method, path.format(**things), json=body, files=files, headers=headers)
    return answer.status_code, answer.json().get("code", "")


async def test_nobody_and_unknown_tokens_stay_outside(door: Door, phone: Phone) -> None:
    """Without a token, or with one nobody was given, every door is shut."""
    things = await _things(phone)
    async with Caller(door.url, "no-such-token") as unknown, Caller(door.url, "") as nobody:
        del nobody.headers["Authorization"]
        for method, path in (*CITIZENS, *TOOLS, *SUPPLIERS):
            assert await _try(unknown, method, path, things) == (401, "token.unknown"), path
            assert await _try(nobody, method, path, things) == (401, "token.missing"), path


async def test_each_role_has_its_own_doors(door: Door, phone: Phone) -> None:
    """A token of one role opens nothing of another."""
    things = await _things(phone)
    async with door.caller("desk") as tool, door.caller("energy") as supplier:
        for foreign, paths in (
            (phone, (*TOOLS, *SUPPLIERS)),
            (tool, (*CITIZENS, *SUPPLIERS)),
            (supplier, (*CITIZENS, *TOOLS)),
        ):
            for method, path in paths:
                assert await _try(foreign, method, path, things) == (403, "token.other_role"), path


async def test_what_belongs_to_others_is_not_there(door: Door, phone: Phone, stranger: Phone) -> None:
    """Another citizen's page, document, consent and callback are missing, by reading and by writing."""
    things = await _things(phone)
    owned = [
        (method, path) for method, path in CITIZENS if "{" in path or (path == "/v1/documents" and method == "POST")
    ]
    for method, path in owned:
        status, code = await _try(stranger, method, path, things)
        assert (status, code.rpartition(".")[2]) == (404, "missing"), path
    for path in ("/v1/documents", "/v1/callbacks", "/v1/timeline"):
        assert (await stranger.get(path)).json()["items"] == []


async def test_tool_reads_what_its_team_was_alerted_about(door: Door, phone: Phone) -> None:
    """Before the alert there is nothing; after it, the alerted team sees this document and no other."""
    things, other = await _things(phone), await phone.document()
    page = f"/v1/desk/documents/{things['document']}/pages/{things['page']}/original"
    async with door.caller("desk") as desk, door.caller("other_desk") as colleague:
        assert (await desk.get(f"/v1/desk/documents/{things['document']}")).status_code == 404
        await door.say(_alert("money", things["document"]))
        shown = await desk.get(f"/v1/desk/documents/{things['document']}")
        assert (shown.status_code, shown.json()["page_ids"]) == (200, [things["page"]])
        assert (await desk.get(page)).status_code == 200
        assert (await desk.get(page.replace(things["document"], other))).status_code == 404
        assert (await desk.get(f"/v1/desk/documents/{other}")).status_code == 404
        assert (await colleague.get(f"/v1/desk/documents/{things['document']}")).status_code == 404
        assert (await colleague.get(page)).status_code == 404


async def test_alert_about_a_forward_opens_its_document(door: Door, phone: Phone) -> None:
    """A team told of a failed forward may look at the papers, also when the alert came before the forward."""
    document_id, forward_id = await phone.document(), new_id()
    forward = ForwardQueued(
        forward_id=forward_id,
        document_id=document_id,
        citizen_id=phone.citizen_id,
        consent_id=new_id(),
        supplier_id="energy",
        queued_at=utc_now(),
    )
    async with door.caller("desk") as desk:
        await door.say(_alert("money", forward_id))
        assert (await desk.get(f"/v1/desk/documents/{document_id}")).status_code == 404
        await door.say(forward)
        assert (await desk.get(f"/v1/desk/documents/{document_id}")).json()["forwards"][0]["state"] == "queued"


async def test_tool_reports_calls_of_its_team(door: Door, phone: Phone) -> None:
    """A call report becomes one event, from the alerted team only."""
    callback_id = (await _things(phone))["callback"]
    path, name = f"/v1/desk/callbacks/{callback_id}/calls", new_id()
    async with door.caller("desk") as desk, door.caller("other_desk") as colleague:
        await door.say(_alert("money", callback_id))
        for _ in range(2):
            answer = await desk.post(path, json={"outcome": "no_answer"}, headers=key(name))
            assert answer.status_code == 202
        assert (await colleague.post(path, json={"outcome": "reached"}, headers=key())).status_code == 404
        assert (await desk.get(f"/v1/desk/callbacks/{callback_id}")).json()["topic"] == "power_cut"
    [event] = await door.heard(callback_id, "call.reported.v1")
    assert (event["data"]["tool_id"], event["data"]["outcome"]) == ("desk", "no_answer")


def _alert(team: str, about_id: str) -> AlertRaised:
    return AlertRaised(
        alert_id=new_id(), team=team, kind="document_filed", about_id=about_id, due_at=utc_now(), raised_at=utc_now()
    )
