"""Starting without an account: what is refused, how often, what happens to a lost answer, and to who never returns."""

from datetime import datetime, timedelta

import pytest
from pydantic import SecretStr

from services.gateway.domain.drafts import add
from services.gateway.settings import GatewaySettings
from shared.clock import utc_now
from shared.ids import new_id
from shared.settings import Connections
from tests.integration.gateway.door import Door
from tests.integration.gateway.helping import helper_of, without
from tests.integration.gateway.newcomers import QUEUE, alert, assign, start
from tests.integration.gateway.people import Caller, Phone, key, somebody, window
from tests.integration.gateway.test_channels import mailbox, subscribe
from tests.integration.gateway.test_receipts import check, check_pdf, print_of
from tests.integration.gateway.transfers import begun, send
from tests.waiting import until

pytestmark = pytest.mark.live


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": "http://spam.example"}, "newcomer.name"),
        ({"born_on": "2999-01-01"}, "newcomer.birthday"),
        ({"phone": "123"}, "newcomer.phone"),
        ({"errand": "visit"}, "request.invalid"),
    ],
)
async def test_what_does_not_fit_is_refused(door: Door, changed: dict[str, str], code: str) -> None:
    """A problem says what does not fit, and never repeats it."""
    async with Caller(door.url, "nobody") as nobody:
        answer = await nobody.post("/v1/newcomers", json=somebody(**changed), headers=key())
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not any(value in answer.text for value in changed.values() if value != "visit")


async def test_who_never_hands_anything_in_is_forgotten(door: Door) -> None:
    """A month after starting, somebody who handed nothing in is gone, and their device knows it; others stay.

    Somebody who cannot be forgotten does not keep the others from it.
    """
    month, stuck = timedelta(days=31), new_id()
    started = {"_id": stuck, "key": stuck, "state": "started", "started_at": utc_now() - month}
    await door.database.newcomers.insert_one(started)
    unreadable = {"_id": stuck, "citizen_id": stuck, "state": "offered", "code": stuck, "pair": stuck}
    await door.database.mandates.insert_one(unreadable)
    async with await start(door) as idle, await start(door) as busy:
        await busy.document()
        assert (await idle.get("/v1/documents")).status_code == 200
        await door.forget()
        assert (await idle.get("/v1/documents")).status_code == 200
        await door.forget(lambda: utc_now() + month)
        assert (await idle.get("/v1/documents")).status_code == 401
        assert (await busy.get("/v1/documents")).status_code == 200
    assert await door.database.newcomers.find_one({"_id": idle.citizen_id}) is None
    for rows in (door.database.newcomers, door.database.mandates):
        await rows.delete_one({"_id": stuck})


async def test_nothing_of_somebody_forgotten_remains(door: Door) -> None:
    """No row and no file knows them any more; the journal has ids that lead to nobody, and for its days alone."""
    async with await start(door, name="Undine Unvergessen") as idle:
        device = (await door.database.devices.find_one({"citizen_id": idle.citizen_id}) or {})["_id"]
        channels = [await mailbox(door, idle), (await subscribe(idle)).json()["channel_id"]]
        page, wish = await idle.page(), (await idle.post("/v1/callbacks", json=window(), headers=key())).json()
        await door.stores().drafts.change(device, lambda pages: add(pages, page, GatewaySettings().limits))
        await send(idle, unfinished := await begun(idle, 5000), 0, b"first part")
        helper = await helper_of(idle, door.url, "upload", called="Frau Undine", citizen_name="Undine U.")
        helped = await helper.page()
        mandate = helper.headers["Acting-For"]
        known = (idle.citizen_id, device, "Undine", *channels, page, helped, mandate, wish["callback_id"])
        known += (unfinished.rpartition("/")[2],)
        assert await traces(door, *known)
        await door.forget(lambda: utc_now() + timedelta(days=31))
        [ended] = await door.heard(mandate, "mandate.revoked.v1")
        assert ended["data"]["revoked_by"] == "citizen"
        await until(lambda: _empty(door), what=lambda: "everything announced")
        assert set(await traces(door, *known)) <= {"journal"}
        assert await traces(door, "Undine") == []
        assert (await without(helper, door.url).get("/v1/people")).json()["items"] == []
        await helper.aclose()


async def traces(door: Door, *known: str) -> list[str]:
    """Return where anything known of somebody stands: each collection, and each file."""
    found = [f"{item.key}" async for item in door.service.objects.list("") if any(one in item.key for one in known)]
    for name in await door.database.list_collection_names():
        rows = await door.database[name].find().to_list(None)
        found += [name for row in rows if any(one in str(row) for one in known)]
    return found


async def _empty(door: Door) -> bool:
    return await door.database.outbox.count_documents({}) == 0


