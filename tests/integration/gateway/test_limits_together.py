"""Limits that a second gateway or a restart does not double, and guessers who keep nobody else out."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.gateway.domain.channels import mailbox_of
from shared.ids import new_id, new_number
from shared.links import Links
from shared.settings import Connections
from tests.integration.gateway.door import Door
from tests.integration.gateway.people import Caller, Phone, key, somebody, window

pytestmark = pytest.mark.live


@pytest_asyncio.fixture
async def apart(connections: Connections) -> AsyncIterator[Connections]:
    """Return the same servers, where nobody has counted anything of this address yet."""
    yield connections.model_copy(update={"link_secret": SecretStr(new_id() * 2)})


async def _try_code(door: Door, code: str | None = None) -> httpx.Response:
    async with Caller(door.url, "nobody") as nobody:
        return await nobody.post("/v1/activations", json={"code": code or new_number()})


async def test_wrong_codes_are_counted_by_all_gateways(apart: Connections) -> None:
    """Three are allowed in an hour, at whichever gateway, before and after a restart."""
    settings: dict[str, Any] = {"max_wrong_codes": 3}
    async with Door(apart, **settings) as first, Door(apart, **settings) as second:
        tried = [(await _try_code(door)).status_code for door in (first, second, first)]
    async with Door(apart, **settings) as third:
        refused = await _try_code(third)
    assert tried == [422, 422, 422]
    assert (refused.status_code, refused.json()["code"]) == (429, "rate.exceeded")
    assert int(refused.headers["retry-after"]) > 0


async def test_many_wrong_codes_everywhere_keep_nobody_out_who_types_theirs(
    apart: Connections, connections: Connections
) -> None:
    """An address that guesses has one try more; who mistyped nothing gets in, while all others together guess."""
    async with Door(connections, max_wrong_codes_together=1) as elsewhere:
        await _try_code(elsewhere)
    async with Door(apart, max_wrong_codes_together=1) as door:
        async with await door.activate() as phone:
            assert (await phone.get("/v1/documents")).status_code == 200
        assert [(await _try_code(door)).status_code for _ in range(2)] == [422, 429]


async def test_one_mailbox_gets_only_so_many_codes(apart: Connections) -> None:
    """Whoever asks for them, and however they write the address; the address itself is kept nowhere for that."""
    victim = f"{new_id()}@example.org"
    answers = []
    async with Door(apart, rate_mail_target="2/day") as door:
        for address in (victim, victim.upper(), victim.replace("@", "+more@")):
            async with await door.activate() as phone:
                wish = {"kind": "email", "address": address}
                answers.append(await phone.post("/v1/channels", json=wish, headers=key()))
        counts = str(await door.database.counts.find().to_list(None))
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[2].json()["code"] == "mail.too_many"
    assert victim not in counts
    assert Links(apart.link_secret).digest(mailbox_of(victim)) in counts


async def test_newcomers_at_one_address_ask_for_few_mails(apart: Connections) -> None:
    """Ten tokens send no ten times as many mails to strangers."""
    codes = []
    async with Door(apart, rate_mail_newcomer="2/day") as door:
        for _ in range(3):
            async with Caller(door.url, "nobody") as nobody:
                token = (await nobody.post("/v1/newcomers", json=somebody(), headers=key())).json()["token"]
            async with Phone(door.url, token) as newcomer:
                wish = {"kind": "email", "address": f"{new_id()}@example.org"}
                codes.append((await newcomer.post("/v1/channels", json=wish, headers=key())).status_code)
    assert codes == [201, 201, 429]


async def test_who_guesses_tokens_costs_no_look_up_and_keeps_no_neighbour_out(
    connections: Connections, stranger: Phone
) -> None:
    """Refused before the database is asked; phones that were seen or activated lately go on, lost ones do not."""
    async with Door(connections, rate_unknown="3/minute") as door, await door.activate() as phone:
        assert (await phone.get("/v1/documents")).status_code == 200
        unseen = Phone(door.url, stranger.headers["authorization"].removeprefix("Bearer "))
        async with await door.activate() as new, unseen, Caller(door.url, "guess") as guesser:
            guesses = [(await guesser.get("/v1/documents")).status_code for _ in range(4)]
            assert guesses == [401, 401, 401, 429]
            assert (await unseen.get("/v1/documents")).status_code == 429  # not looked up, though it is a good one
            assert (await new.get("/v1/documents")).status_code == 200
            assert (await phone.get("/v1/documents")).status_code == 200
            device_id = (await phone.get("/v1/devices")).json()["items"][0]["device_id"]
            assert (await phone.delete(f"/v1/devices/{device_id}")).status_code == 204
            assert (await phone.get("/v1/documents")).status_code in {401, 429}
            assert (await phone.get("/v1/documents")).status_code == 429


async def test_what_makes_others_work_is_bounded_a_day(apart: Connections) -> None:
    """Callbacks are promised by people, and consents reach suppliers: a repeat counts once, one more is refused."""
    async with Door(apart, rate_callback="2/day", rate_consent="1/day") as door, await door.activate() as phone:
        wishes = [await phone.post("/v1/callbacks", json=window(), headers=each) for each in (key(), key(), key())]
        assert [wish.status_code for wish in wishes] == [202, 202, 429]
        document_id = await phone.document()
        name = key()
        codes = [(await phone.consent(document_id, each)).status_code for each in (name, name, key())]
        assert codes == [201, 201, 429]


async def test_newcomers_at_one_address_share_what_makes_others_work(apart: Connections) -> None:
    """Ten tokens make no ten times as much work for people who call back."""
    codes = []
    async with Door(apart, rate_callback_newcomer="2/day") as door:
        for _ in range(3):
            async with Caller(door.url, "nobody") as nobody:
                token = (await nobody.post("/v1/newcomers", json=somebody(), headers=key())).json()["token"]
            async with Phone(door.url, token) as newcomer:
                codes.append((await newcomer.post("/v1/callbacks", json=window(), headers=key())).status_code)
    assert codes == [202, 202, 429]
