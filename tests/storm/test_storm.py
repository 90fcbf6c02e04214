"""A short storm over the real product; then, for each counter of its account, a fault put in on purpose."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

import aio_pika
import pytest
import pytest_asyncio
from aio_pika import Message
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from typer.testing import CliRunner

from deploy.local.stack import LocalStack
from shared.ids import new_id
from tests import loopback
from tests.storm.__main__ import app
from tests.storm.account import DOCUMENT_ALERTS
from tests.storm.citizen import Citizen
from tests.storm.echo import Echo
from tests.storm.evidence import bucket
from tests.storm.faults import altered, chosen, faults
from tests.storm.letters import letters
from tests.storm.plan import Plan
from tests.storm.site import TEAM, Tell
from tests.storm.storm import Scene, scene, storm
from tests.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.chaos]

COUNTERS = ("lost", "duplicated", "stuck", "orphaned", "innocent", "unburied")
SEED = int(os.environ.get("STORM_SEED", "1"))
FAULTS = ("kill", "cut", "terminate notify")
PLAN = Plan(seconds=15, seed=SEED, faults=chosen(faults(disks=False), FAULTS), least_faults=11, at_once=3, drain_s=75)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """The product, its partners, and nothing handed in yet."""
    folder = tmp_path_factory.mktemp("storm")
    async with scene(stack, folder, Tell(folder / "storm.log", print), PLAN) as up:
        yield up


async def seen(stage: Scene) -> dict[str, set[str]]:
    """Look at everything and balance it; returns what stands under each counter."""
    found = await stage.account(await stage.look())
    return {name: set(getattr(found, name)) for name in COUNTERS}


def moved(before: dict[str, set[str]], after: dict[str, set[str]]) -> dict[str, int]:
    """Return by how much each counter has grown."""
    return {name: len(after[name] - before[name]) for name in COUNTERS if after[name] - before[name]}


@asynccontextmanager
async def database(stage: Scene, service: str) -> AsyncIterator[AsyncDatabase[dict[str, Any]]]:
    """Reach behind a service, into its database."""
    async with AsyncMongoClient[dict[str, Any]](stage.it.direct["AMTSBOTE_MONGO_URL"]) as client:
        yield client[stage.it.prefix + service]


async def test_nothing_accepted_is_lost_doubled_or_left(stage: Scene) -> None:
    """Every part killed, every connection cut: what was answered 2xx took effect once, and dead is only the poison."""
    outcome = await storm(stage, PLAN)
    assert outcome.faults.keys() == {fault.name for fault in PLAN.faults}
    assert outcome.account.acknowledged > 10
    assert stage.poison
    assert outcome.account.holds, outcome.account


async def test_a_filed_row_that_is_gone_is_lost(stage: Scene) -> None:
    """A document that was filed, and of which the upload service has no row any more, counts as lost."""
    before = await seen(stage)
    async with database(stage, "upload") as upload:
        row = await upload.documents.find_one_and_delete({"state": "document.filed.v1"})
        after = await seen(stage)
        assert row
        await upload.documents.insert_one(row)
    assert moved(before, after)["lost"] == 1


async def test_bytes_that_are_not_those_handed_in_are_lost(stage: Scene) -> None:
    """A page in whose place other bytes lie counts as lost."""
    before = await seen(stage)
    page = stage.notebook.of("page")[0]
    async with database(stage, "gateway") as gateway:
        row = await gateway.pages.find_one({"_id": page.id})
    assert row
    async with bucket(stage.it) as objects:
        right = await objects.get(row["object_key"])
        await objects.put(row["object_key"], b"other", size_bytes=5, media_type="image/jpeg")
        after = await seen(stage)
        await objects.put(row["object_key"], right, size_bytes=len(right), media_type="image/jpeg")
    assert moved(before, after) == {"lost": 1}


async def test_an_effect_that_comes_twice_is_duplicated(stage: Scene) -> None:
    """A second alert about one document, and a second entry in a citizen's timeline, both count."""
    before = await seen(stage)
    told = next(told for told in stage.heard.all.values() if told.kind in DOCUMENT_ALERTS)
    data = {"kind": told.kind, "alert_id": new_id(), "about_id": told.about}
    alert = {"id": new_id(), "causationid": told.cause, "data": data}
    await publish(stage, "amtsbote.desk", f"team.{TEAM}.{told.kind}", json.dumps(alert).encode())
    await until(lambda: any(each.event_id == alert["id"] for each in stage.heard.all.values()))
    async with database(stage, "gateway") as gateway:
        entry = await gateway.timeline.find_one({"kind": "page.checked"})
        assert entry
        await gateway.timeline.insert_one(entry | {"_id": "twice"})
        after = await seen(stage)
        await gateway.timeline.delete_one({"_id": "twice"})
    assert moved(before, after)["duplicated"] >= 2


