"""The command that invites citizens: `python -m services codes new`."""

import asyncio
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from services.gateway.store.people import People
from shared.clock import utc_now
from shared.settings import Connections
from shared.storage.documents import connect, is_unavailable

FAILED = 1
codes = typer.Typer(help="Activation codes for citizens.", no_args_is_help=True, add_completion=False)


@codes.callback()
def _keep_the_verb() -> None:
    """Activation codes for citizens."""


@codes.command("new")
def new(
    count: Annotated[int, typer.Option(min=1, help="How many citizens to invite.")] = 1,
    valid_days: Annotated[int, typer.Option(min=1, help="For how many days a code works.")] = 14,
) -> None:
    """Create citizens and print one activation code each; a code works once, and is not kept in the clear."""
    try:
        asyncio.run(_invite(count, timedelta(days=valid_days)))
    except Exception as error:
        if not is_unavailable(error):
            raise
        typer.echo(f"the database does not answer ({type(error).__name__}); is AMTSBOTE_MONGO_URL right?", err=True)
        raise typer.Exit(FAILED) from None


async def _invite(count: int, valid_for: timedelta) -> None:
    connections = Connections()
    client = connect(connections.mongo_url.get_secret_value())
    people = People(client[connections.database_prefix + "gateway"], utc_now)
    progress = Console(stderr=True)
    try:
        await people.prepare()
        for _ in track(range(count), "Inviting", console=progress, disable=count == 1, transient=True):
            print(await people.invite(valid_for))  # noqa: T201 - the codes are what was asked for
    finally:
        client.close()
