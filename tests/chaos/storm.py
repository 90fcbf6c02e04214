"""A storm: load, faults in a seeded order, then calm, then the account."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

from tests.chaos.account import Account, Sent, account
from tests.chaos.clients import send_things
from tests.chaos.world import World

CALM_S = 100.0
# What a container gives a process between SIGTERM and SIGKILL.
STOP_S = 40.0
Report = Callable[[str], None]
Fault = Callable[[World, Random], Awaitable[None]]


async def kill_broker(world: World, chance: Random) -> None:
    """`kill -9` the broker, start it again soon."""
    await world.stack.rabbit.kill()
    await asyncio.sleep(chance.uniform(0.2, 1))
    await world.stack.rabbit.start()


async def kill_database(world: World, chance: Random) -> None:
    """`kill -9` the database, start it again soon."""
    await world.stack.mongo.kill()
    await asyncio.sleep(chance.uniform(0.2, 1))
    await world.stack.mongo.start()


async def kill_accepting(world: World, _: Random) -> None:
    """`kill -9` the process that accepts."""
    await world.accept.kill()


async def kill_filing(world: World, _: Random) -> None:
    """`kill -9` the process that files."""
    await world.file.kill()


async def terminate_accepting(world: World, _: Random) -> None:
    """Ask the process that accepts to end, as every deployment does."""
    assert await world.accept.stop(STOP_S), "it did not end within its grace"


async def terminate_filing(world: World, _: Random) -> None:
    """Ask the process that files to end."""
    assert await world.file.stop(STOP_S), "it did not end within its grace"


async def cut(world: World, _: Random) -> None:
    """Reset the connections to the broker."""
    world.proxy.cut()


async def blackhole(world: World, chance: Random) -> None:
    """Let the network to the broker swallow everything for some seconds."""
    world.proxy.blackhole()
    await asyncio.sleep(chance.uniform(1, 4))
    await world.proxy.heal()


FAULTS: tuple[Fault, ...] = (
    kill_broker,
    kill_database,
    kill_accepting,
    kill_filing,
    terminate_accepting,
    terminate_filing,
    cut,
    blackhole,
)


@dataclass(slots=True)
class Outcome:
    """The account of each hop, and what was done to the parts."""

    filed: Account
    noted: Account
    faults: Counter[str] = field(default_factory=Counter)
    calm_s: float = 0.0


async def storm(
    world: World,
    *,
    seconds: float,
    seed: int,
    faults: tuple[Fault, ...] = FAULTS,
    calm_s: float = CALM_S,
    before: Sent | None = None,
    report: Report = lambda _: None,
) -> Outcome:
    """Send things for `seconds` while faults happen, wait for calm, and account for every thing, those `before` too.

    Every kind of fault happens once before one comes again. Things are settled when nothing is on its way any more;
    what still is after `calm_s` seconds counts as lost.
    """
    chance, sent, stop = Random(seed), before or Sent(), asyncio.Event()
    supervising = asyncio.create_task(world.supervise())
    sending = asyncio.create_task(send_things(world.url, sent, chance, stop))
    done = await _hit(world, faults, chance, seconds, report)
    stop.set()
    await sending
    calm = await _calm(world, sent, calm_s, report)
    supervising.cancel()
    await terminate_accepting(world, chance)
    await terminate_filing(world, chance)
    effects, notes, buried = await world.effects(), await world.notes(), await world.buried()
    return Outcome(account(sent, effects, buried), account(sent, notes, buried), done, calm)


async def _hit(world: World, faults: tuple[Fault, ...], chance: Random, seconds: float, report: Report) -> Counter[str]:
    done: Counter[str] = Counter()
    end = time.monotonic() + seconds
    bag: list[Fault] = []
    await asyncio.sleep(2)
    while faults and (time.monotonic() < end or done.total() < len(faults)):  # each fault once, however slow it is here
        bag = bag or chance.sample(faults, len(faults))
        fault = bag.pop()
        report(f"{end - time.monotonic():4.0f} s  {fault.__name__.replace('_', ' ')}")
        await fault(world, chance)
        done[fault.__name__] += 1
        await asyncio.sleep(chance.uniform(0.3, 1.5))
    await asyncio.sleep(max(0, end - time.monotonic()))
    return done


async def _calm(world: World, sent: Sent, within_s: float, report: Report) -> float:
    """Wait until all that was acknowledged has settled; return how long that took."""
    started = time.monotonic()
    while (passed := time.monotonic() - started) < within_s:
        expected = len(sent.acknowledged - sent.poisoned)
        waiting, noted = await world.waiting(), len(set(await world.notes()))
        report(f"calm {passed:3.0f} s  {waiting} on their way, {noted} of {expected} noted")
        if not waiting and noted >= expected:
            break
        await asyncio.sleep(0.5)
    return passed
