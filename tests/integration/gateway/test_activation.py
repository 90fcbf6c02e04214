"""Activation, as a phone meets it."""

from datetime import timedelta

import pytest

from services.gateway.domain.refusal import RefusedError
from services.gateway.store.people import People
from shared.clock import utc_now
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Caller

pytestmark = pytest.mark.live


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
