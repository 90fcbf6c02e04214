"""The commands of the model of document types: ``python -m training types``, learn, evaluate, misreadings."""

import json as json_format
from pathlib import Path
from typing import Annotated

import typer

from services.upload.client.typemodel import WEIGHTS, type_model

types = typer.Typer(help=__doc__, invoke_without_command=True, add_completion=False)

Out = Annotated[Path, typer.Option(help="The weights (npz).")]
LETTERS = 40


@types.callback()
def both(context: typer.Context) -> None:
    """Learn, then evaluate, if no command is named."""
    if context.invoked_subcommand is None:
        learn()
        evaluate()


@types.command()
def learn(
    out: Out = WEIGHTS,
    letters: Annotated[int, typer.Option(min=20, help="Letters of each type to learn from.")] = 260,
    seed: Annotated[int, typer.Option(min=0, help="The same seed writes the same letters.")] = 1,
) -> None:
    """Write and misread letters of every type, and learn to tell them apart: some minutes."""
    from training.types import learn as learning  # noqa: PLC0415 - scikit-learn is wanted for this command only

    model, heat = learning.learn(learning.Plan(letters=letters, seed=seed))
    learning.write(model, out)
    typer.echo(f"{out}: {out.stat().st_size} bytes, {len(model.vocabulary)} features, temperature {heat:.2f}")


@types.command()
def evaluate(
    weights: Out = WEIGHTS,
    letters: Annotated[int, typer.Option(min=1, help="Held-out letters of each type.")] = LETTERS,
    rendered: Annotated[int, typer.Option(min=0, help="Letters to render and to have read by Tesseract.")] = LETTERS,
    json: Annotated[Path | None, typer.Option(help="Write the figures here.")] = None,
) -> None:
    """Judge the model on wordings it never saw, and on letters really read."""
    from training.types.judge import judge  # noqa: PLC0415 - as above

    figures = judge(type_model(weights), letters, rendered)
    for name, found in figures.items():
        typer.echo(f"{name}: {found.summary()}")
        for (true, said), count in found.confused.most_common(12):
            typer.echo(f"  {count} x {true} taken for {said}")
    if json:
        json.write_text(json_format.dumps({name: found.summary() for name, found in figures.items()}, indent=2))


@types.command()
def misreadings(letters: Annotated[int, typer.Option(min=1, help="Letters to read.")] = 80) -> None:
    """Measure anew which marks Tesseract takes for which."""
    from training.types.misreadings import measure  # noqa: PLC0415 - as above

    typer.echo(f"{measure(letters)} marks compared")


@types.command()
def failures(
    out: Annotated[Path, typer.Option(help="The picture (JPEG).")],
    rendered: Annotated[int, typer.Option(min=1, help="Letters to render and to have read by Tesseract.")] = LETTERS,
    weights: Out = WEIGHTS,
) -> None:
    """Draw letters whose type is suggested wrongly, with what is true and what is said."""
    from training.types.failures import write_failures  # noqa: PLC0415 - as above

    typer.echo(f"{write_failures(type_model(weights), rendered, out)} letters in {out}")
