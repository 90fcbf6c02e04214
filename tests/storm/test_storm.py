"""A short storm over the real product; then, for each counter of its account, a fault put in on purpose."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from random import Random

import pytest
import pytest_asyncio
from typer.testing import CliRunner

from deploy.local.stack import LocalStack
from shared.clock import utc_now
from shared.ids import new_id
from tests import loopback
from tests.storm.__main__ import MISSING, app
from tests.storm.account import DOCUMENT_ALERTS, Account
from tests.storm.citizen import Citizen
from tests.storm.echo import Echo
from tests.storm.evidence import bucket
from tests.storm.faults import chosen, faults
from tests.storm.letters import letters
from tests.storm.plan import Plan
from tests.storm.sabotage import (
    COUNTERS,
    alter,
    database,
    has,
    has_doubled,
    is_settled,
    moved,
    nothing_under_way,
    publish,
    replay,
    seen,
)
from tests.storm.servers import Servers, named
from tests.storm.site import TEAM, Tell
from tests.storm.storm import Scene, lie, repent, scene, storm
from tests.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.chaos]

SEED = int(os.environ.get("STORM_SEED", "1"))
CHECKS = "upload.check"
FAULTS = ("kill", "cut", "terminate notify")
PLAN = Plan(
    seconds=10,
    seed=SEED,
    faults=chosen(faults(named(1), disks=False), FAULTS),
    least_faults=11,
    at_once=3,
    between_s=1,
    drain_s=75,
    settings={MISSING: "0"},  # a loss that is put in on purpose must last until it is seen
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """The product, its partners, and nothing handed in yet."""
    folder = tmp_path_factory.mktemp("storm")
    async with scene(Servers.of(stack), folder, Tell(folder / "storm.log", print), PLAN) as up:
        yield up


def wrong(account: Account) -> list[str]:
    """Return all that stands under any counter."""
    return [line for name in COUNTERS for line in getattr(account, name)]


async def test_nothing_accepted_is_lost_doubled_or_left(stage: Scene) -> None:
    """Every part killed, every connection cut: what was answered 2xx took effect once, and dead is only the poison."""
    outcome = await storm(stage, PLAN)
    assert outcome.faults.keys() == {fault.name for fault in PLAN.faults}
    assert outcome.account.acknowledged > 10
    assert stage.poison
    assert not wrong(outcome.account), outcome.account


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


async def test_what_a_broker_confirmed_and_lost_is_stuck_until_it_is_announced_again(stage: Scene) -> None:
    """A page of which the broker lost word never comes to its end by itself; `services replay` brings it there."""
    before, since = await seen(stage), utc_now()
    liars = await lie(stage.it, Random(SEED), share=1)
    stage.it.proxies["rabbit"].cut()
    async with loopback.client(base_url=stage.it.url, timeout=10) as http:
        citizen = Citizen(http, stage.notebook, Random(SEED), asyncio.Event())
        await citizen.start()
        page_id = await citizen.page(letters(1)[0])
    await until(lambda: nothing_under_way(stage))
    after = await seen(stage)
    repent(stage.it, liars)
    assert sum(liar.lost for liar in liars) > 0
    assert moved(before, after) == {"stuck": 1}
    assert any(page_id in line for line in after["stuck"])
    await replay(stage, since)
    await until(lambda: is_settled(stage, before))
    assert moved(before, await seen(stage)) == {}


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
    upload, s3, held = stage.it.services["upload"], stage.it.proxies["s3"], asyncio.Event()

    async def hold() -> None:
        await held.wait()

    async with loopback.client(base_url=stage.it.url, timeout=30) as http:
        citizen = Citizen(http, stage.notebook, Random(SEED), asyncio.Event())
        await citizen.start()
        upload.send(signal.SIGSTOP)
        await asyncio.gather(*(citizen.page(letters(1)[0]) for _ in range(4)))
        await until(lambda: has(stage, CHECKS, 4))
        s3.pace = hold  # so that upload has each page in hand
        upload.send(signal.SIGCONT)
        await until(lambda: has(stage, CHECKS, 0))
        await upload.kill()
        s3.pace = None
        held.set()
        await upload.start()
        async with echo.about():
            await echo.listening.wait()
            await citizen.document([await citizen.page(letters(1)[0])])
            await until(lambda: has_doubled(stage, before))
        await until(lambda: nothing_under_way(stage))
    assert moved(before, await seen(stage))["stuck"] > 0


def test_the_storm_by_hand_says_how() -> None:
    """The command that the documents name can be asked for its options and for its faults; nonsense ends in a line."""
    said = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "120"})
    assert (said.exit_code, "--lying" in said.output) == (0, True)
    named = CliRunner().invoke(app, ["--list", "--only", "kill"])
    assert named.output.split("\n")[:2] == ["kill callback", "kill gateway"]
    wrong = CliRunner().invoke(app, ["--only", "rain"], env={"COLUMNS": "200"})
    assert (wrong.exit_code, "no fault is called" in wrong.output) == (2, True)
