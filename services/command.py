"""The commands of `python -m services`."""

import asyncio
from typing import Annotated

import typer

from services.catalogue import write_catalogue
from services.codes import codes
from services.configuration import list_settings
from services.dead import dead
from services.partners import partners
from services.receipt import receipt
from services.run import PortTakenError, ProcessSettings, SettingsError, names, run
from shared.settings import Connections
from shared.telemetry.logs import configure_logs

command = typer.Typer(help="Amtsbote's services.", no_args_is_help=False)
command.command("catalogue")(write_catalogue)
command.command("settings")(list_settings)
command.add_typer(codes, name="codes")
command.add_typer(dead, name="dead")
command.add_typer(partners, name="partners")
command.add_typer(receipt, name="receipt")


@command.command("run")
def run_services(
    services: Annotated[list[str] | None, typer.Argument(help="Which services; all of them if none is named.")] = None,
) -> None:
    """Run services in one process until interrupted."""
    chosen = services or names()
    if unknown := sorted(set(chosen) - set(names())):
        raise typer.BadParameter(f"no service named {', '.join(unknown)}; there are {', '.join(names())}")
    configure_logs()
    try:
        asyncio.run(run(chosen, Connections(), ProcessSettings()))
    except PortTakenError as error:
        typer.echo(f"{error}; free it, or set AMTSBOTE_OPERATIONS_PORT or AMTSBOTE_GATEWAY_PORT", err=True)
        raise typer.Exit(1) from None
    except SettingsError as error:
        typer.echo(f"a setting is missing or wrong: {error}", err=True)
        raise typer.Exit(2) from None
