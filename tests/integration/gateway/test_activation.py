"""Activation, as a phone meets it."""

from datetime import timedelta

import pytest

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
        second = await nobody.post("/v1/activations", json={"code": code})
    assert first.status_code == 201
    assert (second.status_code, second.json()["code"]) == (422, "code.invalid")
    async with Caller(door.url, first.json()["token"]) as device:
        assert (await device.get("/v1/documents")).status_code == 200


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
