"""The commands of `python -m deploy.local`."""

import asyncio
import errno
import os
import shlex
import signal
import sys
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from deploy.local import record
from deploy.local.display import TITLES, Display
from deploy.local.part import PartFailed
from deploy.local.system import citizen_page, play, system

FAILED = 1
NOT_RUNNING = 3  # as `systemctl status` says it
UNWRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS)
MIB = 1024 * 1024

command = typer.Typer(help="Amtsbote on this machine, without containers.", no_args_is_help=True, add_completion=False)
Folder = Annotated[Path, typer.Option(help="Where data, logs, ports and credentials are kept.")]
Demo = Annotated[bool, typer.Option(help="Play the main job once everything is ready.")]
Photos = Annotated[
    list[Path] | None,
    typer.Argument(help="Your own photographs instead of the project's two.", exists=True, dir_okay=False),
]
HERE = Path(".local")


@command.command()
def up(folder: Folder = HERE, demo: Demo = True) -> None:  # noqa: FBT002 - typer's way to write a flag
    """Start everything, play the main job, and stay up until Ctrl-C."""
    _run(_up(folder, demo=demo))


@command.command()
def demo(photos: Photos = None, folder: Folder = HERE) -> None:
    """Play the main job over the running stack, or over one started for it; 0 only if all of it happened."""
    sys.exit(_run(_play_once(folder, photos or [])))


@command.command()
def env(folder: Folder = HERE) -> None:
    """Print `export` lines that point a shell at what runs: eval "$(... env)"; exits 3 if nothing does."""
    for name, value in _running(folder).environment.items():
        typer.echo(f"export {name}={shlex.quote(value)}")


@command.command()
def status(folder: Folder = HERE) -> None:
    """Show what runs, and its resident memory; exits 3 if nothing does."""
    running = _running(folder)
    for name, pid in running.parts.items():
        size = f"process {pid:>7}  {record.resident(pid) / MIB:6.0f} MiB" if pid else "somebody else's"
        typer.echo(f"{TITLES[name]:<14}{size}")
    typer.echo(f"{'All together':<14}process {running.pid:>7}  {record.resident(running.pid) / MIB:6.0f} MiB")


def _running(folder: Path) -> record.Record:
    running = record.read(folder)
    if running is None:
        typer.echo(f"nothing runs in {folder}; start it with `make run`", err=True)
        raise typer.Exit(NOT_RUNNING)
    return running


async def _up(folder: Path, *, demo: bool) -> int:
    console = Console()
    async with system(folder, _given(), Display(console).report) as settings:
        if demo and await play(folder, settings):
            console.print("The demo failed; what runs stays up, so that you can look.")
        _tell(console, folder, settings, await citizen_page(settings))
        await asyncio.Event().wait()
    return 0


async def _play_once(folder: Path, photos: list[Path]) -> int:
    if running := record.read(folder):
        return await play(folder, running.environment, photos)
    async with system(folder, _given(), Display(Console()).report) as settings:
        return await play(folder, settings, photos)


def _run(work: Coroutine[Any, Any, int]) -> int:
    """Run until done; the first Ctrl-C or SIGTERM stops all in order, a failure exits 1 with its remedy."""
    try:
        return asyncio.run(_until_stopped(work))
    except PartFailed as failure:
        typer.echo(f"{failure.reason}\n  {failure.remedy}", err=True)
        if failure.last_words:
            typer.echo(failure.last_words, err=True)
        raise typer.Exit(FAILED) from None
    except OSError as failure:
        if failure.errno not in UNWRITABLE:
            raise
        typer.echo(f"{failure.filename}: {failure.strerror}; it belongs to somebody else, or is read-only", err=True)
        raise typer.Exit(FAILED) from None


async def _until_stopped(work: Coroutine[Any, Any, int]) -> int:
    task = asyncio.ensure_future(work)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return 0


def _given() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("AMTSBOTE_")}


def _tell(console: Console, folder: Path, settings: Mapping[str, str], citizen: str) -> None:
    gateway = settings["AMTSBOTE_GATEWAY_URL"]
    operations = f"http://127.0.0.1:{settings['AMTSBOTE_OPERATIONS_PORT']}"
    console.print(
        f"\n[bold]Amtsbote is up.[/]  Ctrl-C stops it; the data stays in {folder}.\n"
        f"  As a citizen      {citizen}\n"
        f"  As a program      {gateway}/openapi.json\n"
        f"  Health, metrics   {operations}/ready  {operations}/metrics\n"
        f"  Logs              {folder / 'log'}\n"
        '  Once more         make demo    (PHOTOS="a.jpg b.jpg" takes your own)\n'
        "  Memory            .venv/bin/python -m deploy.local status",
        highlight=False,
        soft_wrap=True,
    )
