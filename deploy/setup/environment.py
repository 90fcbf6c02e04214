"""The Python environment `.venv`: exactly what the lock file lists, checked by hash."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.setup.step import SetupFailed, quietly

FOLDER = Path(".venv")
LOCK = Path("requirements-dev.lock")
STAMP = FOLDER / "installed"
UV = FOLDER / "uv.lock"


def is_current() -> bool:
    """Whether the environment holds what the lock file lists, for this Python."""
    return STAMP.exists() and STAMP.read_text() == _wanted()


def make() -> None:
    """Make the environment, or bring it up to date; raises SetupFailed with pip's words, OSError if it may not.

    uv installs in a tenth of pip's time. It reads other settings than pip: where it gets at no packages, pip does.
    """
    FOLDER.mkdir(exist_ok=True)
    STAMP.write_text("")  # not current before all is there; and a folder that may not be written is known at once
    if not (FOLDER / "bin" / "python").exists():
        shutil.rmtree(FOLDER, ignore_errors=True)
        quietly((sys.executable, "-m", "venv", str(FOLDER)))
    python = str(FOLDER / "bin" / "python")
    # --no-compile: Python compiles what it imports at the first start; all of it would take half a minute.
    pip = (python, "-m", "pip", "--disable-pip-version-check", "install", "--no-input", "--no-compile")
    # --no-deps: the lock is complete, less opencv-python, for which opencv-python-headless stands in.
    locked = ("--no-deps", "--require-hashes", "--requirement")
    UV.write_text(part_of(LOCK.read_text(), "uv"))
    quietly((*pip, *locked, str(UV)))
    try:
        quietly((str(FOLDER / "bin" / "uv"), "pip", "install", "--python", python, *locked, str(LOCK)))
    except SetupFailed:
        quietly((*pip, *locked, str(LOCK)))
    STAMP.write_text(_wanted())


def part_of(lock: str, package: str) -> str:
    """Return what a lock file says of one package: its version and hashes."""
    start = lock.index(f"\n{package}==") + 1
    return lock[start : lock.index("\n    #", start)]


def run(module: str, *words: str) -> None:
    """Run a module in the environment, its output shown; raises SetupFailed if it fails."""
    command = (str(FOLDER / "bin" / "python"), "-m", module, *words)
    if subprocess.run(command, check=False).returncode:  # noqa: S603 - our own command
        raise SetupFailed(f"`{' '.join(command)}` failed")


def _wanted() -> str:
    return f"{sys.version} {hashlib.sha256(LOCK.read_bytes()).hexdigest()}"
