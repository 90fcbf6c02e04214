"""One step of the set-up: shown while it runs, timed, and silent about its noise unless it fails."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager


class SetupFailed(Exception):  # noqa: N818 - an event's name reads better than "SetupFailedError"
    """The set-up cannot go on; the text says why and what to do."""


def quietly(command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
    """Run a command; raises SetupFailed with what it wrote if it fails."""
    done = subprocess.run(  # noqa: S603 - our own commands
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        raise SetupFailed(f"{done.stdout[-4000:]}\n`{' '.join(command)}` ended with status {done.returncode}")


@contextmanager
def step(title: str) -> Iterator[None]:
    """Show a step: a clock while it runs (in a terminal), one line with its seconds at the end."""
    began, over = time.monotonic(), threading.Event()
    clock = threading.Thread(target=_tick, args=(title, began, over), daemon=True)
    clock.start()
    try:
        yield
        outcome = f"{time.monotonic() - began:6.1f} s"
    except BaseException:
        outcome = "  failed"
        raise
    finally:
        over.set()
        clock.join()
        sys.stdout.write(f"{title} {'.' * (60 - len(title))} {outcome}\n")
        sys.stdout.flush()


def _tick(title: str, began: float, over: threading.Event) -> None:
    if not sys.stdout.isatty():
        sys.stdout.write(f"{title} ...\n")
        sys.stdout.flush()
        return
    while not over.wait(0.2):
        sys.stdout.write(f"{title} {'.' * (60 - len(title))} {time.monotonic() - began:6.1f} s\r")
        sys.stdout.flush()
