"""Activation, as a phone meets it."""

from datetime import timedelta

import pytest

from services.gateway.domain.refusal import RefusedError
from services.gateway.store.people import People
from shared.clock import utc_now
from tests.integration.gateway.door import Door
from tests.integration.gateway.helping import helper_of, without
from tests.integration.gateway.people import Caller, Phone, key

pytestmark = pytest.mark.live
DEVICES = "/v1/devices"


async def test_code_activates_one_device(door: Door) -> None:
    """A code works once, however it is typed, and its device can act."""
    code = await People(door.database, utc_now).invite(timedelta(days=1))
    async with Caller(door.url, "nobody") as nobody:
        first = await nobody.post("/v1/activations", json={"code": code.lower().replace("-", " ")})
        async with Caller(door.url, first.json()["token"]) as device:
            assert (await device.get("/v1/documents")).status_code == 200
        second = await nobody.post("/v1/activations", json={"code": code})
    assert first.status_code == 201
    assert (second.status_code, second.json()["code"]) == (422, "code.invalid")


async def test_lost_answer_does_not_lock_a_citizen_out(door: Door) -> None:
    """Sent again before the device was used, a code leads to the same device; the token that got lost is worthless."""
    code = await People(door.database, utc_now).invite(timedelta(days=1))
    async with Caller(door.url, "nobody") as nobody:
        lost, again = [(await nobody.post("/v1/activations", json={"code": code})).json() for _ in range(2)]
    assert lost["device_id"] == again["device_id"]
    for token, status in ((lost["token"], 401), (again["token"], 200)):
        async with Caller(door.url, token) as device:
            assert (await device.get("/v1/documents")).status_code == status


async def test_used_code_is_worthless_soon(door: Door) -> None:
    """Some minutes after its first use a code leads nowhere, even if its device was never used."""
    people = People(door.database, utc_now)
    await people.activate(code := await people.invite(timedelta(days=1)))
    later = People(door.database, lambda: utc_now() + timedelta(minutes=11))
    with pytest.raises(RefusedError, match=r"code\.invalid"):
        await later.activate(code)


@pytest.mark.parametrize("code", ["AAAA-AAAA-A", "nonsense", "💥"])
async def test_wrong_code_is_refused(door: Door, code: str) -> None:
    """A code nobody was given says only that it is not valid."""
    async with Caller(door.url, "nobody") as nobody:
        answer = await nobody.post("/v1/activations", json={"code": code})
    assert (answer.status_code, answer.json()["code"]) == (422, "code.invalid")


async def test_code_out_of_date_is_refused(door: Door) -> None:
    """A code is worthless when its days are over."""
    code = await People(door.database, utc_now).invite(timedelta(seconds=-1))
    async with Caller(door.url, "nobody") as nobody:
        answer = await nobody.post("/v1/activations", json={"code": code})
    assert answer.json()["code"] == "code.invalid"


async def test_a_program_looks_after_devices_as_the_page_does(door: Door, phone: Phone, stranger: Phone) -> None:
    """A code lets another phone in, once, though asked for twice; revoked it is out; a stranger can do neither."""
    sent = key()
    made, again = [await phone.post(f"{DEVICES}/codes", headers=sent) for _ in range(2)]
    assert (made.status_code, made.json()) == (201, again.json())
    assert made.json()["url"].endswith(f"/#{made.json()['code']}")
    kept = [await door.database[name].find().to_list(None) for name in ("codes", "answers")]
    assert made.json()["code"] not in str(kept)
    async with Caller(door.url, "nobody") as nobody:
        activated = (await nobody.post("/v1/activations", json={"code": made.json()["code"]})).raise_for_status().json()
    assert activated["citizen_id"] == phone.citizen_id
    async with Caller(door.url, activated["token"]) as other:
        devices = (await other.get(DEVICES)).json()["items"]
        assert [device["asking"] for device in devices] == [False, True]
        assert devices[1]["device_id"] == activated["device_id"]
        path = f"{DEVICES}/{activated['device_id']}"
        assert (await stranger.delete(path)).json()["code"] == "device.missing"
        assert [(await phone.delete(path)).status_code for _ in range(2)] == [204, 204]
        assert (await other.get(DEVICES)).status_code == 401
    assert len((await phone.get(DEVICES)).json()["items"]) == 1
    assert (await phone.post(f"{DEVICES}/codes")).json()["code"] == "idempotency_key.missing"


async def test_a_helpers_devices_are_their_own(door: Door, phone: Phone) -> None:
    """Who helps has devices, too; under a mandate nobody touches those of whom they help."""
    async with await helper_of(phone, door.url, "upload", "read", "appointments") as helper:
        for answer in (await helper.get(DEVICES), await helper.post(f"{DEVICES}/codes", headers=key())):
            assert (answer.status_code, answer.json()["code"]) == (403, "mandate.not_covered")
        async with without(helper, door.url) as alone, Caller(door.url, "nobody") as nobody:
            code = (await alone.post(f"{DEVICES}/codes", headers=key())).json()["code"]
            second = (await nobody.post("/v1/activations", json={"code": code})).json()["token"]
            assert len((await alone.get(DEVICES)).json()["items"]) == 2
            async with Caller(door.url, second) as other:
                assert len((await other.get("/v1/people")).json()["items"]) == 1


async def test_secrets_are_kept_hashed(door: Door) -> None:
    """Neither a code nor a token stands in the database."""
    code = await People(door.database, utc_now).invite(timedelta(days=1))
    async with Caller(door.url, "nobody") as nobody:
        token = (await nobody.post("/v1/activations", json={"code": code})).json()["token"]
    rows = [await door.database[name].find().to_list(None) for name in ("codes", "devices", "citizens")]
    assert all(rows)
    assert not any(
        secret in str(row) for kept in rows for row in kept for secret in (code, code.replace("-", ""), token)
    )
