"""Runs each side twice: undisturbed, for its rate, and under `kill -9`, for what it loses and doubles."""

import asyncio
import os
import random
import statistics
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from rich.console import Console
from rich.table import Table

from bench.neighbours import dramatiq_side, our_side
from bench.neighbours.side import ACCEPTED, EFFECTS, READY, database_of
from deploy.local.child import Child, Launch
from deploy.local.stack import LocalStack
from shared.settings import Connections

if TYPE_CHECKING:
    from pymongo.database import Database

ROOT = Path(__file__).parents[2]
KILLS = 20
AT_WORK = 50  # events accepted by a process before it may be killed
BEFORE_A_KILL_S = 1.5
# A killed process leaves transactions open, and the database ends them after a minute; each side tries again then.
SETTLED_S = 150.0


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the events of one side under kills."""

    accepted: int
    lost: int
    doubled: int


class Side:
    """One side: a process that accepts and one that handles, and the rows they leave."""

    def __init__(self, module: str, name: str, environment: Mapping[str, str], folder: Path) -> None:
        """Start nothing yet."""
        prefix = {"AMTSBOTE_DATABASE_PREFIX": f"bench_{uuid4().hex[:6]}_"}
        self._environment = {**os.environ, **environment, **prefix}
        of_servers = {name.removeprefix("AMTSBOTE_").lower(): value for name, value in environment.items()}
        known = {name: value for name, value in of_servers.items() if name in Connections.model_fields}
        connections = Connections.model_validate({**known, "database_prefix": prefix["AMTSBOTE_DATABASE_PREFIX"]})
        self.rows: Database[dict[str, Any]] = database_of(name, connections)
        for collection in (ACCEPTED, EFFECTS, "inbox"):
            self.rows.create_collection(collection)
        self.rows[EFFECTS].create_index("at")
        self._folder = folder
        self.accepting, self.handling = (self._child(module, part) for part in ("accept", "handle"))

    def _child(self, module: str, part: str) -> Child:
        command = (sys.executable, "-m", module, part)
        return Child(Launch(command, self._environment, ROOT, self._folder / f"{module}.{part}.log"))

    async def count(self, collection: str) -> int:
        """Return how many rows there are."""
        return await asyncio.to_thread(self.rows[collection].estimated_document_count)

    async def until(self, collection: str, count: int, child: Child) -> None:
        """Wait until a child has made so many rows."""
        while await self.count(collection) < count:
            if child.pid is None:
                raise RuntimeError(child.last_words())
            await asyncio.sleep(0.2)

    async def _handler_once(self) -> None:
        """Have the handler make its queue: before that, nobody wants what is announced."""
        await self.handling.start()
        await self.until(READY, 1, self.handling)
        await self.handling.stop(patience=30)

    async def rate(self, count: int) -> float:
        """Return the events a second that are handled of those that wait already; the first tenth is not counted."""
        await self._handler_once()
        await self.accepting.start()
        await self.until(ACCEPTED, count, self.accepting)
        await self.accepting.stop(patience=30)
        await self.handling.start()
        await self.until(EFFECTS, count, self.handling)
        await self.handling.stop(patience=30)
        rows = await asyncio.to_thread(lambda: sorted(row["at"] for row in self.rows[EFFECTS].find({}, {"at": 1})))
        counted = rows[count // 10 : count]
        seconds: float = (counted[-1] - counted[0]).total_seconds()
        return (len(counted) - 1) / seconds

    async def account(self, seed: int) -> Account:
        """Kill one process or the other, again and again, and count what became of what was accepted."""
        chance = random.Random(seed)  # noqa: S311 - repeatable, no secret
        children = (self.accepting, self.handling)
        await self._handler_once()
        await asyncio.gather(*(child.start() for child in children))
        for _ in range(KILLS):
            await self.until(ACCEPTED, await self.count(ACCEPTED) + AT_WORK, self.accepting)
            await asyncio.sleep(chance.uniform(0, BEFORE_A_KILL_S))
            child = chance.choice(children)
            await child.kill()
            await child.start()
        await self.accepting.kill()
        await self._settled()
        await self.handling.stop(patience=30)
        return await asyncio.to_thread(self._count)

    async def _settled(self) -> None:
        """Wait until all took effect, or nothing more does for a time."""
        seen, since = 0, time.monotonic()
        while seen < await self.count(ACCEPTED) and time.monotonic() - since < SETTLED_S:
            await asyncio.sleep(1)
            if (now := await self.count(EFFECTS)) != seen:
                seen, since = now, time.monotonic()

    def _count(self) -> Account:
        accepted = {row["_id"] for row in self.rows[ACCEPTED].find({}, {"_id": 1})}
        effects = [row["event_id"] for row in self.rows[EFFECTS].find({}, {"event_id": 1})]
        return Account(len(accepted), len(accepted - set(effects)), len(effects) - len(set(effects)))


SIDES = {"ours": (our_side.__name__, our_side.SIDE), "Dramatiq": (dramatiq_side.__name__, dramatiq_side.SIDE)}


async def neighbours(count: int, rounds: int) -> int:
    """Print the rate of each side, interleaved, and what it loses and doubles; returns the exit code."""
    rates: dict[str, list[float]] = {name: [] for name in SIDES}
    accounts: dict[str, Account] = {}
    progress = Console(stderr=True)
    with TemporaryDirectory(prefix="bench-") as folder:
        async with LocalStack(Path(folder), settings=os.environ) as stack:
            for number in range(rounds):
                for name, (module, database) in SIDES.items():
                    progress.print(f"rate of {name}, round {number + 1} of {rounds}")
                    side = Side(module, database, stack.environment, Path(folder))
                    rates[name].append(await side.rate(count))
            for name, (module, database) in SIDES.items():
                progress.print(f"{KILLS} kills of {name}")
                side = Side(module, database, stack.environment, Path(folder))
                accounts[name] = await side.account(seed=1)
    Console(width=110).print(_table(rates, accounts))
    return 0


def _table(rates: Mapping[str, list[float]], accounts: Mapping[str, Account]) -> Table:
    table = Table("side", "handled/s", "lowest - highest", "ratio", "accepted under kills", "lost", "doubled")
    floor = statistics.median(rates["Dramatiq"])
    for name, measured in rates.items():
        middle, account = statistics.median(measured), accounts[name]
        spread = f"{min(measured):,.0f} - {max(measured):,.0f}"
        told = (f"{account.accepted:,}", f"{account.lost:,}", f"{account.doubled:,}")
        table.add_row(name, f"{middle:,.0f}", spread, f"{middle / floor:.2f}", *told)
    return table
