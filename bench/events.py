"""How fast events pass our whole path, beside the same work with the bare driver on the same servers, in one run.

Rates are events per second, medians over the rounds; paths take turns, so that a noisy machine is noisy for all.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench.accept import Door
from bench.paths import Paths
from deploy.local.stack import LocalStack
from shared.settings import Connections
from shared.telemetry.logs import configure_logs

# A row, the row it is compared with, and what the difference is.
ROWS: tuple[tuple[str, str | None, str], ...] = (
    ("publish: bare driver", None, "aio-pika, confirms, 100 in flight"),
    ("publish: safe publish", "publish: bare driver", "FastStream, time limit, mandatory"),
    ("publish: ours", "publish: bare driver", "+ a transaction per event, outbox, relay"),
    ("publish: ours, 10 a transaction", "publish: bare driver", "one act that announces ten events"),
    ("publish: transaction alone", "publish: bare driver", "the same transaction, nothing published"),
    ("handle: bare driver", None, "aio-pika, the event validated, ack"),
    ("handle: without ledger", "handle: bare driver", "FastStream, log line, salvage"),
    ("handle: ours", "handle: bare driver", "+ a transaction per event: inbox and effect"),
    ("handle: transaction alone", "handle: bare driver", "the same transaction, nothing received"),
    ("accept: floor", None, "the bytes to the object store, an insert, a confirm"),
    ("accept: gateway", "accept: floor", "HTTP, access, multipart, SHA-256, transaction with outbox"),
)


def main(arguments: Sequence[str]) -> int:
    """Measure, print the table, and write the figures as JSON if asked."""
    parser = argparse.ArgumentParser(prog="python -m bench events", description=__doc__)
    parser.add_argument("--events", type=int, default=1000, help="events per measurement of publish and handle")
    parser.add_argument("--pages", type=int, default=200, help="pages per measurement of accept")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args(arguments)
    rates = asyncio.run(_measure_all(options.events, options.pages, options.rounds))
    medians = {name: statistics.median(values) for name, values in rates.items()}
    Console().print(_table(medians))
    if options.json:
        options.json.write_text(
            json.dumps({"events": options.events, "pages": options.pages, "rates": rates}, indent=2)
        )
    return 0


async def _measure_all(events: int, pages: int, rounds: int) -> dict[str, list[float]]:
    rates: dict[str, list[float]] = {name: [] for name, _, _ in ROWS}
    async with AsyncExitStack() as exits:
        folder = exits.enter_context(tempfile.TemporaryDirectory())
        configure_logs(stream=exits.enter_context((Path(folder) / "bench.log").open("w")))  # written, as in service
        stack = await exits.enter_async_context(LocalStack(Path(folder), settings=os.environ))
        os.environ.update(stack.environment)
        connections = Connections(database_prefix="bench_")
        paths = await exits.enter_async_context(Paths(connections))
        door = await exits.enter_async_context(Door(connections, Path(folder)))
        measures = {**paths.measures(), **door.measures()}
        with Progress(console=Console(stderr=True)) as progress:
            task = progress.add_task("measuring", total=rounds * len(ROWS))
            for _ in range(rounds):
                for name, _, _ in ROWS:
                    count = pages if name.startswith("accept") else events
                    rates[name].append(count / await _seconds(measures[name], count))
                    progress.advance(task)
    return rates


async def _seconds(measure: Callable[[int], Awaitable[float]], count: int) -> float:
    """Return the seconds that the measured part of a path took, its preparation left out."""
    started = time.perf_counter()
    prepared = await measure(count)
    return time.perf_counter() - started - prepared


def _table(medians: dict[str, float]) -> Table:
    table = Table("path", "per second", "ratio", "what it does", title="Events, in one run")
    for name, compared, what in ROWS:
        ratio = f"{medians[name] / medians[compared]:.2f}" if compared else ""
        table.add_row(
            name, f"{medians[name]:,.0f}", ratio, what, end_section=name.startswith(("publish: tr", "handle: tr"))
        )
    return table
