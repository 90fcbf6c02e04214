"""The life of a mandate: invited, accepted once, revoked at once, ended by its date."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from services.gateway.handlers.end_mandates import end_mandates
from services.gateway.store.acts import Acts
from services.gateway.store.mandates import Mandates
from services.gateway.store.people import People
from services.gateway.store.timeline import Entries
from shared.clock import utc_now
from shared.ids import new_id
from tests import loopback
from tests.integration.gateway.door import Door
from tests.integration.gateway.helping import accept, helper_of, invite, without
from tests.integration.gateway.people import Phone

pytestmark = pytest.mark.live


@pytest.fixture
async def nobody(door: Door) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without any device."""
    async with loopback.client(base_url=door.url, timeout=60) as caller:
        yield caller


async def test_revoked_at_once(door: Door, phone: Phone) -> None:
    """The next request is refused with words that say why; what was handed in stays, and revoking twice is no error."""
    async with await helper_of(phone, door.url, "upload", "read") as helper:
        mandate_id, document = helper.headers["Acting-For"], await helper.document()
        for _ in range(2):
            assert (await phone.delete(f"/v1/mandates/{mandate_id}")).status_code == 204
        refused = await helper.get(f"/v1/documents/{document}")
        assert (refused.status_code, refused.json()["code"]) == (403, "mandate.revoked")
        assert "beendet" in refused.json()["detail"]
        assert (await helper.upload()).json()["code"] == "mandate.revoked"
        async with without(helper, door.url) as device:
            assert (await device.get("/v1/people")).json()["items"] == []
    assert (await phone.get(f"/v1/documents/{document}")).status_code == 200
    await door.heard(mandate_id, "mandate.revoked.v1")
    assert len(door.about(mandate_id, "mandate.revoked.v1")) == 1


async def test_ended_by_its_date(door: Door, phone: Phone) -> None:
    """From the end of the last day on nothing is possible; then both are told, once."""
    async with await helper_of(phone, door.url, "read") as helper, without(helper, door.url) as device:
        mandate_id, over = helper.headers["Acting-For"], utc_now() - timedelta(seconds=1)
        assert (await helper.get("/v1/documents")).status_code == 200
        await door.database.mandates.update_one({"_id": mandate_id}, {"$set": {"ends_at": over}})
        assert (await helper.get("/v1/documents")).json()["code"] == "mandate.ended"
        await asyncio.gather(*(end_mandates(_mandates(door)) for _ in range(2)))
        assert (await helper.get("/v1/documents")).json()["code"] == "mandate.ended"
        assert (await _codes(device, "/v1/people/timeline")).count("mandate.ended.helper") == 1
    assert (await _codes(phone, "/v1/timeline")).count("mandate.ended") == 1
    assert (await phone.get(f"/v1/mandates/{mandate_id}")).json()["state"] == "ended"


def _mandates(door: Door) -> Mandates:
    service, entries = door.service, Entries(door.database)
    acts, people = Acts(door.database, service.ledger, utc_now), People(door.database, utc_now)
    return Mandates(door.database, acts, service.ledger, people=people, timeline=entries, clock=utc_now)


async def _codes(caller: httpx.AsyncClient, path: str) -> list[str]:
    return [entry["code"] for entry in (await caller.get(path)).json()["items"]]


async def test_a_code_is_accepted_once(door: Door, phone: Phone, stranger: Phone, nobody: httpx.AsyncClient) -> None:
    """Of many who try at once one gets in; afterwards the code is worthless, and the invitation shows no new one."""
    mandate = await invite(phone, "read")
    answers = await asyncio.gather(
        *(accept(nobody, mandate["code"]) for _ in range(3)), accept(stranger, mandate["code"])
    )
    assert min(answer.status_code for answer in answers) == 201
    rows = await door.database.mandates.find({"_id": mandate["mandate_id"]}).to_list(None)
    helpers = {row["helper_id"] for row in rows}
    tokens = [answer.json()["token"] for answer in answers if answer.status_code == 201]
    for token in filter(None, tokens):
        async with Phone(door.url, token) as device:
            await device.get("/v1/people")  # from its first use on, the code brings nobody back
    late = await accept(nobody, mandate["code"])
    assert (late.status_code, late.json()["code"]) == (422, "code.invalid")
    assert len(helpers) == 1
    again = await phone.post(f"/v1/mandates/{mandate['mandate_id']}/code")
    assert (again.status_code, again.json()["code"]) == (409, "mandate.not_open")