async def test_what_was_never_announced_is_stuck(stage: Scene) -> None:
    """A page whose row in the outbox goes before it is published, with its process, never comes to its end."""
    before = await seen(stage)
    await stage.it.proxies["rabbit"].refuse()
    async with loopback.client(base_url=stage.it.url, timeout=10) as http:
        citizen = Citizen(http, stage.notebook, Random(SEED), asyncio.Event())
        await citizen.start()
        page_id = await citizen.page(letters(1)[0])
    await stage.it.services["gateway"].kill()
    async with database(stage, "gateway") as gateway:
        await gateway.outbox.delete_many({})
    await stage.it.proxies["rabbit"].heal()
    await stage.it.services["gateway"].start()
    await stage.it.until_ready()
    after = await seen(stage)
    assert moved(before, after) == {"stuck": 1}
    assert any(page_id in line for line in after["stuck"])


async def test_what_belongs_to_nobody_is_orphaned(stage: Scene) -> None:
    """An object that no row names counts, and so does a row whose object is gone."""
    before = await seen(stage)
    document = next(iter((await stage.look(objects=False)).filed))
    async with bucket(stage.it) as objects:
        await objects.put(f"documents/{document}/stray.txt", b"stray", size_bytes=5, media_type="text/plain")
        after = await seen(stage)
        await objects.remove(f"documents/{document}/stray.txt")
    assert moved(before, after) == {"orphaned": 1}


async def test_a_message_in_a_dead_queue_is_seen(stage: Scene) -> None:
    """What nobody poisoned and lies in a dead queue counts as innocent, with its reason."""
    before = await seen(stage)
    await publish(stage, "", "upload.file.dead", b"{}", x_reason="handler.failed")
    after = await seen(stage)
    assert moved(before, after) == {"innocent": 1}
    assert any("handler.failed" in line for line in after["innocent"])


async def test_without_two_of_the_safeties_it_does_not_hold(stage: Scene) -> None:
    """Who acknowledges before working loses, who remembers no event does things twice: the storm sees both."""
    before, echo = await seen(stage), Echo(stage.it, Random(SEED), share=1)
    await alter(stage, upload="ack_first", gateway="no_inbox")
    async with loopback.client(base_url=stage.it.url, timeout=30) as http:
        citizen = Citizen(http, stage.notebook, Random(SEED), asyncio.Event())
        await citizen.start()
        await asyncio.gather(*(citizen.page(letters(1)[0]) for _ in range(8)))
        await stage.it.services["upload"].kill()
        await stage.it.services["upload"].start()
        await stage.it.until_ready()
        for _ in range(2):  # whatever came before them was taken before them, and is over when the second is
            later = await citizen.page(letters(1)[0])
            await until(partial(citizen.verdict, later), seconds=90)
        assert moved(before, await seen(stage))["stuck"] > 0
        async with echo.about():
            await echo.listening.wait()
            await citizen.page(letters(1)[0])
            await until(partial(has_doubled, stage, before))


async def has_doubled(stage: Scene, before: dict[str, set[str]]) -> bool:
    """Tell whether something took effect more than once meanwhile."""
    return "duplicated" in moved(before, await seen(stage))


async def alter(stage: Scene, **flaws: str) -> None:
    """Have services run with a safety taken away."""
    for name, flaw in flaws.items():
        child = stage.it.services[name]
        child.launch = replace(child.launch, command=altered(name, "--flaw", flaw))
        await child.kill()
        await child.start()
    await stage.it.until_ready()


async def publish(stage: Scene, exchange: str, routing_key: str, body: bytes, **headers: str) -> None:
    """Put a message in past all services."""
    message = Message(body, headers={name.replace("_", "-"): value for name, value in headers.items()})
    async with await aio_pika.connect(stage.it.direct["AMTSBOTE_RABBIT_URL"]) as connection:
        channel = await connection.channel()
        to = await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
        await to.publish(message, routing_key=routing_key)


def test_the_storm_by_hand_says_how() -> None:
    """The command that the documents name can be asked for its options and for its faults; nonsense ends in a line."""
    said = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "120"})
    assert (said.exit_code, "--lying" in said.output) == (0, True)
    named = CliRunner().invoke(app, ["--list", "--only", "kill"])
    assert named.output.split("\n")[:2] == ["kill callback", "kill gateway"]
    wrong = CliRunner().invoke(app, ["--only", "rain"], env={"COLUMNS": "200"})
    assert (wrong.exit_code, "no fault is called" in wrong.output) == (2, True)
