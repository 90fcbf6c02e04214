"""The command line of the services: `python -m services [SERVICE...]` runs them; see `--help` for the rest."""

import sys

from services.command import command
from services.names import names
from shared.settings import WRONG_SETTINGS, explained


def main() -> None:
    """Run a command; service names alone mean `run`. A wrong setting ends any of them with 2 and its name."""
    words = sys.argv[1:]
    if not words or words[0] in names():
        words = ["run", *words]
    try:
        command(words, prog_name="python -m services")
    except WRONG_SETTINGS as error:
        sys.stderr.write(f"a setting is missing or wrong: {explained(error)}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