async def test_a_lost_answer_does_not_lock_a_helper_out(
    door: Door, phone: Phone, stranger: Phone, nobody: httpx.AsyncClient
) -> None:
    """Sent again, the code leads to the same mandate, for a citizen's phone and for one of nobody's."""
    for caller in (stranger, nobody):
        mandate = await invite(phone, "read")
        first, again = [(await accept(caller, mandate["code"])).raise_for_status().json() for _ in range(2)]
        assert first["mandate_id"] == again["mandate_id"] == mandate["mandate_id"]
        await phone.delete(f"/v1/mandates/{mandate['mandate_id']}")
    async with Phone(door.url, again["token"]) as device:
        assert (await device.get("/v1/people")).status_code == 200


async def test_what_cannot_be_accepted(phone: Phone, stranger: Phone, nobody: httpx.AsyncClient) -> None:
    """Mistyped codes, those replaced or withdrawn, one's own invitation, and a second one for the same person."""
    mandate = await invite(phone, "read")
    old, path = mandate["code"], f"/v1/mandates/{mandate['mandate_id']}/code"
    new = (await phone.post(path)).json()["code"]
    for code in ("AAAA-AAAA-A", "nonsense", old):
        assert (await accept(nobody, code)).json()["code"] == "code.invalid", code
    assert (await nobody.post("/v1/activations", json={"code": new})).json()["code"] == "code.invalid"
    assert (await accept(phone, new)).json()["code"] == "mandate.own"
    assert (await accept(stranger, new)).status_code == 201
    second = await invite(phone, "upload")
    assert (await accept(stranger, second["code"])).json()["code"] == "mandate.twice"
    await phone.delete(f"/v1/mandates/{second['mandate_id']}")
    assert (await accept(nobody, second["code"])).json()["code"] == "code.invalid"


async def test_an_advice_centre_sees_its_clients_in_parts(door: Door, phone: Phone, nobody: httpx.AsyncClient) -> None:
    """Fifty a page, those accepted last first, and nobody whose mandate is over."""
    first = await invite(phone, "read", kind="advice_centre")
    token = (await accept(nobody, first["code"])).json()["token"]
    row = await door.database.mandates.find_one({"_id": first["mandate_id"]})
    assert row
    others = [
        row | {"_id": (one := new_id()), "code": f"none {one}", "pair": f"test {one}", "citizen_id": new_id()}
        for _ in range(52)
    ]
    others[0] |= {"state": "revoked"}
    await door.database.mandates.insert_many(others)
    async with Phone(door.url, token) as centre:
        part = (await centre.get("/v1/people")).json()
        rest = (await centre.get("/v1/people", params={"cursor": part["next_cursor"]})).json()
    assert (len(part["items"]), len(rest["items"]), rest["next_cursor"]) == (50, 2, None)
    assert {one["kind"] for one in part["items"]} == {"advice_centre"}


async def test_a_helper_can_step_back(door: Door, phone: Phone) -> None:
    """Who does not want to help any more says so; the citizen reads it."""
    async with await helper_of(phone, door.url, "read") as helper, without(helper, door.url) as device:
        assert (await device.delete(f"/v1/people/{helper.headers['Acting-For']}")).status_code == 204
        assert (await helper.get("/v1/documents")).json()["code"] == "mandate.revoked"
    assert (await _codes(phone, "/v1/timeline"))[0] == "mandate.revoked.resigned"
