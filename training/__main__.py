"""The page net's two commands: ``python -m training train`` and ``python -m training evaluate``."""

from pathlib import Path
from typing import Annotated

import typer

from services.upload.client.pagenet import WEIGHTS
from training.photos import NoPhotosError

cli = typer.Typer(no_args_is_help=True, help=__doc__)


@cli.command()
def train(
    *,
    out: Annotated[Path, typer.Option(help="Where the ONNX file goes; its JSON is put beside it.")],
    minutes: Annotated[float, typer.Option(min=0.1, help="How long to train.")] = 60.0,
    state: Annotated[Path, typer.Option(help="Kept every two minutes; where it exists, training goes on.")] = Path(
        ".local/pagenet.pt"
    ),
    start: Annotated[Path | None, typer.Option(help="ONNX net of the trunk's shape to begin with.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same pictures.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes that make pictures.")] = 1,
    threads: Annotated[int, typer.Option(min=1, help="Threads that learn.")] = 2,
    rate: Annotated[float, typer.Option(min=1e-6, help="Learning rate at its highest.")] = 1e-3,
    borders_only: Annotated[bool, typer.Option(help="Keep the trunk as it is, teach the judges of borders.")] = False,
    compiled: Annotated[bool, typer.Option(help="Compile the net first: needs g++, 4 times as fast.")] = True,
) -> None:
    """Train the page net on synthetic photos and write it as ONNX."""
    from training.export import Provenance, export  # noqa: PLC0415 - torch is wanted for this command only
    from training.generate.desk import FOLDERS  # noqa: PLC0415
    from training.letters import load_letters  # noqa: PLC0415
    from training.train import Plan, train  # noqa: PLC0415

    state.parent.mkdir(parents=True, exist_ok=True)
    plan = Plan(
        minutes, state, seed, workers, threads, compiled=compiled, rate=rate, start=start, borders_only=borders_only
    )
    course = train(plan)
    provenance = Provenance(
        pictures_seen=course.seen,
        seed=seed,
        started_from=course.started_from,
        wallpapers=any(folder.is_dir() for folder in FOLDERS),
        letters=bool(load_letters()),
    )
    export(course.average, out, provenance)
    typer.echo(f"{out}: {out.stat().st_size} bytes after {course.seen} pictures")


@cli.command()
def evaluate(
    *,
    weights: Annotated[Path, typer.Option(help="The ONNX file.")] = WEIGHTS,
    synthetic: Annotated[int, typer.Option(min=0, help="How many held-out synthetic photos.")] = 600,
    json: Annotated[Path | None, typer.Option(help="Write the figures here, too.")] = None,
    failures: Annotated[bool, typer.Option(help="Name the pictures that went wrong.")] = False,
) -> None:
    """Measure the net on real photos (AMTSBOTE_PHOTOS), exact crops of them, transplants and synthetic photos."""
    from training.evaluate import evaluate  # noqa: PLC0415 - reads the net

    try:
        evaluate(weights, synthetic, json, failures=failures)
    except NoPhotosError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error


if __name__ == "__main__":
    cli()
