"""Clients that send things and do not give up: each repeats its request until it is answered 202."""

import asyncio
from random import Random

import httpx

from shared.ids import new_id
from tests import loopback
from tests.chaos.account import Sent

DUPLICATED = 0.10
POISONED = 0.02
PAUSE_S = 0.15  # about 20 things a second, so that little is left to do when the storm is over
AGAIN_S = 0.2


async def send_things(url: str, sent: Sent, chance: Random, stop: asyncio.Event, *, clients: int = 4) -> None:
    """Send until `stop`; a request under way then is given up, its thing attempted and not acknowledged."""
    async with loopback.client(base_url=url, timeout=10) as http, asyncio.TaskGroup() as tasks:
        for _ in range(clients):
            tasks.create_task(_send_on(http, sent, chance, stop))


async def _send_on(http: httpx.AsyncClient, sent: Sent, chance: Random, stop: asyncio.Event) -> None:
    while not stop.is_set():
        thing = {
            "id": new_id(),
            "poisoned": chance.random() < POISONED,
            "copies": 2 if chance.random() < DUPLICATED else 1,
        }
        sent.attempted.add(str(thing["id"]))
        if thing["poisoned"]:
            sent.poisoned.add(str(thing["id"]))
        if await _insist(http, thing, stop):
            sent.acknowledged.add(str(thing["id"]))
        await asyncio.sleep(PAUSE_S)


async def _insist(http: httpx.AsyncClient, thing: dict[str, object], stop: asyncio.Event) -> bool:
    while not stop.is_set():
        try:
            if (await http.post("/things", json=thing)).status_code == httpx.codes.ACCEPTED:
                return True
        except httpx.HTTPError:
            pass
        await asyncio.sleep(AGAIN_S)
    return False