async def test_lost_answer_leads_to_the_same_device(door: Door) -> None:
    """Sent again before the device was used, a start leads to the same person in the queue; then no more."""
    name = new_id()
    async with Caller(door.url, "nobody") as nobody:
        lost, again = [
            (await nobody.post("/v1/newcomers", json=somebody(), headers=key(name))).json() for _ in range(2)
        ]
        assert (lost["citizen_id"], lost["device_id"]) == (again["citizen_id"], again["device_id"])
        async with Caller(door.url, lost["token"]) as dead, Caller(door.url, again["token"]) as device:
            assert (await dead.get("/v1/documents")).status_code == 401
            assert (await device.get("/v1/documents")).status_code == 200
        third = await nobody.post("/v1/newcomers", json=somebody(), headers=key(name))
    assert (third.status_code, third.json()["code"]) == (409, "idempotency_key.reused")


async def test_a_key_lets_nobody_else_in(door: Door) -> None:
    """Whoever starts as another person, or for something else, under a key that is taken gets no access with it."""
    name = new_id()
    async with Caller(door.url, "nobody") as nobody:
        first = await nobody.post("/v1/newcomers", json=somebody(), headers=key(name))
        for other in ({"name": "Max Beispiel"}, {"errand": "apply"}):
            answer = await nobody.post("/v1/newcomers", json=somebody(**other), headers=key(name))
            assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key.reused")
        async with Caller(door.url, first.json()["token"]) as device:
            assert (await device.get("/v1/documents")).status_code == 200


async def test_who_applies_gets_a_receipt_that_anybody_can_check(door: Door, phone: Phone) -> None:
    """Without any page: number, time and code; signed, checked, its owner's, and nobody else's; a change is found."""
    async with await start(door, errand="apply") as newcomer, await start(door) as other, door.caller("desk") as desk:
        [event] = await door.heard(newcomer.citizen_id, "assignment.requested.v1")
        path = f"/v1/applications/{newcomer.citizen_id}/receipt"
        receipt = (await newcomer.get(path)).raise_for_status().json()
        assert (receipt["declared_type"], receipt["pages"]) == ("antrag", [])
        at = datetime.fromisoformat(receipt["received_at"])
        assert at == datetime.fromisoformat(event["data"]["requested_at"])
        told = await check(door, receipt["receipt_number"], receipt["check_code"])
        assert told["genuine"]
        assert told["detail"].startswith("Ein Antrag ist eingegangen am")
        assert not (await check(door, receipt["receipt_number"], "AAAA-AAAA-A"))["genuine"]
        for nobody, where in (
            (phone, path),
            (other, path),
            (other, path.replace(newcomer.citizen_id, other.citizen_id)),
        ):
            assert (await nobody.get(where)).json()["code"] == "application.missing"
        await alert(door, newcomer.citizen_id)
        shown = (await desk.get(f"{QUEUE}/{newcomer.citizen_id}")).json()
        assert shown["receipt_number"] == receipt["receipt_number"]
        (await assign(desk, newcomer.citizen_id, phone.citizen_id)).raise_for_status()
        assert (await phone.get(path)).json() == receipt
        for owner in (newcomer, phone):
            cookie = {"Cookie": f"amtsbote={owner.headers['Authorization'].removeprefix('Bearer ')}"}
            page = await owner.get(f"/applications/{newcomer.citizen_id}", headers=cookie)
            assert receipt["receipt_number"] in page.text
            assert f"/applications/{newcomer.citizen_id}" in (await owner.get("/things/events", headers=cookie)).text


async def test_an_applications_paper_proves_itself(door: Door) -> None:
    """The PDF is the office's to the byte; one changed byte, and it is not."""
    async with await start(door, errand="apply") as newcomer:
        receipt = (await newcomer.get(f"/v1/applications/{newcomer.citizen_id}/receipt")).raise_for_status().json()
        pdf = await print_of(newcomer, receipt, of="applications")
    assert (await check_pdf(door, pdf))["receipt_number"] == receipt["receipt_number"]
    assert (await check_pdf(door, pdf.replace(b"endobj", b"endobJ", 1)))["code"] == "changed"


async def test_one_address_starts_only_so_often(connections: Connections) -> None:
    """Too many starts from one address are refused, by each process and by all together, with words that help."""
    apart = connections.model_copy(update={"link_secret": SecretStr(new_id() * 2)})  # others start from here, too
    async with Door(apart, rate_newcomer="2/hour") as strict, Caller(strict.url, "nobody") as nobody:
        answers = [await nobody.post("/v1/newcomers", json=somebody(), headers=key()) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    apart = connections.model_copy(update={"link_secret": SecretStr(new_id() * 2)})
    async with Door(apart, max_newcomers=1) as strict, Caller(strict.url, "nobody") as nobody:
        one, name = somebody(), key()
        again = [(await nobody.post("/v1/newcomers", json=one, headers=name)).status_code for _ in range(3)]
        assert again == [201, 201, 201]
        answer = await nobody.post("/v1/newcomers", json=somebody(), headers=key())
        assert (answer.status_code, answer.json()["code"]) == (429, "newcomer.too_many")
        assert "auf Papier" in answer.json()["detail"]
        assert int(answer.headers["retry-after"]) > 0
        kept = await strict.database.counts.find().to_list(None)
        assert kept
        assert "127.0.0.1" not in str(kept)
