"""The storm by hand: `python -m tests.storm --seconds 300 --seed 7`."""

import asyncio
import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deploy.local.part import PartFailed
from tests.storm import disk
from tests.storm.faults import Fault, chosen, faults
from tests.storm.liar import LOST
from tests.storm.plan import Outcome, Plan
from tests.storm.servers import named, servers
from tests.storm.shown import figures, show
from tests.storm.site import Tell
from tests.storm.storm import scene, storm
from tests.storm.sums import keep

FAILED = 1
MISSING = "AMTSBOTE_MISSING_AFTER_MINUTES"
# An event is told of when its minute is over and one more, in rounds of a minute; then it is known to be missing.
SETTLE_S = 200.0
app = typer.Typer(add_completion=False)
console = Console(stderr=True, highlight=False, soft_wrap=True)


@app.command()
def main(  # noqa: PLR0917 - typer reads the options from here
    seconds: Annotated[float, typer.Option(min=1, help="How long to hurt, at least.")] = 120,
    seed: Annotated[int, typer.Option(help="The order of the faults and what the crowd does.")] = 1,
    pages: Annotated[int | None, typer.Option(min=1, help="Hurt until so many pages are handed in, then none.")] = None,
    events: Annotated[int | None, typer.Option(min=1, help="The same by events; no page can be read: cheap.")] = None,
    least_faults: Annotated[int, typer.Option("--faults", min=0, help="Hurt until so many faults happened.")] = 0,
    only: Annotated[list[str] | None, typer.Option(help="Only faults whose name begins so; may come again.")] = None,
    crowd: Annotated[int, typer.Option(min=1, max=64, help="Citizens at a time.")] = 4,
    drain: Annotated[float, typer.Option(min=10, help="Seconds in which all must come to its end.")] = 300,
    nodes: Annotated[int, typer.Option(help="Of the broker: 1 or 3; of 3, one at a time is hurt.")] = 1,
    folder: Annotated[Path, typer.Option(help="Where data and logs go.")] = Path("/tmp/storm"),  # noqa: S108
    *,
    disks: Annotated[bool, typer.Option(help="Fill disks, too (root only).")] = True,
    lying: Annotated[float, typer.Option(min=0, max=1, help="Share of messages confirmed and lost; 0: none.")] = LOST,
    repair: Annotated[bool, typer.Option(help="Have services ask for what is lost; else it stays so.")] = True,
    list_faults: Annotated[bool, typer.Option("--list", help="Only name the faults that can be had here.")] = False,
) -> None:
    """Hurt the whole product while a crowd uses it; exits with 0 only if nothing accepted was lost, doubled or left."""
    why_not = disk.why_not() if disks else "not wanted"
    wanted = _wanted(nodes, only or [], disks=not why_not)
    if list_faults:
        typer.echo("\n".join(fault.name for fault in wanted))
        return
    if not why_not:
        disk.go_apart("tests.storm", sys.argv[1:])
    console.print(f"disks are {f'not filled: {why_not}' if why_not else 'filled'}")
    plan = Plan(seconds, seed, wanted, pages, events, least_faults, crowd, drain_s=drain, lying=lying)
    _run(folder, _repaired(plan, repair=repair), nodes, disks=not why_not)


def _repaired(plan: Plan, *, repair: bool) -> Plan:
    """Return the plan with a comparison of what was announced with what arrived, or without; a lie takes it a while."""
    return replace(plan, settle_s=SETTLE_S if plan.lying else 0.0, settings={MISSING: "1" if repair else "0"})


def _wanted(nodes: int, words: Sequence[str], *, disks: bool) -> tuple[Fault, ...]:
    try:
        return chosen(faults(named(nodes), disks=disks), words)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _run(folder: Path, plan: Plan, nodes: int, *, disks: bool) -> None:
    for driver in ("aiormq", "aio_pika"):  # they tell of every broken connection, and each is meant
        logging.getLogger(driver).setLevel(logging.CRITICAL)
    try:
        outcome = asyncio.run(_storm(folder, plan, nodes, disks=disks))
    except PartFailed as failure:
        console.print(f"{failure.reason}; {failure.remedy}")
        raise typer.Exit(FAILED) from None
    show(outcome, console)
    keep(folder, figures(outcome))
    if not outcome.account.holds:
        raise typer.Exit(FAILED)


async def _storm(folder: Path, plan: Plan, nodes: int, *, disks: bool) -> Outcome:
    folder.mkdir(parents=True, exist_ok=True)
    report = Tell(folder / "storm.log", console.print)
    if disks:
        for server in named(nodes):
            disk.Disk(folder / "stack", server).mount()
    async with servers(folder / "stack", nodes, report) as parts, scene(parts, folder, report, plan) as stage:
        return await storm(stage, plan)


if __name__ == "__main__":
    app(prog_name="python -m tests.storm")
