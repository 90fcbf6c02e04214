"""`python3 -m deploy.setup.clean` removes what set-up and run made in this folder, unless a stack is running."""

import fcntl
import shutil
import sys
from argparse import ArgumentParser
from pathlib import Path

CACHES = (".cache", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache")
MADE = (".venv", ".local", *CACHES, "dist", "node_modules", "services/gateway/pages/vendor")


def main() -> None:
    """Remove it; exits 1 while a stack runs on the data."""
    ArgumentParser(prog="python3 -m deploy.setup.clean", description=__doc__).parse_args()
    lock = Path(".local/lock")
    if lock.exists():
        with lock.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                sys.exit(f"a stack is running in .local; stop it first (kill {lock.read_text()})")
    for folder in MADE:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
