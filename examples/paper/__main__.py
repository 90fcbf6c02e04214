"""Writes photographs of invented German letters: ``python -m examples.paper --out DIR``."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.progress import Progress

from examples.paper.fonts import FontMissingError
from examples.paper.letters import KINDS
from examples.paper.pair import save, take_pair
from examples.paper.scenes import DESKS

Name = TypeVar("Name", bound=str)
FIRST_DAY = datetime(2026, 3, 2)  # noqa: DTZ001 - a day on paper, the same in every time zone


def named(name: str, names: tuple[Name, ...]) -> Name:
    """The one of ``names`` that was typed.

    Raises:
        typer.BadParameter: there is none.
    """
    for known in names:
        if known == name:
            return known
    raise typer.BadParameter(f"{name} is none of {', '.join(names)}")


def main(
    *,
    out: Annotated[Path, typer.Option(help="Folder for the pictures and labels.json; made if missing.")],
    kind: Annotated[str, typer.Option("--type", help=f"One of: {', '.join(KINDS)}.")] = "sperrankuendigung",
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same pictures.")] = 1,
    count: Annotated[int, typer.Option(min=1, max=10_000, help="How many letters; two photographs each.")] = 1,
    desk: Annotated[str, typer.Option(help=f"One of: {', '.join(DESKS)}; drawn by the seed if not given.")] = "",
    on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The date on the letters.")] = FIRST_DAY,
) -> None:
    """Photograph letters in pairs: the first shot with the bottom edge cut off, then a good retake."""
    chosen, top = named(kind, KINDS), named(desk, DESKS) if desk else None
    labels = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        with Progress() as progress:
            task = progress.add_task(f"photographing {count} x {chosen}", total=count)
            for number in range(seed, seed + count):
                labels += save(take_pair(chosen, number, on.date(), desk=top), out, f"{chosen}-{number:04d}")
                progress.advance(task)
        (out / "labels.json").write_text(json.dumps({"items": labels}, ensure_ascii=False, indent=1))
    except (FontMissingError, OSError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{2 * count} photographs and labels.json in {out}")


if __name__ == "__main__":
    typer.run(main)
