"""The command for push: `python -m services push new-key`."""

from pathlib import Path
from typing import Annotated

import typer

from shared.settings import PushSettings
from shared.vapid import make_key

USAGE = 2
push = typer.Typer(
    help="Web Push: make the key by which push services know us.", no_args_is_help=True, add_completion=False
)


@push.callback()
def _keep_the_name() -> None:
    """Stay a group although there is one command: `push new-key`."""


@push.command("new-key")
def new_key(
    file: Annotated[Path | None, typer.Argument(help="The key file; else AMTSBOTE_PUSH_KEY.")] = None,
) -> None:
    """Make a key file (VAPID). Exit code 2: there is one already; a new key would end all subscriptions."""
    path = file or PushSettings().key
    if path is None:
        typer.echo("cannot be done: name a file, or set AMTSBOTE_PUSH_KEY", err=True)
        raise typer.Exit(USAGE)
    try:
        made = make_key(path)
    except OSError as error:
        typer.echo(f"cannot be done: {path}: {error.strerror}", err=True)
        raise typer.Exit(USAGE) from None
    typer.echo(f"{path}: browsers subscribe with {made.public}")
