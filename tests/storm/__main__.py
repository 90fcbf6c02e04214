"""The storm by hand: `python -m tests.storm --seconds 300 --seed 7`."""

import asyncio
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deploy.local.part import PartFailed
from deploy.local.stack import LocalStack
from tests.storm import disk
from tests.storm.faults import Fault, chosen, faults
from tests.storm.plan import Outcome, Plan
from tests.storm.shown import show
from tests.storm.site import Tell
from tests.storm.storm import scene, storm

FAILED = 1
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
    folder: Annotated[Path, typer.Option(help="Where data and logs go.")] = Path("/tmp/storm"),  # noqa: S108
    *,
    disks: Annotated[bool, typer.Option(help="Fill disks, too (root only).")] = True,
    lying: Annotated[
        bool, typer.Option("--lying", help="Let the broker confirm and lose 1 % of our messages.")
    ] = False,
    list_faults: Annotated[bool, typer.Option("--list", help="Only name the faults that can be had here.")] = False,
) -> None:
    """Hurt the whole product while a crowd uses it; exits with 0 only if nothing accepted was lost, doubled or left."""
    why_not = disk.why_not() if disks else "not wanted"
    wanted = _wanted(only or [], disks=not why_not)
    if list_faults:
        typer.echo("\n".join(fault.name for fault in wanted))
        return
    if not why_not:
        disk.go_apart("tests.storm", sys.argv[1:])
    console.print(f"disks are {f'not filled: {why_not}' if why_not else 'filled'}")
    for driver in ("aiormq", "aio_pika"):  # they tell of every broken connection, and each is meant
        logging.getLogger(driver).setLevel(logging.CRITICAL)
    plan = Plan(seconds, seed, wanted, pages, events, least_faults, crowd, drain_s=drain, lying=lying)
    _run(folder, plan, disks=not why_not)


def _wanted(words: Sequence[str], *, disks: bool) -> tuple[Fault, ...]:
    try:
        return chosen(faults(disks=disks), words)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _run(folder: Path, plan: Plan, *, disks: bool) -> None:
    try:
        outcome = asyncio.run(_storm(folder, plan, disks=disks))
    except PartFailed as failure:
        console.print(f"{failure.reason}; {failure.remedy}")
        raise typer.Exit(FAILED) from None
    show(outcome, console)
    if not outcome.account.holds:
        raise typer.Exit(FAILED)


async def _storm(folder: Path, plan: Plan, *, disks: bool) -> Outcome:
    folder.mkdir(parents=True, exist_ok=True)
    report = Tell(folder / "storm.log", console.print)
    if disks:
        for server in disk.FOLDERS:
            disk.Disk(folder / "stack", server).mount()
    servers = LocalStack(folder / "stack", report=lambda name, state: report(f"{name} {state}"))
    async with servers as stack, scene(stack, folder, report, plan) as stage:
        return await storm(stage, plan)


if __name__ == "__main__":
    app(prog_name="python -m tests.storm")
