"""Checks pages and makes documents from the command line, without any server."""

import asyncio
import json
import os
import sys
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import Annotated

import structlog
import typer
from pydantic import BaseModel
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.upload.client.binding import NothingReadableError
from services.upload.client.process import WorkersUnavailableError
from services.upload.client.tessdata import LanguageMissingError
from services.upload.client.workers import CheckedFile, Workers
from services.upload.domain.facts.fact import Fact
from services.upload.domain.suggestion import Suggestion
from services.upload.schemas import FiledDocument, Unreadable

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)

Files = Annotated[
    list[Path],
    typer.Argument(exists=True, dir_okay=False, readable=True, help="JPEG, HEIC, PNG, WebP, TIFF or PDF."),
]


class Facts(BaseModel):
    """What `document` writes to facts.json; docs/facts.md describes it.

    `files` went in, `filed` names for each page of the PDF the file it came from.
    """

    files: tuple[str, ...]
    filed: tuple[str, ...]
    unreadable: tuple[Unreadable, ...]
    types: tuple[Suggestion, ...]
    facts: tuple[Fact, ...]
    pdf_bytes: int


@app.command()
def check(
    files: Files,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    annotate: Annotated[Path | None, typer.Option(help="Write the annotated pictures to this folder.")] = None,
    processes: Annotated[int | None, typer.Option(min=1, help="Child processes; one a core.")] = None,
) -> None:
    """Say of each file whether it shows whole, readable pages: of several the worst decides, and is named.

    Exit code 0: every file got a verdict; 1: at least one is no readable picture (its line says why);
    2: wrong usage; 3: the child processes could not be started.
    """
    if annotate:
        annotate.mkdir(parents=True, exist_ok=True)
    raise typer.Exit(_run(_check(files, as_json=as_json, annotate=annotate, processes=processes)))


@app.command()
def document(
    files: Files,
    *,
    out: Annotated[Path, typer.Option(help="Folder for document.pdf, document.txt and facts.json.")],
    processes: Annotated[int | None, typer.Option(min=1, help="Child processes; one a core.")] = None,
) -> None:
    """Bind files, in order, to one searchable PDF/A; suggest its type and the facts that stand in it.

    facts.json: `types` (up to three, likeliest first, with `confidence` 0 to 1; none: don't know) and `facts`
    (`kind`, `value`, the `text` it was read from, `page` from 1, `box` left/top/right/bottom in PDF points from
    the page's upper left corner, `confidence`). docs/facts.md names the kinds. Suggestions, never decisions.

    Exit code 0: done; 1: done, but a page could not be read (facts.json says which and why), or none could;
    2: wrong usage; 3: child processes or Tesseract's German could not be had.
    """
    out.mkdir(parents=True, exist_ok=True)
    raise typer.Exit(_run(_document(files, out, processes)))


async def _check(files: list[Path], *, as_json: bool, annotate: Path | None, processes: int | None) -> int:
    """Check files side by side, print them in order, and return the exit code."""
    unreadable = 0
    async with Workers(min(processes or os.cpu_count() or 1, len(files))) as workers:
        checks = [asyncio.create_task(workers.check(file.read_bytes())) for file in files]
        with _progress() as bar:
            task = bar.add_task("checking", total=len(files))
            for file, checking in zip(files, checks, strict=True):
                checked = await checking
                bar.advance(task)
                _print(file, checked, as_json=as_json)
                unreadable += not any(sheet.report.width for sheet in checked.sheets)
                _keep_annotated(file, checked, annotate)
    return 1 if unreadable else 0


async def _document(files: list[Path], out: Path, processes: int | None) -> int:
    """Make one document and return the exit code."""
    async with Workers(processes) as workers:
        with _progress() as bar:
            task = bar.add_task("reading", total=len(files))
            made = await workers.make_document(
                [partial(asyncio.to_thread, file.read_bytes) for file in files],
                lambda done, known: bar.update(task, completed=done, total=known),
            )
    _keep_document(files, made, out)
    print(out / "document.pdf")  # noqa: T201 - the answer of the command
    return 1 if made.unreadable else 0


def _print(file: Path, checked: CheckedFile, *, as_json: bool) -> None:
    report = checked.report
    if as_json:
        sheets = [sheet.report.model_dump(mode="json") for sheet in checked.sheets] if len(checked.sheets) > 1 else []
        line = {"file": str(file), **report.model_dump(mode="json"), "sheets": sheets}
        print(json.dumps(line), flush=True)  # noqa: T201 - the answer of the command
        return
    cut = f" cut off: {', '.join(report.cut_reader)}" if report.cut else ""
    page = f" page {report.page} of {report.pages}:" if len(checked.sheets) > 1 and report.reasons else ""
    print(f"{report.verdict:7} {file}{page} {' '.join(report.reasons)}{cut}", flush=True)  # noqa: T201 - as above


def _keep_annotated(file: Path, checked: CheckedFile, folder: Path | None) -> None:
    for sheet in checked.sheets if folder else ():
        name = file.stem if sheet.report.page == 1 else f"{file.stem}-{sheet.report.page}"
        if folder and sheet.annotated:
            (folder / f"{name}.jpg").write_bytes(sheet.annotated)


def _keep_document(files: list[Path], made: FiledDocument, out: Path) -> None:
    facts = Facts(
        files=tuple(map(str, files)),
        filed=tuple(str(files[number]) for number in made.files),
        unreadable=made.unreadable,
        types=made.types,
        facts=made.facts,
        pdf_bytes=len(made.pdf),
    )
    (out / "document.pdf").write_bytes(made.pdf)
    (out / "document.txt").write_text(made.text, encoding="utf-8")
    (out / "facts.json").write_text(facts.model_dump_json(indent=2), encoding="utf-8")


def _progress() -> Progress:
    """Return a progress bar on standard error, shown only to people."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _run(command: Coroutine[None, None, int]) -> int:
    """Run a command; what hinders it from outside is one line on standard error, where the log goes too."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        return asyncio.run(command)
    except NothingReadableError as error:
        reasons = ", ".join(sorted({page.code for page in error.unreadable}))
        print(f"no page could be read: {reasons}", file=sys.stderr)  # noqa: T201 - the answer of the command
        return 1
    except (LanguageMissingError, WorkersUnavailableError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - the answer of the command
        return 3


if __name__ == "__main__":
    app()
