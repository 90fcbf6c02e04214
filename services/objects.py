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


@objects.callback()
def _keep_the_verb() -> None:
    """The object store beside the rows that name what is in it."""


@objects.command("audit")
def audit(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: `left_over` and `missing`.")] = False,  # noqa: FBT002
    grace_hours: Annotated[
        float, typer.Option(min=0, help="What was put so recently may wait for its row yet; 0 only if nothing runs.")
    ] = DAY_H,
) -> None:
    """List each object that no row of any service accounts for, and each object that a row names and that is missing.

    Changes nothing. Exit code 0: nothing was found; 1: something was; 2: a setting is wrong; 3: a server is away.
    """
    configure_logs(logging.ERROR)
    try:
        findings = asyncio.run(_audit(timedelta(hours=grace_hours)))
    except SettingsError as error:
        typer.echo(f"a setting is missing or wrong: {error}", err=True)
        raise typer.Exit(WRONG) from None
    except Exception as error:
        if not (isinstance(error, UnavailableError) or is_unavailable(error)):
            raise
        typer.echo(f"a server does not answer ({type(error).__name__}); try again when it does", err=True)
        raise typer.Exit(AWAY) from None
    typer.echo(json.dumps(asdict(findings), indent=2) if as_json else "\n".join(_lines(findings)))
    raise typer.Exit(FOUND if findings else 0)


async def _audit(grace: timedelta) -> Findings:
    services = load(names(), Connections())
    inventories = [inventory for service in services for inventory in service.inventories]
    try:
        with _progress() as progress:
            task = progress.add_task("looking")
            audit = Audit(services[0].objects, inventories, utc_now() - grace)
            return await audit.run(lambda found: progress.update(task, description=_so_far(found)))
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
