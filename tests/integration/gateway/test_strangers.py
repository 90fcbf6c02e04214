"""Whoever started without an account is a stranger until the desk has decided: a smaller share, and the last turn."""

import pytest

from services.gateway.domain.access import is_stranger
from tests.integration.gateway.door import Door
from tests.integration.gateway.newcomers import alert, assign, start
from tests.integration.gateway.people import Phone, key
from tests.integration.gateway.test_channels import subscribe

pytestmark = pytest.mark.live


async def test_what_is_said_to_newcomers_waits_behind_all_others(door: Door, phone: Phone) -> None:
    """A notice says that it is for somebody whom nobody knows, until a person at the desk has decided."""
    async with await start(door) as newcomer, door.caller("desk") as desk:
        told = {who: (await subscribe(who)).raise_for_status().json()["channel_id"] for who in (newcomer, phone)}
        for who, channel_id in told.items():
            (await who.post(f"/v1/channels/{channel_id}/test")).raise_for_status()
        first = [(await door.heard(told[who], "notice.asked.v1"))[0]["data"]["newcomer"] for who in (newcomer, phone)]
        assert first == [True, False]
        await newcomer.document()
        await alert(door, newcomer.citizen_id)
        (await assign(desk, newcomer.citizen_id, None)).raise_for_status()
        (await newcomer.post(f"/v1/channels/{told[newcomer]}/test")).raise_for_status()
        *_, asked = await door.heard(told[newcomer], "notice.asked.v1", count=2)
        assert asked["data"]["newcomer"] is False


async def test_a_newcomer_is_a_stranger_until_the_desk_has_decided(door: Door) -> None:
    """All devices of a newcomer have a stranger's share of what is scarce, until a person has said who that is."""
    async with await start(door, errand="apply") as newcomer, door.caller("desk") as desk:
        code = (await newcomer.post("/v1/devices/codes", headers=key())).raise_for_status().json()["code"]
        second = (await desk.post("/v1/activations", json={"code": code})).raise_for_status().json()["token"]
        tokens = [newcomer.headers["authorization"].removeprefix("Bearer "), second]
        assert [await _is_stranger(door, token) for token in tokens] == [True, True]
        await door.heard(newcomer.citizen_id, "assignment.requested.v1")
        await alert(door, newcomer.citizen_id)
        (await assign(desk, newcomer.citizen_id, None)).raise_for_status()
        assert [await _is_stranger(door, token) for token in tokens] == [False, False]


async def test_a_newcomer_of_an_earlier_release_is_a_stranger_too(door: Door, phone: Phone) -> None:
    """Devices from before devices said so are marked at the next start; what known people have is as it was."""
    async with await start(door) as newcomer:
        tokens = [who.headers["authorization"].removeprefix("Bearer ") for who in (newcomer, phone)]
        await door.database.devices.update_many({}, {"$unset": {"newcomer": ""}})
        assert [await _is_stranger(door, token) for token in tokens] == [False, False]
        await door.stores().newcomers.prepare()
        assert [await _is_stranger(door, token) for token in tokens] == [True, False]


async def _is_stranger(door: Door, token: str) -> bool:
    holder = await door.stores().people.holder_of(token)
    assert holder
    return is_stranger(holder)
