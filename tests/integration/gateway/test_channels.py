"""Channels, as an app chooses them: nothing is told to an address before its owner said so, nor after they ended it."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from services.gateway.domain.channels import Cards
from services.gateway.store.acts import Acts
from services.gateway.store.catalogues import load_texts
from services.gateway.store.channels import Channels
from shared.cards import key_of
from shared.clock import utc_now
from shared.errors import PermanentError
from shared.events.notify import ForwardFailed
from shared.events.upload import PageChecked
from shared.ids import new_id
from shared.links import Links
from tests import loopback
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Phone, key
from tests.integration.gateway.test_site import OURS

pytestmark = pytest.mark.live

CHANNELS = "/v1/channels"
ASKED = "notice.asked.v1"
POINT, SECRET = "B" + "A" * 86, "A" * 22


async def add(phone: Phone, address: str = "erika@example.org", name: str | None = None) -> httpx.Response:
    """Ask to be told by e-mail."""
    return await phone.post(CHANNELS, json={"kind": "email", "address": address}, headers=key(name))


async def subscribe(phone: Phone, endpoint: str | None = None) -> httpx.Response:
    """Ask to be told in a browser."""
    keys = {"p256dh": POINT, "auth": SECRET}
    wish = {"kind": "push", "endpoint": endpoint or f"https://push.example/{new_id()}", "keys": keys}
    return await phone.post(CHANNELS, json=wish, headers=key())


async def card(door: Door, channel_id: str) -> dict[str, Any]:
    """Return what may be said through a channel, as notify reads it."""
    read: dict[str, Any] = json.loads(await door.service.objects.get(key_of(channel_id)))
    return read


async def code_of(door: Door, channel_id: str) -> str:
    """Return the code that the owner of an address reads."""
    body: str = (await card(door, channel_id))["words"]["confirm"]["body"]
    return body.partition("#")[2].split()[0]


async def mailbox(door: Door, phone: Phone) -> str:
    """Confirm an address; return its channel."""
    channel_id = str((await add(phone)).raise_for_status().json()["channel_id"])
    path = f"{CHANNELS}/{channel_id}/confirmation"
    (await phone.post(path, json={"code": await code_of(door, channel_id)})).raise_for_status()
    return channel_id


async def states(phone: Phone) -> list[str]:
    """Return the states of a citizen's channels."""
    return [item["state"] for item in (await phone.get(CHANNELS)).json()["items"]]


async def test_an_address_is_confirmed_first(door: Door, phone: Phone) -> None:
    """Until the code comes back the card holds nothing else; then it holds everything but the code."""
    answer = await add(phone)
    channel_id = answer.json()["channel_id"]
    assert (answer.status_code, answer.json()["state"]) == (201, "pending")
    [asked] = await door.heard(channel_id, ASKED)
    assert asked["data"]["topic"] == "confirm"
    assert "example" not in json.dumps(asked)
    code = await code_of(door, channel_id)
    path = f"{CHANNELS}/{channel_id}"
    assert (await phone.post(f"{path}/test")).json()["code"] == "channel.unconfirmed"
    assert (await phone.post(f"{path}/confirmation", json={"code": "AAAA-AAAA-A"})).status_code == 422
    done = await phone.post(f"{path}/confirmation", json={"code": code.lower()})
    assert (done.status_code, done.json()["state"]) == (200, "on")
    known = await card(door, channel_id)
    assert set(known["words"]) == {"test", "news", "asked", "urgent"}
    assert known["mailbox"]["address"] == "erika@example.org"
    assert (await phone.post(f"{path}/test")).status_code == 202
    assert [one["data"]["topic"] for one in await door.heard(channel_id, ASKED, 2)] == ["confirm", "test"]


