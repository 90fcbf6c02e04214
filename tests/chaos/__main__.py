"""The storm by hand: `python -m tests.chaos --seconds 300 --seed 7`."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deploy.local.stack import LocalStack
from tests.chaos.process import Flaw
from tests.chaos.storm import Outcome, storm
from tests.chaos.world import world

console = Console(stderr=True)


def main(
    seconds: Annotated[float, typer.Option(help="How long to send and to hurt.")] = 60,
    seed: Annotated[int, typer.Option(help="The order of the faults.")] = 1,
    *,
    ack_first: Annotated[bool, typer.Option("--ack-first", help="Take a safety away: work after the ack.")] = False,
    no_inbox: Annotated[bool, typer.Option("--no-inbox", help="Take a safety away: copies have an effect.")] = False,
) -> None:
    """Kill, cut and silence the parts at random while things are sent; exits with 1 if the promise was broken."""
    flaws: dict[Flaw, bool] = {"ack_first": ack_first, "no_inbox": no_inbox}
    taken = [flaw for flaw, is_taken in flaws.items() if is_taken]
    with TemporaryDirectory(prefix="chaos-") as folder:
        outcome = asyncio.run(_storm(Path(folder), seconds, seed, taken))
    console.print(_table(outcome))
    if not (outcome.filed.holds and outcome.noted.holds):
        raise typer.Exit(1)


async def _storm(folder: Path, seconds: float, seed: int, flaws: Sequence[Flaw]) -> Outcome:
    def tell(name: str, state: str) -> None:
        console.print(f"{name} {state}")

    async with LocalStack(folder, report=tell) as stack, world(stack, flaws=flaws) as it:
        return await storm(it, seconds=seconds, seed=seed, report=console.print)


def _table(outcome: Outcome) -> Table:
    faults = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sorted(outcome.faults.items()))
    table = Table("", "filed", "noted", title=f"{faults}; calm after {outcome.calm_s:.0f} s")
    filed, noted = asdict(outcome.filed), asdict(outcome.noted)
    for name in filed:
        table.add_row(name.replace("_", " "), str(filed[name]), str(noted[name]))
    return table


if __name__ == "__main__":
    typer.run(main)
