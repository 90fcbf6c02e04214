"""The command line of the services: `python -m services [SERVICE...]` runs them; see `--help` for the rest."""

import sys

from services.command import command
from services.names import names


def main() -> None:
    """Run a command; service names alone mean `run`."""
    words = sys.argv[1:]
    if not words or words[0] in names():
        words = ["run", *words]
    command(words, prog_name="python -m services")


if __name__ == "__main__":
    main()