async def test_a_code_is_worthless_after_a_few_guesses(door: Door, phone: Phone) -> None:
    """Guessing a code ends with it; a new one may be asked for, and the old one leads nowhere."""
    channel_id = (await add(phone)).json()["channel_id"]
    code, path = await code_of(door, channel_id), f"{CHANNELS}/{channel_id}/confirmation"
    for _ in range(5):
        assert (await phone.post(path, json={"code": "AAAA-AAAA-A"})).status_code == 422
    assert (await phone.post(path, json={"code": code})).status_code == 422
    again = (await add(phone)).json()["channel_id"]
    assert again != channel_id
    assert (await phone.post(path, json={"code": code})).status_code == 404
    with pytest.raises(PermanentError):
        await card(door, channel_id)
    assert await states(phone) == ["pending"]


async def test_codes_are_limited(door: Door) -> None:
    """Nobody fills other people's mailboxes with our codes."""
    async with await door.activate() as phone:
        answers = [(await add(phone, f"erika{n}@example.org")).status_code for n in range(11)]
    assert answers == [201] * 10 + [429]


async def test_sent_twice_is_one_code(door: Door, phone: Phone) -> None:
    """A phone that is not sure whether its wish arrived sends it again, and gets the same channel."""
    first, second = [(await add(phone, name="0192f0c1-once")).json() for _ in range(2)]
    assert (first, first["address"]) == (second, "erika@example.org")
    assert len(await door.heard(first["channel_id"], ASKED)) == 1


async def test_an_address_that_is_on_is_switched_off_first(door: Door, phone: Phone) -> None:
    """No slip of a finger puts another address in the place of one that works."""
    await mailbox(door, phone)
    assert (await add(phone, "other@example.org")).json()["code"] == "channel.exists"
    assert (await add(phone, "nonsense")).status_code == 422


async def test_ended_is_ended(door: Door, phone: Phone) -> None:
    """Once a channel is off its address is nowhere any more, and nothing is asked for it."""
    channel_id = await mailbox(door, phone)
    assert (await phone.delete(f"{CHANNELS}/{channel_id}")).status_code == 204
    assert (await phone.delete(f"{CHANNELS}/{channel_id}")).status_code == 404
    assert await door.database.channels.find_one({"_id": channel_id}) is None
    with pytest.raises(PermanentError):
        await card(door, channel_id)


async def test_somebody_elses_channel_is_missing(door: Door, phone: Phone, stranger: Phone) -> None:
    """Nobody tests, confirms or ends what is another citizen's."""
    path = f"{CHANNELS}/{await mailbox(door, phone)}"
    assert (await stranger.post(f"{path}/test")).status_code == 404
    assert (await stranger.post(f"{path}/confirmation", json={"code": "AAAA-AAAA-A"})).status_code == 404
    assert (await stranger.delete(path)).status_code == 404
    assert (await stranger.get(CHANNELS)).json()["items"] == []


async def test_a_browser_belongs_to_whoever_used_it_last(door: Door, phone: Phone, stranger: Phone) -> None:
    """A phone that was handed on tells its new citizen's news, not the old one's, and each thing once."""
    endpoint = f"https://push.example/{new_id()}"
    old = (await subscribe(phone, endpoint)).raise_for_status().json()["channel_id"]
    new = (await subscribe(stranger, endpoint)).raise_for_status().json()["channel_id"]
    assert await states(phone) == []
    assert await states(stranger) == ["on"]
    with pytest.raises(PermanentError):
        await card(door, old)
    assert (await card(door, new))["subscription"]["endpoint"] == endpoint
    await subscribe(stranger)
    assert await states(stranger) == ["on"]


@pytest.mark.parametrize("wrong", [{"endpoint": "ftp://push.example/x"}, {"keys": {"auth": SECRET}}])
async def test_what_is_no_subscription_is_refused(phone: Phone, wrong: dict[str, Any]) -> None:
    """A subscription is taken as browsers make them, or not at all."""
    whole = {"kind": "push", "endpoint": "https://push.example/x", "keys": {"p256dh": POINT, "auth": SECRET}}
    assert (await phone.post(CHANNELS, json=whole | wrong, headers=key())).status_code == 422


