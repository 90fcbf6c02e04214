"""Under random faults nothing accepted is lost and everything happens once; without our safeties it does not hold."""

import asyncio
import os
from random import Random

import httpx
import pytest
import typer
from typer.testing import CliRunner

from deploy.local.stack import LocalStack
from tests import loopback
from tests.chaos.__main__ import main
from tests.chaos.account import Account, Sent, account
from tests.chaos.clients import send_things
from tests.chaos.storm import FAULTS, kill_filing, storm
from tests.chaos.world import World, world
from tests.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.chaos]

SEED = int(os.environ.get("CHAOS_SEED", "1"))


async def test_nothing_is_lost_or_done_twice_under_random_faults(stack: LocalStack) -> None:
    """Kills, deployments, resets and silence at random: each acknowledged thing has one effect a hop.

    Poisoned things are buried, and no other; a process that is asked to end does so within its grace. What was
    answered 202 while the broker was away, by a process killed afterwards, is filed as the rest is.
    """
    async with world(stack) as it:
        sent = await _accepted_without_a_broker_and_killed(it)
        outcome = await storm(it, seconds=30, seed=SEED, before=sent)
    assert outcome.faults.keys() == {fault.__name__ for fault in FAULTS}
    assert outcome.filed.acknowledged > 100
    assert outcome.filed.holds, outcome
    assert outcome.noted.holds, outcome


async def _accepted_without_a_broker_and_killed(it: World) -> Sent:
    """Send things while the broker is away, kill who accepted them, and see each filed and noted once after that."""
    sent, stop = Sent(), asyncio.Event()
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
    return sent


async def test_without_two_of_the_safeties_things_are_seen_lost_and_doubled(stack: LocalStack) -> None:
    """The harness can see both: who acknowledges before working loses, who remembers no events handles copies again."""
    async with world(stack, flaws=("ack_first", "no_inbox"), work_s=0.5) as it:
        outcome = await storm(it, seconds=4, seed=SEED, faults=(kill_filing,), calm_s=6)
    assert outcome.filed.lost > 0
    assert outcome.filed.duplicated > 0


def test_the_storm_by_hand_says_how() -> None:
    """The command that the documents name can be asked for its options."""
    by_hand = typer.Typer()
    by_hand.command()(main)
    said = CliRunner().invoke(by_hand, ["--help"], env={"COLUMNS": "120"})
    assert (said.exit_code, "--no-inbox" in said.output) == (0, True)


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
