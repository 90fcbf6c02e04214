"""A storm over the product: a crowd, faults in a seeded order, then calm, then the account."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import aio_pika.exceptions
import httpx
from pymongo.errors import PyMongoError
from typer.testing import CliRunner

from services.command import command
from shared.errors import UnavailableError
from tests.storm.account import Account, account, settled
from tests.storm.complaints import complaints
from tests.storm.crowd import Crowd
from tests.storm.echo import Echo
from tests.storm.evidence import Evidence, altered, look
from tests.storm.faults import Fault, heal
from tests.storm.liar import NOWHERE, QUEUE, Liar
from tests.storm.notebook import Notebook
from tests.storm.partners import SUPPLIERS, Heard, Partners
from tests.storm.plan import Outcome, Plan
from tests.storm.poison import poison
from tests.storm.servers import Servers, connect
from tests.storm.site import Site, Tell, site
from tests.storm.supervisor import supervised

FAULT_S = 90.0  # the longest a fault may take; one that takes longer is told
POISON_EVERY = 3  # faults
LOOK_EVERY_S = 2.0
AWAY = (PyMongoError, httpx.HTTPError, OSError, UnavailableError, aio_pika.exceptions.AMQPError, TimeoutError)


@dataclass(slots=True)
class Scene:
    """A product that runs, with its partners and a notebook, between two looks."""

    it: Site
    notebook: Notebook
    heard: Heard
    partners: Partners
    codes: list[str]
    poison: set[str] = field(default_factory=set)
    liars: list[Liar] = field(default_factory=list)

    async def look(self, *, objects: bool = True) -> Evidence:
        """Look at everything."""
        return await look(self.it, list(self.heard.all.values()), objects=objects)

    async def account(self, found: Evidence) -> Account:
        """Balance it."""
        pages = [thing for thing in self.notebook.of("page") if thing.id in found.pages]
        hashes = {found.pages[thing.id]["object_key"]: thing.about["sha256"] for thing in pages}
        wrong = await altered(self.it, hashes)
        attempted = self.notebook.attempted.total()
        return account(self.notebook.accepted, found, attempted=attempted, poison=self.poison, altered=wrong)


@asynccontextmanager
async def scene(servers: Servers, folder: Path, report: Tell, plan: Plan) -> AsyncIterator[Scene]:
    """Bring everything up, partners and codes included; calm weather."""
    async with AsyncExitStack() as exits:
        it = await exits.enter_async_context(site(servers, folder, report, plan.settings))
        liars = await lie(it, Random(plan.seed), plan.lying) if plan.lying else []
        notebook, heard = Notebook(folder / "accepted.jsonl"), Heard(folder / "told.jsonl")
        partners = Partners(it, heard)
        await partners.register()
        codes = await asyncio.to_thread(_codes, it, 20 + (plan.pages or int(plan.seconds)) // 3)
        await it.until_ready()
        report("all services are ready")
        await exits.enter_async_context(partners.listening())
        yield Scene(it, notebook, heard, partners, codes, liars=liars)


async def storm(stage: Scene, plan: Plan) -> Outcome:
    """Let it storm, wait for calm, and account for everything."""
    it, chance = stage.it, Random(plan.seed)
    crowd = Crowd(
        it.url,
        stage.notebook,
        stage.codes,
        SUPPLIERS,
        Random(plan.seed + 1),
        at_once=plan.at_once,
        pages=plan.pages,
        pause_s=plan.pause_s,
        unreadable=plan.events is not None,
    )
    began = it.report.seconds
    echo = Echo(it, Random(plan.seed + 2), plan.repeated)
    async with supervised(it):
        async with echo.about(), crowd.about():
            done = await _hit(stage, crowd, plan, chance)
            await heal(it, alarmed=any(name.startswith("alarm") for name in done))
            repent(it, stage.liars)
            it.report("healed; the crowd goes home")
        it.report(f"{echo.said} events were said twice")
        return await _calm(stage, crowd, plan, done, began)


async def _hit(stage: Scene, crowd: Crowd, plan: Plan, chance: Random) -> Counter[str]:
    done: Counter[str] = Counter()
    bag: list[Fault] = []
    it, began = stage.it, stage.it.report.seconds
    await asyncio.sleep(min(3.0, plan.seconds))

    async def over() -> bool:
        late = it.report.seconds - began >= plan.seconds and done.total() >= plan.least_faults
        return late and (plan.pages is None or crowd.done) and await _handled(stage) >= (plan.events or 0)

    while not await over():
        if not plan.faults:
            await asyncio.sleep(0.5)
            continue
        bag = bag or chance.sample(list(plan.faults), len(plan.faults))
        fault = bag.pop()
        it.report(f"fault {done.total() + 1}: {fault.name}   ({crowd.handed_in} pages handed in)")
        await _happen(it, fault, chance)
        done[fault.name] += 1
        if plan.poisoned and done.total() % POISON_EVERY == 0:
            stage.poison.add(await poison(it, chance))
        await asyncio.sleep(chance.uniform(0.3, plan.between_s))
    return done


async def _handled(stage: Scene) -> int:
    """Return how many events were handled; none if nobody can tell just now."""
    with suppress(*AWAY):
        return sum((await stage.look(objects=False)).inboxes.values())
    return 0


async def _happen(it: Site, fault: Fault, chance: Random) -> None:
    try:
        async with asyncio.timeout(FAULT_S):
            await fault.act(it, chance)
    except TimeoutError:
        it.report(f"{fault.name} took longer than {FAULT_S:.0f} s")


async def _calm(stage: Scene, crowd: Crowd, plan: Plan, done: Counter[str], began: float) -> Outcome:
    it = stage.it
    drained = await _drain(stage, plan)
    live = {name: said for name, said in (await it.live()).items() if said}
    await sweep(it)
    found = await stage.look()
    notebook = stage.notebook
    return Outcome(
        await stage.account(found),
        found,
        done,
        notebook.answers,
        crowd.refused,
        notebook.given_up,
        stage.partners.unfetched,
        live,
        drained,
        it.report.seconds - began,
        sum(liar.lost for liar in stage.liars),
        complaints([child.launch.log for child in it.services.values()]),
    )


async def _drain(stage: Scene, plan: Plan) -> float:
    """Wait until nothing is on its way any more and everything is at its end, twice in a row; return how long."""
    clock, quiet = asyncio.get_running_loop().time, 0
    began = told = clock()
    while (passed := clock() - began) < plan.drain_s and (quiet < 2 or passed < plan.settle_s):
        try:
            found = await stage.look(objects=False)
        except AWAY as error:
            stage.it.report(f"drain: cannot look ({type(error).__name__})")
        else:
            waiting = settled(stage.notebook.accepted, found)
            quiet = 0 if waiting or found.under_way else quiet + 1
            if clock() - told > 5:
                told = clock()
                under_way = f"{found.under_way} under way, {found.missing} minutes of them missing"
                stage.it.report(f"drain {passed:3.0f} s: {waiting} things not at their end, {under_way}")
        await asyncio.sleep(LOOK_EVERY_S)
    return passed


async def sweep(it: Site) -> None:
    """Let the product sweep what it will sweep in three days."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.storm.later", env={**it.environment})
    if await process.wait():
        it.report("the product's sweeps failed")


