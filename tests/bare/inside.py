"""The first process of the bare machine: makes its root, tries the commands in it, and says what became of them."""

import os
import sys
import threading
from pathlib import Path

from deploy.setup.step import SetupFailed, step
from tests.bare.apart import INTERRUPTED, REPOSITORY
from tests.bare.root import Root
from tests.bare.target import attempt, table


def main() -> None:
    """Do it; exits 1 if something does not hold."""
    folder, targets = Path(sys.argv[1]), sys.argv[2:]
    _end_with_who_started_us()
    root = Root(folder / "root")
    try:
        if not root.is_made:
            with step("Debian"):
                root.make()
        with step("What it takes to reach the registries from here"):
            root.furnish()
        root.clone(REPOSITORY)
    except SetupFailed as failure:
        sys.exit(str(failure))
    logs = folder / "logs"
    logs.mkdir(exist_ok=True)
    tried = [attempt(root, target, logs) for target in targets]
    sys.stdout.write(table(tried))
    sys.exit(0 if all(one.holds for one in tried) else 1)


def _end_with_who_started_us() -> None:
    """End when our standard input does; what we start must not read it."""
    line = os.dup(sys.stdin.fileno())
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())

    def wait() -> None:
        os.read(line, 1)
        os._exit(INTERRUPTED)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    main()
