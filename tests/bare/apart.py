"""The place of a bare machine: a folder, and namespaces that end with us, so that nothing of it is left behind."""

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from deploy.setup.step import SetupFailed

INTERRUPTED = 130
# On a disk: a root takes more than memory has.
PLACES = Path(os.environ.get("TMPDIR", "/var/tmp"))  # noqa: S108 - the names in it are mkdtemp's
PREFIX = "amtsbote-bare-"
REPOSITORY = Path(__file__).parents[2]
APART = ("unshare", "--mount", "--uts", "--ipc", "--pid", "--fork", "--mount-proc", "--propagation", "private")


@contextmanager
def place(keep: Path | None) -> Iterator[Path]:
    """Yield a locked folder: `keep`, or a new one that is removed at the end; raises SetupFailed if it is in use."""
    _sweep()
    folder = keep.absolute() if keep else Path(mkdtemp(prefix=PREFIX, dir=PLACES))
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SetupFailed(f"{folder} is in use by another one") from None
        try:
            yield folder
        finally:
            if not keep:
                _remove(folder)


def run(folder: Path, targets: Sequence[str]) -> int:
    """Run `tests.bare.inside` as the first process of namespaces of its own; returns its exit status.

    It ends when its standard input does, so with us, however we end; and the kernel ends what it started.
    """
    command = (*APART, sys.executable, "-m", "tests.bare.inside", str(folder), *targets)
    child = subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, start_new_session=True)
    try:
        return child.wait()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # what is left takes a moment, and must be done
        if child.stdin:
            child.stdin.close()
        child.wait()


def _sweep() -> None:
    """Remove what runs that were killed with -9 could not."""
    for folder in PLACES.glob(f"{PREFIX}*"):
        with suppress(FileNotFoundError, BlockingIOError), (folder / "lock").open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(folder)


def _remove(folder: Path) -> None:
    subprocess.run(("rm", "-rf", "--one-file-system", str(folder)), check=True)
