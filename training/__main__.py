"""The commands that make weights: ``train``, ``export`` and ``evaluate`` the page net, ``types`` of documents."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from services.upload.client.pagenet import WEIGHTS
from training.photos import NoPhotosError
from training.types.commands import types

cli = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
cli.add_typer(types, name="types")


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
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # on a busy machine, threads that spin cost four fifths
    from training.train import Plan, train  # noqa: PLC0415 - torch is wanted for this command only

    state.parent.mkdir(parents=True, exist_ok=True)
    plan = Plan(minutes, state, seed, workers, threads, rate=rate, start=start, borders_only=borders_only)
    train(replace(plan, compiled=compiled))
    export(out=out, state=state, seed=seed)


@cli.command()
def export(
    *,
    out: Annotated[Path, typer.Option(help="Where the ONNX file goes; its JSON is put beside it.")],
    state: Annotated[Path, typer.Option(help="What `train` kept.", exists=True)] = Path(".local/pagenet.pt"),
    seed: Annotated[int, typer.Option(min=0, help="The seed that was trained with.")] = 1,
    also: Annotated[
        list[Path] | None, typer.Option(help="Earlier states of the same training: the mean counts.")
    ] = None,
) -> None:
    """Write a kept state as ONNX, while its training still runs if need be."""
    from training.export import Provenance, export, mean_of  # noqa: PLC0415 - torch is wanted for this command only
    from training.generate.desk import FOLDERS  # noqa: PLC0415
    from training.letters import load_letters  # noqa: PLC0415
    from training.train import Course, Plan  # noqa: PLC0415

    course = Course.begin(Plan(0, state))
    net = mean_of([course.average, *(Course.begin(Plan(0, one)).average for one in also or [])])
    wallpapers = any(folder.is_dir() for folder in FOLDERS)
    made = Provenance(
        course.seen,
        seed,
        course.started_from,
        wallpapers,
        letters=bool(load_letters()),
        states_averaged=1 + len(also or []),
    )
    export(net, out, made)
    typer.echo(f"{out}: {out.stat().st_size} bytes after {course.seen} pictures")


@cli.command()
def evaluate(
    *,
    weights: Annotated[Path, typer.Option(help="The ONNX file.")] = WEIGHTS,
    synthetic: Annotated[int, typer.Option(min=0, help="How many held-out synthetic photos.")] = 600,
    json: Annotated[Path | None, typer.Option(help="Write the figures here, and failures as a JPEG beside it.")] = None,
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
