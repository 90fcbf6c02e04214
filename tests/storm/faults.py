"""What the weather does to the parts; each fault heals by itself or is healed by `heal`."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from random import Random

import psutil

from deploy.local.child import tied_to_us
from deploy.local.programs import find, search_path
from services.names import names
from tests import alarm as broker_alarm
from tests.storm.disk import Disk
from tests.storm.servers import is_broker
from tests.storm.site import Site
from tests.waiting import until

WHOLE_S = 80.0
STOP_S = 45.0  # what a container gives a process between SIGTERM and SIGKILL
Act = Callable[[Site, Random], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that can happen, by name."""

    name: str
    act: Act


async def kill_service(it: Site, chance: Random, name: str) -> None:
    """`kill -9`; the supervisor starts it again."""
    await it.services[name].kill()


async def freeze_service(it: Site, chance: Random, name: str) -> None:
    """Stop a service in its tracks for some seconds, longer than a lease now and then."""
    child = it.services[name]
    child.send(signal.SIGSTOP)
    await asyncio.sleep(chance.uniform(1, 20))
    child.send(signal.SIGCONT)


async def terminate_service(it: Site, chance: Random, name: str) -> None:
    """Ask a service to end, as every deployment does."""
    if not await it.services[name].stop(STOP_S):
        it.report(f"{name} DID NOT END within {STOP_S:.0f} s of SIGTERM")


async def kill_server(it: Site, chance: Random, name: str) -> None:
    """`kill -9` a server."""
    await _until_whole(it, name)
    await it.server(name).kill()


async def freeze_server(it: Site, chance: Random, name: str) -> None:
    """Stop a server in its tracks: its connections stay open and say nothing."""
    await _until_whole(it, name)
    it.frozen.add(name)
    await it.server(name).freeze()
    await asyncio.sleep(chance.uniform(1, 15))
    await it.server(name).thaw()
    it.frozen.discard(name)


async def cut(it: Site, chance: Random, name: str) -> None:
    """Reset every connection to a server."""
    it.proxies[name].cut()


async def blackhole(it: Site, chance: Random, name: str) -> None:
    """Let the network to a server swallow everything for some seconds."""
    it.proxies[name].blackhole()
    await asyncio.sleep(chance.uniform(1, 10))
    await it.proxies[name].heal()


async def slow(it: Site, chance: Random, name: str) -> None:
    """Let everything to and from a server come late."""
    it.proxies[name].pace = partial(asyncio.sleep, chance.uniform(0.05, 0.5))
    await asyncio.sleep(chance.uniform(3, 10))
    it.proxies[name].pace = None


async def alarm(it: Site, chance: Random, name: str) -> None:
    """Raise the broker's disk alarm: whoever publishes is blocked."""
    await rabbitmqctl(it, name, "set_disk_free_limit", "500000GB")
    await asyncio.sleep(chance.uniform(5, 20))
    await rabbitmqctl(it, name, "set_disk_free_limit", "50MB")


async def fill_disk(it: Site, chance: Random, name: str) -> None:
    """Fill a server's disk to the last block, and empty it again."""
    await _until_whole(it, name)
    disk = Disk(it.servers.folder, name)
    disk.fill()
    await asyncio.sleep(chance.uniform(5, 40))
    disk.empty()


async def wrong_clock(it: Site, chance: Random, name: str) -> None:
    """Let a service run with a clock that is minutes off, then with the right one again."""
    child, right = it.services[name], it.services[name].launch
    seconds = chance.choice((-600, -90, 90, 600))
    it.report(f"{name}'s clock is {seconds:+d} s off")
    command = altered(name, "--clock", str(seconds))
    child.launch = replace(right, command=command)
    await child.kill()
    await asyncio.sleep(chance.uniform(8, 20))
    child.launch = right
    await child.kill()


def altered(service: str, *words: str) -> tuple[str, ...]:
    """Return the command that runs a service otherwise than it is meant to run; see `altered.py`."""
    return tied_to_us((sys.executable, "-m", "tests.storm.altered", service, *words), find("setpriv", search_path()))


async def rabbitmqctl(it: Site, name: str, *words: str) -> None:
    """Command a node of the broker; it may be down just now, which is fine."""
    try:
        await broker_alarm.control(it.server(name), *words, "--timeout", "10")
    except (AssertionError, KeyError, psutil.Error):
        it.report(f"{name}: rabbitmqctl {' '.join(words)} was not heard")


async def _until_whole(it: Site, name: str) -> None:
    """Wait until the other nodes of a cluster are back: only a majority of them can go on."""
    if is_broker(name) and len(it.servers.brokers) > 1:
        await until(it.servers.are_whole, seconds=WHOLE_S)


async def heal(it: Site, *, alarmed: bool) -> None:
    """End whatever still lasts."""
    for name, proxy in it.proxies.items():
        proxy.pace = None
        await proxy.heal()
        await it.server(name).thaw()
    it.frozen.clear()
    for child in it.services.values():
        child.send(signal.SIGCONT)
    for node in it.servers.brokers if alarmed else ():
        await rabbitmqctl(it, node, "set_disk_free_limit", "50MB")


def faults(servers: Sequence[str], *, disks: bool) -> tuple[Fault, ...]:
    """Return all faults that can be had here, with servers of these names."""
    services = names()
    found = [*_each(kill_service, services), *_each(freeze_service, services), *_each(terminate_service, services)]
    found += [*_each(kill_server, servers), *_each(freeze_server, servers)]
    found += [*_each(cut, servers), *_each(blackhole, servers), *_each(slow, servers)]
    found += _each(alarm, [name for name in servers if is_broker(name)])
    if disks:
        found += _each(fill_disk, servers)
    found += _each(wrong_clock, services)
    return tuple(found)


def chosen(all_of_them: Sequence[Fault], wanted: Sequence[str]) -> tuple[Fault, ...]:
    """Return the faults whose names begin with one of the words; raises ValueError if a word fits none."""
    for word in wanted:
        if not any(fault.name.startswith(word) for fault in all_of_them):
            raise ValueError(f"no fault is called {word!r}; there are: {', '.join(f.name for f in all_of_them)}")
    return tuple(fault for fault in all_of_them if not wanted or fault.name.startswith(tuple(wanted)))


def _each(act: Callable[..., Awaitable[None]], parts: Sequence[str]) -> list[Fault]:
    words = getattr(act, "__name__", "").replace("_service", "").replace("_server", "").replace("_", " ")
    return [Fault(f"{words} {part}", partial(act, name=part)) for part in parts]
