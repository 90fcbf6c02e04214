"""Starting without an account: what is refused, how often, what happens to a lost answer, and to who never returns."""

from datetime import timedelta

import pytest

from services.gateway.handlers.sweep import forget
from services.gateway.store.acts import Acts
from services.gateway.store.newcomers import Newcomers
from services.gateway.store.people import People
from services.gateway.store.timeline import Entries
from shared.clock import utc_now
from shared.ids import new_id
from shared.settings import Connections
from tests.integration.gateway.door import Door
from tests.integration.gateway.helping import invite
from tests.integration.gateway.people import Caller, key, somebody
from tests.integration.gateway.test_newcomers import start

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
    """A month after starting, somebody who handed nothing in is gone, and their device knows it; others stay."""
    month = timedelta(days=31)
    async with await start(door) as idle, await start(door) as busy:
        await busy.document()
        assert (await idle.get("/v1/documents")).status_code == 200
        wish = {"kind": "email", "address": "erika@example.org"}
        (await idle.post("/v1/channels", json=wish, headers=key())).raise_for_status()
        await invite(idle)
        acts, timeline = Acts(door.database, door.service.ledger, utc_now), Entries(door.database)
        people = People(door.database, utc_now)
        newcomers = Newcomers(door.database, acts, door.service.ledger, people=people, timeline=timeline, clock=utc_now)
        await forget(newcomers, utc_now)
        assert (await idle.get("/v1/documents")).status_code == 200
        await forget(newcomers, lambda: utc_now() + month)
        assert (await idle.get("/v1/documents")).status_code == 401
        assert (await busy.get("/v1/documents")).status_code == 200
    assert await door.database.newcomers.find_one({"_id": idle.citizen_id}) is None
    for kept in (door.database.channels, door.database.mandates, door.database.timeline):
        assert await kept.find({"citizen_id": idle.citizen_id}).to_list(None) == []


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


async def test_one_address_starts_only_so_often(connections: Connections) -> None:
    """Too many starts from one address are refused, by each process and by all together, with words that help."""
    async with Door(connections, rate_newcomer="2/hour") as strict, Caller(strict.url, "nobody") as nobody:
        answers = [await nobody.post("/v1/newcomers", json=somebody(), headers=key()) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    async with Door(connections, max_newcomers=1) as strict, Caller(strict.url, "nobody") as nobody:
        answer = await nobody.post("/v1/newcomers", json=somebody(), headers=key())
        assert (answer.status_code, answer.json()["code"]) == (429, "newcomer.too_many")
        assert "auf Papier" in answer.json()["detail"]
        assert int(answer.headers["retry-after"]) > 3600
        kept = await strict.database.starts.find().to_list(None)
        assert kept
        assert "127.0.0.1" not in str(kept)
