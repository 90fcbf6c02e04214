"""The corpus by hand: `python -m tests.corpus` shows what each file is answered with, and how long it takes."""

import asyncio
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from services.upload.client.pool import Limits
from services.upload.client.workers import Workers
from tests.corpus.all import CORPUS
from tests.corpus.case import SEEN, Case

console = Console(width=110)
LIMITS = Limits(check_seconds=15)


def main(
    like: Annotated[str, typer.Option(help="Only files whose name has this in it.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write the files to this folder as well.")] = None,
) -> None:
    """Check every file of the corpus, slowest first; exits with 1 if an answer is none of the right ones."""
    chosen = {name: each for name, each in CORPUS.items() if like in name}
    if out:
        out.mkdir(parents=True, exist_ok=True)
    raise typer.Exit(asyncio.run(_answers(chosen, out)))


async def _answers(chosen: dict[str, Case], out: Path | None) -> int:
    found = []
    async with Workers(processes=1, limits=LIMITS) as workers:
        for name, each in chosen.items():
            data = each.make()
            if out:
                (out / name.replace(" ", "-").replace("%", "percent")).write_bytes(data)
            start = time.perf_counter()
            report = (await workers.check(data)).report
            answer = SEEN if report.width else report.reasons[0]
            found.append((time.perf_counter() - start, name, len(data), answer, answer in each.reasons))
            console.print(f"{found[-1][0]:6.2f} s  {name}: {answer}", style=None if found[-1][4] else "red")
    _show(found)
    return int(not all(right for *_, right in found))


def _show(found: list[tuple[float, str, int, str, bool]]) -> None:
    table = Table("seconds", "file", "bytes", "answer", title="The slowest")
    for seconds, name, size, answer, right in sorted(found, reverse=True)[:15]:
        table.add_row(f"{seconds:.2f}", name, f"{size:,}", answer, style=None if right else "red")
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
