"""Runs a benchmark by its name: `python -m bench NAME`, options after the name are its own."""

import sys
from importlib import import_module


def main() -> int:
    """Run the named benchmark, or say which there are."""
    names = ["events", "pages", "sheets", "answers", "growth"]
    if len(sys.argv) < 2 or sys.argv[1] not in names:  # noqa: PLR2004 - the program and a name
        print(f"usage: python -m bench {{{','.join(names)}}}", file=sys.stderr)
        return 2
    return int(import_module(f"bench.{sys.argv[1]}").main(sys.argv[2:]))


if __name__ == "__main__":
    sys.exit(main())
