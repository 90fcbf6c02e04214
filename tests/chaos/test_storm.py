"""Under random faults nothing accepted is lost and everything happens once; without our safeties it does not hold."""

import asyncio
import os
from random import Random

import aio_pika
import httpx
import pytest

from deploy.local.stack import LocalStack
from tests import loopback
from tests.chaos.account import Account, Sent, account
from tests.chaos.clients import send_things
from tests.chaos.storm import kill_filing, storm, terminate_accepting, terminate_filing
from tests.chaos.world import world
from tests.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.chaos]

SEED = int(os.environ.get("CHAOS_SEED", "1"))


async def test_nothing_is_lost_or_done_twice_under_random_faults(stack: LocalStack) -> None:
    """Kills, resets and silence at random: each acknowledged thing has one effect a hop; poisoned ones are buried."""
    async with world(stack) as it:
        outcome = await storm(it, seconds=30, seed=SEED)
    assert outcome.faults.total() >= 3
    assert outcome.filed.acknowledged > 100
    assert outcome.filed.holds, outcome
    assert outcome.noted.holds, outcome


async def test_terminating_under_load_loses_nothing(stack: LocalStack) -> None:
    """Deployments in the middle of the work lose nothing and bury nothing, and each process ends within its grace."""
    async with world(stack) as it:
        outcome = await storm(it, seconds=6, seed=SEED, faults=(terminate_accepting, terminate_filing))
    assert outcome.faults.total() >= 2
    assert outcome.filed.holds, outcome
    assert outcome.noted.holds, outcome


async def test_accepted_without_a_broker_and_killed_is_filed_later(stack: LocalStack) -> None:
    """What was answered 202 while the broker was away survives the `kill -9` of its process, once in effect."""
    sent, stop = Sent(), asyncio.Event()
    async with world(stack) as it:
        await until(lambda: _answers(it.url))
        await it.proxy.refuse()
        sending = asyncio.create_task(send_things(it.url, sent, Random(SEED), stop))
        await until(lambda: len(sent.acknowledged) > 20)
        await it.accept.kill()
        stop.set()
        await sending
        await it.proxy.heal()
        await it.accept.start()
        good = sent.acknowledged - sent.poisoned
        await until(lambda: _includes(it.notes, good))
        assert account(sent, await it.effects(), ()).duplicated == 0
        assert sorted(await it.notes()) == sorted(set(await it.notes()))


async def test_acknowledging_first_is_seen_to_lose(stack: LocalStack) -> None:
    """A consumer that acknowledges before it works loses what it had in hand: the harness can see a loss."""
    async with world(stack, flaw="ack_first", work_s=0.5) as it:
        outcome = await storm(it, seconds=4, seed=SEED, faults=(kill_filing,), calm_s=6)
    assert outcome.filed.lost > 0


async def test_working_without_an_inbox_is_seen_to_duplicate(stack: LocalStack) -> None:
    """A consumer that does not remember events handles copies again: the harness can see a duplicate."""
    async with world(stack, flaw="no_inbox") as it:
        outcome = await storm(it, seconds=3, seed=SEED, faults=())
    assert outcome.filed.duplicated > 0
    assert outcome.filed.lost == 0


async def test_transient_messages_are_seen_to_be_lost(stack: LocalStack) -> None:
    """Messages that are not marked durable are gone after a clean restart of the broker; marked ones are there."""
    modes = {1: "chaos.transient", 2: "chaos.durable"}
    async with await aio_pika.connect(stack.rabbit.url) as connection:
        channel = await connection.channel()
        for mode, name in modes.items():
            await channel.declare_queue(name, durable=True, arguments={"x-queue-type": "classic"})
            for _ in range(20):
                await channel.default_exchange.publish(aio_pika.Message(b"", delivery_mode=mode), name)
    await stack.rabbit.stop()
    await stack.rabbit.start()
    async with await aio_pika.connect(stack.rabbit.url) as connection:
        channel = await connection.channel()
        queues = [await channel.declare_queue(name, passive=True) for name in modes.values()]
        counts = [queue.declaration_result.message_count for queue in queues]
        for name in modes.values():
            await channel.queue_delete(name)
    assert counts == [0, 20]


def test_account_tells_every_kind_apart() -> None:
    """Each way in which the promise can be broken has a figure of its own."""
    sent = Sent(set("abcdep"), set("abcep"), {"p"})
    found = account(sent, ["a", "b", "b", "d", "x", "p"], ["p", "c"])
    assert found == Account(
        attempted=6,
        acknowledged=5,
        ok=2,
        lost=2,
        recovered=1,
        duplicated=1,
        unexpected=2,
        poisoned=1,
        poisoned_in_dead_queue=1,
        innocent_in_dead_queue=1,
    )
    assert not found.holds


async def _answers(url: str) -> bool:
    async with loopback.client() as client:
        try:
            return (await client.get(url)).status_code == httpx.codes.NOT_FOUND
        except httpx.HTTPError:
            return False


async def _includes(column: object, things: set[str]) -> bool:
    return set(await column()) >= things  # type: ignore[operator]
