"""`python -m services objects`: compares the object store with the rows of all services; shows keys, never content."""

import asyncio
import json
import logging
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from services.names import names
from services.run import SettingsError, load
from shared.clock import utc_now
from shared.errors import UnavailableError
from shared.settings import Connections
from shared.storage.documents import is_unavailable
from shared.storage.inventory import Audit, Findings
from shared.telemetry.logs import configure_logs

FOUND, WRONG, AWAY = 1, 2, 3
DAY_H = 24.0

objects = typer.Typer(
    help="The object store beside the rows that name what is in it.", no_args_is_help=True, add_completion=False
)


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON: `left_over` and `missing`.")]
GraceHours = Annotated[
    float, typer.Option(min=0, help="What was put so recently may wait for its row yet; 0 only if nothing runs.")
]


@objects.command()
def audit(as_json: AsJson = False, grace_hours: GraceHours = DAY_H) -> None:  # noqa: FBT002
    """List each object that no row of any service accounts for, and each object that a row names and that is missing.

    Changes nothing. Exit code 0: nothing was found; 1: something was; 2: a setting is wrong; 3: a server is away.
    """
    findings, _ = _asked(timedelta(hours=grace_hours), clear=False)
    typer.echo(json.dumps(asdict(findings), indent=2) if as_json else "\n".join(_lines(findings)))
    raise typer.Exit(FOUND if findings else 0)


@objects.command()
def sweep(grace_hours: GraceHours = DAY_H) -> None:
    """Remove now what the services would remove within a week: each object that no row of any service accounts for.

    Exit code 0: done; 2: a setting is wrong; 3: a server is away.
    """
    _, removed = _asked(timedelta(hours=grace_hours), clear=True)
    typer.echo(f"{removed} removed")


def _asked(grace: timedelta, *, clear: bool) -> tuple[Findings, int]:
    """Compare, and clear if asked to; end with a line and an exit code if that cannot be done."""
    configure_logs(logging.ERROR)
    try:
        return asyncio.run(compare(Connections(), grace, clear=clear))
    except SettingsError as error:
        typer.echo(f"a setting is missing or wrong: {error}", err=True)
        raise typer.Exit(WRONG) from None
    except Exception as error:
        if not (isinstance(error, UnavailableError) or is_unavailable(error)):
            raise
        typer.echo(f"a server does not answer ({type(error).__name__}); try again when it does", err=True)
        raise typer.Exit(AWAY) from None


async def compare(connections: Connections, grace: timedelta, *, clear: bool = False) -> tuple[Findings, int]:
    """Return what was found in the store of all services, and how many objects were removed if it was to be cleared."""
    services = load(names(), connections)
    inventories = [inventory for service in services for inventory in service.inventories]
    audit = Audit(services[0].objects, inventories, utc_now() - grace)
    try:
        with _progress() as progress:
            task = progress.add_task("looking")
            found = await audit.run(lambda found: progress.update(task, description=_so_far(found)))
            return found, await audit.clear() if clear else 0
    finally:
        for service in services:
            service.objects.close()
            service.client.close()


def _progress() -> Progress:
    return Progress(SpinnerColumn(), TextColumn("{task.description}"), console=Console(stderr=True), transient=True)


def _so_far(found: Findings) -> str:
    seen = f"{found.objects} objects, {found.names} names"
    return f"{seen}; {len(found.left_over)} left over, {len(found.missing)} missing"


def _lines(found: Findings) -> list[str]:
    named = [("left over", key) for key in found.left_over] + [("missing", key) for key in found.missing]
    return [*(f"{what:10} {key}" for what, key in named), _so_far(found)]
