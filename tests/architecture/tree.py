"""The tree under test: what git would take of it, and its Python files."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("shared", "services", "deploy", "bench", "examples", "training")


@cache
def files() -> tuple[Path, ...]:
    """Return every file that is tracked, or would be by `git add .`."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return tuple(path for name in names if name and (path := ROOT / name).is_file())


def python_files(*folders: str) -> list[Path]:
    """Return the Python files in top-level folders; in all of them if none is named."""
    return [p for p in files() if p.suffix == ".py" and (not folders or p.relative_to(ROOT).parts[0] in folders)]


def name_of(path: Path) -> str:
    """Return a path as it is told to a person, from the root of the tree."""
    return path.relative_to(ROOT).as_posix()


@cache
def syntax_of(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_bytes())


def services() -> list[Path]:
    """Return the folders of all services."""
    return sorted({ROOT / "services" / p.relative_to(ROOT).parts[1] for p in python_files("services") if _deep(p)})


def _deep(path: Path) -> bool:
    return len(path.relative_to(ROOT).parts) > 2