def _retake(page_id: str) -> PageChecked:
    return PageChecked(page_id=page_id, stage="read", verdict="retake", reasons=("cut",), checked_at=utc_now())


async def test_a_citizen_is_told_through_each_channel(door: Door, phone: Phone, stranger: Phone) -> None:
    """A page to be taken again is told once it was handed in, and to its citizen alone."""
    by_mail, pushed = await mailbox(door, phone), (await subscribe(phone)).json()["channel_id"]
    others = await mailbox(door, stranger)
    seen_on_screen = await phone.page()
    await door.say(_retake(seen_on_screen))
    page_id = await phone.page()
    (await phone.submit([page_id])).raise_for_status()
    await door.say(_retake(page_id))
    for channel_id, count in ((by_mail, 2), (pushed, 1)):  # the mailbox was asked to confirm itself before
        topics = [one["data"]["topic"] for one in await door.heard(channel_id, ASKED, count)]
        assert topics.count("asked") == 1
    ids = {name: new_id() for name in ("forward_id", "document_id")}
    failed = ForwardFailed(
        **ids, citizen_id=phone.citizen_id, supplier_id="energy", reason="tries_used", failed_at=utc_now()
    )
    await door.say(failed)
    assert [one["data"]["topic"] for one in await door.heard(pushed, ASKED, 2)] == ["asked", "urgent"]
    assert {one["data"]["topic"] for one in door.about(others, ASKED)} <= {"confirm"}


async def test_one_click_ends_it(door: Door, phone: Phone) -> None:
    """A mail program ends the mails by a request from nowhere; a program that only follows links does not."""
    channel_id = await mailbox(door, phone)
    off = (await card(door, channel_id))["mailbox"]["off_url"]
    path = "/off/" + off.rpartition("/")[2]
    async with loopback.client(base_url=door.url) as program:
        assert (await program.get(path)).status_code == 200
        assert await states(phone) == ["on"]
        assert (await program.post(path, data={"List-Unsubscribe": "One-Click"})).status_code == 200
        assert (await program.post(path)).status_code == 200
        assert (await program.post(path + "x")).status_code == 404
    assert await states(phone) == []


async def test_a_lost_phone_is_told_nothing(door: Door, phone: Phone) -> None:
    """With a device's access its messages end; the citizen's mailbox stays."""
    await mailbox(door, phone)
    await subscribe(phone)
    token = phone.headers["Authorization"].removeprefix("Bearer ")
    async with loopback.client(base_url=door.url, headers=OURS, cookies={"amtsbote": token}) as browser:
        [device] = (await browser.get("/devices")).text.split('action="/devices/')[1:2]
        await browser.post(f"/devices/{device.partition('/')[0]}/revoke")
    left = await door.database.channels.find({"citizen_id": phone.citizen_id}).to_list(None)
    assert [row["kind"] for row in left] == ["email"]


def _later(door: Door) -> Channels:
    """Return the store of channels, two hours later."""
    objects, ledger = door.service.objects, door.service.ledger
    cards = Cards(load_texts(), Links(SecretStr("s" * 40)), door.url)
    acts = Acts(door.database, ledger, utc_now)
    return Channels(door.database, objects, acts, ledger, cards, lambda: utc_now() + timedelta(hours=2))


async def test_addresses_nobody_confirmed_are_forgotten(door: Door, phone: Phone) -> None:
    """A day after its code an address is nowhere any more."""
    channel_id = (await add(phone)).json()["channel_id"]
    yesterday = utc_now() - timedelta(seconds=1)
    await door.database.channels.update_one({"_id": channel_id}, {"$set": {"code_until": yesterday}})
    assert await _later(door).sweep() >= 1
    assert await states(phone) == []
    with pytest.raises(PermanentError):
        await card(door, channel_id)
