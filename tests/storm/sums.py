"""The figures of a storm in a file, and those of several storms added up: a long one goes in parts.

`python -m tests.storm.sums /tmp/storm-*` adds up the parts that are there.
"""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

FILE = "figures.json"
FAULTS = "faults"
PROMISES = ("lost", "duplicated", "stuck", "orphaned", "innocent", "unburied")


def keep(folder: Path, figures: Mapping[str, int]) -> None:
    """Write the figures of one storm into its folder."""
    (folder / FILE).write_text(json.dumps(dict(figures), indent=2) + "\n")


def added(folders: list[Path]) -> tuple[int, Counter[str]]:
    """Return how many of the folders have figures, and their sums."""
    parts = [json.loads(file.read_text()) for folder in folders if (file := folder / FILE).exists()]
    return len(parts), sum(map(Counter, parts), Counter())


def main(folders: Annotated[list[Path], typer.Argument(help="Of the parts.")]) -> None:
    """Add up the figures of several storms; exits with 0 only if nothing was lost, doubled or left in any."""
    parts, sums = added(folders)
    table = Table("", f"{parts} of {len(folders)} parts", box=None)
    for name in dict.fromkeys([FAULTS, *sums, *PROMISES]):
        table.add_row(name, str(sums[name]))
    Console().print(table)
    if parts < len(folders) or any(sums[name] for name in PROMISES):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
