"""Lists every setting there is: the variable, what holds now, and what it is for."""

import json
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any, NamedTuple

import typer
from pydantic_settings import BaseSettings

from services.broker_admin import ManagementSettings
from services.names import names
from services.run import ProcessSettings
from shared.serving.settings import HttpSettings
from shared.settings import Connections, MailSettings, PushSettings, explained


class Setting(NamedTuple):
    """One variable of the environment, its value as text, whether that is not the default, and what it is for."""

    variable: str
    value: str
    changed: bool
    about: str


def list_settings(
    *, as_json: Annotated[bool, typer.Option("--json", help="One JSON object a setting, one a line.")] = False
) -> None:
    """List every setting with the value that holds now; secrets are not shown.

    Exit code 0: done; 2: a setting is wrong, the text names it.
    """
    try:
        found = [setting for kind in kinds() for setting in settings_of(kind)]
    except ValueError as error:
        typer.echo(f"a setting is wrong: {explained(error)}", err=True)
        raise typer.Exit(2) from None
    if as_json:
        for setting in found:
            typer.echo(json.dumps(setting._asdict(), ensure_ascii=False))
        return
    for setting in found:  # in lines that fit any terminal: a name is there to be copied
        typer.echo(f"{setting.variable}={setting.value}{'  * not the default' if setting.changed else ''}")
        typer.echo(f"    {setting.about}")


def kinds() -> list[type[BaseSettings]]:
    """Return the settings of the process, and of each service."""
    own = [kind for name in names() for kind in kinds_of(name)]
    return [ProcessSettings, HttpSettings, Connections, MailSettings, PushSettings, ManagementSettings, *own]


def kinds_of(service: str) -> list[type[BaseSettings]]:
    """Return a service's own settings; not every service has some."""
    room = f"services.{service}.settings"
    return [kind for kind in vars(import_module(room)).values() if _is_settings(kind)] if find_spec(room) else []


def settings_of(kind: type[BaseSettings]) -> Iterator[Setting]:
    """Yield the settings of one model as they hold now.

    Raises:
        ValueError: if one of them is wrong.
    """
    now, normal = kind(), kind.model_construct()
    written = now.model_dump(mode="json")
    prefix = kind.model_config["env_prefix"]
    for name, field in kind.model_fields.items():
        variable = (prefix + name).upper()
        yield Setting(
            variable, _written(written[name]), getattr(now, name) != getattr(normal, name), field.description or ""
        )


def _is_settings(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseSettings) and kind is not BaseSettings


def _written(value: Any) -> str:
    """Return a value as one writes it into a variable; what is secret has been starred out by pydantic."""
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