def _codes(it: Site, count: int) -> list[str]:
    done = CliRunner().invoke(command, ["codes", "new", "--count", str(count)], env=dict(it.direct))
    if done.exit_code:
        raise RuntimeError(done.output)
    return [word for word in done.stdout.split() if word.count("-") == 2]


async def lie(it: Site, chance: Random, share: float) -> list[Liar]:
    """Have new connections lose messages and confirm them: the broker takes them, and nobody gets them."""
    async with await connect(it.direct["AMTSBOTE_RABBIT_URL"]) as connection:
        channel = await connection.channel()
        exchange = await channel.declare_exchange(NOWHERE.decode(), aio_pika.ExchangeType.FANOUT, durable=True)
        queue = await channel.declare_queue(QUEUE, durable=True, arguments={"x-max-length": 1})
        await queue.bind(exchange)
    liars: list[Liar] = []

    def make() -> Callable[[bytes], bytes]:
        liars.append(Liar(chance, share))
        return liars[-1]

    for node in it.servers.brokers:
        it.proxies[node].alter = make
    return liars


def repent(it: Site, liars: Sequence[Liar]) -> None:
    """Lose nothing any more, on connections that are open and on those to come."""
    for node in it.servers.brokers:
        it.proxies[node].alter = None
    for liar in liars:
        liar.repent()
