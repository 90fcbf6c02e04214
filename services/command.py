"""The commands of `python -m services`; each is imported when it is asked for, so that none waits for the others."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "run": ("services.run", "run_services"),
        "catalogue": ("services.catalogue", "write_catalogue"),
        "settings": ("services.configuration", "list_settings"),
        "codes": ("services.codes", "codes"),
        "dead": ("services.dead", "dead"),
        "objects": ("services.objects", "objects"),
        "partners": ("services.partners", "partners"),
        "push": ("services.push", "push"),
        "replay": ("services.replay", "replay_events"),
        "receipt": ("services.receipt", "receipt"),
    }
)


class Commands(TyperGroup):
    """Finds the commands by their names."""

    def list_commands(self, ctx: object) -> list[str]:
        """Return their names, in the order of `--help`."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: object, cmd_name: str) -> TyperCommand | TyperGroup | None:
        """Import a command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name]
        found = getattr(import_module(module), attribute)
        if not isinstance(found, typer.Typer):
            function, found = found, typer.Typer(add_completion=False)
            found.command(cmd_name)(function)
        made = cast("TyperCommand | TyperGroup", get_command(found))
        made.name = cmd_name
        return made


command = typer.Typer(help="Amtsbote's services.", no_args_is_help=False, add_completion=False, cls=Commands)


@command.callback()
def _services() -> None:
    """Amtsbote's services."""
