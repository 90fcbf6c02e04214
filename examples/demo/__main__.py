"""`python -m examples.demo [PHOTO...]` plays the main job over the running services; 0 only if all of it happened."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console

from examples.demo import partners
from examples.demo.listeners import Listener
from examples.demo.photos import sample_photos
from examples.demo.play import Play
from examples.demo.steps import StepFailedError, Steps
from examples.phone import Phone

console = Console()


def demo(
    photos: Annotated[
        list[Path] | None,
        typer.Argument(help="Your own photographs instead of the project's two.", exists=True, dir_okay=False),
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where what was shown is kept.")] = Path(".local/demo"),
    prepare: Annotated[bool, typer.Option("--prepare", help="Only register the demo's partners.")] = False,  # noqa: FBT002
) -> None:
    """Play the main job: a photographed power-cut letter travels from a phone to an energy supplier."""
    folder.mkdir(parents=True, exist_ok=True)
    known = partners.remembered()
    if prepare:
        return
    gateway = os.environ.get("AMTSBOTE_GATEWAY_URL", "http://127.0.0.1:8080")
    steps = Steps(console)
    try:
        with _tools(known, gateway) as tools, _supplier(known, gateway) as supplier:
            with steps.step("Activation code printed into a letter"):
                code = _new_code()
            with steps.step("Phone activated with that code"):
                phone = Phone(gateway, code)
            play = Play(phone, tuple(photos or sample_photos(folder)), not photos, tools, supplier, folder)
            play.run(steps)
    except httpx.TransportError as error:
        console.print(f"[red]The gateway at {gateway} does not answer;[/] start the stack with `make run`.")
        raise typer.Exit(1) from error
    except (StepFailedError, TimeoutError, OSError, httpx.HTTPStatusError) as error:
        console.print(f"[red]The demo stopped:[/] {error}")
        raise typer.Exit(1) from error
    console.print("[green]Every step really happened.[/]")


def _tools(known: dict[str, Any], gateway: str) -> Listener:
    return Listener(
        "examples.caseworker_tool",
        *(
            {
                "AMTSBOTE_TOOL_URL": partners.at_broker(tool["amqp_url"]),
                "AMTSBOTE_TOOL_TOKEN": tool["token"],
                "AMTSBOTE_GATEWAY_URL": gateway,
            }
            for tool in (known[f"demo_{team}"] for team in partners.TEAMS)
        ),
    )


def _supplier(known: dict[str, Any], gateway: str) -> Listener:
    supplier = known[partners.SUPPLIER]
    return Listener(
        "examples.supplier",
        {
            "AMTSBOTE_SUPPLIER_TOKEN": supplier["token"],
            "AMTSBOTE_SUPPLIER_SECRET": supplier["webhook_secret"],
            "AMTSBOTE_SUPPLIER_PORT": str(known["webhook_port"]),
            "AMTSBOTE_GATEWAY_URL": gateway,
        },
    )


def _new_code() -> str:
    command = [sys.executable, "-m", "services", "codes", "new"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        raise typer.BadParameter(f"no activation code: {done.stderr.strip()[-300:]}")
    return done.stdout.split()[-1]


if __name__ == "__main__":
    typer.run(demo)
