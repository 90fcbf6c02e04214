"""How fast a home page and a document's page are while documents grow, and what a database costs at rest.

One real document goes through all services; its rows are then cloned for a thousand citizens, in every database, with
ids, numbers and times of their own. Pages are asked of a gateway in this process, so that each of its commands is seen.
"""

import argparse
import asyncio
import logging
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from rich.console import Console
from rich.table import Table

from bench.growing.clones import Clones
from bench.growing.product import Product
from bench.growing.visits import VISITS, Visits
from deploy.local.stack import LocalStack
from shared.telemetry.logs import configure_logs

FEW = 1000
IDLE_S = 60


@dataclass(frozen=True, slots=True)
class Row:
    """A page's medians: milliseconds of all its database commands, their number, and of the whole answer."""

    page: str
    documents: int
    database_ms: float
    commands: float
    answer_ms: float


def main(arguments: Sequence[str]) -> int:
    """Measure at a thousand documents and at many; print the ratios, and exit with 1 if one is above `--at-most`."""
    parser = argparse.ArgumentParser(prog="python -m bench growth", description=__doc__)
    parser.add_argument("--documents", type=int, default=15_000, help="how many at last (default 15,000)")
    parser.add_argument("--first", type=int, default=FEW, help=f"how many at first (default {FEW:,})")
    parser.add_argument("--citizens", type=int, default=1000, help="whose they are (default 1,000)")
    parser.add_argument("--visits", type=int, default=20, help="of each page and size; the median counts (default 20)")
    parser.add_argument("--at-most", type=float, default=0, help="the largest ratio that is good; 0 takes any")
    options = parser.parse_args(arguments)
    configure_logs(logging.ERROR)
    sizes = (options.first, options.documents)
    few, many, idle_s = asyncio.run(_measure(sizes, options.citizens, options.visits))
    Console(width=110).print(_table(few, many))
    print(f"the database at rest, at {options.documents:,} documents: {idle_s:.2f} CPU seconds a minute")
    worst = max(_ratio(a.database_ms, b.database_ms) for a, b in zip(few, many, strict=True))
    return int(bool(options.at_most) and worst > options.at_most)


async def _measure(sizes: tuple[int, int], citizens: int, visits: int) -> tuple[list[Row], list[Row], float]:
    with TemporaryDirectory(prefix="bench-") as folder:
        async with LocalStack(Path(folder), settings=os.environ) as stack, Product(stack, Path(folder)) as product:
            clones = Clones(product.client, product.connections.database_prefix, citizens)
            await clones.learn(await product.main_job(Path(folder)))
            rows = []
            async with Visits(product.connections, product.receipt_keys, clones) as asking:
                for size in sizes:
                    _tell(f"{size:,} documents")
                    await clones.grow_to(size)
                    rows.append([Row(page, size, *await asking.of(path, visits)) for page, path in VISITS.items()])
            _tell("a minute of rest")
            return rows[0], rows[1], await _idle(stack.mongo.pid)


async def _idle(pid: int | None) -> float:
    """Return the CPU seconds that a process takes in a minute."""
    if pid is None:
        return float("nan")  # it is not ours
    process = psutil.Process(pid)
    before, begun = process.cpu_times(), time.monotonic()
    await asyncio.sleep(IDLE_S)
    after = process.cpu_times()
    return (after.user + after.system - before.user - before.system) * 60 / (time.monotonic() - begun)


def _tell(step: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {step}", file=sys.stderr, flush=True)


def _ratio(before: float, after: float) -> float:
    return after / before if before else float("nan")


def _table(few: Sequence[Row], many: Sequence[Row]) -> Table:
    table = Table("page", "documents", "database, ms", "commands", "answer, ms", "ratio: database", "answer")
    for one, more in zip(few, many, strict=True):
        for row in (one, more):
            ratios = [_ratio(one.database_ms, row.database_ms), _ratio(one.answer_ms, row.answer_ms)]
            shown = [f"{ratio:.2f}" if row is more else "" for ratio in ratios]
            figures = f"{row.database_ms:.1f}", f"{row.commands:.0f}", f"{row.answer_ms:.1f}"
            table.add_row(row.page, f"{row.documents:,}", *figures, *shown)
    return table
